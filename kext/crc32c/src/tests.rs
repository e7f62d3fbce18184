//! Every way of computing against published values and against another implementation.

use std::vec::Vec;

use proptest::prelude::*;

use crate::{append, crc32c, table};

/// The test values of RFC 3720 section B.4, there printed in the order of transmission.
#[test]
fn rfc_3720_examples() {
    let rising: Vec<u8> = (0..32).collect();
    let falling: Vec<u8> = (0..32).rev().collect();
    let mut read_command = [0_u8; 48];
    for (at, byte) in [(0, 0x01), (1, 0xc0), (16, 0x14), (22, 0x04), (27, 0x14), (31, 0x18), (32, 0x28)] {
        read_command[at] = byte;
    }
    read_command[40] = 0x02;
    let examples: [(&[u8], [u8; 4]); 6] = [
        (&[0; 32], [0xaa, 0x36, 0x91, 0x8a]),
        (&[0xff; 32], [0x43, 0xab, 0xa8, 0x62]),
        (&rising, [0x4e, 0x79, 0xdd, 0x46]),
        (&falling, [0x5c, 0xdb, 0x3f, 0x11]),
        (&read_command, [0x56, 0x3a, 0x96, 0xd9]),
        (b"123456789", 0xe306_9283_u32.to_le_bytes()),
    ];
    for (data, expected) in examples {
        assert_eq!(crc32c(data).to_le_bytes(), expected);
        assert_eq!((!table::update(!0, data)).to_le_bytes(), expected);
    }
}

/// A fixed sequence without a short period.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    core::iter::repeat_with(next).take(length).collect()
}

#[test]
fn every_length_agrees_with_the_reference() {
    let noise = noise(2000);
    for length in 0..=noise.len() {
        let data = &noise[..length];
        assert_eq!(crc32c(data), reference::crc32c(data), "length {length}");
        assert_eq!(!table::update(!0, data), reference::crc32c(data), "table, length {length}");
    }
}

#[test]
fn long_inputs_agree_with_the_reference() {
    let noise = noise(70_000);
    for length in [4079, 4080, 4081, 9000, 65_535, 70_000] {
        let data = &noise[..length];
        assert_eq!(crc32c(data), reference::crc32c(data), "length {length}");
    }
}

#[cfg(target_arch = "x86_64")]
#[test]
fn the_instruction_is_used_where_the_processor_has_it() {
    assert_eq!(crate::instruction::Crc32::detect().is_some(), std::is_x86_feature_detected!("sse4.2"));
}

proptest! {
    #[test]
    fn any_split_gives_the_same(
        data in proptest::collection::vec(any::<u8>(), 0..6000),
        at in any::<proptest::sample::Index>(),
    ) {
        let (a, b) = data.split_at(at.index(data.len().saturating_add(1)));
        prop_assert_eq!(append(crc32c(a), b), crc32c(&data));
        prop_assert_eq!(append(crc32c(a), b), reference::crc32c(&data));
    }

    #[test]
    fn instruction_and_table_agree(state: u32, data in proptest::collection::vec(any::<u8>(), 0..6000)) {
        prop_assert_eq!(!append(!state, &data), table::update(state, &data));
    }
}
