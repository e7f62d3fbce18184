//! Prints what apple-flat-package finds in the package that is named: a line for each file and folder in the bill of
//! materials and in the payload, with type and mode (octal), owner, group, bytes and, for files, their CRC.
//! Distribution is left to others: this reader takes an installation check's script for a boolean.

use std::error::Error;
use std::io::{Cursor, Read};

use apple_bom::{BomPathType, ParsedBom};
use apple_flat_package::PkgReader;

fn main() -> Result<(), Box<dyn Error>> {
    let file = std::env::args().nth(1).ok_or("usage: pkg-reader PACKAGE")?;
    let mut package = PkgReader::new(Cursor::new(std::fs::read(file)?))?;
    println!("kind {:?}", package.flavor());
    for component in package.component_packages()? {
        let information = component.package_info().ok_or("no PackageInfo")?;
        println!("identifier {}", information.identifier);
        println!("version {}", information.version);

        let bom = ParsedBom::parse(component.bom().ok_or("no Bom")?)?;
        for path in bom.paths()? {
            let checksum =
                if matches!(path.path_type(), BomPathType::File) { path.crc32().unwrap_or(0) } else { 0 };
            let (mode, user, group) = (path.file_mode(), path.user_id(), path.group_id());
            println!("bom {} {mode:o} {user} {group} {} {checksum}", path.path(), path.size());
        }
        let mut payload = component.payload_reader()?.ok_or("no Payload")?;
        while let Some(header) = payload.read_next()? {
            let mut content = Vec::new();
            payload.read_to_end(&mut content)?;
            let (mode, user, group) = (header.mode(), header.uid(), header.gid());
            println!("payload {} {mode:o} {user} {group} {}", header.name(), content.len());
        }
    }
    Ok(())
}
