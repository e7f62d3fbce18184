//! The `crc32c` instructions of ARMv8: optional in the first version of the architecture, but every
//! arm64 processor of Apple has them.

use core::arch::asm;

use crate::interleave::Instruction;

/// The instructions. Exists only where [`Crc32::detect`] has found them.
#[derive(Clone, Copy)]
pub(crate) struct Crc32(());

impl Crc32 {
    /// The instructions, if every processor that this was compiled for has them.
    pub(crate) fn detect() -> Option<Self> {
        cfg!(any(target_os = "macos", target_feature = "crc")).then_some(Self(()))
    }
}

impl Instruction for Crc32 {
    #[inline]
    fn word(self, mut state: u32, word: u64) -> u32 {
        // SAFETY: the processor has the instruction, as `self` shows. It reads and writes the two
        // named registers and nothing else.
        unsafe {
            asm!(".arch_extension crc", "crc32cx {state:w}, {state:w}, {word:x}",
                state = inout(reg) state, word = in(reg) word,
                options(pure, nomem, nostack, preserves_flags));
        }
        state
    }

    #[inline]
    fn byte(self, mut state: u32, byte: u8) -> u32 {
        // SAFETY: as in `word`.
        unsafe {
            asm!(".arch_extension crc", "crc32cb {state:w}, {state:w}, {byte:w}",
                state = inout(reg) state, byte = in(reg) u32::from(byte),
                options(pure, nomem, nostack, preserves_flags));
        }
        state
    }
}
