//! Packets that no association sends: answers to an INIT and to the unknown.
//!
//! They wait in slots made once, so that answering an INIT allocates nothing.

use super::Transmit;
use crate::address::Address;
use crate::memory::{self, OutOfMemory};
use crate::options::IpHeader;
use crate::time::Time;
use alloc::vec::Vec;
use sctp_wire::{CommonHeader, Full, PacketWriter};

/// Answers that may wait; input asks for its answers after every packet, so two would do.
const SLOTS: usize = 8;
/// The longest answer, bytes: fits any path.
const LENGTH: usize = 1240;

/// Answers to strangers in a second, unless told otherwise.
const STRANGERS_PER_SECOND: u32 = 1000;
/// What one answer takes from the bucket; so much for each answer a second flows in every nanosecond.
const TOKEN: u64 = 1_000_000_000;

/// A token bucket that holds what one second brings.
#[derive(Debug)]
struct Bucket {
    /// Answers a second.
    rate: u32,
    level: u64,
    filled: Time,
}

impl Bucket {
    fn take(&mut self, now: Time) -> bool {
        let rate = u64::from(self.rate);
        let inflow = now.since(self.filled).0.saturating_mul(rate);
        self.filled = self.filled.max(now);
        self.level = self.level.saturating_add(inflow).min(rate.saturating_mul(TOKEN));
        let left = self.level.checked_sub(TOKEN);
        self.level = left.unwrap_or(self.level);
        left.is_some()
    }
}

#[derive(Debug)]
struct Slot {
    bytes: [u8; LENGTH],
    length: usize,
    source: Address,
    destination: Address,
    ip: IpHeader,
}

/// A bounded queue of answers.
#[derive(Debug)]
pub(super) struct Replies {
    slots: Vec<Slot>,
    first: usize,
    used: usize,
    strangers: Bucket,
}

impl Replies {
    pub(super) fn new() -> Result<Self, OutOfMemory> {
        let mut slots = Vec::new();
        for _ in 0..SLOTS {
            let (source, destination) = (Address::default(), Address::default());
            let ip = IpHeader::default();
            memory::push(&mut slots, Slot { bytes: [0; LENGTH], length: 0, source, destination, ip })?;
        }
        let level = u64::from(STRANGERS_PER_SECOND).saturating_mul(TOKEN);
        let strangers = Bucket { rate: STRANGERS_PER_SECOND, level, filled: Time(0) };
        Ok(Self { slots, first: 0, used: 0, strangers })
    }

    pub(super) const fn set_rate(&mut self, per_second: u32) {
        self.strangers.rate = per_second;
    }

    /// Whether one more stranger may be answered now.
    pub(super) fn take_token(&mut self, now: Time) -> bool {
        self.strangers.take(now)
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.used == 0
    }

    /// Builds an answer from `source` to `destination`. Returns whether it was queued.
    pub(super) fn push(
        &mut self,
        source: &Address,
        destination: &Address,
        tag: u32,
        ip: IpHeader,
        build: impl FnOnce(&mut PacketWriter<'_>) -> Result<(), Full>,
    ) -> bool {
        if self.used >= SLOTS {
            return false;
        }
        let place = self.first.wrapping_add(self.used) % SLOTS;
        let Some(slot) = self.slots.get_mut(place) else { return false };
        let header = CommonHeader {
            source_port: source.port,
            destination_port: destination.port,
            verification_tag: tag,
        };
        let Ok(mut writer) = PacketWriter::new(&mut slot.bytes, LENGTH, header) else { return false };
        if build(&mut writer).is_err() {
            return false;
        }
        slot.length = writer.finish();
        slot.source = *source;
        slot.destination = *destination;
        slot.ip = ip;
        self.used = self.used.saturating_add(1);
        true
    }

    /// Copies the oldest answer out. One that does not fit `buffer` is lost.
    pub(super) fn pop(&mut self, buffer: &mut [u8]) -> Option<Transmit> {
        if self.used == 0 {
            return None;
        }
        let slot = self.slots.get(self.first)?;
        self.first = self.first.wrapping_add(1) % SLOTS;
        self.used = self.used.saturating_sub(1);
        let bytes = slot.bytes.get(..slot.length)?;
        buffer.get_mut(..slot.length)?.copy_from_slice(bytes);
        let Slot { length, source, destination, ip, .. } = *slot;
        Some(Transmit { length, source, restricted: false, destination, ip, dont_fragment: false })
    }
}
