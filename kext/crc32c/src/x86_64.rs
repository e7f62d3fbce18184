//! The `crc32` instruction of SSE4.2. Despite the name of the extension it uses general registers only.

use core::arch::{asm, x86_64::__cpuid};
use core::sync::atomic::{AtomicU8, Ordering};

use crate::interleave::Instruction;

/// What `cpuid` said, kept because the instruction is slow, and slower still in a virtual machine.
static SUPPORT: AtomicU8 = AtomicU8::new(UNKNOWN);
const UNKNOWN: u8 = 0;
const ABSENT: u8 = 1;
const PRESENT: u8 = 2;

/// Leaf 1, ECX bit 20: SSE4.2.
const LEAF: u32 = 1;
const SSE42: u32 = 1 << 20;

/// The instruction. Exists only where [`Crc32::detect`] has found it.
#[derive(Clone, Copy)]
pub(crate) struct Crc32(());

impl Crc32 {
    /// The instruction, if this processor has it. Racing first calls all find the same answer.
    pub(crate) fn detect() -> Option<Self> {
        let mut support = SUPPORT.load(Ordering::Relaxed);
        if support == UNKNOWN {
            support = if __cpuid(LEAF).ecx & SSE42 != 0 { PRESENT } else { ABSENT };
            SUPPORT.store(support, Ordering::Relaxed);
        }
        (support == PRESENT).then_some(Self(()))
    }
}

impl Instruction for Crc32 {
    #[inline]
    fn word(self, state: u32, word: u64) -> u32 {
        let mut state = u64::from(state);
        // SAFETY: the processor has the instruction, as `self` shows. It reads and writes the two named
        // registers and nothing else, flags included.
        unsafe {
            asm!("crc32 {state}, {word}", state = inout(reg) state, word = in(reg) word,
                options(pure, nomem, nostack, preserves_flags));
        }
        low_half(state)
    }

    #[inline]
    fn byte(self, mut state: u32, byte: u8) -> u32 {
        // SAFETY: as in `word`.
        unsafe {
            asm!("crc32 {state:e}, {byte}", state = inout(reg) state, byte = in(reg_byte) byte,
                options(pure, nomem, nostack, preserves_flags));
        }
        state
    }
}

/// The result of the 64-bit form: the instruction clears the upper half.
fn low_half(state: u64) -> u32 {
    let [a, b, c, d, ..] = state.to_le_bytes();
    u32::from_le_bytes([a, b, c, d])
}
