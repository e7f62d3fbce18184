//! A small bundle for tests: one function, one data section with two fixups, one import.

#![allow(clippy::arithmetic_side_effects, reason = "the numbers of a test file are small constants")]

use crate::bytes::{count, put};
use crate::macho::{self, emit_words, name16};

/// Addresses, and in this file also the offsets, of the sections' first bytes.
pub(crate) const TEXT: u64 = 0x600;
pub(crate) const DATA: u64 = 0x1000;
const LINK_EDIT: u64 = 0x2000;

/// What can be bent about the sample.
pub(crate) struct Bundle {
    pub(crate) cpu: u32,
    pub(crate) file_type: u32,
    /// The name of the one exported symbol.
    pub(crate) kmod_info: &'static str,
    /// The name of the first section of __DATA.
    pub(crate) data_name: &'static str,
    /// The type of that section.
    pub(crate) data_type: u32,
    /// The file offset that the section __text claims.
    pub(crate) text_offset: u32,
    /// Where the one rebased pointer points to.
    pub(crate) target: u64,
    /// The import is a weak one.
    pub(crate) weak: bool,
    /// The bundle has an LC_LOAD_DYLIB.
    pub(crate) library: bool,
}

impl Default for Bundle {
    fn default() -> Self {
        Self {
            cpu: macho::CPU_X86_64,
            file_type: macho::FILE_BUNDLE,
            kmod_info: "_kmod_info",
            data_name: "__data",
            data_type: macho::S_REGULAR,
            text_offset: 0x600,
            target: TEXT,
            weak: false,
            library: false,
        }
    }
}

/// The sample as a linker would write it.
pub(crate) fn bundle() -> Vec<u8> {
    Bundle::default().build()
}

impl Bundle {
    pub(crate) fn build(&self) -> Vec<u8> {
        let chains = self.chains();
        let (symbols, strings) = self.symbols();
        let symbol_offset = LINK_EDIT + count(chains.len());
        let string_offset = symbol_offset + count(symbols.len());
        let end = string_offset + count(strings.len());

        let mut commands = vec![
            segment(
                "__TEXT",
                0,
                0x1000,
                0x1000,
                &[section("__text", "__TEXT", TEXT, self.text_offset, 16, 0)],
            ),
            segment(
                "__DATA",
                DATA,
                0x1000,
                0x1000,
                &[
                    section(self.data_name, "__DATA", DATA, 0x1000, 24, self.data_type),
                    section("__bss", "__DATA", DATA + 24, 0, 8, macho::S_ZEROFILL),
                ],
            ),
            segment("__LINKEDIT", LINK_EDIT, 0x1000, end - LINK_EDIT, &[]),
            words(macho::LC_DYLD_CHAINED_FIXUPS, &[low(LINK_EDIT), low(count(chains.len()))]),
            words(
                macho::LC_SYMTAB,
                &[
                    low(symbol_offset),
                    low(count(symbols.len()) / macho::SYMBOL_SIZE),
                    low(string_offset),
                    low(count(strings.len())),
                ],
            ),
            words(macho::LC_DYSYMTAB, &[0; 18]),
            words(macho::LC_UUID, &[1, 2, 3, 4]),
        ];
        if self.library {
            commands.push(words(macho::LC_LOAD_DYLIB, &[24, 0, 0, 0]));
        }

        let mut header = Vec::new();
        emit_words(&mut header, &[macho::MAGIC_64, self.cpu, 3, self.file_type]);
        let size: usize = commands.iter().map(Vec::len).sum();
        emit_words(&mut header, &[low(count(commands.len())), low(count(size)), 0x85, 0]);
        header.extend(commands.concat());

        let mut file = vec![0; usize::try_from(LINK_EDIT).unwrap()];
        put(&mut file, 0, &header).unwrap();
        // Import 0, the next link 16 bytes on; then a pointer into the text, the chain's end.
        put(&mut file, DATA, &(1_u64 << 63 | 4 << 51).to_le_bytes()).unwrap();
        put(&mut file, DATA + 16, &self.target.to_le_bytes()).unwrap();
        for part in [chains, symbols, strings] {
            file.extend(part);
        }
        file
    }

    /// dyld_chained_fixups_header, starts of the image, of the segment __DATA, one import, its name.
    fn chains(&self) -> Vec<u8> {
        let mut out = Vec::new();
        emit_words(&mut out, &[0, 28, 72, 76, 1, 1, 0]);
        emit_words(&mut out, &[3, 0, 16, 0]);
        emit_words(&mut out, &[24]);
        out.extend([0x00, 0x10, 6, 0]);
        out.extend(DATA.to_le_bytes());
        emit_words(&mut out, &[0]);
        out.extend([1, 0, 0, 0, 0, 0, 0, 0]);
        emit_words(&mut out, &[1 << 9 | u32::from(self.weak) << 8 | 0xfe]);
        out.extend(b"\0_printf\0\0\0\0\0\0\0\0");
        out
    }

    fn symbols(&self) -> (Vec<u8>, Vec<u8>) {
        let table: [(&str, u8, u8, u16, u64); 4] = [
            (self.kmod_info, 0x0f, 2, 0, DATA),
            ("_printf", 0x01, 0, 0xfe00, 0),
            ("_start", 0x0e, 1, 0, TEXT),
            ("___dso_handle", 0x0e, 1, 0, 0),
        ];
        let (mut symbols, mut strings) = (Vec::new(), vec![0]);
        for (name, kind, section, description, value) in table {
            emit_words(&mut symbols, &[low(count(strings.len()))]);
            symbols.extend([kind, section]);
            symbols.extend(description.to_le_bytes());
            symbols.extend(value.to_le_bytes());
            strings.extend(name.bytes());
            strings.push(0);
        }
        (symbols, strings)
    }
}

fn low(number: u64) -> u32 {
    u32::try_from(number).unwrap()
}

fn words(number: u32, words: &[u32]) -> Vec<u8> {
    let mut out = Vec::new();
    emit_words(&mut out, &[number, low(8 + 4 * count(words.len()))]);
    emit_words(&mut out, words);
    out
}

fn section(name: &str, segment: &str, address: u64, offset: u32, size: u64, kind: u32) -> Vec<u8> {
    let (name, segment) = (name16(name), name16(segment));
    let mut out = Vec::new();
    macho::Section { name, segment, address, size, offset, align: 3, flags: kind }.emit(&mut out);
    out
}

/// A segment at `address`, which is its file offset too.
fn segment(name: &str, address: u64, size: u64, file_size: u64, sections: &[Vec<u8>]) -> Vec<u8> {
    let mut out = Vec::new();
    let length = macho::SEGMENT_SIZE + macho::SECTION_SIZE * count(sections.len());
    emit_words(&mut out, &[macho::LC_SEGMENT_64, low(length)]);
    out.extend(name16(name));
    for number in [address, size, address, file_size] {
        out.extend(number.to_le_bytes());
    }
    emit_words(&mut out, &[7, 3, low(count(sections.len())), 0]);
    out.extend(sections.concat());
    out
}
