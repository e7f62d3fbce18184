//! Indexing panics when the index is out of range.
#![no_std]

include!("handler.rs");

#[unsafe(no_mangle)]
pub extern "C" fn entry(bytes: &[u8; 16], index: usize) -> u8 {
    bytes[index]
}
