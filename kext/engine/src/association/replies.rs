//! The HEARTBEATs that wait for their HEARTBEAT ACK (RFC 9260 section 8.3).

use crate::memory;
use alloc::vec::Vec;
use sctp_wire::{Full, Heartbeat, PacketWriter, Reader, Truncated};

/// Bytes of a HEARTBEAT ACK chunk before the info: chunk header and parameter header.
const HEADERS: usize = 8;

/// What HEARTBEATs carried, to be given back as it came, in their order.
#[derive(Debug)]
pub(crate) struct HeartbeatReplies {
    /// The infos and what stood behind them, each pair behind both lengths in two bytes.
    waiting: Vec<u8>,
    /// Bytes of `waiting` that were sent.
    sent: usize,
    /// Bytes of all chunks for `waiting`.
    size: usize,
}

impl HeartbeatReplies {
    pub(crate) const fn new() -> Self {
        Self { waiting: Vec::new(), sent: 0, size: 0 }
    }

    /// Adds the answer to a HEARTBEAT, if all chunks together stay within `limit` bytes. Returns whether it was added.
    pub(crate) fn add(&mut self, heartbeat: &Heartbeat<'_>, limit: usize) -> bool {
        let Heartbeat { info, others } = *heartbeat;
        let padded = info.len().next_multiple_of(4).saturating_add(others.len().next_multiple_of(4));
        let size = self.size.saturating_add(HEADERS).saturating_add(padded);
        let (Ok(first), Ok(second)) = (u16::try_from(info.len()), u16::try_from(others.len())) else {
            return false;
        };
        if size > limit || self.waiting.try_reserve(taken(heartbeat)).is_err() {
            return false;
        }
        // Room was reserved, so these cannot fail.
        let added = [&first.to_be_bytes(), &second.to_be_bytes(), info, others]
            .into_iter()
            .try_for_each(|part: &[u8]| memory::append(&mut self.waiting, part));
        self.size = size;
        added.is_ok()
    }

    /// Bytes of the chunks that wait.
    pub(crate) const fn size(&self) -> usize {
        self.size
    }

    /// Answers none of them.
    pub(crate) fn clear(&mut self) {
        *self = Self::new();
    }

    /// Writes the chunks. One that does not even fit an empty packet is left out: the path MTU shrank.
    ///
    /// # Errors
    /// [`Full`] when the rest has to go with the next packet.
    pub(crate) fn emit(&mut self, writer: &mut PacketWriter<'_>) -> Result<(), Full> {
        while let Ok(heartbeat) = self.first() {
            let alone = writer.is_empty();
            let written = heartbeat.emit_ack(writer);
            let taken = taken(&heartbeat);
            if !alone {
                written?;
            }
            self.sent = self.sent.saturating_add(taken);
        }
        *self = Self::new();
        Ok(())
    }

    fn first(&self) -> Result<Heartbeat<'_>, Truncated> {
        let mut reader = Reader::new(self.waiting.get(self.sent..).unwrap_or_default());
        let (info, others) = (usize::from(reader.u16()?), usize::from(reader.u16()?));
        Ok(Heartbeat { info: reader.bytes(info)?, others: reader.bytes(others)? })
    }
}

/// Bytes that an answer takes while it waits.
fn taken(heartbeat: &Heartbeat<'_>) -> usize {
    let lengths = size_of::<u16>().saturating_mul(2);
    lengths.saturating_add(heartbeat.info.len()).saturating_add(heartbeat.others.len())
}

#[cfg(test)]
mod tests {
    use super::{Heartbeat, HeartbeatReplies};
    use alloc::vec::Vec;
    use sctp_wire::{CommonHeader, Packet, PacketWriter};

    fn add(replies: &mut HeartbeatReplies, info: &[u8], limit: usize) -> bool {
        replies.add(&Heartbeat::new(info), limit)
    }

    /// The bytes of the chunks in packets with room for `room` bytes, packet by packet.
    fn emit(replies: &mut HeartbeatReplies, room: usize) -> Vec<Vec<u8>> {
        let header = CommonHeader { source_port: 1, destination_port: 2, verification_tag: 3 };
        let mut done = false;
        let packets = core::iter::from_fn(|| {
            let mut buffer = [0; 1500];
            let mut writer = PacketWriter::new(&mut buffer, room, header).unwrap();
            let before = core::mem::replace(&mut done, replies.emit(&mut writer).is_ok());
            let length = writer.finish();
            let packet = Packet::parse(&buffer[..length]).unwrap();
            let infos = packet.chunks().flat_map(|chunk| chunk.unwrap().value[4..].to_vec()).collect();
            (!before).then_some(infos)
        });
        packets.collect()
    }

    #[test]
    fn the_limit_counts_whole_chunks() {
        let mut replies = HeartbeatReplies::new();
        assert!(add(&mut replies, b"one", 24) && add(&mut replies, b"four", 24));
        assert!(!add(&mut replies, b"", 24), "it would take 8 bytes more");
        assert_eq!(emit(&mut replies, 100), [b"onefour"]);
        assert!(add(&mut replies, b"again", 24), "what was sent counts no more");
    }

    #[test]
    fn what_does_not_fit_goes_with_the_next_packet() {
        let mut replies = HeartbeatReplies::new();
        assert!(
            add(&mut replies, b"one", 100)
                && add(&mut replies, b"two", 100)
                && add(&mut replies, b"three", 100)
        );
        assert_eq!(emit(&mut replies, 12 + 24), [b"onetwo".to_vec(), b"three".to_vec()]);
    }

    #[test]
    fn what_fits_no_packet_is_left_out() {
        let mut replies = HeartbeatReplies::new();
        assert!(add(&mut replies, &[1; 50], 100) && add(&mut replies, b"two", 100));
        assert_eq!(emit(&mut replies, 12 + 24), [b"two"]);
    }
}
