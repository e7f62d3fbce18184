//! Reading and writing in network byte order, past no end.

/// Fewer bytes were left than were asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Truncated;

/// More bytes were to be written than there was room for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Full;

/// Reads from the front of a slice. A read that fails takes nothing.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    /// A reader of `bytes`.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    /// The next `N` bytes as an array.
    ///
    /// # Errors
    /// [`Truncated`] when fewer are left.
    pub const fn array<const N: usize>(&mut self) -> Result<[u8; N], Truncated> {
        let Some((taken, rest)) = self.bytes.split_first_chunk() else { return Err(Truncated) };
        self.bytes = rest;
        Ok(*taken)
    }

    /// The next byte.
    ///
    /// # Errors
    /// [`Truncated`] when none is left.
    pub fn u8(&mut self) -> Result<u8, Truncated> {
        self.array().map(u8::from_be_bytes)
    }

    /// The next two bytes as a number.
    ///
    /// # Errors
    /// [`Truncated`] when fewer are left.
    pub fn u16(&mut self) -> Result<u16, Truncated> {
        self.array().map(u16::from_be_bytes)
    }

    /// The next four bytes as a number.
    ///
    /// # Errors
    /// [`Truncated`] when fewer are left.
    pub fn u32(&mut self) -> Result<u32, Truncated> {
        self.array().map(u32::from_be_bytes)
    }

    /// The next `n` bytes.
    ///
    /// # Errors
    /// [`Truncated`] when fewer are left.
    pub const fn bytes(&mut self, n: usize) -> Result<&'a [u8], Truncated> {
        let Some((taken, rest)) = self.bytes.split_at_checked(n) else { return Err(Truncated) };
        self.bytes = rest;
        Ok(taken)
    }

    /// All bytes that are left.
    #[must_use]
    pub const fn rest(self) -> &'a [u8] {
        self.bytes
    }

    /// How many bytes are left.
    #[must_use]
    pub const fn remaining(&self) -> usize {
        self.bytes.len()
    }

    /// Whether nothing is left.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }
}

/// Writes into a slice from its front. A write that fails writes nothing.
#[derive(Debug)]
pub struct Writer<'a> {
    buffer: &'a mut [u8],
    position: usize,
}

impl<'a> Writer<'a> {
    /// A writer into `buffer`.
    #[must_use]
    pub const fn new(buffer: &'a mut [u8]) -> Self {
        Self { buffer, position: 0 }
    }

    /// Writes one byte.
    ///
    /// # Errors
    /// [`Full`] when there is no room.
    pub fn u8(&mut self, value: u8) -> Result<(), Full> {
        self.bytes(&[value])
    }

    /// Writes a number of two bytes.
    ///
    /// # Errors
    /// [`Full`] when there is no room.
    pub fn u16(&mut self, value: u16) -> Result<(), Full> {
        self.bytes(&value.to_be_bytes())
    }

    /// Writes a number of four bytes.
    ///
    /// # Errors
    /// [`Full`] when there is no room.
    pub fn u32(&mut self, value: u32) -> Result<(), Full> {
        self.bytes(&value.to_be_bytes())
    }

    /// Writes `bytes` as they are.
    ///
    /// # Errors
    /// [`Full`] when there is no room for all of them.
    pub fn bytes(&mut self, bytes: &[u8]) -> Result<(), Full> {
        self.reserve(bytes.len())?.copy_from_slice_checked(bytes)
    }

    /// Writes `n` zero bytes.
    ///
    /// # Errors
    /// [`Full`] when there is no room for all of them.
    pub fn zeros(&mut self, n: usize) -> Result<(), Full> {
        self.reserve(n)?.fill(0);
        Ok(())
    }

    /// Takes the next `n` bytes of the buffer for the caller to fill in. They hold whatever the buffer
    /// held before.
    ///
    /// # Errors
    /// [`Full`] when there is no room for all of them.
    pub fn reserve(&mut self, n: usize) -> Result<&mut [u8], Full> {
        let end = self.position.checked_add(n).ok_or(Full)?;
        let taken = self.buffer.get_mut(self.position..end).ok_or(Full)?;
        self.position = end;
        Ok(taken)
    }

    /// How many bytes have been written.
    #[must_use]
    pub const fn position(&self) -> usize {
        self.position
    }

    /// How many more bytes there is room for.
    #[must_use]
    pub const fn remaining(&self) -> usize {
        self.buffer.len().saturating_sub(self.position)
    }

    /// Replaces the two bytes that were written at position `at`.
    ///
    /// # Errors
    /// [`Full`] when they lie past what has been written.
    pub fn patch_u16(&mut self, at: usize, value: u16) -> Result<(), Full> {
        self.patch(at, &value.to_be_bytes())
    }

    /// Replaces the four bytes that were written at position `at`.
    ///
    /// # Errors
    /// [`Full`] when they lie past what has been written.
    pub fn patch_u32(&mut self, at: usize, value: u32) -> Result<(), Full> {
        self.patch(at, &value.to_be_bytes())
    }

    /// What has been written so far.
    #[must_use]
    pub fn written(&self) -> &[u8] {
        self.buffer.get(..self.position).unwrap_or_default()
    }

    fn patch(&mut self, at: usize, bytes: &[u8]) -> Result<(), Full> {
        let end = at.checked_add(bytes.len()).filter(|end| *end <= self.position).ok_or(Full)?;
        self.buffer.get_mut(at..end).ok_or(Full)?.copy_from_slice_checked(bytes)
    }

    /// Lets `write` go on with a writer of its own that begins at this position, so that it cannot touch
    /// what stands before.
    pub(crate) fn nested(
        &mut self,
        write: impl FnOnce(&mut Writer<'_>) -> Result<(), Full>,
    ) -> Result<(), Full> {
        let mut inner = Writer::new(self.buffer.get_mut(self.position..).ok_or(Full)?);
        write(&mut inner)?;
        self.position = self.position.saturating_add(inner.position);
        Ok(())
    }

    /// Forgets what was written at `position` and after it.
    pub(crate) fn truncate(&mut self, position: usize) {
        self.position = self.position.min(position);
    }

    /// Writes zero bytes up to the next position that is a multiple of 4 from `start`.
    pub(crate) fn pad_from(&mut self, start: usize) -> Result<(), Full> {
        self.zeros(padding(self.position.wrapping_sub(start)))
    }
}

/// How many bytes are missing from `length` to the next multiple of 4.
pub(crate) const fn padding(length: usize) -> usize {
    length.wrapping_neg() % 4
}

/// `copy_from_slice` with an answer where the core method would panic.
trait CopyChecked {
    fn copy_from_slice_checked(&mut self, from: &[u8]) -> Result<(), Full>;
}

impl CopyChecked for [u8] {
    fn copy_from_slice_checked(&mut self, from: &[u8]) -> Result<(), Full> {
        if self.len() != from.len() {
            return Err(Full);
        }
        self.copy_from_slice(from);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Full, Reader, Truncated, Writer, padding};

    #[test]
    fn reads_until_the_end_and_no_further() {
        let mut reader = Reader::new(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
        assert_eq!(reader.u8(), Ok(1));
        assert_eq!(reader.u16(), Ok(0x0203));
        assert_eq!(reader.u32(), Ok(0x0405_0607));
        assert_eq!(reader.bytes(2), Ok(&[8, 9][..]));
        assert_eq!(reader.u16(), Err(Truncated));
        assert_eq!((reader.remaining(), reader.is_empty(), reader.rest()), (1, false, &[10][..]));
        assert_eq!(reader.u8(), Ok(10));
        assert_eq!(reader.bytes(1), Err(Truncated));
        assert_eq!(reader.bytes(0), Ok(&[][..]));
        assert!(reader.is_empty());
    }

    #[test]
    fn a_write_that_does_not_fit_leaves_no_trace() {
        let mut buffer = [0xff; 8];
        let mut writer = Writer::new(&mut buffer);
        assert_eq!(writer.u16(0x0102), Ok(()));
        assert_eq!(writer.zeros(2), Ok(()));
        assert_eq!(writer.bytes(&[9; 5]), Err(Full));
        assert_eq!(writer.zeros(usize::MAX), Err(Full));
        assert_eq!((writer.position(), writer.remaining()), (4, 4));
        assert_eq!(writer.u8(3), Ok(()));
        assert_eq!(writer.u32(0), Err(Full));
        assert_eq!(writer.written(), [1, 2, 0, 0, 3]);
        assert_eq!(buffer, [1, 2, 0, 0, 3, 0xff, 0xff, 0xff]);
    }

    #[test]
    fn patches_only_what_was_written() {
        let mut buffer = [0; 8];
        let mut writer = Writer::new(&mut buffer);
        assert_eq!(writer.u32(0), Ok(()));
        assert_eq!(writer.patch_u16(2, 0x0a0b), Ok(()));
        assert_eq!(writer.patch_u16(3, 1), Err(Full));
        assert_eq!(writer.patch_u16(usize::MAX, 1), Err(Full));
        assert_eq!(writer.written(), [0, 0, 0x0a, 0x0b]);
        assert_eq!(writer.patch_u32(0, 0x0102_0304), Ok(()));
        assert_eq!(writer.written(), [1, 2, 3, 4]);
    }

    #[test]
    fn padding_goes_to_the_next_multiple_of_four() {
        assert_eq!([0, 1, 2, 3, 4, 5].map(padding), [0, 3, 2, 1, 0, 3]);
    }
}
