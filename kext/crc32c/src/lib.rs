//! CRC32c, the checksum of SCTP packets (RFC 9260 section 6.8 and appendix A).
//!
//! Made for a kernel: no `std`, no panic, and no vector register, because a kernel extension may not
//! touch those without saving them. x86_64 processors with SSE4.2 and Apple's arm64 processors have an
//! instruction for this very polynomial that works on general registers; all others use tables.
#![no_std]

#[cfg(test)]
extern crate std;

#[cfg_attr(target_arch = "x86_64", path = "x86_64.rs")]
#[cfg_attr(target_arch = "aarch64", path = "aarch64.rs")]
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
mod instruction;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
mod interleave;
mod table;
#[cfg(test)]
mod tests;

/// The CRC32c of `data`.
#[must_use]
pub fn crc32c(data: &[u8]) -> u32 {
    append(0, data)
}

/// The CRC32c of some bytes followed by `data`, where `crc` is the CRC32c of those first bytes:
/// `crc32c(ab) == append(crc32c(a), b)`.
#[must_use]
pub fn append(crc: u32, data: &[u8]) -> u32 {
    !update(!crc, data)
}

/// Runs `data` through the shift register `state`, without the inversions before and after.
fn update(state: u32, data: &[u8]) -> u32 {
    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
    if let Some(instruction) = instruction::Crc32::detect() {
        return interleave::update(instruction, state, data);
    }
    table::update(state, data)
}
