//! Packets: a common header and chunks (RFC 9260 section 3).

mod chunks;
mod header;
mod reader;
mod writer;

pub use chunks::{Chunks, RawChunk, UnrecognizedAction};
pub use header::{COMMON_HEADER_LEN, CommonHeader};
pub use reader::{Packet, PacketError};
pub use writer::PacketWriter;
