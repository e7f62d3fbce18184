//! The HEARTBEATs that wait for their HEARTBEAT ACK (RFC 9260 section 8.3).

use crate::memory;
use alloc::vec::Vec;
use sctp_wire::{Full, Heartbeat, PacketWriter, Reader, Truncated};

/// Bytes of a HEARTBEAT ACK chunk before the info: chunk header and parameter header.
const HEADERS: usize = 8;

/// Infos to be given back as they came, in their order.
#[derive(Debug)]
pub(crate) struct HeartbeatReplies {
    /// The infos, each behind its length in two bytes.
    infos: Vec<u8>,
    /// Bytes of `infos` that were sent.
    sent: usize,
    /// Bytes of all chunks for `infos`.
    size: usize,
}

impl HeartbeatReplies {
    pub(crate) const fn new() -> Self {
        Self { infos: Vec::new(), sent: 0, size: 0 }
    }

    /// Adds an info, if all chunks together stay within `limit` bytes. Returns whether it was added.
    pub(crate) fn add(&mut self, info: &[u8], limit: usize) -> bool {
        let size = self.size.saturating_add(HEADERS).saturating_add(info.len().next_multiple_of(4));
        let Ok(length) = u16::try_from(info.len()) else { return false };
        let both = info.len().saturating_add(size_of::<u16>());
        if size > limit || self.infos.try_reserve(both).is_err() {
            return false;
        }
        // Room was reserved, so these cannot fail.
        let added = memory::append(&mut self.infos, &length.to_be_bytes())
            .and_then(|()| memory::append(&mut self.infos, info));
        self.size = size;
        added.is_ok()
    }

    /// Writes the chunks. One that does not even fit an empty packet is left out: the path MTU shrank.
    ///
    /// # Errors
    /// [`Full`] when the rest has to go with the next packet.
    pub(crate) fn emit(&mut self, writer: &mut PacketWriter<'_>) -> Result<(), Full> {
        while let Ok(info) = self.first() {
            let alone = writer.is_empty();
            let written = Heartbeat { info }.emit_ack(writer);
            let taken = info.len().saturating_add(size_of::<u16>());
            if !alone {
                written?;
            }
            self.sent = self.sent.saturating_add(taken);
        }
        *self = Self::new();
        Ok(())
    }

    fn first(&self) -> Result<&[u8], Truncated> {
        let mut reader = Reader::new(self.infos.get(self.sent..).unwrap_or_default());
        let length = usize::from(reader.u16()?);
        reader.bytes(length)
    }
}

#[cfg(test)]
mod tests {
    use super::HeartbeatReplies;
    use alloc::vec::Vec;
    use sctp_wire::{CommonHeader, Packet, PacketWriter};

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
        assert!(replies.add(b"one", 24) && replies.add(b"four", 24));
        assert!(!replies.add(b"", 24), "it would take 8 bytes more");
        assert_eq!(emit(&mut replies, 100), [b"onefour"]);
        assert!(replies.add(b"again", 24), "what was sent counts no more");
    }

    #[test]
    fn what_does_not_fit_goes_with_the_next_packet() {
        let mut replies = HeartbeatReplies::new();
        assert!(replies.add(b"one", 100) && replies.add(b"two", 100) && replies.add(b"three", 100));
        assert_eq!(emit(&mut replies, 12 + 24), [b"onetwo".to_vec(), b"three".to_vec()]);
    }

    #[test]
    fn what_fits_no_packet_is_left_out() {
        let mut replies = HeartbeatReplies::new();
        assert!(replies.add(&[1; 50], 100) && replies.add(b"two", 100));
        assert_eq!(emit(&mut replies, 12 + 24), [b"two"]);
    }
}
