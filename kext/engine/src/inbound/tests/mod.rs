//! Tests of the receiving half: by section of the RFC, against a model, and against peers that lie.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a test may panic and allocate"
)]

mod hostile;
mod model;
mod parts;
mod rules;
mod sacks;

use super::*;
use alloc::vec::Vec;

const BEGIN: DataFlags = DataFlags::BEGIN;
const END: DataFlags = DataFlags::END;
const MIDDLE: DataFlags = DataFlags::empty();
const UNORDERED: DataFlags = DataFlags::UNORDERED;
const WHOLE: DataFlags = DataFlags::BEGIN.union(DataFlags::END);

/// More room than any test uses up.
const PLENTY: usize = 100_000_000;

/// A chunk on stream `stream`.
fn data(tsn: u32, flags: DataFlags, stream: u16, ssn: u16, payload: &[u8]) -> Data<'_> {
    Data { flags, tsn: Tsn(tsn), stream, ssn: Ssn(ssn), ppid: tsn ^ 0x5555_5555, payload }
}

/// A receiver of ten streams that expects `tsn` first.
fn inbound(tsn: u32) -> Inbound {
    Inbound::new(Tsn(tsn), 10)
}

/// All bytes of a message.
fn bytes(message: &Message) -> Vec<u8> {
    let mut all = Vec::new();
    while all.len() < message.length() {
        all.extend_from_slice(message.span(all.len()));
    }
    all
}

/// Everything that can be delivered now.
fn pop_all(inbound: &mut Inbound) -> Vec<Delivery> {
    core::iter::from_fn(|| inbound.pop()).collect()
}

/// The bytes of everything that can be delivered now.
fn pop_bytes(inbound: &mut Inbound) -> Vec<Vec<u8>> {
    pop_all(inbound).iter().map(|delivery| bytes(&delivery.message)).collect()
}
