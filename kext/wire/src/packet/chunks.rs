//! The chunks of a packet, not yet told apart (RFC 9260 section 3.2).
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |  Chunk Type   |  Chunk Flags  |  Length, without the padding  |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! \                             Value                             \
//! /                               +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! \                               |  Padding, 0 to 3 zero bytes   |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! ```

use crate::cursor::{Reader, Truncated, padding};
use crate::error::Malformed;

/// Bytes before the value.
const CHUNK_HEADER_LEN: usize = 4;

/// A chunk of any type.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RawChunk<'a> {
    /// The chunk type.
    pub kind: u8,
    /// The chunk flags, whose meaning depends on the type.
    pub flags: u8,
    /// What follows the chunk header, without padding.
    pub value: &'a [u8],
    /// The whole chunk with its header, without padding.
    pub bytes: &'a [u8],
}

impl<'a> RawChunk<'a> {
    /// Takes one chunk, with its padding, off the front. Padding that is missing at the very end is
    /// forgiven.
    fn take(reader: &mut Reader<'a>) -> Result<Self, Truncated> {
        let mut header = *reader;
        let kind = header.u8()?;
        let flags = header.u8()?;
        let bytes = reader.bytes(usize::from(header.u16()?))?;
        let value = bytes.get(CHUNK_HEADER_LEN..).ok_or(Truncated)?;
        reader.bytes(padding(bytes.len()).min(reader.remaining()))?;
        Ok(Self { kind, flags, value, bytes })
    }

    /// What to do with this chunk if its type is not known.
    #[must_use]
    pub const fn unrecognized_action(&self) -> UnrecognizedAction {
        UnrecognizedAction::of(self.kind)
    }
}

/// What the two highest bits of a type ask of a receiver that does not know the type (RFC 9260 section
/// 3.2 for chunks, 3.2.1 for parameters).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UnrecognizedAction {
    /// 00: go no further.
    Stop,
    /// 01: go no further, and report it.
    StopAndReport,
    /// 10: go on behind it.
    Skip,
    /// 11: go on behind it, and report it.
    SkipAndReport,
}

impl UnrecognizedAction {
    /// What the byte with the type's two highest bits asks for.
    pub(crate) const fn of(high_byte: u8) -> Self {
        match high_byte {
            0..0x40 => Self::Stop,
            0x40..0x80 => Self::StopAndReport,
            0x80..0xc0 => Self::Skip,
            0xc0.. => Self::SkipAndReport,
        }
    }

    /// Whether whatever follows is to be left alone.
    #[must_use]
    pub const fn stops(self) -> bool {
        matches!(self, Self::Stop | Self::StopAndReport)
    }

    /// Whether the sender is to be told.
    #[must_use]
    pub const fn reports(self) -> bool {
        matches!(self, Self::StopAndReport | Self::SkipAndReport)
    }
}

/// Goes through the chunks of a packet, and ends after the first that has a wrong length.
#[derive(Clone, Debug)]
pub struct Chunks<'a> {
    reader: Reader<'a>,
}

impl<'a> Chunks<'a> {
    /// The chunks in `bytes`, which is what follows a common header, or chunks kept from a packet.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { reader: Reader::new(bytes) }
    }
}

impl<'a> Iterator for Chunks<'a> {
    type Item = Result<RawChunk<'a>, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.reader.is_empty() {
            return None;
        }
        let mut reader = core::mem::replace(&mut self.reader, Reader::new(&[]));
        let chunk = RawChunk::take(&mut reader);
        if chunk.is_ok() {
            self.reader = reader;
        }
        Some(chunk.map_err(|_| Malformed::ChunkLength))
    }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::{Chunks, RawChunk, UnrecognizedAction};
    use crate::Malformed;

    fn all(bytes: &[u8]) -> Vec<Result<RawChunk<'_>, Malformed>> {
        Chunks::new(bytes).collect()
    }

    #[test]
    fn padding_is_skipped_and_the_last_may_be_missing() {
        let first = RawChunk { kind: 7, flags: 1, value: &[9], bytes: &[7, 1, 0, 5, 9] };
        let second = RawChunk { kind: 8, flags: 0, value: &[], bytes: &[8, 0, 0, 4] };
        assert_eq!(all(&[7, 1, 0, 5, 9, 1, 1, 1, 8, 0, 0, 4]), [Ok(first), Ok(second)]);
        for missing in 0..4 {
            assert_eq!(all(&[7, 1, 0, 5, 9, 0, 0, 0][..8 - missing]), [Ok(first)]);
        }
    }

    #[test]
    fn a_wrong_length_ends_the_packet() {
        for wrong in [&[7, 0][..], &[7, 0, 0, 3, 8, 0, 0, 4], &[7, 0, 0, 0], &[7, 0, 0, 9, 8, 0, 0, 4]] {
            assert_eq!(all(wrong), [Err(Malformed::ChunkLength)]);
        }
        let good = RawChunk { kind: 8, flags: 0, value: &[], bytes: &[8, 0, 0, 4] };
        assert_eq!(all(&[8, 0, 0, 4, 1, 2]), [Ok(good), Err(Malformed::ChunkLength)]);
    }

    #[test]
    fn the_two_highest_bits_say_what_to_do() {
        use UnrecognizedAction::{Skip, SkipAndReport, Stop, StopAndReport};
        for (kind, action, stops, reports) in [
            (0x3f, Stop, true, false),
            (0x40, StopAndReport, true, true),
            (0x84, Skip, false, false),
            (0xff, SkipAndReport, false, true),
        ] {
            let chunk = RawChunk { kind, flags: 0, value: &[], bytes: &[] };
            assert_eq!(chunk.unrecognized_action(), action);
            assert_eq!((action.stops(), action.reports()), (stops, reports));
        }
    }
}
