//! Packets that belong to no association (RFC 9260 section 8.4).

use super::Engine;
use crate::address::Address;
use crate::counters::bump;
use crate::options::IpHeader;
use crate::time::Time;
use sctp_wire::{Cause, Chunk, Packet};

impl Engine {
    /// Answers a packet with a good checksum that is nobody's, if it may be answered at all.
    pub(super) fn out_of_the_blue(
        &mut self,
        now: Time,
        packet: &Packet<'_>,
        source: &Address,
        destination: &Address,
    ) {
        self.count_out_of_the_blue(destination);
        let tag = packet.header.verification_tag;
        if tag == 0 {
            // Section 8.5.1 A: only an INIT may have this tag.
            return bump(&mut self.counters.bad_tags);
        }
        let mut shutdown_ack = false;
        for raw in packet.chunks() {
            // A packet that is broken anywhere is not answered.
            let Ok(chunk) = raw.and_then(Chunk::parse) else { return };
            match chunk {
                // Rules 2 and 6, 7: never answered. An ABORT anywhere in the packet silences us.
                Chunk::Abort(_) | Chunk::ShutdownComplete(_) | Chunk::CookieAck => return,
                Chunk::Error(error) => {
                    let mut causes = error.causes.iter().flatten().map(Cause::parse);
                    if causes.any(|cause| matches!(cause, Ok(Cause::StaleCookie { .. }))) {
                        return;
                    }
                }
                Chunk::ShutdownAck => shutdown_ack = true,
                Chunk::Data(_)
                | Chunk::Init(_)
                | Chunk::InitAck(_)
                | Chunk::Sack(_)
                | Chunk::Heartbeat(_)
                | Chunk::HeartbeatAck(_)
                | Chunk::Shutdown(_)
                | Chunk::CookieEcho(_)
                | Chunk::Ecne(_)
                | Chunk::Cwr(_)
                | Chunk::Unrecognized(_) => {}
            }
        }
        if !shutdown_ack && self.variables.hides_all() {
            return;
        }
        // Rules 5 and 8: the tag is reflected and the T bit says so.
        self.reply_to_stranger(now, destination, source, tag, |writer| {
            if shutdown_ack {
                sctp_wire::ShutdownComplete { reflected: true }.emit(writer)
            } else {
                sctp_wire::emit_abort(writer, true, &[])
            }
        });
    }

    pub(super) fn count_out_of_the_blue(&mut self, destination: &Address) {
        bump(&mut self.counters.out_of_the_blue);
        if !self.is_bound(destination) {
            bump(&mut self.counters.closed_ports);
        }
    }

    /// How many packets of strangers are answered in a second: as many at once, then evenly. 0: none.
    pub const fn set_stranger_replies(&mut self, per_second: u32) {
        self.replies.set_rate(per_second);
    }

    /// Queues an answer to a packet that anybody may have sent in anybody's name, if the rate allows it: this host must
    /// not serve to flood another one (RFC 5062 section 6).
    pub(super) fn reply_to_stranger(
        &mut self,
        now: Time,
        source: &Address,
        destination: &Address,
        tag: u32,
        build: impl FnOnce(&mut sctp_wire::PacketWriter<'_>) -> Result<(), sctp_wire::Full>,
    ) {
        if self.replies.take_token(now) {
            self.reply(source, destination, tag, build);
        } else {
            bump(&mut self.counters.replies_dropped);
        }
    }

    /// Queues an answer; one too many is dropped and counted.
    pub(super) fn reply(
        &mut self,
        source: &Address,
        destination: &Address,
        tag: u32,
        build: impl FnOnce(&mut sctp_wire::PacketWriter<'_>) -> Result<(), sctp_wire::Full>,
    ) {
        self.reply_as(IpHeader::default(), source, destination, tag, build);
    }

    /// The same with what a user has set of its IP header.
    pub(super) fn reply_as(
        &mut self,
        ip: IpHeader,
        source: &Address,
        destination: &Address,
        tag: u32,
        build: impl FnOnce(&mut sctp_wire::PacketWriter<'_>) -> Result<(), sctp_wire::Full>,
    ) {
        if !self.replies.push(source, destination, tag, ip, build) {
            bump(&mut self.counters.replies_dropped);
        }
    }
}
