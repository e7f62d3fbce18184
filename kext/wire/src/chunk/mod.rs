//! The chunks of RFC 9260 section 3.3, one type a file.

mod abort;
mod cookie_ack;
mod cookie_echo;
mod cwr;
mod data;
mod ecne;
mod error;
mod heartbeat;
mod init;
mod pad;
mod sack;
mod shutdown;
mod shutdown_ack;
mod shutdown_complete;
#[cfg(test)]
mod tests;

pub use abort::{Abort, emit_abort};
pub use cookie_ack::emit_cookie_ack;
pub use cookie_echo::CookieEcho;
pub use cwr::Cwr;
pub use data::{Data, DataFlags};
pub use ecne::Ecne;
pub use error::{ErrorChunk, emit_error};
pub use heartbeat::Heartbeat;
pub use init::Init;
pub use pad::emit_pad;
pub use sack::{DuplicateTsns, GapBlocks, Sack, emit_sack};
pub use shutdown::Shutdown;
pub use shutdown_ack::emit_shutdown_ack;
pub use shutdown_complete::ShutdownComplete;

use crate::cursor::{Full, Truncated};
use crate::error::Malformed;
use crate::packet::{PacketWriter, RawChunk};

/// The numbers of the chunk types.
pub mod chunk_type {
    /// DATA.
    pub const DATA: u8 = 0;
    /// INIT.
    pub const INIT: u8 = 1;
    /// INIT ACK.
    pub const INIT_ACK: u8 = 2;
    /// SACK.
    pub const SACK: u8 = 3;
    /// HEARTBEAT.
    pub const HEARTBEAT: u8 = 4;
    /// HEARTBEAT ACK.
    pub const HEARTBEAT_ACK: u8 = 5;
    /// ABORT.
    pub const ABORT: u8 = 6;
    /// SHUTDOWN.
    pub const SHUTDOWN: u8 = 7;
    /// SHUTDOWN ACK.
    pub const SHUTDOWN_ACK: u8 = 8;
    /// ERROR.
    pub const ERROR: u8 = 9;
    /// COOKIE ECHO.
    pub const COOKIE_ECHO: u8 = 10;
    /// COOKIE ACK.
    pub const COOKIE_ACK: u8 = 11;
    /// ECNE.
    pub const ECNE: u8 = 12;
    /// CWR.
    pub const CWR: u8 = 13;
    /// SHUTDOWN COMPLETE.
    pub const SHUTDOWN_COMPLETE: u8 = 14;
    /// PAD (RFC 4820).
    pub const PAD: u8 = 0x84;
}

/// The T bit of ABORT and SHUTDOWN COMPLETE: the packet carries the verification tag that its receiver
/// itself sent, because the sender knows of no association and so of no other tag (section 8.5.1).
const T_BIT: u8 = 1;

/// A chunk by its type.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Chunk<'a> {
    /// User data.
    Data(Data<'a>),
    /// Asks for an association.
    Init(Init<'a>),
    /// Answers an INIT.
    InitAck(Init<'a>),
    /// Acknowledges DATA.
    Sack(Sack<'a>),
    /// Asks whether an address is reachable.
    Heartbeat(Heartbeat<'a>),
    /// Answers a HEARTBEAT.
    HeartbeatAck(Heartbeat<'a>),
    /// Ends the association at once.
    Abort(Abort<'a>),
    /// Begins to end the association.
    Shutdown(Shutdown),
    /// Answers a SHUTDOWN.
    ShutdownAck,
    /// Reports errors.
    Error(ErrorChunk<'a>),
    /// Returns the cookie of an INIT ACK.
    CookieEcho(CookieEcho<'a>),
    /// Answers a COOKIE ECHO.
    CookieAck,
    /// Reports a mark of congestion.
    Ecne(Ecne),
    /// Answers an ECNE.
    Cwr(Cwr),
    /// Answers a SHUTDOWN ACK.
    ShutdownComplete(ShutdownComplete),
    /// Any other; see [`RawChunk::unrecognized_action`].
    Unrecognized(RawChunk<'a>),
}

impl<'a> Chunk<'a> {
    /// Reads the body of a chunk. Parameters and causes in it are looked at when they are gone through.
    ///
    /// # Errors
    /// [`Malformed::ChunkBody`] when the body is too short or not of a length it may have; for a heartbeat
    /// also the errors of its one parameter.
    pub fn parse(raw: RawChunk<'a>) -> Result<Self, Malformed> {
        let chunk = match raw.kind {
            chunk_type::DATA => Data::parse(raw.flags, raw.value).map(Self::Data),
            chunk_type::INIT => Init::parse(raw.value).map(Self::Init),
            chunk_type::INIT_ACK => Init::parse(raw.value).map(Self::InitAck),
            chunk_type::SACK => Sack::parse(raw.value).map(Self::Sack),
            chunk_type::HEARTBEAT => return Heartbeat::parse(raw).map(Self::Heartbeat),
            chunk_type::HEARTBEAT_ACK => return Heartbeat::parse(raw).map(Self::HeartbeatAck),
            chunk_type::ABORT => Ok(Self::Abort(Abort::parse(raw.flags, raw.value))),
            chunk_type::SHUTDOWN => Shutdown::parse(raw.value).map(Self::Shutdown),
            chunk_type::SHUTDOWN_ACK => nothing_in(raw.value).map(|()| Self::ShutdownAck),
            chunk_type::ERROR => Ok(Self::Error(ErrorChunk::parse(raw.value))),
            chunk_type::COOKIE_ECHO => Ok(Self::CookieEcho(CookieEcho::parse(raw.value))),
            chunk_type::COOKIE_ACK => nothing_in(raw.value).map(|()| Self::CookieAck),
            chunk_type::ECNE => Ecne::parse(raw.value).map(Self::Ecne),
            chunk_type::CWR => Cwr::parse(raw.value).map(Self::Cwr),
            chunk_type::SHUTDOWN_COMPLETE => {
                ShutdownComplete::parse(raw.flags, raw.value).map(Self::ShutdownComplete)
            }
            _ => Ok(Self::Unrecognized(raw)),
        };
        chunk.map_err(|WrongLength| Malformed::ChunkBody(raw.kind))
    }

    /// Adds the chunk to a packet.
    ///
    /// # Errors
    /// [`Full`] when it does not fit; the packet is as before then.
    pub fn emit(&self, packet: &mut PacketWriter<'_>) -> Result<(), Full> {
        match self {
            Self::Data(data) => data.emit(packet),
            Self::Init(init) => init.emit_init(packet, |_| Ok(())),
            Self::InitAck(init) => init.emit_init_ack(packet, |_| Ok(())),
            Self::Sack(sack) => sack.emit(packet),
            Self::Heartbeat(heartbeat) => heartbeat.emit_request(packet),
            Self::HeartbeatAck(heartbeat) => heartbeat.emit_ack(packet),
            Self::Abort(abort) => abort.emit(packet),
            Self::Shutdown(shutdown) => shutdown.emit(packet),
            Self::ShutdownAck => emit_shutdown_ack(packet),
            Self::Error(error) => error.emit(packet),
            Self::CookieEcho(echo) => echo.emit(packet),
            Self::CookieAck => emit_cookie_ack(packet),
            Self::Ecne(ecne) => ecne.emit(packet),
            Self::Cwr(cwr) => cwr.emit(packet),
            Self::ShutdownComplete(complete) => complete.emit(packet),
            Self::Unrecognized(raw) => packet.chunk(raw.kind, raw.flags, |body| body.bytes(raw.value)),
        }
    }
}

/// A body is too short, or not of the one length it may have.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct WrongLength;

impl From<Truncated> for WrongLength {
    fn from(_: Truncated) -> Self {
        Self
    }
}

/// The body of a chunk that is nothing but its header.
fn nothing_in(value: &[u8]) -> Result<(), WrongLength> {
    if value.is_empty() { Ok(()) } else { Err(WrongLength) }
}

/// The body of a chunk that is one number.
fn number_in(value: &[u8]) -> Result<u32, WrongLength> {
    value.try_into().map(u32::from_be_bytes).map_err(|_| WrongLength)
}
