//! Writes the MH_KEXT_BUNDLE.
//!
//! kxld knows relocation tables, not chained fixups, and refuses a file with any load command that it does not list.
//! So the bundle's segments are kept as they are, but for the words that were links of a chain; `__LINKEDIT` and the
//! load commands are written anew.

use std::collections::BTreeMap;

use crate::bytes::{count, field32, put, slice, u32_at};
use crate::error::Error;
use crate::fixups::{self, Fixup};
use crate::image::Image;
use crate::macho::{self, Section, Segment, Symbol, SymbolGroup, emit_words, name_text, name16};

/// macOS 10.13, the oldest version the kext supports: X.Y.Z as xxxx.yy.zz.
const MINIMUM_MACOS: u32 = 10 << 16 | 13 << 8;

/// Where the kernel finds the start and stop functions.
pub(crate) const KMOD_INFO: &[u8] = b"_kmod_info";

/// Symbols that the linker makes for every bundle; a kext has no use for them.
const LINKER_SYMBOLS: [&[u8]; 2] = [b"__mh_bundle_header", b"___dso_handle"];

/// A relocation of an 8-byte absolute address, as in reloc.h: length 3, X86_64_RELOC_UNSIGNED.
const RELOCATION_LENGTH_8: u32 = 3 << 25;
const RELOCATION_EXTERNAL: u32 = 1 << 27;
const RELOCATION_BYTES: usize = 8;

/// Load commands that may stand in the linker's bundle. What they say is rewritten, or of no use to a kernel.
const KNOWN_COMMANDS: [u32; 10] = [
    macho::LC_SEGMENT_64,
    macho::LC_SYMTAB,
    macho::LC_DYSYMTAB,
    macho::LC_UUID,
    macho::LC_DYLD_CHAINED_FIXUPS,
    macho::LC_DYLD_EXPORTS_TRIE,
    macho::LC_BUILD_VERSION,
    macho::LC_VERSION_MIN_MACOSX,
    macho::LC_FUNCTION_STARTS,
    macho::LC_DATA_IN_CODE,
];

/// How many of what the kext holds.
#[derive(Debug, PartialEq, Eq)]
pub struct Summary {
    /// Words that kxld slides with the kext.
    pub local_relocations: usize,
    /// Words that kxld fills with an imported symbol's address.
    pub external_relocations: usize,
    /// Symbols the kernel must export.
    pub imports: usize,
}

/// Turns what `ld64.lld -arch x86_64 -bundle -fixup_chains -undefined dynamic_lookup` wrote into a kext that kxld
/// accepts. The same input always gives the same bytes.
///
/// # Errors
/// A file that is not such a bundle, that has no `_kmod_info`, constructors, weak imports or libraries, or whose
/// header has no room (`-headerpad`).
pub fn from_bundle(file: &[u8]) -> Result<(Vec<u8>, Summary), Error> {
    let image = Image::parse(file)?;
    check_bundle(&image)?;
    let mut contents = file.to_vec();
    let fixups = fixups::resolve(&image, &mut contents)?;
    let symbols = order_symbols(&image)?;
    let body = body_segments(&image)?;

    let link_edit = LinkEdit::build(&body, &symbols, &fixups, data_in_code(&image)?)?;
    let commands = load_commands(&image, &body, &symbols, &link_edit)?;
    let out = assemble(&image, &contents, &body, &commands, &link_edit)?;
    let imports = symbols.iter().filter(|symbol| symbol.group() == SymbolGroup::Undefined).count();
    let summary = Summary {
        local_relocations: link_edit.local_count,
        external_relocations: link_edit.external_count,
        imports,
    };
    Ok((out, summary))
}

fn check_bundle(image: &Image<'_>) -> Result<(), Error> {
    if image.cpu != macho::CPU_X86_64 {
        return Err(Error::new("only x86_64 bundles can be made kexts here; arm64e needs Apple's linker"));
    }
    if image.file_type != macho::FILE_BUNDLE {
        return Err(Error::new(format!(
            "file type {} is not MH_BUNDLE (8): link with -bundle",
            image.file_type
        )));
    }
    for command in &image.commands {
        if matches!(command.number, macho::LC_LOAD_DYLIB | macho::LC_LOAD_WEAK_DYLIB) {
            return Err(Error::new("the bundle loads a library, which a kext cannot"));
        }
        if !KNOWN_COMMANDS.contains(&command.number) {
            return Err(Error::new(format!("unexpected load command {:#x}", command.number)));
        }
    }
    let base = image.segments.first().map(|segment| segment.address);
    if base != Some(0) {
        return Err(Error::new("the bundle does not start at address 0"));
    }
    Ok(())
}

/// The symbols in the order that LC_DYSYMTAB wants. By name within a group, so that equal inputs give equal bytes.
fn order_symbols(image: &Image<'_>) -> Result<Vec<Symbol>, Error> {
    let mut symbols: Vec<Symbol> = image
        .symbols
        .iter()
        .filter(|symbol| !symbol.is_debug() && !LINKER_SYMBOLS.contains(&symbol.name.as_slice()))
        .cloned()
        .collect();
    symbols.sort_by(|a, b| (a.group(), &a.name, a.value).cmp(&(b.group(), &b.name, b.value)));
    for symbol in &mut symbols {
        if symbol.group() == SymbolGroup::Undefined {
            // The description holds an ordinal of a library; a kext binds by name alone.
            symbol.description = 0;
        }
    }
    if !symbols.iter().any(|symbol| symbol.group() == SymbolGroup::Defined && symbol.name == KMOD_INFO) {
        return Err(Error::new(
            "_kmod_info is not exported: link with -u _kmod_info -exported_symbol _kmod_info",
        ));
    }
    Ok(symbols)
}

/// The entries that tell where jump tables stand between instructions: disassemblers go astray without them.
fn data_in_code<'a>(image: &Image<'a>) -> Result<&'a [u8], Error> {
    let Some(command) = image.command(macho::LC_DATA_IN_CODE)? else { return Ok(&[]) };
    let word = |relative: u64| u32_at(image.file, command.offset.saturating_add(relative)).map(u64::from);
    slice(image.file, word(8)?, word(12)?)
}

/// All segments but `__LINKEDIT`, their sections free of what only a dynamic linker understands.
fn body_segments(image: &Image<'_>) -> Result<Vec<Segment>, Error> {
    let mut body: Vec<Segment> = image
        .segments
        .iter()
        .filter(|segment| segment.name != name16("__LINKEDIT") && segment.size != 0)
        .cloned()
        .collect();
    for section in body.iter_mut().flat_map(|segment| &mut segment.sections) {
        section.flags = plain_flags(section)?;
    }
    Ok(body)
}

/// In code for the kernel, compilers put pointers to constructors into sections of these names and no special type.
const CONSTRUCTORS: [&str; 2] = ["__constructor", "__destructor"];

fn plain_flags(section: &Section) -> Result<u32, Error> {
    let name = name_text(&section.name);
    if CONSTRUCTORS.contains(&name.as_str()) {
        return Err(Error::new(format!("section {name}: a kext has no constructors")));
    }
    match section.kind() {
        // External relocations fill the words that stubs jump through, so both are plain bytes by now.
        macho::S_NON_LAZY_SYMBOL_POINTERS | macho::S_LAZY_SYMBOL_POINTERS | macho::S_SYMBOL_STUBS => {
            Ok(section.flags & !macho::SECTION_TYPE | macho::S_REGULAR)
        }
        macho::S_REGULAR | macho::S_ZEROFILL | macho::S_16BYTE_LITERALS => Ok(section.flags),
        kind if macho::S_LITERALS.contains(&kind) => Ok(section.flags),
        kind => Err(Error::new(format!(
            "section {name} has type {kind:#x}: a kext has no constructors and no thread variables"
        ))),
    }
}

/// The new `__LINKEDIT` segment: local relocations, external ones, data-in-code entries, symbols, strings.
struct LinkEdit {
    bytes: Vec<u8>,
    offset: u64,
    local_count: usize,
    external_count: usize,
    data_in_code_size: usize,
    string_size: usize,
}

impl LinkEdit {
    fn build(
        body: &[Segment],
        symbols: &[Symbol],
        fixups: &[Fixup],
        data_in_code: &[u8],
    ) -> Result<Self, Error> {
        let end = body.iter().map(Segment::file_end).max().unwrap_or(0);
        let mut by_name: BTreeMap<&[u8], usize> = BTreeMap::new();
        for (index, symbol) in symbols.iter().enumerate() {
            if symbol.group() == SymbolGroup::Undefined {
                by_name.insert(&symbol.name, index);
            }
        }
        let mut local = Vec::new();
        let mut external = Vec::new();
        for fixup in fixups {
            match fixup {
                Fixup::Rebase { address, target } => {
                    let section = section_number(body, *target)?;
                    emit_words(&mut local, &[field32(*address)?, section | RELOCATION_LENGTH_8]);
                }
                Fixup::Bind { address, symbol } => {
                    let index = by_name.get(symbol.as_slice()).ok_or_else(|| {
                        let name = String::from_utf8_lossy(symbol);
                        Error::new(format!("{name} is bound but not in the symbol table"))
                    })?;
                    let flags = RELOCATION_LENGTH_8 | RELOCATION_EXTERNAL;
                    emit_words(&mut external, &[field32(*address)?, field32(*index)? | flags]);
                }
            }
        }
        let external_count = external.len() / RELOCATION_BYTES;
        let local_count = local.len() / RELOCATION_BYTES;
        let mut strings = vec![0];
        let mut bytes = local;
        bytes.extend(external);
        bytes.extend(data_in_code);
        for symbol in symbols {
            emit_words(&mut bytes, &[field32(strings.len())?]);
            bytes.extend([symbol.kind, symbol.section]);
            bytes.extend(symbol.description.to_le_bytes());
            bytes.extend(symbol.value.to_le_bytes());
            strings.extend_from_slice(&symbol.name);
            strings.push(0);
        }
        strings.resize(strings.len().next_multiple_of(8), 0);
        let string_size = strings.len();
        bytes.extend(strings);
        Ok(Self {
            bytes,
            offset: page_align(end),
            local_count,
            external_count,
            data_in_code_size: data_in_code.len(),
            string_size,
        })
    }

    fn external_offset(&self) -> u64 {
        self.offset.saturating_add(macho::RELOCATION_SIZE.saturating_mul(count(self.local_count)))
    }

    fn data_in_code_offset(&self) -> u64 {
        self.external_offset()
            .saturating_add(macho::RELOCATION_SIZE.saturating_mul(count(self.external_count)))
    }

    /// Data-in-code entries are 8 bytes each, so symbols stay aligned.
    fn symbol_offset(&self) -> u64 {
        self.data_in_code_offset().saturating_add(count(self.data_in_code_size))
    }

    fn string_offset(&self) -> u64 {
        self.offset.saturating_add(count(self.bytes.len().saturating_sub(self.string_size)))
    }
}

fn page_align(address: u64) -> u64 {
    address.checked_next_multiple_of(macho::PAGE_SIZE).unwrap_or(u64::MAX)
}

/// The number, from 1, of the section that `address` lies in. A pointer to the end of an array may lie just behind
/// its section: that section is given when no other starts there.
fn section_number(body: &[Segment], address: u64) -> Result<u32, Error> {
    let sections = || (1_u32..).zip(body.iter().flat_map(|segment| &segment.sections));
    let end = |section: &Section| section.address.saturating_add(section.size);
    sections()
        .find(|(_, section)| section.address <= address && address < end(section))
        .or_else(|| sections().find(|(_, section)| address == end(section)))
        .map(|(number, _)| number)
        .ok_or_else(|| Error::new(format!("a pointer to {address:#x} points outside all sections")))
}

/// The load commands, each in its bytes.
fn load_commands(
    image: &Image<'_>,
    body: &[Segment],
    symbols: &[Symbol],
    link_edit: &LinkEdit,
) -> Result<Vec<Vec<u8>>, Error> {
    let last = Segment {
        name: name16("__LINKEDIT"),
        address: page_align(body.iter().map(Segment::end).max().unwrap_or(0)),
        size: page_align(count(link_edit.bytes.len())),
        offset: link_edit.offset,
        file_size: count(link_edit.bytes.len()),
        initial_protection: 1,
        sections: Vec::new(),
    };
    let mut commands = Vec::new();
    for segment in body.iter().chain([&last]) {
        commands.push(segment_command(segment)?);
    }
    let symbol_offset = field32(link_edit.symbol_offset())?;
    let total = field32(symbols.len())?;
    commands.push(command(
        macho::LC_SYMTAB,
        &[symbol_offset, total, field32(link_edit.string_offset())?, field32(link_edit.string_size)?],
    )?);
    commands.push(dynamic_symbol_command(symbols, link_edit)?);
    let uuid = image
        .command(macho::LC_UUID)?
        .ok_or_else(|| Error::new("no UUID: kextutil could not tell this build from another"))?;
    commands.push(slice(image.file, uuid.offset, uuid.size)?.to_vec());
    commands.push(command(macho::LC_VERSION_MIN_MACOSX, &[MINIMUM_MACOS, MINIMUM_MACOS])?);
    if link_edit.data_in_code_size != 0 {
        let offset = field32(link_edit.data_in_code_offset())?;
        commands.push(command(macho::LC_DATA_IN_CODE, &[offset, field32(link_edit.data_in_code_size)?])?);
    }
    commands.push(command(macho::LC_SOURCE_VERSION, &[0, 0])?);
    Ok(commands)
}

fn command(number: u32, words: &[u32]) -> Result<Vec<u8>, Error> {
    let mut out = Vec::new();
    let size = words.len().saturating_mul(4).saturating_add(8);
    emit_words(&mut out, &[number, field32(size)?]);
    emit_words(&mut out, words);
    Ok(out)
}

fn segment_command(segment: &Segment) -> Result<Vec<u8>, Error> {
    /// Read, write and execute: the kernel narrows it to the initial protection itself.
    const MAXIMUM_PROTECTION: u32 = 7;
    let sections = count(segment.sections.len());
    let size = macho::SEGMENT_SIZE.saturating_add(macho::SECTION_SIZE.saturating_mul(sections));
    let mut out = Vec::new();
    emit_words(&mut out, &[macho::LC_SEGMENT_64, field32(size)?]);
    out.extend(segment.name);
    for number in [segment.address, segment.size, segment.offset, segment.file_size] {
        out.extend(number.to_le_bytes());
    }
    emit_words(&mut out, &[MAXIMUM_PROTECTION, segment.initial_protection, field32(sections)?, 0]);
    for section in &segment.sections {
        section.emit(&mut out);
    }
    Ok(out)
}

fn dynamic_symbol_command(symbols: &[Symbol], link_edit: &LinkEdit) -> Result<Vec<u8>, Error> {
    let of = |group| field32(symbols.iter().filter(|symbol| symbol.group() == group).count());
    let (local, defined) = (of(SymbolGroup::Local)?, of(SymbolGroup::Defined)?);
    let first_undefined = local.saturating_add(defined);
    let mut words = vec![0, local, local, defined, first_undefined, of(SymbolGroup::Undefined)?];
    // No table of contents, modules, references or indirect symbols: offset and count of each are 0.
    words.extend([0; 8]);
    words.extend([field32(link_edit.external_offset())?, field32(link_edit.external_count)?]);
    words.extend([field32(link_edit.offset)?, field32(link_edit.local_count)?]);
    command(macho::LC_DYSYMTAB, &words)
}

/// Header, load commands, the bundle's own contents up to its last segment, `__LINKEDIT`.
fn assemble(
    image: &Image<'_>,
    contents: &[u8],
    body: &[Segment],
    commands: &[Vec<u8>],
    link_edit: &LinkEdit,
) -> Result<Vec<u8>, Error> {
    let commands_size = commands.iter().map(Vec::len).fold(0, usize::saturating_add);
    let first_section = body
        .iter()
        .flat_map(|segment| &segment.sections)
        .map(|section| u64::from(section.offset))
        .filter(|&offset| offset != 0)
        .min()
        .ok_or_else(|| Error::new("the bundle has no contents"))?;
    if macho::HEADER_SIZE.saturating_add(count(commands_size)) > first_section {
        return Err(Error::new(
            "the load commands do not fit before the first section: link with -headerpad 0x200",
        ));
    }
    let mut header = Vec::new();
    emit_words(&mut header, &[macho::MAGIC_64, image.cpu, image.cpu_subtype, macho::FILE_KEXT_BUNDLE]);
    emit_words(&mut header, &[field32(commands.len())?, field32(commands_size)?, macho::KEXT_FLAGS, 0]);
    header.extend(commands.iter().flatten());
    header.resize(usize::try_from(first_section).unwrap_or(usize::MAX), 0);

    let end = usize::try_from(link_edit.offset).unwrap_or(usize::MAX);
    let mut out = contents.get(..end).unwrap_or(contents).to_vec();
    out.resize(end, 0);
    put(&mut out, 0, &header)?;
    // What stood between the last segment and this page was the bundle's own __LINKEDIT.
    let body_end = body.iter().map(Segment::file_end).max().unwrap_or(0);
    out.iter_mut().skip(usize::try_from(body_end).unwrap_or(usize::MAX)).for_each(|byte| *byte = 0);
    out.extend_from_slice(&link_edit.bytes);
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{commands, sample};

    fn refusal(bundle: &[u8]) -> String {
        from_bundle(bundle).unwrap_err().to_string()
    }

    #[test]
    fn a_bundle_becomes_a_kext_that_passes_its_own_check() {
        let (kext, summary) = from_bundle(&sample::bundle()).unwrap();
        assert_eq!(summary, Summary { local_relocations: 1, external_relocations: 1, imports: 1 });
        assert_eq!(commands::check(&kext), Vec::new());
        let image = Image::parse(&kext).unwrap();
        let groups: Vec<SymbolGroup> = image.symbols.iter().map(Symbol::group).collect();
        assert_eq!(groups, [SymbolGroup::Local, SymbolGroup::Defined, SymbolGroup::Undefined]);
        assert!(image.symbols.iter().all(|symbol| symbol.name != b"___dso_handle"));
    }

    #[test]
    fn external_relocations_name_their_symbol_by_index() {
        let (kext, _) = from_bundle(&sample::bundle()).unwrap();
        let image = Image::parse(&kext).unwrap();
        let (offset, number) = image.dynamic.unwrap().external_relocations;
        assert_eq!(number, 1);
        let entry = slice(&kext, u64::from(offset), 8).unwrap();
        let undefined = image.symbols.iter().position(|symbol| symbol.name == b"_printf").unwrap();
        assert_eq!(entry[..4], u32::try_from(sample::DATA).unwrap().to_le_bytes());
        assert_eq!(entry[4..7], u32::try_from(undefined).unwrap().to_le_bytes()[..3]);
        assert_eq!(entry[7], 0x0e, "external, 8 bytes, absolute");
    }

    #[test]
    fn equal_inputs_give_equal_bytes() {
        assert_eq!(from_bundle(&sample::bundle()), from_bundle(&sample::bundle()));
    }

    #[test]
    fn what_a_kext_cannot_have_is_refused() {
        let cases = [
            (sample::Bundle { library: true, ..Default::default() }, "the bundle loads a library"),
            (sample::Bundle { kmod_info: "_other", ..Default::default() }, "_kmod_info is not exported"),
            (sample::Bundle { data_type: 0x9, ..Default::default() }, "section __data has type 0x9"),
            (
                sample::Bundle { data_name: "__constructor", ..Default::default() },
                "section __constructor: a kext",
            ),
            (sample::Bundle { file_type: 0xb, ..Default::default() }, "file type 11 is not MH_BUNDLE"),
            (sample::Bundle { text_offset: 0x210, ..Default::default() }, "the load commands do not fit"),
            (sample::Bundle { target: 0x9000, ..Default::default() }, "a pointer to 0x9000 points outside"),
            (sample::Bundle { cpu: macho::CPU_ARM64, ..Default::default() }, "only x86_64 bundles"),
        ];
        for (bundle, expected) in cases {
            let message = refusal(&bundle.build());
            assert!(message.starts_with(expected), "{message:?} for {expected:?}");
        }
    }
}
