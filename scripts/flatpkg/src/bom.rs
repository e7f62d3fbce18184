//! The bill of materials: a store of numbered blocks, some of which are named (all numbers are big-endian).
//!
//! `Paths` is a tree of one leaf whose entries name two blocks each: the path (its parent's number and its name)
//! and what is known of it. Installer and pkgutil read nothing else, but expect the other variables to be there.

use crate::error::{Error, field32};
use crate::tree::{Entry, OWNER};

const HEADER_SIZE: usize = 512;
/// Blocks of trees have a fixed size; a leaf has a header of 12 bytes and 8 bytes an entry, here 256 of them at most.
const LEAF_SIZE: u32 = 4096;
const SMALL_LEAF_SIZE: u32 = 128;
const ENTRIES_MAX: usize = 256;

const FILE: u8 = 1;
const DIRECTORY: u8 = 2;
/// Every architecture.
const ANY: u16 = 15;

/// The bill of `entries`, a folder before its content, all changed last at `mtime`.
pub(crate) fn write(entries: &[Entry], mtime: u32) -> Result<Vec<u8>, Error> {
    if entries.len() > ENTRIES_MAX {
        return Err(Error::new(format!(
            "{} files and folders: a package has {ENTRIES_MAX} at most",
            entries.len()
        )));
    }
    let mut store = Store::default();
    let total: usize = entries.iter().map(Entry::size).sum();
    let count = field32(entries.len())?;
    let information = store.add(words(&[1, count.saturating_add(1), 1, 0, 0, field32(total)?, 0]))?;
    store.name("BomInfo", information);

    let mut pairs = Vec::new();
    for (number, entry) in (1_u32..).zip(entries) {
        let details = store.add(details(entry, mtime)?)?;
        let index = store.add(words(&[number, details]))?;
        let mut path = words(&[parent(entries, entry)?]);
        path.extend_from_slice(entry.split().map_or(".", |(_, name)| name).as_bytes());
        path.push(0);
        pairs.push((index, store.add(path)?));
    }
    let paths = store.tree(LEAF_SIZE, &pairs)?;
    store.name("Paths", paths);
    let links = store.tree(LEAF_SIZE, &[])?;
    store.name("HLIndex", links);
    let empty = store.tree(SMALL_LEAF_SIZE, &[])?;
    let mut version_index = words(&[1, empty, 0]);
    version_index.push(0);
    let version_index = store.add(version_index)?;
    store.name("VIndex", version_index);
    let large = store.tree(LEAF_SIZE, &[])?;
    store.name("Size64", large);
    store.finish()
}

/// The number of the folder that holds `entry`; 0 for the root.
fn parent(entries: &[Entry], entry: &Entry) -> Result<u32, Error> {
    let Some((folder, _)) = entry.split() else { return Ok(0) };
    (1_u32..)
        .zip(entries)
        .find_map(|(number, candidate)| (candidate.path == folder).then_some(number))
        .ok_or_else(|| Error::new(format!("{}: its folder does not stand before it", entry.path)))
}

/// What the bill says of one entry: type, architecture, mode, owner, time, size, checksum, no link.
fn details(entry: &Entry, mtime: u32) -> Result<Vec<u8>, Error> {
    let mut out = vec![if entry.content.is_some() { FILE } else { DIRECTORY }, 1];
    out.extend(ANY.to_be_bytes());
    let mode = u16::try_from(entry.mode)
        .map_err(|_| Error::new(format!("{}: mode {:o}", entry.path, entry.mode)))?;
    out.extend(mode.to_be_bytes());
    out.extend(words(&[OWNER, OWNER, mtime, field32(entry.size())?]));
    out.push(1);
    out.extend(words(&[entry.content.as_deref().map_or(0, checksum), 0]));
    Ok(out)
}

/// The CRC of cksum(1) in POSIX: over the bytes, then over the length, lowest byte first, without leading zeros.
fn checksum(content: &[u8]) -> u32 {
    let mut length = content.len();
    let mut crc = content.iter().fold(0, |crc, &byte| step(crc, byte));
    while length != 0 {
        let [low, ..] = length.to_le_bytes();
        crc = step(crc, low);
        length >>= 8;
    }
    !crc
}

fn step(crc: u32, byte: u8) -> u32 {
    (0..8).fold(crc ^ u32::from(byte) << 24, |crc, _| {
        let rest = crc << 1;
        if crc >> 31 == 1 { rest ^ 0x04c1_1db7 } else { rest }
    })
}

fn words(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_be_bytes()).collect()
}

/// The blocks so far, numbered from 1, and the named ones.
#[derive(Default)]
struct Store {
    blocks: Vec<Vec<u8>>,
    names: Vec<(&'static str, u32)>,
}

impl Store {
    fn add(&mut self, block: Vec<u8>) -> Result<u32, Error> {
        self.blocks.push(block);
        field32(self.blocks.len())
    }

    fn name(&mut self, name: &'static str, block: u32) {
        self.names.push((name, block));
    }

    /// A tree with one leaf of `size` bytes.
    fn tree(&mut self, size: u32, entries: &[(u32, u32)]) -> Result<u32, Error> {
        let count = field32(entries.len())?;
        let count16 = u16::try_from(count).map_err(|_| Error::new("a leaf of the bill is full"))?;
        let mut leaf = vec![0, 1];
        leaf.extend(count16.to_be_bytes());
        leaf.extend(words(&[0, 0]));
        leaf.extend(entries.iter().flat_map(|&(index, path)| words(&[index, path])));
        let wanted = usize::try_from(size).unwrap_or(0);
        leaf.resize(wanted.max(leaf.len()), 0);
        let leaf = self.add(leaf)?;
        let mut tree = b"tree".to_vec();
        tree.extend(words(&[1, leaf, size, count]));
        tree.push(0);
        self.add(tree)
    }

    /// Header, blocks, names, then where each block is; block 0 is none.
    fn finish(self) -> Result<Vec<u8>, Error> {
        let mut out = vec![0; HEADER_SIZE];
        let mut index = words(&[field32(self.blocks.len().saturating_add(1))?, 0, 0]);
        for block in &self.blocks {
            index.extend(words(&[field32(out.len())?, field32(block.len())?]));
            out.extend_from_slice(block);
        }
        // Two free blocks, both empty.
        index.extend(words(&[2, 0, 0, 0, 0]));

        let names_at = field32(out.len())?;
        let mut names = words(&[field32(self.names.len())?]);
        for (name, block) in &self.names {
            names.extend(words(&[*block]));
            names.push(u8::try_from(name.len()).map_err(|_| Error::new("a long name"))?);
            names.extend_from_slice(name.as_bytes());
        }
        out.extend_from_slice(&names);
        let index_at = field32(out.len())?;
        out.extend_from_slice(&index);

        let mut header = b"BOMStore".to_vec();
        let counts = [
            1,
            field32(self.blocks.len())?,
            index_at,
            field32(index.len())?,
            names_at,
            field32(names.len())?,
        ];
        header.extend(words(&counts));
        out.iter_mut().zip(header).for_each(|(to, from)| *to = from);
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::tests::sample;

    fn find(bom: &[u8], needle: &[u8]) -> Option<usize> {
        bom.windows(needle.len()).position(|window| window == needle)
    }

    #[test]
    fn the_checksum_is_that_of_cksum() {
        assert_eq!(checksum(b""), 4_294_967_295);
        assert_eq!(checksum(b"hello\n"), 3_015_617_425);
    }

    #[test]
    fn every_entry_has_its_parent_its_mode_and_its_checksum() {
        let bom = write(&sample(), 5).unwrap();
        assert!(bom.starts_with(b"BOMStore\0\0\0\x01"));
        assert!(find(&bom, b"\0\0\0\0.\0").is_some());
        assert!(find(&bom, b"\0\0\0\x01bin\0").is_some());
        assert!(find(&bom, b"\0\0\0\x02tool\0").is_some());
        let mut file = vec![FILE, 1, 0, 15, 0x81, 0xed];
        file.extend(words(&[0, 0, 5, 6]));
        file.push(1);
        file.extend(words(&[3_015_617_425]));
        assert!(find(&bom, &file).is_some());
    }

    #[test]
    fn more_entries_than_a_leaf_holds_are_refused() {
        let many: Vec<Entry> =
            (0..257).map(|_| Entry { path: ".".to_owned(), mode: 0o040_755, content: None }).collect();
        assert!(write(&many, 0).is_err());
        assert!(write(&many[..256], 0).is_ok());
    }

    #[test]
    fn an_entry_without_its_folder_is_refused() {
        assert!(write(&sample()[2..], 0).is_err());
    }
}
