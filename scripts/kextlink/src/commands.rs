//! Looks at a kext as kxld does: load commands, sections, symbols and relocations that every kernel accepts.

use crate::bytes::u32_at;
use crate::error::Error;
use crate::image::{DynamicSymbols, Image};
use crate::kext::KMOD_INFO;
use crate::macho::{self, SymbolGroup, name_text};

/// Load commands that kxld of every kernel from Darwin 17 on accepts in a final linked kext. It also takes a few
/// that no linker writes for one; those are not wanted here.
const ACCEPTED: [u32; 10] = [
    macho::LC_SEGMENT_64,
    macho::LC_SYMTAB,
    macho::LC_DYSYMTAB,
    macho::LC_UUID,
    macho::LC_CODE_SIGNATURE,
    macho::LC_SEGMENT_SPLIT_INFO,
    macho::LC_VERSION_MIN_MACOSX,
    macho::LC_FUNCTION_STARTS,
    macho::LC_DATA_IN_CODE,
    macho::LC_SOURCE_VERSION,
];

/// Everything that a kernel would refuse about `file`; empty if it is a kext that can be loaded.
#[must_use]
pub fn check(file: &[u8]) -> Vec<Error> {
    let image = match Image::parse(file) {
        Ok(image) => image,
        Err(error) => return vec![error],
    };
    let mut problems = Vec::new();
    if image.file_type != macho::FILE_KEXT_BUNDLE {
        problems.push(Error::new(format!("file type {} is not MH_KEXT_BUNDLE (11)", image.file_type)));
    }
    check_commands(&image, &mut problems);
    check_sections(&image, &mut problems);
    match image.dynamic {
        None => problems.push(Error::new("no LC_DYSYMTAB: the kernel could not relocate the kext")),
        Some(dynamic) => {
            check_symbols(&image, dynamic, &mut problems);
            check_relocations(&image, dynamic, &mut problems);
        }
    }
    problems
}

fn check_commands(image: &Image<'_>, problems: &mut Vec<Error>) {
    for command in &image.commands {
        if !ACCEPTED.contains(&command.number) {
            problems.push(Error::new(format!("load command {:#x} is one that kxld refuses", command.number)));
        }
    }
    for (number, name) in [(macho::LC_SYMTAB, "LC_SYMTAB"), (macho::LC_UUID, "LC_UUID")] {
        if !image.commands.iter().any(|command| command.number == number) {
            problems.push(Error::new(format!("no {name}")));
        }
    }
    if let Err(error) = image.command(macho::LC_UUID) {
        problems.push(error);
    }
}

fn check_sections(image: &Image<'_>, problems: &mut Vec<Error>) {
    for section in image.sections() {
        let plain = matches!(section.kind(), macho::S_REGULAR | macho::S_ZEROFILL | macho::S_16BYTE_LITERALS)
            || macho::S_LITERALS.contains(&section.kind());
        if !plain {
            let name = name_text(&section.name);
            problems.push(Error::new(format!(
                "section {name} has type {:#x}, of no use to kxld",
                section.kind()
            )));
        }
    }
}

fn check_symbols(image: &Image<'_>, dynamic: DynamicSymbols, problems: &mut Vec<Error>) {
    if dynamic.indirect != 0 {
        problems.push(Error::new(format!("{} indirect symbols, which kxld does not bind", dynamic.indirect)));
    }
    let ranges = [
        (SymbolGroup::Local, dynamic.local),
        (SymbolGroup::Defined, dynamic.defined),
        (SymbolGroup::Undefined, dynamic.undefined),
    ];
    let mut next = 0_u32;
    for (group, (first, number)) in ranges {
        let members = image.symbols.iter().skip(index(first)).take(index(number));
        let right =
            members.clone().count() == index(number) && members.into_iter().all(|s| s.group() == group);
        if first != next || !right {
            problems.push(Error::new(format!("LC_DYSYMTAB does not give the range of {group:?} symbols")));
        }
        next = first.saturating_add(number);
    }
    if index(next) != image.symbols.len() {
        problems.push(Error::new("LC_DYSYMTAB does not cover all symbols"));
    }
    let kmod_info =
        |symbol: &&macho::Symbol| symbol.group() == SymbolGroup::Defined && symbol.name == KMOD_INFO;
    if !image.symbols.iter().any(|symbol| kmod_info(&symbol)) {
        problems.push(Error::new("_kmod_info is not an external symbol"));
    }
}

fn check_relocations(image: &Image<'_>, dynamic: DynamicSymbols, problems: &mut Vec<Error>) {
    let sections = image.sections().count();
    for (external, (offset, number)) in
        [(true, dynamic.external_relocations), (false, dynamic.local_relocations)]
    {
        for entry in 0..u64::from(number) {
            let start = u64::from(offset).saturating_add(macho::RELOCATION_SIZE.saturating_mul(entry));
            let words = (u32_at(image.file, start), u32_at(image.file, start.saturating_add(4)));
            let (Ok(address), Ok(info)) = words else {
                problems.push(Error::new("the relocations do not fit into the file"));
                return;
            };
            if let Err(error) = check_relocation(image, sections, external, address, info) {
                problems.push(error);
            }
        }
    }
}

fn check_relocation(
    image: &Image<'_>,
    sections: usize,
    external: bool,
    address: u32,
    info: u32,
) -> Result<(), Error> {
    let fail = |text: &str| Err(Error::new(format!("relocation at {address:#x} {text}")));
    // Bits 24 to 31: pc-relative, length as a power of two (2 bits), external, type (4 bits).
    if info >> 24 & 0xf7 != 6 {
        return fail("is not of an absolute 8-byte address");
    }
    if (info >> 27 & 1 == 1) != external {
        return fail("stands in the wrong table");
    }
    let last = u64::from(address).saturating_add(8);
    if !image.segments.iter().any(|segment| segment.address <= u64::from(address) && last <= segment.end()) {
        return fail("lies outside all segments");
    }
    let number = index(info & 0xff_ffff);
    if external {
        match image.symbols.get(number) {
            Some(symbol) if symbol.group() == SymbolGroup::Undefined => Ok(()),
            _ => fail("names no undefined symbol"),
        }
    } else if number == 0 || number > sections {
        fail("names no section")
    } else {
        Ok(())
    }
}

fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bytes::put;
    use crate::{kext, sample};

    fn kext() -> Vec<u8> {
        kext::from_bundle(&sample::bundle()).unwrap().0
    }

    fn problems(file: &[u8]) -> Vec<String> {
        check(file).iter().map(ToString::to_string).collect()
    }

    fn offset_of(file: &[u8], number: u32) -> u64 {
        Image::parse(file).unwrap().command(number).unwrap().unwrap().offset
    }

    #[test]
    fn a_bundle_is_not_a_kext() {
        let found = problems(&sample::bundle());
        assert!(found.contains(&"file type 8 is not MH_KEXT_BUNDLE (11)".to_owned()));
        assert!(found.contains(&"load command 0x80000034 is one that kxld refuses".to_owned()));
    }

    #[test]
    fn indirect_symbols_are_found() {
        let mut file = kext();
        let offset = offset_of(&file, macho::LC_DYSYMTAB);
        put(&mut file, offset + 60, &[2, 0, 0, 0]).unwrap();
        assert_eq!(problems(&file), ["2 indirect symbols, which kxld does not bind"]);
    }

    #[test]
    fn a_foreign_load_command_is_found() {
        let mut file = kext();
        let offset = offset_of(&file, macho::LC_SOURCE_VERSION);
        put(&mut file, offset, &macho::LC_BUILD_VERSION.to_le_bytes()).unwrap();
        assert_eq!(problems(&file), ["load command 0x32 is one that kxld refuses"]);
    }

    #[test]
    fn section_types_for_dyld_are_found() {
        let mut file = kext();
        let text = offset_of_first_segment(&file);
        put(&mut file, text + 72 + 64, &[6]).unwrap();
        assert_eq!(problems(&file), ["section __text has type 0x6, of no use to kxld"]);
    }

    #[test]
    fn bad_relocations_are_found() {
        for (byte, value, expected) in [
            (7, 0x0f, "relocation at 0x1000 is not of an absolute 8-byte address"),
            (7, 0x06, "relocation at 0x1000 stands in the wrong table"),
            (4, 0, "relocation at 0x1000 names no undefined symbol"),
            (2, 0x7f, "relocation at 0x7f1000 lies outside all segments"),
        ] {
            let mut file = kext();
            let (offset, _) = Image::parse(&file).unwrap().dynamic.unwrap().external_relocations;
            put(&mut file, u64::from(offset) + byte, &[value]).unwrap();
            assert_eq!(problems(&file), [expected]);
        }
    }

    #[test]
    fn wrong_symbol_ranges_are_found() {
        let mut file = kext();
        let offset = offset_of(&file, macho::LC_DYSYMTAB);
        put(&mut file, offset + 28, &[0]).unwrap();
        assert_eq!(problems(&file), ["LC_DYSYMTAB does not cover all symbols"]);
    }

    fn offset_of_first_segment(file: &[u8]) -> u64 {
        Image::parse(file).unwrap().commands[0].offset
    }
}
