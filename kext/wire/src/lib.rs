//! The wire format of SCTP (RFC 9260 section 3): bytes to values and back.
//!
//! Nothing here allocates, keeps time or remembers anything between two packets. Values borrow from the
//! packet they were read from. Every length that comes from the wire is checked here, once; what a value
//! means, and whether it may come at this time, is for the engine to judge.
//!
//! Reading goes down in steps, so that a reader only pays for what it looks at:
//! [`Packet`] -> [`Chunks`] -> [`RawChunk`] -> [`Chunk`] -> [`Parameters`] or [`Causes`].
//! Writing goes into a buffer of the caller through a [`PacketWriter`], which takes a chunk whole or not
//! at all.
//!
//! A further chunk type is one file in `chunk/`, a number in [`chunk_type`], a variant of [`Chunk`], and
//! one line each in `Chunk::parse` and `Chunk::emit`.
#![no_std]
#![forbid(unsafe_code)]

#[cfg(test)]
extern crate std;

mod cause;
mod chunk;
mod cursor;
mod error;
mod packet;
mod parameter;
mod serial;
#[cfg(test)]
mod testing;
mod tlv;
mod u16_list;

pub use cause::{Cause, Causes, RawCause, cause_code};
pub use chunk::{
    Abort, Chunk, CookieEcho, Cwr, Data, DataFlags, DuplicateTsns, Ecne, ErrorChunk, GapBlocks, Heartbeat,
    Init, Sack, Shutdown, ShutdownComplete, chunk_type, emit_abort, emit_cookie_ack, emit_error, emit_pad,
    emit_sack, emit_shutdown_ack,
};
pub use cursor::{Full, Reader, Truncated, Writer};
pub use error::Malformed;
pub use packet::{
    COMMON_HEADER_LEN, Chunks, CommonHeader, Packet, PacketError, PacketWriter, RawChunk, UnrecognizedAction,
};
pub use parameter::{Parameter, Parameters, RawParameter, parameter_type};
pub use serial::{Ssn, Tsn};
pub use tlv::ParameterWriter;
pub use u16_list::U16List;
