//! Little-endian numbers at offsets of a file that may be shorter than its header says.

use crate::error::Error;

/// The `length` bytes of `file` at `offset`.
pub(crate) fn slice(file: &[u8], offset: u64, length: u64) -> Result<&[u8], Error> {
    let range = usize::try_from(offset).ok().zip(usize::try_from(offset.saturating_add(length)).ok());
    range
        .and_then(|(start, end)| file.get(start..end))
        .ok_or_else(|| Error::new(format!("the file ends before {length} bytes at offset {offset:#x}")))
}

fn array<const N: usize>(file: &[u8], offset: u64) -> Result<[u8; N], Error> {
    let mut out = [0; N];
    let bytes = slice(file, offset, u64::try_from(N).unwrap_or(u64::MAX))?;
    out.copy_from_slice(bytes);
    Ok(out)
}

pub(crate) fn u8_at(file: &[u8], offset: u64) -> Result<u8, Error> {
    array(file, offset).map(u8::from_le_bytes)
}

pub(crate) fn u16_at(file: &[u8], offset: u64) -> Result<u16, Error> {
    array(file, offset).map(u16::from_le_bytes)
}

pub(crate) fn u32_at(file: &[u8], offset: u64) -> Result<u32, Error> {
    array(file, offset).map(u32::from_le_bytes)
}

pub(crate) fn u64_at(file: &[u8], offset: u64) -> Result<u64, Error> {
    array(file, offset).map(u64::from_le_bytes)
}

pub(crate) fn name_at(file: &[u8], offset: u64) -> Result<[u8; 16], Error> {
    array(file, offset)
}

/// The bytes from `offset` to the next zero byte, without it.
pub(crate) fn string_at(file: &[u8], offset: u64) -> Result<&[u8], Error> {
    usize::try_from(offset)
        .ok()
        .and_then(|start| file.get(start..))
        .and_then(|rest| rest.split(|&byte| byte == 0).next().filter(|text| text.len() < rest.len()))
        .ok_or_else(|| Error::new(format!("no string ends after offset {offset:#x}")))
}

/// Overwrites `file` at `offset` with `bytes`.
pub(crate) fn put(file: &mut [u8], offset: u64, bytes: &[u8]) -> Result<(), Error> {
    let target = usize::try_from(offset)
        .ok()
        .and_then(|start| file.get_mut(start..start.saturating_add(bytes.len())))
        .ok_or_else(|| Error::new(format!("no room for {} bytes at offset {offset:#x}", bytes.len())))?;
    target.copy_from_slice(bytes);
    Ok(())
}

/// `length` as the 32-bit number that a Mach-O field holds.
pub(crate) fn field32(length: impl TryInto<u32>) -> Result<u32, Error> {
    length.try_into().map_err(|_| Error::new("a number does not fit into its 32-bit Mach-O field"))
}

/// The length of something in memory, as a file's numbers are counted.
pub(crate) fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_little_endian() {
        let file = [1, 2, 3, 4, 5, 6, 7, 8];
        assert_eq!(u8_at(&file, 7), Ok(8));
        assert_eq!(u16_at(&file, 1), Ok(0x0302));
        assert_eq!(u32_at(&file, 4), Ok(0x0807_0605));
        assert_eq!(u64_at(&file, 0), Ok(0x0807_0605_0403_0201));
    }

    #[test]
    fn an_offset_past_the_end_is_an_error() {
        let file = [0; 8];
        assert!(u32_at(&file, 5).is_err());
        assert!(u64_at(&file, u64::MAX).is_err());
        assert!(slice(&file, 1, u64::MAX).is_err());
        assert!(put(&mut [0; 4], 2, &[0; 3]).is_err());
    }

    #[test]
    fn a_string_must_end_inside_the_file() {
        assert_eq!(string_at(b"xab\0c", 1), Ok(b"ab".as_slice()));
        assert!(string_at(b"xab\0c", 4).is_err());
        assert!(string_at(b"xab\0c", 9).is_err());
    }
}
