//! CRC32c by instruction, three streams at a time.
//!
//! The instruction gives its result three cycles later but can start every cycle. So a long input is
//! cut into groups of three equal blocks, whose registers run side by side and are joined afterwards:
//! the register is linear, and a table tells what it becomes when a block of zeros passes.

use crate::table;

/// The two instructions a processor must have. A value of such a type is the proof that it has them.
pub(crate) trait Instruction: Copy {
    /// Runs eight bytes, lowest first, through the register.
    fn word(self, state: u32, word: u64) -> u32;
    /// Runs one byte through the register.
    fn byte(self, state: u32, byte: u8) -> u32;
}

/// Block lengths, multiples of 8. Three short ones are a packet of 1452 bytes less its last 12, so
/// that the packets that are sent most are joined once.
const LONG: usize = 1360;
const SHORT: usize = 480;
const LEAST: usize = 64;

static AFTER_LONG: [[u32; 256]; 4] = after_block(LONG);
static AFTER_SHORT: [[u32; 256]; 4] = after_block(SHORT);
static AFTER_LEAST: [[u32; 256]; 4] = after_block(LEAST);

/// Runs `data` through the register.
pub(crate) fn update<I: Instruction>(instruction: I, state: u32, data: &[u8]) -> u32 {
    let (state, data) = groups::<LONG, I>(instruction, &AFTER_LONG, state, data);
    let (state, data) = groups::<SHORT, I>(instruction, &AFTER_SHORT, state, data);
    let (state, data) = groups::<LEAST, I>(instruction, &AFTER_LEAST, state, data);
    let (words, bytes) = data.as_chunks::<8>();
    let state = words.iter().fold(state, |state, word| instruction.word(state, u64::from_le_bytes(*word)));
    bytes.iter().fold(state, |state, byte| instruction.byte(state, *byte))
}

/// Takes as many groups of three blocks of `N` bytes as there are, and returns what is left.
fn groups<'a, const N: usize, I: Instruction>(
    instruction: I,
    after: &[[u32; 256]; 4],
    mut state: u32,
    data: &'a [u8],
) -> (u32, &'a [u8]) {
    let (blocks, tail) = data.as_chunks::<N>();
    let (groups, left) = blocks.as_chunks::<3>();
    for [a, b, c] in groups {
        let [mut first, mut second, mut third] = [state, 0, 0];
        for ((a, b), c) in a.as_chunks::<8>().0.iter().zip(b.as_chunks::<8>().0).zip(c.as_chunks::<8>().0) {
            first = instruction.word(first, u64::from_le_bytes(*a));
            second = instruction.word(second, u64::from_le_bytes(*b));
            third = instruction.word(third, u64::from_le_bytes(*c));
        }
        state = shift(after, shift(after, first) ^ second) ^ third;
    }
    let taken = data.len().wrapping_sub(tail.len()).wrapping_sub(left.as_flattened().len());
    (state, data.get(taken..).unwrap_or_default())
}

/// What the register becomes when the block of zeros that `after` stands for passes.
fn shift(after: &[[u32; 256]; 4], state: u32) -> u32 {
    after.iter().zip(state.to_le_bytes()).fold(0, |sum, (table, byte)| sum ^ table::entry(table, byte))
}

/// The table of [`shift`] for a block of `length` bytes, split by the four bytes of the register.
#[expect(clippy::indexing_slicing, reason = "evaluated at compile time; all loops end at the bounds")]
const fn after_block(length: usize) -> [[u32; 256]; 4] {
    let mut tables = [[0; 256]; 4];
    let mut bit: usize = 0;
    while bit < 32 {
        let column = table::after_zeros(1 << bit, length);
        let (table, mask) = (&mut tables[bit / 8], 1 << (bit % 8));
        let mut byte: usize = 0;
        while byte < 256 {
            if byte & mask != 0 {
                table[byte] ^= column;
            }
            byte = byte.wrapping_add(1);
        }
        bit = bit.wrapping_add(1);
    }
    tables
}
