//! The archive format of Payload and Scripts: cpio with octal headers of POSIX.1-1988 ("odc"), packed with gzip.

use std::io::Write;

use flate2::{Compression, GzBuilder};

use crate::error::Error;
use crate::tree::{Entry, OWNER};

const MAGIC: &str = "070707";
const LAST: &str = "TRAILER!!!";

/// The archive of `entries`, all of them changed last at `mtime` (seconds since 1970), packed.
pub(crate) fn packed(entries: &[Entry], mtime: u32) -> Result<Vec<u8>, Error> {
    let archive = archive(entries, mtime)?;
    // The header names no file and no time: the same archive gives the same bytes.
    let mut packer = GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
    packer.write_all(&archive).and_then(|()| packer.finish()).map_err(|cause| Error::new(cause.to_string()))
}

fn archive(entries: &[Entry], mtime: u32) -> Result<Vec<u8>, Error> {
    let mut out = Vec::new();
    for (inode, entry) in (1_u32..).zip(entries) {
        let links = if entry.content.is_some() { 1 } else { 2 };
        let content = entry.content.as_deref().unwrap_or_default();
        member(&mut out, &[inode, entry.mode, OWNER, OWNER, links, 0], mtime, &entry.path, content)?;
    }
    member(&mut out, &[0, 0, 0, 0, 1, 0], 0, LAST, &[])?;
    Ok(out)
}

/// `numbers`: inode, mode, user, group, number of links, device of a special file.
fn member(
    out: &mut Vec<u8>,
    numbers: &[u32; 6],
    mtime: u32,
    path: &str,
    content: &[u8],
) -> Result<(), Error> {
    let name_size = path.len().saturating_add(1);
    let mut header = format!("{MAGIC}{:06o}", 0);
    for number in numbers {
        header.push_str(&format!("{number:06o}"));
    }
    header.push_str(&format!("{mtime:011o}{name_size:06o}{:011o}", content.len()));
    if header.len() != 76 {
        return Err(Error::new(format!("{path}: a number does not fit into its octal field")));
    }
    out.extend_from_slice(header.as_bytes());
    out.extend_from_slice(path.as_bytes());
    out.push(0);
    out.extend_from_slice(content);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::tests::sample;

    #[test]
    fn a_member_is_octal_text_then_name_then_content() {
        let text = String::from_utf8(archive(&sample(), 0o7).unwrap()).unwrap();
        let numbers = "000000000003100755000000000000000001000000";
        let tool = format!("070707{numbers}00000000007000013{:011o}./bin/tool\0hello\n", 6);
        assert!(text.contains(&tool), "{text:?}");
        assert!(text.ends_with("TRAILER!!!\0"));
        assert_eq!(text.matches(MAGIC).count(), 4);
    }

    #[test]
    fn packing_twice_gives_the_same_bytes() {
        assert_eq!(packed(&sample(), 1), packed(&sample(), 1));
        assert_ne!(packed(&sample(), 1), packed(&sample(), 2));
    }

    #[test]
    fn a_number_too_large_for_its_field_is_refused() {
        let mut out = Vec::new();
        assert!(member(&mut out, &[0o1_000_000, 0, 0, 0, 0, 0], 0, "x", &[]).is_err());
    }
}
