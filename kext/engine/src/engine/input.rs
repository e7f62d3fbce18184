//! A packet came in: check it, find its association, hand it chunk after chunk (RFC 9260 section 8.5 for the tags).

use super::Engine;
use crate::address::Address;
use crate::association::{Association, Disposition, PeerAbort, Reason, State};
use crate::counters::{Counters, bump};
use crate::random::Random;
use crate::slab::Key;
use crate::time::Time;
use sctp_wire::{Abort, Cause, Chunk, Packet, PacketError, RawChunk, ShutdownComplete, Tsn, chunk_type};

/// The ECN field of an IP header and its value CE (RFC 3168 section 5).
const ECN_MASK: u8 = 0b11;
const CONGESTION_EXPERIENCED: u8 = 0b11;

impl Engine {
    /// Takes one SCTP packet, without its IP header, that came from `source` to `destination` (the ports of both are
    /// read from the packet). `ecn` is the ECN field of the IP header, its two bits (RFC 3168 section 5). Whatever is wrong with it is counted, and answered if RFC 9260 says so.
    pub fn input(&mut self, now: Time, source: Address, destination: Address, ecn: u8, bytes: &[u8]) {
        self.marked = ecn & ECN_MASK == CONGESTION_EXPERIENCED;
        bump(&mut self.counters.packets_received);
        let packet = match Packet::parse(bytes) {
            Ok(packet) => packet,
            Err(PacketError::BadChecksum) => return bump(&mut self.counters.checksum_errors),
            Err(PacketError::TooShort) => return bump(&mut self.counters.short_packets),
        };
        let source = source.with_port(packet.header.source_port).normalized();
        let destination = destination.with_port(packet.header.destination_port).normalized();
        // Section 8.4 rule 1: what has to do with more than one host is not answered.
        let unicast = source.is_unicast() && destination.is_unicast();
        if source.port == 0 || destination.port == 0 || !unicast {
            return bump(&mut self.counters.malformed);
        }
        let Some(first) = packet.chunks().next().and_then(Result::ok) else {
            return bump(&mut self.counters.malformed);
        };
        // Section 4.3: what must be alone in its packet and is not came from nobody who knows the protocol.
        if packet.chunks().nth(1).is_some()
            && packet.chunks().flatten().any(|chunk| must_be_alone(chunk.kind))
        {
            return bump(&mut self.counters.malformed);
        }
        match first.kind {
            chunk_type::INIT => self.on_init(now, &packet, first, &source, &destination),
            chunk_type::COOKIE_ECHO => {
                // Section 8.4: rule 2 comes before rule 4.
                if self.association_for(&source, &destination).is_none() && has_abort(&packet) {
                    return bump(&mut self.counters.out_of_the_blue);
                }
                self.on_cookie_echo(now, &packet, first, &source, &destination);
            }
            _ => match self.association_for(&source, &destination) {
                Some(key) => self.on_packet(now, key, &packet, first, &source, &destination),
                None => match self.answered_init(&packet, first, &destination) {
                    Some(key) => self.on_packet(now, key, &packet, first, &source, &destination),
                    None => self.out_of_the_blue(now, &packet, &source, &destination),
                },
            },
        }
    }

    /// A packet came that is not to be looked at: its IP header is wrong, or it was sent to many.
    pub const fn input_refused(&mut self) {
        bump(&mut self.counters.packets_received);
        bump(&mut self.counters.malformed);
    }

    /// The association that waits for this INIT ACK, which a peer may send from any of its addresses (section 5.1.2).
    fn answered_init(&self, packet: &Packet<'_>, first: RawChunk<'_>, destination: &Address) -> Option<Key> {
        let header = &packet.header;
        if first.kind != chunk_type::INIT_ACK {
            return None;
        }
        self.association_by_tag(header.verification_tag, header.source_port, destination)
    }

    fn on_packet(
        &mut self,
        now: Time,
        key: Key,
        packet: &Packet<'_>,
        first: RawChunk<'_>,
        source: &Address,
        destination: &Address,
    ) {
        let Some(association) = self.associations.get_mut(key) else { return };
        match check_tag(association, packet, first) {
            Tag::Good => {}
            Tag::Reflected => {
                // The peer knows of no association, so nothing else that it could say is meant for this one.
                let disposition = match Chunk::parse(first) {
                    Ok(Chunk::Abort(abort)) if is_well_formed(&abort) => {
                        association.on_abort(Some(PeerAbort::new(&abort, first.bytes)))
                    }
                    Ok(Chunk::ShutdownComplete(_)) => association.on_shutdown_complete(),
                    _ => return bump(&mut self.counters.malformed),
                };
                bump(&mut self.counters.control_chunks_received);
                self.counters.count_dropped(&disposition);
                self.apply(key, disposition);
                return self.settle(now, key);
            }
            Tag::Bad => return bump(&mut self.counters.bad_tags),
            // Section 8.5.1 E: answered with SHUTDOWN COMPLETE, as one that comes out of the blue.
            Tag::OutOfTheBlue => return self.out_of_the_blue(now, packet, source, destination),
        }
        if first.kind == chunk_type::INIT_ACK {
            // It says which addresses the peer has (section 5.1.2): those are entered again behind it.
            self.leave_paths(key);
        }
        self.on_chunks(now, key, packet.chunks(), source, destination);
    }

    /// Handles the chunks of a packet whose tag is good, or those behind a COOKIE ECHO.
    pub(super) fn on_chunks<'a>(
        &mut self,
        now: Time,
        key: Key,
        chunks: impl Iterator<Item = Result<RawChunk<'a>, sctp_wire::Malformed>> + Clone,
        source: &Address,
        destination: &Address,
    ) {
        // Section 9.1: a packet with an ABORT is not answered.
        let aborts = chunks.clone().flatten().any(|chunk| chunk.kind == chunk_type::ABORT);
        let mut had_data = false;
        let mut lowest: Option<Tsn> = None;
        if let Some(association) = self.associations.get_mut(key) {
            association.on_sign_of_life(now);
        }
        for raw in chunks {
            let Some(association) = self.associations.get_mut(key) else { return };
            association.note_source(source);
            association.learn_local(destination);
            let chunk = raw.and_then(|raw| Chunk::parse(raw).map(|chunk| (raw, chunk)));
            if let Ok((raw, Chunk::Error(error))) = &chunk {
                self.tell_peer_error(key, error, raw.bytes);
            }
            let Self { associations, counters, random, .. } = self;
            let Some(association) = associations.get_mut(key) else { return };
            let disposition = match chunk {
                Ok((raw, chunk)) => {
                    if let Chunk::Data(data) = &chunk {
                        had_data = true;
                        lowest = Some(lowest.filter(|tsn| tsn.before(data.tsn)).unwrap_or(data.tsn));
                    }
                    on_chunk(association, now, (raw, &chunk), source, random, counters)
                }
                Err(_) => Disposition::DropPacket(Reason::Malformed),
            };
            counters.count_dropped(&disposition);
            let go_on = disposition.goes_on();
            let disposition = if aborts { disposition.silenced() } else { disposition };
            if let Disposition::Refuse { tag, cause } = disposition {
                self.reply(destination, source, tag, |writer| sctp_wire::emit_abort(writer, false, &[cause]));
            }
            self.apply(key, disposition);
            if !go_on {
                break;
            }
        }
        if had_data {
            bump(&mut self.counters.packets_with_data);
        }
        if let Some(association) = self.associations.get_mut(key) {
            association.answer_in_one_packet();
        }
        if had_data && let Some(association) = self.associations.get_mut(key) {
            if let Some(lowest) = lowest.filter(|_| self.marked) {
                association.on_mark(lowest);
            }
            association.end_of_data(now);
            self.deliver(key);
        }
        self.settle(now, key);
    }
}

/// One chunk of a packet that belongs to the association.
fn on_chunk(
    association: &mut Association,
    now: Time,
    (raw, chunk): (RawChunk<'_>, &Chunk<'_>),
    source: &Address,
    random: &mut Random,
    counters: &mut Counters,
) -> Disposition {
    counters.count_received(chunk);
    match chunk {
        Chunk::Data(data) => association.on_data(data, counters),
        Chunk::Sack(sack) => association.on_sack(now, sack),
        Chunk::InitAck(init) => association.on_init_ack(now, init, source, random),
        Chunk::Heartbeat(heartbeat) => association.on_heartbeat(heartbeat),
        Chunk::HeartbeatAck(heartbeat) if association.on_probe_ack(now, heartbeat.info) => {
            Disposition::Continue
        }
        Chunk::HeartbeatAck(heartbeat) => association.on_heartbeat_ack(now, heartbeat.info),
        // Section 8.5.1 B and C: a T bit does not go with the receiver's own tag.
        Chunk::Abort(Abort { reflected: true, .. })
        | Chunk::ShutdownComplete(ShutdownComplete { reflected: true }) => {
            Disposition::DropPacket(Reason::Unexpected)
        }
        Chunk::Abort(abort) if is_well_formed(abort) => {
            association.on_abort(Some(PeerAbort::new(abort, raw.bytes)))
        }
        Chunk::Abort(_) => Disposition::DropPacket(Reason::Malformed),
        Chunk::Shutdown(shutdown) => association.on_shutdown(now, shutdown.cumulative_tsn),
        Chunk::ShutdownAck => association.on_shutdown_ack(),
        Chunk::ShutdownComplete(_) => association.on_shutdown_complete(),
        Chunk::CookieAck => association.on_cookie_ack(now),
        Chunk::Error(error) => {
            let mut causes = error.causes.iter().flatten().map(Cause::parse);
            let stale = causes.any(|cause| matches!(cause, Ok(Cause::StaleCookie { .. })));
            if stale { association.on_stale_cookie(now) } else { Disposition::Continue }
        }
        // Section 4.3: INIT and COOKIE ECHO come alone or first; elsewhere the packet is broken.
        Chunk::Init(_) | Chunk::CookieEcho(_) => Disposition::DropPacket(Reason::Malformed),
        Chunk::Ecne(ecne) => association.on_ecne(*ecne, counters),
        Chunk::Cwr(cwr) => association.on_cwr(*cwr),
        Chunk::Unrecognized(raw) => {
            bump(&mut counters.unrecognized_chunks);
            let action = raw.unrecognized_action();
            if action.reports() {
                association.report(&Cause::UnrecognizedChunk(raw.bytes));
            }
            if action.stops() { Disposition::DropPacket(Reason::Unrecognized) } else { Disposition::Continue }
        }
    }
}

/// Section 3.3.7: an ABORT with a format error is silently discarded.
fn is_well_formed(abort: &Abort<'_>) -> bool {
    abort.causes.iter().all(|cause| cause.is_ok())
}

/// Sections 4.3 and 6.10: INIT, INIT ACK and SHUTDOWN COMPLETE share a packet with nothing.
const fn must_be_alone(kind: u8) -> bool {
    matches!(kind, chunk_type::INIT | chunk_type::INIT_ACK | chunk_type::SHUTDOWN_COMPLETE)
}

/// Whether there is an ABORT anywhere in a packet.
fn has_abort(packet: &Packet<'_>) -> bool {
    packet.chunks().flatten().any(|chunk| chunk.kind == chunk_type::ABORT)
}

enum Tag {
    Good,
    /// The peer's own tag, on an ABORT or SHUTDOWN COMPLETE with the T bit.
    Reflected,
    Bad,
    OutOfTheBlue,
}

/// Section 8.5: the verification tag, with the exceptions of 8.5.1.
fn check_tag(association: &Association, packet: &Packet<'_>, first: RawChunk<'_>) -> Tag {
    let tag = packet.header.verification_tag;
    let reflected = first.flags & 1 != 0;
    let good = match first.kind {
        // Rules B and C: ABORT and SHUTDOWN COMPLETE may carry the peer's own tag when the T bit says so.
        chunk_type::ABORT | chunk_type::SHUTDOWN_COMPLETE if reflected => {
            let reflects = association.peer_tag != 0 && tag == association.peer_tag;
            return if reflects { Tag::Reflected } else { Tag::Bad };
        }
        chunk_type::SHUTDOWN_ACK
            if matches!(association.state, State::CookieWait { .. } | State::CookieEchoed { .. }) =>
        {
            return Tag::OutOfTheBlue;
        }
        _ => tag == association.local_tag,
    };
    if good { Tag::Good } else { Tag::Bad }
}
