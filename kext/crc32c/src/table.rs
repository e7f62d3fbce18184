//! CRC32c by table, sixteen bytes a step ("slicing by 16"): for processors without the instruction.

/// The generator polynomial 0x1EDC6F41 of RFC 9260 appendix A, lowest bit first.
const POLYNOMIAL: u32 = 0x82F6_3B78;

/// Bytes taken in one step, and so the number of tables.
const SLICES: usize = 16;

/// `TABLES[n][b]` is the effect of the byte `b` on the register after `n` more bytes have passed.
static TABLES: [[u32; 256]; SLICES] = tables();

/// Runs `data` through the register, on any processor.
pub(crate) fn update(state: u32, data: &[u8]) -> u32 {
    let (blocks, rest) = data.as_chunks::<SLICES>();
    let state = blocks.iter().fold(state, |state, block| {
        // The register meets the first four bytes; the other twelve enter as they are.
        let [a, b, c, d] = state.to_le_bytes();
        let register = [a, b, c, d, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        TABLES
            .iter()
            .rev()
            .zip(block.iter().zip(register))
            .fold(0, |sum, (table, (byte, register))| sum ^ entry(table, byte ^ register))
    });
    let [table, ..] = &TABLES;
    rest.iter().fold(state, |state, byte| step(table, state, *byte))
}

/// Runs one byte through the register.
const fn step(table: &[u32; 256], state: u32, byte: u8) -> u32 {
    let [low, ..] = state.to_le_bytes();
    entry(table, low ^ byte) ^ (state >> 8)
}

/// One entry of a table of 256.
#[expect(clippy::indexing_slicing, reason = "a byte is never past the end of 256 entries")]
pub(crate) const fn entry(table: &[u32; 256], byte: u8) -> u32 {
    table[byte as usize]
}

/// What the register `state` becomes when `count` zero bytes run through it. Slow: for tables.
pub(crate) const fn after_zeros(mut state: u32, count: usize) -> u32 {
    let table = &BYTE_TABLE;
    let mut done: usize = 0;
    while done < count {
        state = step(table, state, 0);
        done = done.wrapping_add(1);
    }
    state
}

/// The first table, for building the others.
const BYTE_TABLE: [u32; 256] = byte_table();

#[expect(clippy::indexing_slicing, reason = "evaluated at compile time; the index is below 256")]
const fn byte_table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut byte: u8 = 0;
    loop {
        let mut state = byte as u32;
        let mut bit = 0;
        while bit < 8_u8 {
            let carry = if state & 1 == 1 { POLYNOMIAL } else { 0 };
            state = (state >> 1) ^ carry;
            bit = bit.wrapping_add(1);
        }
        table[byte as usize] = state;
        if byte == u8::MAX {
            return table;
        }
        byte = byte.wrapping_add(1);
    }
}

#[expect(clippy::indexing_slicing, reason = "evaluated at compile time; both loops end at the bounds")]
const fn tables() -> [[u32; 256]; SLICES] {
    let mut tables = [[0; 256]; SLICES];
    let mut slice: usize = 0;
    while slice < SLICES {
        let mut byte: usize = 0;
        while byte < 256 {
            tables[slice][byte] = after_zeros(BYTE_TABLE[byte], slice);
            byte = byte.wrapping_add(1);
        }
        slice = slice.wrapping_add(1);
    }
    tables
}
