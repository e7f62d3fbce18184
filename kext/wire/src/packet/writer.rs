//! A packet to be sent.

use super::header::{CHECKSUM_AT, COMMON_HEADER_LEN, CommonHeader, checksum};
use crate::cursor::{Full, Writer};

/// The most a packet can be: what fits the length field of IP, cut to the alignment of chunks. So every
/// chunk in it has a length that fits its own length field.
const MAX_PACKET_LEN: usize = 65_532;

/// Builds a packet in a buffer of the caller. A chunk goes in whole or not at all.
#[derive(Debug)]
pub struct PacketWriter<'a> {
    writer: Writer<'a>,
}

impl<'a> PacketWriter<'a> {
    /// Begins a packet of at most `limit` bytes, or as many as `buffer` has if those are fewer.
    ///
    /// # Errors
    /// [`Full`] when not even the common header fits.
    pub fn new(buffer: &'a mut [u8], limit: usize, header: CommonHeader) -> Result<Self, Full> {
        let room = buffer.len().min(limit).min(MAX_PACKET_LEN);
        let aligned = room.wrapping_sub(room % 4);
        let mut writer = Writer::new(buffer.get_mut(..aligned).ok_or(Full)?);
        header.emit(&mut writer)?;
        Ok(Self { writer })
    }

    /// How many bytes one more chunk may take, header and padding included. A multiple of 4.
    #[must_use]
    pub const fn remaining(&self) -> usize {
        self.writer.remaining()
    }

    /// How many bytes the packet has by now.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.writer.position()
    }

    /// Whether the packet has no chunk yet.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.writer.position() <= COMMON_HEADER_LEN
    }

    /// Adds a chunk with the value that `value` writes. The positions of the [`Writer`] that `value` is
    /// given count from the beginning of the value.
    ///
    /// # Errors
    /// [`Full`] when it does not fit or `value` says so; the packet is as before then.
    pub fn chunk(
        &mut self,
        kind: u8,
        flags: u8,
        value: impl FnOnce(&mut Writer<'_>) -> Result<(), Full>,
    ) -> Result<(), Full> {
        let start = self.writer.position();
        let result = self.framed(start, kind, flags, value);
        if result.is_err() {
            self.writer.truncate(start);
        }
        result
    }

    /// Fills in the checksum and returns the length of the packet, a multiple of 4.
    #[must_use]
    pub fn finish(mut self) -> usize {
        if let Some([a, b, c, d]) = checksum(self.writer.written()) {
            // The header has been written since `new`, so the field is there.
            let field = self.writer.patch_u32(CHECKSUM_AT, u32::from_be_bytes([a, b, c, d]));
            debug_assert!(field.is_ok());
        }
        self.writer.position()
    }

    fn framed(
        &mut self,
        start: usize,
        kind: u8,
        flags: u8,
        value: impl FnOnce(&mut Writer<'_>) -> Result<(), Full>,
    ) -> Result<(), Full> {
        self.writer.u8(kind)?;
        self.writer.u8(flags)?;
        self.writer.u16(0)?;
        self.writer.nested(value)?;
        let length = self.writer.position().wrapping_sub(start);
        self.writer.patch_u16(start.saturating_add(2), u16::try_from(length).map_err(|_| Full)?)?;
        self.writer.pad_from(start)
    }
}

#[cfg(test)]
mod tests {
    use super::PacketWriter;
    use crate::testing::HEADER;
    use crate::{Full, Packet};

    #[test]
    fn the_checksum_stands_lowest_byte_first() {
        let mut buffer = [0xff; 64];
        let mut writer = PacketWriter::new(&mut buffer, 64, HEADER).unwrap();
        assert!(writer.is_empty());
        crate::emit_cookie_ack(&mut writer).unwrap();
        assert!(!writer.is_empty());
        assert_eq!(writer.finish(), 16);
        let mut zeroed = [0; 16];
        zeroed.copy_from_slice(&buffer[..16]);
        zeroed[8..12].fill(0);
        assert_eq!(buffer[8..12], crc32c::crc32c(&zeroed).to_le_bytes());
        assert_eq!(buffer[..8], [0x13, 0x88, 0x13, 0x89, 0xde, 0xad, 0xbe, 0xef]);
        assert_eq!(buffer[12..17], [11, 0, 0, 4, 0xff]);
    }

    #[test]
    fn a_chunk_that_does_not_fit_leaves_no_trace() {
        let mut buffer = [0; 64];
        let mut writer = PacketWriter::new(&mut buffer, 27, HEADER).unwrap();
        assert_eq!(writer.remaining(), 12);
        assert_eq!(writer.chunk(200, 0, |body| body.zeros(9)), Err(Full));
        assert_eq!(writer.chunk(200, 0, |body| body.u32(1).and(Err(Full))), Err(Full));
        assert!(writer.is_empty());
        assert_eq!(writer.chunk(200, 5, |body| body.bytes(&[1; 5])), Ok(()));
        assert_eq!((writer.len(), writer.remaining()), (24, 0));
        assert_eq!(writer.chunk(200, 0, |_| Ok(())), Err(Full));
        assert_eq!(writer.finish(), 24);
        assert_eq!(buffer[12..24], [200, 5, 0, 9, 1, 1, 1, 1, 1, 0, 0, 0]);
        assert_eq!(Packet::parse(&buffer[..24]).unwrap().chunks().count(), 1);
    }

    #[test]
    fn a_buffer_without_room_for_the_header_is_refused() {
        let mut buffer = [0; 64];
        assert!(PacketWriter::new(&mut buffer, 11, HEADER).is_err());
        assert!(PacketWriter::new(&mut buffer[..11], 64, HEADER).is_err());
        assert!(PacketWriter::new(&mut buffer, 12, HEADER).is_ok());
    }

    #[test]
    fn the_largest_packet_still_has_a_right_chunk_length() {
        let mut buffer = std::vec![0; 70_000];
        let mut writer = PacketWriter::new(&mut buffer, usize::MAX, HEADER).unwrap();
        assert_eq!(writer.remaining(), 65_520);
        assert_eq!(writer.chunk(200, 0, |body| body.zeros(65_517)), Err(Full));
        assert_eq!(writer.chunk(200, 0, |body| body.zeros(65_516)), Ok(()));
        assert_eq!(writer.finish(), 65_532);
        assert_eq!(buffer[12..16], [200, 0, 0xff, 0xf0]);
    }
}
