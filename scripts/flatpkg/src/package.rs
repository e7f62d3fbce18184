//! A flat package: a xar archive of Distribution, Resources and one component package.

use crate::bom;
use crate::cpio;
use crate::error::Error;
use crate::tree::Entry;
use crate::xar::{self, Node};

/// What a package is made of.
#[derive(Debug)]
pub struct Package {
    /// The name of the component package, `SCTP.pkg`: what Distribution refers to.
    pub component: String,
    /// What Installer shows and checks. Here and in `package_info`, `@NUMBER_OF_FILES@` and `@INSTALL_KBYTES@` stand
    /// for what is counted.
    pub distribution: String,
    /// What the component is.
    pub package_info: String,
    /// What gets installed, by its place on the volume.
    pub root: Vec<Entry>,
    /// preinstall, postinstall and what they need.
    pub scripts: Vec<Entry>,
    /// The texts that Distribution names. No folders.
    pub resources: Vec<Entry>,
    /// When everything was changed last, in seconds since 1970.
    pub mtime: u32,
}

impl Package {
    /// The package's bytes: always the same for the same `self`.
    pub fn write(&self) -> Result<Vec<u8>, Error> {
        let component = vec![
            Node::File("Bom".to_owned(), bom::write(&self.root, self.mtime)?),
            Node::File("PackageInfo".to_owned(), self.fill(&self.package_info)),
            Node::Stored("Payload".to_owned(), cpio::packed(&self.root, self.mtime)?),
            Node::Stored("Scripts".to_owned(), cpio::packed(&self.scripts, self.mtime)?),
        ];
        xar::write(&[
            Node::File("Distribution".to_owned(), self.fill(&self.distribution)),
            Node::Folder("Resources".to_owned(), self.resources()?),
            Node::Folder(self.component.clone(), component),
        ])
    }

    fn resources(&self) -> Result<Vec<Node>, Error> {
        // The first entry is the folder itself.
        let files = self.resources.iter().skip(1);
        files
            .map(|entry| match (entry.split(), &entry.content) {
                (Some((_, name)), Some(content)) => Ok(Node::File(name.to_owned(), content.clone())),
                _ => Err(Error::new(format!("{}: a folder among the resources", entry.path))),
            })
            .collect()
    }

    fn fill(&self, template: &str) -> Vec<u8> {
        let bytes: usize = self.root.iter().map(Entry::size).sum();
        template
            .replace("@NUMBER_OF_FILES@", &self.root.len().to_string())
            .replace("@INSTALL_KBYTES@", &bytes.div_ceil(1024).to_string())
            .into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::tests::sample;

    fn package() -> Package {
        Package {
            component: "Tool.pkg".to_owned(),
            distribution: "<a n=\"@NUMBER_OF_FILES@\"/>".to_owned(),
            package_info: "<b k=\"@INSTALL_KBYTES@\"/>".to_owned(),
            root: sample(),
            scripts: sample(),
            resources: vec![Entry { path: ".".to_owned(), mode: 0o040_755, content: None }],
            mtime: 0,
        }
    }

    #[test]
    fn counts_are_filled_in() {
        assert_eq!(package().fill(&package().distribution), b"<a n=\"3\"/>");
        assert_eq!(package().fill(&package().package_info), b"<b k=\"1\"/>");
    }

    #[test]
    fn a_folder_among_the_resources_is_refused() {
        assert!(package().write().is_ok());
        let package = Package { resources: sample(), ..package() };
        assert_eq!(package.write(), Err(Error::new("./bin: a folder among the resources")));
    }
}
