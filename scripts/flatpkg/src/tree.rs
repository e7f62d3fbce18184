//! The files of a folder, in the order and with the names that a package gives them.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::error::Error;

/// Everything in a package belongs to root and wheel.
pub(crate) const OWNER: u32 = 0;

/// The bits of a mode that say what an entry is.
const DIRECTORY: u32 = 0o040_000;
const REGULAR: u32 = 0o100_000;

/// One file or folder.
#[derive(Debug, PartialEq, Eq)]
pub struct Entry {
    /// `.`, or a path that begins with `./`.
    pub path: String,
    /// Type and permissions, as in `st_mode`.
    pub mode: u32,
    /// What the file holds; `None` for a folder.
    pub content: Option<Vec<u8>>,
}

impl Entry {
    /// The folder's or file's own name, and the path of the folder it is in; none for `.`.
    pub(crate) fn split(&self) -> Option<(&str, &str)> {
        self.path.rsplit_once('/')
    }

    /// Bytes in the file, 0 for a folder.
    pub(crate) fn size(&self) -> usize {
        self.content.as_ref().map_or(0, Vec::len)
    }
}

/// Everything in `folder`, itself first, a folder before what it holds and names in order of their bytes.
/// A package holds nothing but files and folders.
pub fn read(folder: &Path) -> Result<Vec<Entry>, Error> {
    let mut entries = Vec::new();
    add(folder, ".", &mut entries)?;
    Ok(entries)
}

fn add(file: &Path, path: &str, entries: &mut Vec<Entry>) -> Result<(), Error> {
    let fail = |cause: std::io::Error| Error::of(file, cause);
    let metadata = fs::symlink_metadata(file).map_err(fail)?;
    let permissions = metadata.permissions().mode() & 0o7777;
    if metadata.is_file() {
        let content = Some(fs::read(file).map_err(fail)?);
        entries.push(Entry { path: path.to_owned(), mode: REGULAR | permissions, content });
        return Ok(());
    }
    if !metadata.is_dir() {
        return Err(Error::of(file, "neither a file nor a folder"));
    }
    entries.push(Entry { path: path.to_owned(), mode: DIRECTORY | permissions, content: None });
    let mut names = Vec::new();
    for child in fs::read_dir(file).map_err(fail)? {
        let name = child.map_err(fail)?.file_name();
        names.push(name.into_string().map_err(|_| Error::of(file, "a name in it is not UTF-8"))?);
    }
    names.sort();
    names.iter().try_for_each(|name| add(&file.join(name), &format!("{path}/{name}"), entries))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A folder with one file in a folder.
    pub(crate) fn sample() -> Vec<Entry> {
        vec![
            Entry { path: ".".to_owned(), mode: 0o040_755, content: None },
            Entry { path: "./bin".to_owned(), mode: 0o040_755, content: None },
            Entry { path: "./bin/tool".to_owned(), mode: 0o100_755, content: Some(b"hello\n".to_vec()) },
        ]
    }

    #[test]
    fn folders_come_before_their_content_and_names_are_sorted() {
        let folder = std::env::temp_dir().join(format!("flatpkg-tree-{}", std::process::id()));
        fs::create_dir_all(folder.join("b")).unwrap();
        for name in ["b/2", "b/1", "a", "b.txt"] {
            fs::write(folder.join(name), name).unwrap();
        }
        fs::set_permissions(folder.join("a"), fs::Permissions::from_mode(0o640)).unwrap();
        let entries = read(&folder).unwrap();
        std::os::unix::fs::symlink("a", folder.join("link")).unwrap();
        let refused = read(&folder);
        fs::remove_dir_all(&folder).unwrap();

        let paths: Vec<&str> = entries.iter().map(|entry| entry.path.as_str()).collect();
        assert_eq!(paths, [".", "./a", "./b", "./b/1", "./b/2", "./b.txt"]);
        assert_eq!(entries[1].mode, 0o100_640);
        assert_eq!(entries[3].content.as_deref(), Some(b"b/1".as_slice()));
        assert!(refused.unwrap_err().to_string().ends_with("link: neither a file nor a folder"));
    }

    #[test]
    fn a_path_splits_into_folder_and_name() {
        let split: Vec<_> =
            sample().iter().map(|entry| entry.split().map(|(a, b)| format!("{a} {b}"))).collect();
        assert_eq!(split, [None, Some(". bin".to_owned()), Some("./bin tool".to_owned())]);
    }
}
