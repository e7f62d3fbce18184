//! Chained fixups: the pointers of an image, each holding the distance to the next (mach-o/fixup-chains.h).

use crate::bytes::{put, slice, string_at, u16_at, u32_at, u64_at};
use crate::error::Error;
use crate::image::Image;
use crate::macho::{LC_DYLD_CHAINED_FIXUPS, Segment};

/// Pointer formats with a 36-bit target and a step of 4 bytes: by address, and by offset from the image's start.
const POINTER_64: u16 = 2;
const POINTER_64_OFFSET: u16 = 6;
/// The format of imports with an 8-bit library ordinal and no addend, and of names that are not compressed.
const IMPORT: u32 = 1;
const UNCOMPRESSED: u32 = 0;

const PAGE_WITHOUT_FIXUP: u16 = 0xffff;

/// One pointer of the image that the loader must change.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Fixup {
    /// The word at `address` points into the image.
    Rebase { address: u64, target: u64 },
    /// The word at `address` is the address of a symbol of another image.
    Bind { address: u64, symbol: Vec<u8> },
}

/// Follows all chains, writes into `out` (a copy of the image's file) what each word holds once the chain is gone,
/// and returns the fixups in order of address. An image must start at address 0.
pub(crate) fn resolve(image: &Image<'_>, out: &mut [u8]) -> Result<Vec<Fixup>, Error> {
    let command = image
        .command(LC_DYLD_CHAINED_FIXUPS)?
        .ok_or_else(|| Error::new("no chained fixups: link with -fixup_chains"))?;
    let word = |relative: u64| u32_at(image.file, command.offset.saturating_add(relative)).map(u64::from);
    let table = slice(image.file, word(8)?, word(12)?)?;
    let imports = parse_imports(table)?;
    let starts = u64::from(u32_at(table, 4)?);
    let mut fixups = Vec::new();
    for index in 0..u64::from(u32_at(table, starts)?) {
        let entry = starts.saturating_add(4).saturating_add(index.saturating_mul(4));
        let relative = u64::from(u32_at(table, entry)?);
        if relative != 0 {
            follow_segment(image, table, starts.saturating_add(relative), &imports, out, &mut fixups)?;
        }
    }
    fixups.sort_by_key(|fixup| match fixup {
        Fixup::Rebase { address, .. } | Fixup::Bind { address, .. } => *address,
    });
    Ok(fixups)
}

fn parse_imports(table: &[u8]) -> Result<Vec<&[u8]>, Error> {
    let (imports, names) = (u64::from(u32_at(table, 8)?), u64::from(u32_at(table, 12)?));
    if u32_at(table, 20)? != IMPORT || u32_at(table, 24)? != UNCOMPRESSED {
        return Err(Error::new("chained fixups with an unknown format of imports"));
    }
    let mut out = Vec::new();
    for index in 0..u64::from(u32_at(table, 16)?) {
        let import = u32_at(table, imports.saturating_add(index.saturating_mul(4)))?;
        let name = string_at(table, names.saturating_add(u64::from(import >> 9)))?;
        if import & 0x100 != 0 {
            let name = String::from_utf8_lossy(name);
            return Err(Error::new(format!("{name} is imported weakly, which a kext cannot")));
        }
        out.push(name);
    }
    Ok(out)
}

/// Follows the chains of the segment whose `dyld_chained_starts_in_segment` stands at `start` of `table`.
fn follow_segment(
    image: &Image<'_>,
    table: &[u8],
    start: u64,
    imports: &[&[u8]],
    out: &mut [u8],
    fixups: &mut Vec<Fixup>,
) -> Result<(), Error> {
    let at = |relative: u64| start.saturating_add(relative);
    let page_size = u64::from(u16_at(table, at(4))?);
    let format = u16_at(table, at(6))?;
    if format != POINTER_64 && format != POINTER_64_OFFSET {
        return Err(Error::new(format!("chained fixups with pointer format {format}, not 2 or 6")));
    }
    let base = u64_at(table, at(8))?;
    for page in 0..u64::from(u16_at(table, at(20))?) {
        let first = u16_at(table, at(22_u64.saturating_add(page.saturating_mul(2))))?;
        if first == PAGE_WITHOUT_FIXUP {
            continue;
        }
        let mut address =
            base.saturating_add(page.saturating_mul(page_size)).saturating_add(u64::from(first));
        let segment = image
            .segments
            .iter()
            .find(|segment| segment.address <= address && address < segment.end())
            .ok_or_else(|| Error::new(format!("a chain starts at {address:#x}, outside all segments")))?;
        loop {
            let (fixup, step) = resolve_pointer(segment, address, imports, out)?;
            fixups.push(fixup);
            if step == 0 {
                break;
            }
            address = address.saturating_add(step);
        }
    }
    Ok(())
}

/// Resolves the one pointer at `address`; also gives the distance to the next, 0 at the chain's end.
fn resolve_pointer(
    segment: &Segment,
    address: u64,
    imports: &[&[u8]],
    out: &mut [u8],
) -> Result<(Fixup, u64), Error> {
    let offset = segment.offset.saturating_add(address.saturating_sub(segment.address));
    let pointer = u64_at(out, offset)?;
    let step = ((pointer >> 51) & 0xfff).saturating_mul(4);
    let (fixup, value) = if pointer >> 63 == 1 {
        let ordinal = usize::try_from(pointer & 0xff_ffff).unwrap_or(usize::MAX);
        let symbol = imports.get(ordinal).ok_or_else(|| {
            Error::new(format!("the pointer at {address:#x} binds import {ordinal} of none"))
        })?;
        (Fixup::Bind { address, symbol: symbol.to_vec() }, (pointer >> 24) & 0xff)
    } else {
        let target = pointer & 0xf_ffff_ffff;
        let high = (pointer >> 36) & 0xff;
        (Fixup::Rebase { address, target }, high << 56 | target)
    };
    put(out, offset, &value.to_le_bytes())?;
    Ok((fixup, step))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn a_chain_yields_its_pointers_in_order_and_is_gone() {
        let file = sample::bundle();
        let image = Image::parse(&file).unwrap();
        let mut out = file.clone();
        let fixups = resolve(&image, &mut out).unwrap();
        assert_eq!(
            fixups,
            [
                Fixup::Bind { address: sample::DATA, symbol: b"_printf".to_vec() },
                Fixup::Rebase { address: sample::DATA + 16, target: sample::TEXT },
            ]
        );
        assert_eq!(u64_at(&out, sample::DATA), Ok(0));
        assert_eq!(u64_at(&out, sample::DATA + 16), Ok(sample::TEXT));
    }

    #[test]
    fn an_import_that_is_not_there_is_an_error() {
        let mut file = sample::bundle();
        put(&mut file, sample::DATA, &(1_u64 << 63 | 5).to_le_bytes()).unwrap();
        let image = Image::parse(&file).unwrap();
        let error = resolve(&image, &mut file.clone()).unwrap_err();
        assert_eq!(error.to_string(), "the pointer at 0x1000 binds import 5 of none");
    }

    #[test]
    fn a_weak_import_is_an_error() {
        let file = sample::Bundle { weak: true, ..sample::Bundle::default() }.build();
        let image = Image::parse(&file).unwrap();
        let error = resolve(&image, &mut file.clone()).unwrap_err();
        assert_eq!(error.to_string(), "_printf is imported weakly, which a kext cannot");
    }

    #[test]
    fn a_chain_that_leaves_the_file_is_an_error() {
        let mut file = sample::bundle();
        put(&mut file, sample::DATA + 16, &(0xfff_u64 << 51).to_le_bytes()).unwrap();
        let image = Image::parse(&file).unwrap();
        assert!(resolve(&image, &mut file.clone()).is_err());
    }
}
