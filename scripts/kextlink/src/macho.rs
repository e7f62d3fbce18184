//! Numbers and records of 64-bit Mach-O files, as loader.h, nlist.h and reloc.h of the format define them.

pub(crate) const MAGIC_64: u32 = 0xfeed_facf;
pub(crate) const CPU_X86_64: u32 = 0x0100_0007;
pub(crate) const CPU_ARM64: u32 = 0x0100_000c;

pub(crate) const FILE_BUNDLE: u32 = 0x8;
pub(crate) const FILE_KEXT_BUNDLE: u32 = 0xb;

/// MH_NOUNDEFS, MH_DYLDLINK and MH_TWOLEVEL: what Apple's linker sets for a kext.
pub(crate) const KEXT_FLAGS: u32 = 0x85;

pub(crate) const LC_SYMTAB: u32 = 0x2;
pub(crate) const LC_DYSYMTAB: u32 = 0xb;
pub(crate) const LC_LOAD_DYLIB: u32 = 0xc;
pub(crate) const LC_SEGMENT_64: u32 = 0x19;
pub(crate) const LC_UUID: u32 = 0x1b;
pub(crate) const LC_CODE_SIGNATURE: u32 = 0x1d;
pub(crate) const LC_SEGMENT_SPLIT_INFO: u32 = 0x1e;
pub(crate) const LC_VERSION_MIN_MACOSX: u32 = 0x24;
pub(crate) const LC_FUNCTION_STARTS: u32 = 0x26;
pub(crate) const LC_DATA_IN_CODE: u32 = 0x29;
pub(crate) const LC_SOURCE_VERSION: u32 = 0x2a;
pub(crate) const LC_BUILD_VERSION: u32 = 0x32;
pub(crate) const LC_LOAD_WEAK_DYLIB: u32 = 0x8000_0018;
pub(crate) const LC_DYLD_EXPORTS_TRIE: u32 = 0x8000_0033;
pub(crate) const LC_DYLD_CHAINED_FIXUPS: u32 = 0x8000_0034;

pub(crate) const HEADER_SIZE: u64 = 32;
pub(crate) const SEGMENT_SIZE: u64 = 72;
pub(crate) const SECTION_SIZE: u64 = 80;
pub(crate) const SYMBOL_SIZE: u64 = 16;
pub(crate) const RELOCATION_SIZE: u64 = 8;
pub(crate) const PAGE_SIZE: u64 = 4096;

/// `Section::flags`: the part that is the type.
pub(crate) const SECTION_TYPE: u32 = 0xff;
pub(crate) const S_REGULAR: u32 = 0x0;
pub(crate) const S_ZEROFILL: u32 = 0x1;
/// String, 4-byte, 8-byte literals and pointers to literals: a linker may merge them, a loader need not care.
pub(crate) const S_LITERALS: core::ops::RangeInclusive<u32> = 0x2..=0x5;
pub(crate) const S_16BYTE_LITERALS: u32 = 0xe;
pub(crate) const S_NON_LAZY_SYMBOL_POINTERS: u32 = 0x6;
pub(crate) const S_LAZY_SYMBOL_POINTERS: u32 = 0x7;
pub(crate) const S_SYMBOL_STUBS: u32 = 0x8;

/// `Symbol::kind`: the bits of debugger entries, of the type, and the bit of external ones.
pub(crate) const N_STAB: u8 = 0xe0;
pub(crate) const N_TYPE: u8 = 0x0e;
pub(crate) const N_EXT: u8 = 0x01;

/// One section header.
#[derive(Clone, Debug)]
pub(crate) struct Section {
    pub(crate) name: [u8; 16],
    pub(crate) segment: [u8; 16],
    pub(crate) address: u64,
    pub(crate) size: u64,
    pub(crate) offset: u32,
    pub(crate) align: u32,
    pub(crate) flags: u32,
}

impl Section {
    pub(crate) fn kind(&self) -> u32 {
        self.flags & SECTION_TYPE
    }

    /// The header without relocations of its own and without indirect symbols.
    pub(crate) fn emit(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.name);
        out.extend_from_slice(&self.segment);
        out.extend_from_slice(&self.address.to_le_bytes());
        out.extend_from_slice(&self.size.to_le_bytes());
        emit_words(out, &[self.offset, self.align, 0, 0, self.flags, 0, 0, 0]);
    }
}

/// One segment command and its sections.
#[derive(Clone, Debug)]
pub(crate) struct Segment {
    pub(crate) name: [u8; 16],
    pub(crate) address: u64,
    pub(crate) size: u64,
    pub(crate) offset: u64,
    pub(crate) file_size: u64,
    pub(crate) initial_protection: u32,
    pub(crate) sections: Vec<Section>,
}

impl Segment {
    pub(crate) fn end(&self) -> u64 {
        self.address.saturating_add(self.size)
    }

    pub(crate) fn file_end(&self) -> u64 {
        self.offset.saturating_add(self.file_size)
    }
}

/// One entry of the symbol table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Symbol {
    pub(crate) name: Vec<u8>,
    pub(crate) kind: u8,
    pub(crate) section: u8,
    pub(crate) description: u16,
    pub(crate) value: u64,
}

/// The three groups that LC_DYSYMTAB tells apart, in the order they stand in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SymbolGroup {
    Local,
    Defined,
    Undefined,
}

impl Symbol {
    pub(crate) fn group(&self) -> SymbolGroup {
        match (self.kind & N_EXT, self.kind & N_TYPE) {
            (0, _) => SymbolGroup::Local,
            (_, 0) => SymbolGroup::Undefined,
            (_, _) => SymbolGroup::Defined,
        }
    }

    pub(crate) fn is_debug(&self) -> bool {
        self.kind & N_STAB != 0
    }
}

/// Appends 32-bit numbers.
pub(crate) fn emit_words(out: &mut Vec<u8>, words: &[u32]) {
    out.extend(words.iter().flat_map(|word| word.to_le_bytes()));
}

/// A fixed-size name as text, for messages.
pub(crate) fn name_text(name: &[u8]) -> String {
    let end = name.iter().position(|&byte| byte == 0).unwrap_or(name.len());
    String::from_utf8_lossy(name.get(..end).unwrap_or_default()).into_owned()
}

/// `name` padded with zeros to the 16 bytes of a segment's name; a longer one is cut.
pub(crate) fn name16(name: &str) -> [u8; 16] {
    let mut out = [0; 16];
    out.iter_mut().zip(name.bytes()).for_each(|(to, from)| *to = from);
    out
}
