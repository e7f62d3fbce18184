//! Makes a kernel extension of a Mach-O bundle, and checks kernel extensions.
//!
//! Apple's linker writes `MH_KEXT_BUNDLE` files with `-kext`; LLVM's `ld64.lld` cannot. It can write an `MH_BUNDLE`
//! whose pointers are chained fixups, and those hold all that a kext's relocation tables need. [`kext::from_bundle`]
//! does this last step, [`commands::check`] and [`imports::check`] look at the result with the eyes of the kernel's
//! own linker, kxld.

mod bytes;
pub mod commands;
mod error;
mod fixups;
mod image;
pub mod imports;
pub mod kext;
mod macho;
#[cfg(test)]
mod sample;

pub use error::Error;
