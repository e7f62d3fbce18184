//! Writes flat installer packages for macOS, on any system.
//!
//! On a Mac, pkgbuild and productbuild do this. The formats are Apple's: a xar archive ([`package`]) with a bill of
//! materials, and cpio archives of what is installed and of the scripts that run with it.

mod bom;
mod cpio;
mod error;
pub mod package;
pub mod tree;
mod xar;

pub use error::Error;
