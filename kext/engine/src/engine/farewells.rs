//! The last packets of associations that are over, one each, until they are sent.

use super::Transmit;
use crate::address::Address;
use crate::association::Farewell;
use crate::memory::{self, OutOfMemory};
use crate::options::IpHeader;
use alloc::vec::Vec;
use sctp_wire::{COMMON_HEADER_LEN, Cause, CommonHeader, Full, PacketWriter};

/// Bytes of a packet with an ABORT before what the cause holds: the headers of packet, chunk and cause.
const HEADERS: usize = COMMON_HEADER_LEN + 4 + 4;

/// What the last packet of an association says, and where it goes.
#[derive(Debug)]
pub(super) struct Last {
    pub(super) source: Address,
    pub(super) destination: Address,
    /// The longest packet that the path takes, bytes.
    pub(super) room: usize,
    pub(super) tag: u32,
    pub(super) ip: IpHeader,
    pub(super) farewell: Farewell,
}

impl Last {
    /// Writes the packet; its length, or `None` if it says nothing or `buffer` is too short.
    fn write(&self, buffer: &mut [u8]) -> Option<usize> {
        let header = CommonHeader {
            source_port: self.source.port,
            destination_port: self.destination.port,
            verification_tag: self.tag,
        };
        let mut writer = PacketWriter::new(buffer, self.room, header).ok()?;
        self.emit(&mut writer).ok()?;
        (!writer.is_empty()).then(|| writer.finish())
    }

    /// As much of what a cause holds as fits the packet.
    fn fitting<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        let most = bytes.len().min(self.room.saturating_sub(HEADERS));
        bytes.get(..most).unwrap_or_default()
    }

    fn emit(&self, writer: &mut PacketWriter<'_>) -> Result<(), Full> {
        match &self.farewell {
            Farewell::Silence => Ok(()),
            Farewell::ShutdownComplete => sctp_wire::ShutdownComplete { reflected: false }.emit(writer),
            Farewell::Abort(Some(cause)) => sctp_wire::emit_abort(writer, false, &[*cause]),
            Farewell::Abort(None) => sctp_wire::emit_abort(writer, false, &[]),
            Farewell::ReflectedAbort(cause) => sctp_wire::emit_abort(writer, true, &[*cause]),
            Farewell::Reason(reason) => {
                let reason = self.fitting(reason);
                sctp_wire::emit_abort(writer, false, &[Cause::UserInitiatedAbort(reason)])
            }
            Farewell::HostName(parameter) => {
                let parameter = self.fitting(parameter);
                sctp_wire::emit_abort(writer, false, &[Cause::UnresolvableAddress(parameter)])
            }
        }
    }
}

/// Farewells that wait, in no order. One call may end all associations, and every peer must hear of it (section 9.1): so
/// an association is only made when there is room for its farewell.
#[derive(Debug)]
pub(super) struct Farewells {
    waiting: Vec<Last>,
}

impl Farewells {
    pub(super) const fn new() -> Self {
        Self { waiting: Vec::new() }
    }

    /// Makes room for the farewells of `associations`, besides those that wait.
    pub(super) fn reserve(&mut self, associations: u32) -> Result<(), OutOfMemory> {
        let associations = usize::try_from(associations).map_err(|_| OutOfMemory)?;
        self.waiting.try_reserve(associations).map_err(|_| OutOfMemory)
    }

    /// Gives the memory back if there is nothing left to say.
    pub(super) fn release(&mut self, associations: u32) {
        if associations == 0 && self.waiting.is_empty() {
            self.waiting = Vec::new();
        }
    }

    /// Adds the farewell of an association that there was room for.
    pub(super) fn push(&mut self, last: Last) -> Result<(), OutOfMemory> {
        memory::push(&mut self.waiting, last)
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Writes one of them to `buffer`.
    pub(super) fn pop(&mut self, buffer: &mut [u8]) -> Option<Transmit> {
        while let Some(last) = self.waiting.pop() {
            if let Some(length) = last.write(buffer) {
                let Last { source, destination, ip, .. } = last;
                return Some(Transmit {
                    length,
                    source,
                    restricted: false,
                    destination,
                    ip,
                    dont_fragment: false,
                });
            }
        }
        None
    }
}
