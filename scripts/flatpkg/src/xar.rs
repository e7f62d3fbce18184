//! The outer archive: a header, a packed table of contents in XML, and the heap with the files' bytes.

use std::io::Write;

use flate2::{Compression, write::ZlibEncoder};
use sha1::{Digest, Sha1};

use crate::error::Error;

const MAGIC: &[u8] = b"xar!";
const HEADER_SIZE: u16 = 28;
const VERSION: u16 = 1;
const SHA1: u32 = 1;
/// The heap begins with the checksum of the packed table of contents.
const CHECKSUM_SIZE: usize = 20;
/// The same for all: nothing reads it, and the same input shall give the same archive.
const CREATED: &str = "2001-01-01T00:00:00";

/// A file or a folder of the archive.
#[derive(Debug)]
pub(crate) enum Node {
    /// Packed when it is stored.
    File(String, Vec<u8>),
    /// Stored as it is, for it is packed already.
    Stored(String, Vec<u8>),
    Folder(String, Vec<Node>),
}

/// The archive of `nodes`.
pub(crate) fn write(nodes: &[Node]) -> Result<Vec<u8>, Error> {
    let mut writer = Writer { heap: vec![0; CHECKSUM_SIZE], toc: String::new(), last: 0 };
    for node in nodes {
        writer.add(node)?;
    }
    let toc = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<xar><toc><creation-time>{CREATED}</creation-time>\
         <checksum style=\"sha1\"><offset>0</offset><size>{CHECKSUM_SIZE}</size></checksum>{}</toc></xar>\n",
        writer.toc
    );
    let packed = pack(toc.as_bytes())?;
    let mut heap = writer.heap;
    heap.iter_mut().zip(Sha1::digest(&packed)).for_each(|(to, from)| *to = from);

    let mut out = MAGIC.to_vec();
    out.extend(HEADER_SIZE.to_be_bytes());
    out.extend(VERSION.to_be_bytes());
    for length in [packed.len(), toc.len()] {
        out.extend(u64::try_from(length).map_err(|_| Error::new("a table too long"))?.to_be_bytes());
    }
    out.extend(SHA1.to_be_bytes());
    out.extend(packed);
    out.extend(heap);
    Ok(out)
}

struct Writer {
    heap: Vec<u8>,
    toc: String,
    last: u32,
}

impl Writer {
    fn add(&mut self, node: &Node) -> Result<(), Error> {
        self.last = self.last.saturating_add(1);
        let id = self.last;
        match node {
            Node::Folder(name, nodes) => {
                self.begin(id, name, "directory", "0755");
                nodes.iter().try_for_each(|node| self.add(node))?;
            }
            Node::File(name, content) => self.file(id, name, content, &pack(content)?, "application/x-gzip"),
            Node::Stored(name, content) => self.file(id, name, content, content, "application/octet-stream"),
        }
        self.toc.push_str("</file>");
        Ok(())
    }

    fn begin(&mut self, id: u32, name: &str, kind: &str, mode: &str) {
        let owner = "<uid>0</uid><user>root</user><gid>0</gid><group>wheel</group>";
        let name = escape(name);
        self.toc.push_str(&format!(
            "<file id=\"{id}\"><name>{name}</name><type>{kind}</type><mode>{mode}</mode>{owner}"
        ));
    }

    /// `content` as it is, and as it is stored.
    fn file(&mut self, id: u32, name: &str, content: &[u8], stored: &[u8], style: &str) {
        self.begin(id, name, "file", "0644");
        self.toc.push_str(&format!(
            "<data><length>{}</length><offset>{}</offset><size>{}</size><encoding style=\"{style}\"/>\
             <extracted-checksum style=\"sha1\">{}</extracted-checksum>\
             <archived-checksum style=\"sha1\">{}</archived-checksum></data>",
            stored.len(),
            self.heap.len(),
            content.len(),
            hexadecimal(&Sha1::digest(content)),
            hexadecimal(&Sha1::digest(stored)),
        ));
        self.heap.extend_from_slice(stored);
    }
}

fn pack(content: &[u8]) -> Result<Vec<u8>, Error> {
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::best());
    packer.write_all(content).and_then(|()| packer.finish()).map_err(|cause| Error::new(cause.to_string()))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn escape(name: &str) -> String {
    name.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn sample() -> Vec<Node> {
        let inner = Node::Stored("Payload".to_owned(), b"stored".to_vec());
        vec![
            Node::File("Distribution".to_owned(), b"text".to_vec()),
            Node::Folder("a&b".to_owned(), vec![inner]),
        ]
    }

    /// The table of contents, unpacked, and the heap.
    fn open(file: &[u8]) -> (String, &[u8]) {
        let length = usize::try_from(u64::from_be_bytes(file[8..16].try_into().unwrap())).unwrap();
        let (packed, heap) = file[28..].split_at(length);
        assert_eq!(heap[..20], *Sha1::digest(packed));
        let mut toc = String::new();
        flate2::read::ZlibDecoder::new(packed).read_to_string(&mut toc).unwrap();
        assert_eq!(file[16..24], u64::try_from(toc.len()).unwrap().to_be_bytes());
        (toc, heap)
    }

    #[test]
    fn the_table_of_contents_has_every_file_in_its_folder() {
        let file = write(&sample()).unwrap();
        assert!(file.starts_with(b"xar!\0\x1c\0\x01"));
        let (toc, heap) = open(&file);
        assert!(toc.contains("<creation-time>2001-01-01T00:00:00</creation-time>"));
        let names: Vec<&str> =
            toc.split("<name>").skip(1).filter_map(|rest| rest.split('<').next()).collect();
        assert_eq!(names, ["Distribution", "a&amp;b", "Payload"]);
        assert!(toc.ends_with("</file></file></toc></xar>\n"));
        assert!(heap.ends_with(b"stored"));
    }

    #[test]
    fn the_same_files_give_the_same_archive() {
        assert_eq!(write(&sample()).unwrap(), write(&sample()).unwrap());
    }
}
