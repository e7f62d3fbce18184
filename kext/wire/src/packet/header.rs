//! The common header (RFC 9260 section 3.1).
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |      Source Port Number       |    Destination Port Number    |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |                       Verification Tag                        |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |                           Checksum                            |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! ```

use crate::cursor::{Full, Reader, Truncated, Writer};

/// Bytes of the common header, checksum included.
pub const COMMON_HEADER_LEN: usize = 12;

/// Where the checksum stands.
pub(super) const CHECKSUM_AT: usize = 8;
pub(super) const CHECKSUM_LEN: usize = 4;

/// The common header without its checksum, which [`Packet`](crate::Packet) checks and
/// [`PacketWriter`](crate::PacketWriter) fills in.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct CommonHeader {
    /// The sender's port.
    pub source_port: u16,
    /// The receiver's port.
    pub destination_port: u16,
    /// The tag the receiver of the packet chose for this association; 0 with an INIT.
    pub verification_tag: u32,
}

impl CommonHeader {
    /// Reads the header's first eight bytes, which is all that an ICMP message may quote of a packet
    /// (RFC 9260 section 10). Nothing vouches for them.
    ///
    /// # Errors
    /// [`Truncated`] when there are fewer.
    pub fn parse(bytes: &[u8]) -> Result<Self, Truncated> {
        let mut reader = Reader::new(bytes);
        Ok(Self {
            source_port: reader.u16()?,
            destination_port: reader.u16()?,
            verification_tag: reader.u32()?,
        })
    }

    /// Writes the header with a checksum of zero.
    pub(super) fn emit(&self, writer: &mut Writer<'_>) -> Result<(), Full> {
        writer.u16(self.source_port)?;
        writer.u16(self.destination_port)?;
        writer.u32(self.verification_tag)?;
        writer.zeros(CHECKSUM_LEN)
    }
}

/// The checksum of a packet: CRC32c with the checksum field taken as zero (section 6.8). It stands in the
/// packet with its lowest byte first, as appendix A explains. `None` for less than a header.
pub(super) fn checksum(packet: &[u8]) -> Option<[u8; CHECKSUM_LEN]> {
    let before = packet.get(..CHECKSUM_AT)?;
    let after = packet.get(COMMON_HEADER_LEN..)?;
    let crc = crc32c::append(crc32c::crc32c(before), &[0; CHECKSUM_LEN]);
    Some(crc32c::append(crc, after).to_le_bytes())
}
