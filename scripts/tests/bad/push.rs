//! `Vec::push` ends the process when memory is short.
#![no_std]
extern crate alloc;

include!("handler.rs");
include!("allocator.rs");

#[unsafe(no_mangle)]
pub extern "C" fn entry(numbers: &mut alloc::vec::Vec<u64>) {
    numbers.push(1);
}
