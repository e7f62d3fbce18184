//! SACK (RFC 9260 section 3.3.4): acknowledges DATA.
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |   Type = 3    |  Chunk Flags  |            Length             |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |                      Cumulative TSN Ack                       |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |          Advertised Receiver Window Credit (a_rwnd)           |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! | Number of Gap Ack Blocks = N  |  Number of Duplicate TSNs = M |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |    Gap Ack Block #1 Start     |     Gap Ack Block #1 End      |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! \                    ... #N, Duplicate TSN 1                    \
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |                        Duplicate TSN M                        |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! ```

use super::{WrongLength, chunk_type};
use crate::cursor::{Full, Reader, Writer};
use crate::packet::PacketWriter;
use crate::serial::Tsn;

/// Where the two counts stand, from the beginning of the body.
const GAP_COUNT_AT: usize = 8;
const DUPLICATE_COUNT_AT: usize = 10;

/// A SACK chunk whose length agrees with both counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sack<'a> {
    /// Every TSN up to this one has arrived.
    pub cumulative_tsn: Tsn,
    /// How many more bytes the sender is ready to receive.
    pub a_rwnd: u32,
    /// What has arrived beyond the cumulative TSN.
    pub gaps: GapBlocks<'a>,
    /// What has arrived more than once since the last SACK.
    pub duplicates: DuplicateTsns<'a>,
}

impl<'a> Sack<'a> {
    /// Bytes of the chunk before the gap ack blocks, chunk header included.
    pub const HEADER_LEN: usize = 16;

    pub(super) fn parse(value: &'a [u8]) -> Result<Self, WrongLength> {
        let mut reader = Reader::new(value);
        let cumulative_tsn = Tsn(reader.u32()?);
        let a_rwnd = reader.u32()?;
        let gap_count = usize::from(reader.u16()?);
        let duplicate_count = usize::from(reader.u16()?);
        let (entries, left_over) = reader.rest().as_chunks();
        let (gaps, duplicates) = entries.split_at_checked(gap_count).ok_or(WrongLength)?;
        if duplicates.len() != duplicate_count || !left_over.is_empty() {
            return Err(WrongLength);
        }
        Ok(Self { cumulative_tsn, a_rwnd, gaps: GapBlocks(gaps), duplicates: DuplicateTsns(duplicates) })
    }

    /// Adds the chunk to a packet; blocks and duplicates that do not fit are left out.
    ///
    /// # Errors
    /// [`Full`] when it does not fit even without them; the packet is as before then.
    pub fn emit(&self, packet: &mut PacketWriter<'_>) -> Result<(), Full> {
        emit_sack(packet, self.cumulative_tsn, self.a_rwnd, self.gaps.iter(), self.duplicates.iter())
    }
}

/// The gap ack blocks of a SACK, as the peer wrote them: nothing says that they are in order, apart from
/// each other, or that a block does not end before it starts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct GapBlocks<'a>(&'a [[u8; 4]]);

impl<'a> GapBlocks<'a> {
    /// The first and the last TSN of each block, counted from the cumulative TSN.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (u16, u16)> + Clone + use<'a> {
        self.0.iter().map(|[a, b, c, d]| (u16::from_be_bytes([*a, *b]), u16::from_be_bytes([*c, *d])))
    }

    /// How many blocks there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no block.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The duplicate TSNs of a SACK.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct DuplicateTsns<'a>(&'a [[u8; 4]]);

impl<'a> DuplicateTsns<'a> {
    /// The TSNs in their order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Tsn> + Clone + use<'a> {
        self.0.iter().map(|tsn| Tsn(u32::from_be_bytes(*tsn)))
    }

    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Adds a SACK to a packet with as many gap ack blocks, and then duplicate TSNs, as fit (section 6.2).
///
/// # Errors
/// [`Full`] when it does not fit even without them; the packet is as before then.
pub fn emit_sack(
    packet: &mut PacketWriter<'_>,
    cumulative_tsn: Tsn,
    a_rwnd: u32,
    gaps: impl Iterator<Item = (u16, u16)> + Clone,
    duplicates: impl Iterator<Item = Tsn> + Clone,
) -> Result<(), Full> {
    packet.chunk(chunk_type::SACK, 0, |body| {
        body.u32(cumulative_tsn.0)?;
        body.u32(a_rwnd)?;
        body.zeros(4)?;
        let gap_count = emit_while_room(body, gaps.map(|(start, end)| join(start, end)))?;
        let duplicate_count = emit_while_room(body, duplicates.map(|tsn| tsn.0))?;
        body.patch_u16(GAP_COUNT_AT, gap_count)?;
        body.patch_u16(DUPLICATE_COUNT_AT, duplicate_count)
    })
}

/// Writes entries until there is no more room, and returns how many. The largest packet has no room for
/// more than a `u16` can count.
fn emit_while_room(body: &mut Writer<'_>, entries: impl Iterator<Item = u32>) -> Result<u16, Full> {
    let mut count: u16 = 0;
    for entry in entries {
        if body.remaining() < size_of_val(&entry) {
            break;
        }
        body.u32(entry)?;
        count = count.saturating_add(1);
    }
    Ok(count)
}

/// The two ends of a block as they stand behind each other.
fn join(start: u16, end: u16) -> u32 {
    u32::from(start) << u16::BITS | u32::from(end)
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use proptest::prelude::*;

    use super::{DuplicateTsns, GapBlocks, Sack, emit_sack};
    use crate::testing::{HEADER, assert_only_lengths, assert_same, assert_survives, chunks, parse};
    use crate::{Chunk, Full, Malformed, PacketWriter, Tsn};

    const BYTES: [u8; 28] = [
        3, 0, 0, 28, 0, 0, 0, 99, 0, 1, 0, 0, 0, 2, 0, 1, //
        0, 2, 0, 3, 1, 0, 1, 1, 0, 0, 0, 98,
    ];

    #[test]
    fn example() {
        let sack = Sack {
            cumulative_tsn: Tsn(99),
            a_rwnd: 65_536,
            gaps: GapBlocks(&[[0, 2, 0, 3], [1, 0, 1, 1]]),
            duplicates: DuplicateTsns(&[[0, 0, 0, 98]]),
        };
        assert_same(&BYTES, &Chunk::Sack(sack));
        assert!(sack.gaps.iter().eq([(2, 3), (256, 257)]));
        assert!(sack.duplicates.iter().eq([Tsn(98)]));
        assert_eq!((sack.gaps.len(), sack.duplicates.len()), (2, 1));
    }

    #[test]
    fn the_counts_must_agree_with_the_length() {
        for (gaps, duplicates, right) in [(3, 0, true), (0, 3, true), (3, 1, false), (1, 1, false)] {
            let mut bytes = BYTES;
            (bytes[13], bytes[15]) = (gaps, duplicates);
            assert_eq!(parse(&bytes).is_ok(), right);
        }
        let mut bytes = BYTES;
        (bytes[12], bytes[14]) = (0xff, 0xff);
        assert_eq!(parse(&bytes), Err(Malformed::ChunkBody(3)));
    }

    #[test]
    fn lengths() {
        assert_only_lengths(3, |length| length == 12);
    }

    #[test]
    fn what_does_not_fit_is_left_out_gaps_first() {
        let emit = |room: usize| {
            let mut buffer = [0; 64];
            let mut packet = PacketWriter::new(&mut buffer, 12 + room, HEADER).unwrap();
            emit_sack(&mut packet, Tsn(9), 1, [(1, 1), (3, 3)].into_iter(), [Tsn(8)].into_iter())?;
            let length = packet.finish();
            Ok((buffer[25], buffer[27], length - 12))
        };
        assert_eq!(emit(15), Err(Full));
        assert_eq!(emit(16), Ok((0, 0, 16)));
        assert_eq!(emit(20), Ok((1, 0, 20)));
        assert_eq!(emit(24), Ok((2, 0, 24)));
        assert_eq!(emit(40), Ok((2, 1, 28)));
    }

    proptest! {
        #[test]
        fn round_trip(
            tsn: u32, a_rwnd: u32,
            gaps in proptest::collection::vec(any::<(u16, u16)>(), 0..50),
            duplicates in proptest::collection::vec(any::<u32>(), 0..50),
        ) {
            let bytes = chunks(|packet| {
                let duplicates = duplicates.iter().copied().map(Tsn);
                emit_sack(packet, Tsn(tsn), a_rwnd, gaps.iter().copied(), duplicates)
            });
            let Ok(Chunk::Sack(sack)) = parse(&bytes) else { panic!("no SACK: {bytes:?}") };
            prop_assert_eq!((sack.cumulative_tsn, sack.a_rwnd), (Tsn(tsn), a_rwnd));
            prop_assert_eq!(sack.gaps.iter().collect::<Vec<_>>(), gaps);
            prop_assert_eq!(sack.duplicates.iter().map(|tsn| tsn.0).collect::<Vec<_>>(), duplicates);
            assert_survives(&Chunk::Sack(sack));
        }
    }
}
