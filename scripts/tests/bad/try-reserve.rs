//! Nothing wrong: room is asked for first, and refusal is an answer.
#![no_std]
extern crate alloc;

include!("handler.rs");
include!("allocator.rs");

#[unsafe(no_mangle)]
pub extern "C" fn entry(numbers: &mut alloc::vec::Vec<u64>) -> bool {
    if numbers.try_reserve(1).is_err() {
        return false;
    }
    numbers.push(1);
    true
}
