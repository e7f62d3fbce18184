//! Reading a Mach-O file: header, load commands, segments and symbols.

use crate::bytes::{name_at, slice, string_at, u8_at, u16_at, u32_at, u64_at};
use crate::error::Error;
use crate::macho::{
    self, CPU_ARM64, CPU_X86_64, HEADER_SIZE, LC_DYSYMTAB, LC_SEGMENT_64, LC_SYMTAB, MAGIC_64, SECTION_SIZE,
    SEGMENT_SIZE, SYMBOL_SIZE, Section, Segment, Symbol,
};

/// One load command: its number and the bytes it covers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Command {
    pub(crate) number: u32,
    pub(crate) offset: u64,
    pub(crate) size: u64,
}

/// The parts of LC_DYSYMTAB that a kext uses.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct DynamicSymbols {
    pub(crate) local: (u32, u32),
    pub(crate) defined: (u32, u32),
    pub(crate) undefined: (u32, u32),
    pub(crate) indirect: u32,
    pub(crate) external_relocations: (u32, u32),
    pub(crate) local_relocations: (u32, u32),
}

/// A parsed file.
#[derive(Debug)]
pub(crate) struct Image<'a> {
    pub(crate) file: &'a [u8],
    pub(crate) cpu: u32,
    pub(crate) cpu_subtype: u32,
    pub(crate) file_type: u32,
    pub(crate) commands: Vec<Command>,
    pub(crate) segments: Vec<Segment>,
    pub(crate) symbols: Vec<Symbol>,
    pub(crate) dynamic: Option<DynamicSymbols>,
}

impl<'a> Image<'a> {
    pub(crate) fn parse(file: &'a [u8]) -> Result<Self, Error> {
        if u32_at(file, 0).ok() != Some(MAGIC_64) {
            return Err(Error::new("not a 64-bit little-endian Mach-O file"));
        }
        let cpu = u32_at(file, 4)?;
        if cpu != CPU_X86_64 && cpu != CPU_ARM64 {
            return Err(Error::new(format!("CPU type {cpu:#x} is neither x86_64 nor arm64")));
        }
        let mut image = Self {
            file,
            cpu,
            cpu_subtype: u32_at(file, 8)?,
            file_type: u32_at(file, 12)?,
            commands: Vec::new(),
            segments: Vec::new(),
            symbols: Vec::new(),
            dynamic: None,
        };
        image.parse_commands()?;
        Ok(image)
    }

    /// The only command with this number. None if there is none; two are an error.
    pub(crate) fn command(&self, number: u32) -> Result<Option<Command>, Error> {
        let mut found = self.commands.iter().filter(|command| command.number == number);
        match (found.next(), found.next()) {
            (first, None) => Ok(first.copied()),
            (_, Some(_)) => Err(Error::new(format!("load command {number:#x} stands twice"))),
        }
    }

    /// All sections; the first one has number 1 in symbols and relocations.
    pub(crate) fn sections(&self) -> impl Iterator<Item = &Section> {
        self.segments.iter().flat_map(|segment| &segment.sections)
    }

    fn parse_commands(&mut self) -> Result<(), Error> {
        let file = self.file;
        let total = u64::from(u32_at(file, 20)?);
        let end = HEADER_SIZE.saturating_add(total);
        let mut offset = HEADER_SIZE;
        for _ in 0..u32_at(file, 16)? {
            let command = Command {
                number: u32_at(file, offset)?,
                offset,
                size: u64::from(u32_at(file, offset.saturating_add(4))?),
            };
            let next = offset.saturating_add(command.size);
            if command.size < 8 || next > end {
                return Err(Error::new(format!("load command at offset {offset:#x} has a bad size")));
            }
            if command.number == LC_SEGMENT_64 {
                self.segments.push(parse_segment(file, command)?);
            }
            self.commands.push(command);
            offset = next;
        }
        if let Some(command) = self.command(LC_SYMTAB)? {
            self.symbols = parse_symbols(file, command)?;
        }
        if let Some(command) = self.command(LC_DYSYMTAB)? {
            self.dynamic = Some(parse_dynamic(file, command)?);
        }
        Ok(())
    }
}

fn parse_segment(file: &[u8], command: Command) -> Result<Segment, Error> {
    let at = |relative: u64| command.offset.saturating_add(relative);
    let count = u32_at(file, at(64))?;
    if command.size != SEGMENT_SIZE.saturating_add(SECTION_SIZE.saturating_mul(u64::from(count))) {
        return Err(Error::new(format!("segment command at offset {:#x} has a bad size", command.offset)));
    }
    let mut segment = Segment {
        name: name_at(file, at(8))?,
        address: u64_at(file, at(24))?,
        size: u64_at(file, at(32))?,
        offset: u64_at(file, at(40))?,
        file_size: u64_at(file, at(48))?,
        initial_protection: u32_at(file, at(60))?,
        sections: Vec::new(),
    };
    slice(file, segment.offset, segment.file_size)?;
    for index in 0..u64::from(count) {
        let start = at(SEGMENT_SIZE.saturating_add(SECTION_SIZE.saturating_mul(index)));
        let at = |relative: u64| start.saturating_add(relative);
        let section = Section {
            name: name_at(file, at(0))?,
            segment: name_at(file, at(16))?,
            address: u64_at(file, at(32))?,
            size: u64_at(file, at(40))?,
            offset: u32_at(file, at(48))?,
            align: u32_at(file, at(52))?,
            flags: u32_at(file, at(64))?,
        };
        if section.address < segment.address || section.address.saturating_add(section.size) > segment.end() {
            let name = macho::name_text(&section.name);
            return Err(Error::new(format!("section {name} lies outside its segment")));
        }
        segment.sections.push(section);
    }
    Ok(segment)
}

fn parse_symbols(file: &[u8], command: Command) -> Result<Vec<Symbol>, Error> {
    let at = |relative: u64| u32_at(file, command.offset.saturating_add(relative)).map(u64::from);
    let (table, count, strings) = (at(8)?, at(12)?, slice(file, at(16)?, at(20)?)?);
    let mut symbols = Vec::new();
    for index in 0..count {
        let start = table.saturating_add(SYMBOL_SIZE.saturating_mul(index));
        let at = |relative: u64| start.saturating_add(relative);
        symbols.push(Symbol {
            name: string_at(strings, u64::from(u32_at(file, at(0))?))?.to_vec(),
            kind: u8_at(file, at(4))?,
            section: u8_at(file, at(5))?,
            description: u16_at(file, at(6))?,
            value: u64_at(file, at(8))?,
        });
    }
    Ok(symbols)
}

fn parse_dynamic(file: &[u8], command: Command) -> Result<DynamicSymbols, Error> {
    let word = |relative: u64| u32_at(file, command.offset.saturating_add(relative));
    let pair = |relative: u64| Ok::<_, Error>((word(relative)?, word(relative.saturating_add(4))?));
    Ok(DynamicSymbols {
        local: pair(8)?,
        defined: pair(16)?,
        undefined: pair(24)?,
        indirect: word(60)?,
        external_relocations: pair(64)?,
        local_relocations: pair(72)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn a_bundle_is_taken_apart() {
        let file = sample::bundle();
        let image = Image::parse(&file).unwrap();
        assert_eq!(image.file_type, macho::FILE_BUNDLE);
        assert_eq!(image.segments.len(), 3);
        assert_eq!(image.sections().count(), 3);
        assert!(image.symbols.iter().any(|symbol| symbol.name == b"_kmod_info"));
    }

    #[test]
    fn every_truncation_is_an_error_and_never_a_panic() {
        let file = sample::bundle();
        for length in 0..file.len() {
            assert!(Image::parse(&file[..length]).is_err(), "{length} bytes");
        }
    }

    #[test]
    fn another_kind_of_file_is_refused() {
        assert_eq!(
            Image::parse(b"\x7fELF............").unwrap_err().to_string(),
            "not a 64-bit little-endian Mach-O file"
        );
    }
}
