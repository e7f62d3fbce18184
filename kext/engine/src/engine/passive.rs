//! Set-up seen from the side that answers: INIT without state, COOKIE ECHO with it (RFC 9260 sections 5.1 and 5.2).

use super::Engine;
use super::input::bump;
use crate::address::Address;
use crate::association::{Association, BadOffer, Beginning, Due, Ecn, Offer, State, read_offer};
use crate::cookie::{self, Cookie};
use crate::endpoint::Style;
use crate::error::Error;
use crate::memory::OutOfMemory;
use crate::notification::Change;
use crate::options::Protocol;
use crate::slab::Key;
use crate::time::Time;
use sctp_wire::{Cause, Chunk, Init, Packet, Parameter, Parameters, RawChunk, Tsn};

/// What an INIT ACK says besides the INIT.
struct Answer {
    protocol: Protocol,
    local_tag: u32,
    local_tsn: Tsn,
    tie_tags: (u32, u32),
}

/// The rows of section 5.2.4, table 12.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Action {
    /// A: the peer restarted.
    Restart,
    /// B: both sides began at once.
    Collide,
    /// D: the COOKIE ECHO came again.
    Repeat,
    /// C, and all that the table does not list.
    Drop,
}

impl Engine {
    /// INIT: answered from what is in it, nothing is kept (section 5.1 B).
    pub(super) fn on_init(
        &mut self,
        now: Time,
        packet: &Packet<'_>,
        first: RawChunk<'_>,
        source: &Address,
        destination: &Address,
    ) {
        // Section 8.5.1 A, and 4.3: alone in its packet.
        if packet.header.verification_tag != 0 || packet.chunks().count() != 1 {
            return bump(&mut self.counters.bad_tags);
        }
        let Ok(Chunk::Init(init)) = Chunk::parse(first) else { return bump(&mut self.counters.malformed) };
        if init.initiate_tag == 0 {
            // Section 3.3.2: silently discarded.
            return bump(&mut self.counters.malformed);
        }
        let existing = self.association_for(source, destination);
        let offer = match read_offer(&init, source, destination.family) {
            Ok(offer) => offer,
            Err(BadOffer::Malformed) => return bump(&mut self.counters.malformed),
            Err(BadOffer::Refuse(cause)) => {
                return self.reply_to_stranger(now, destination, source, init.initiate_tag, |writer| {
                    sctp_wire::emit_abort(writer, false, &[cause])
                });
            }
            Err(BadOffer::HostName) => {
                return self.reply_to_stranger(now, destination, source, init.initiate_tag, |writer| {
                    sctp_wire::emit_abort(writer, false, &[Cause::UnresolvableAddress(&[])])
                });
            }
        };
        let answer = match existing.and_then(|key| self.associations.get(key).map(|found| (key, found))) {
            None => {
                let Some(listener) = self.listener_for(destination).and_then(|key| self.endpoints.get(key))
                else {
                    bump(&mut self.counters.out_of_the_blue);
                    return self.reply_to_stranger(now, destination, source, init.initiate_tag, |writer| {
                        sctp_wire::emit_abort(writer, false, &[])
                    });
                };
                let protocol = listener.options.protocol;
                let (local_tag, local_tsn) = (self.random.nonzero(), Tsn(self.random.u32()));
                Answer { protocol, local_tag, local_tsn, tie_tags: (0, 0) }
            }
            Some((key, association)) => match association.state {
                // Section 9.2: an INIT that crosses the end of the old association.
                State::ShutdownAckSent => {
                    if let Some(association) = self.associations.get_mut(key) {
                        association.due.insert(Due::SHUTDOWN_ACK);
                    }
                    return self.settle(now, key);
                }
                // Section 5.2.1: the peer answered before, so an address that is new now is a stranger's.
                State::CookieEchoed { .. } if adds_addresses(association, &offer) => {
                    return self.refuse_new_addresses(init.initiate_tag, source, destination);
                }
                // Section 5.2.1: both sides began at once; the tags of the INIT that we sent.
                State::CookieWait { .. } | State::CookieEchoed { .. } => Answer {
                    protocol: association.protocol,
                    local_tag: association.local_tag,
                    local_tsn: association.local_tsn,
                    tie_tags: (association.local_tag, association.peer_tag),
                },
                // Section 5.2.2: the peer may have restarted. New addresses would let it hijack (RFC 5062).
                State::Established
                | State::ShutdownPending
                | State::ShutdownSent
                | State::ShutdownReceived => {
                    if adds_addresses(association, &offer) {
                        return self.refuse_new_addresses(init.initiate_tag, source, destination);
                    }
                    let (protocol, tie_tags) =
                        (association.protocol, (association.local_tag, association.peer_tag));
                    let (local_tag, local_tsn) = (self.random.nonzero(), Tsn(self.random.u32()));
                    Answer { protocol, local_tag, local_tsn, tie_tags }
                }
            },
        };
        self.send_init_ack(now, &init, offer, &answer, source, destination);
    }

    fn refuse_new_addresses(&mut self, tag: u32, source: &Address, destination: &Address) {
        self.reply(destination, source, tag, |writer| {
            sctp_wire::emit_abort(writer, false, &[Cause::RestartWithNewAddresses(&[])])
        });
    }

    fn send_init_ack(
        &mut self,
        now: Time,
        init: &Init<'_>,
        offer: Offer<'_>,
        answer: &Answer,
        source: &Address,
        destination: &Address,
    ) {
        let protocol = answer.protocol;
        let outbound_streams = protocol.outbound_streams.min(init.inbound_streams);
        let ecn = offer.ecn && protocol.ecn;
        let contents = Cookie {
            created: now,
            life: protocol.cookie_life,
            local_tag: answer.local_tag,
            peer_tag: init.initiate_tag,
            tie_tags: answer.tie_tags,
            local_tsn: answer.local_tsn,
            peer_tsn: init.initial_tsn,
            peer_window: init.a_rwnd,
            outbound_streams,
            inbound_streams: protocol.inbound_streams.min(init.outbound_streams),
            ecn,
            local: *destination,
            peers: offer.addresses,
        };
        let mut buffer = [0; cookie::MAX_LENGTH];
        let Ok(length) = self.secrets.seal(&contents, now, &mut self.random, &mut buffer) else { return };
        let sealed = buffer.get(..length).unwrap_or_default();
        self.reply(destination, source, init.initiate_tag, |writer| {
            let init_ack = Init {
                initiate_tag: answer.local_tag,
                a_rwnd: protocol.receive_buffer,
                outbound_streams,
                inbound_streams: protocol.inbound_streams,
                initial_tsn: answer.local_tsn,
                parameters: Parameters::new(&[]),
            };
            init_ack.emit_init_ack(writer, |parameters| {
                Parameter::StateCookie(sealed).emit(parameters)?;
                if ecn {
                    Parameter::EcnCapable.emit(parameters)?;
                }
                for unrecognized in &offer.unrecognized {
                    // What does not fit is not reported (section 3.2.1: it need not be).
                    let _ = Parameter::UnrecognizedParameter(unrecognized).emit(parameters);
                }
                Ok(())
            })
        });
    }

    /// COOKIE ECHO (sections 5.1.5 and 5.2.4), and the chunks behind it.
    pub(super) fn on_cookie_echo(
        &mut self,
        now: Time,
        packet: &Packet<'_>,
        first: RawChunk<'_>,
        source: &Address,
        destination: &Address,
    ) {
        let Ok(Chunk::CookieEcho(echo)) = Chunk::parse(first) else {
            return bump(&mut self.counters.malformed);
        };
        let Ok(cookie) = self.secrets.open(echo.cookie) else { return bump(&mut self.counters.bad_cookies) };
        // The cookie counts only where it was given: same tag, same ports, an address the INIT named.
        if packet.header.verification_tag != cookie.local_tag
            || !cookie.local.same_host(destination)
            || cookie.local.port != destination.port
            || !cookie.peers.contains(source)
        {
            return bump(&mut self.counters.bad_cookies);
        }
        let existing = cookie.peers.iter().find_map(|peer| self.association_for(peer, destination));
        let action =
            existing.and_then(|key| self.associations.get(key)).map(|found| cookie_action(found, &cookie));
        if let Some(over) = cookie.staleness(now).filter(|_| action != Some(Action::Repeat)) {
            bump(&mut self.counters.stale_cookies);
            let micros = u32::try_from(over.0 / 1000).unwrap_or(u32::MAX);
            return self.reply(destination, source, cookie.peer_tag, |writer| {
                sctp_wire::emit_error(writer, &[Cause::StaleCookie { micros }])
            });
        }
        let key = match (existing, action) {
            (Some(key), Some(action)) => {
                if !self.on_repeated_cookie(now, key, action, &cookie) {
                    return;
                }
                key
            }
            _ => match self.admit(now, &cookie) {
                Ok(key) => key,
                Err(cause) => {
                    return self.reply(destination, source, cookie.peer_tag, |writer| match cause {
                        Some(cause) => sctp_wire::emit_abort(writer, false, &[cause]),
                        None => sctp_wire::emit_abort(writer, false, &[]),
                    });
                }
            },
        };
        if let Some(association) = self.associations.get_mut(key) {
            association.note_source(source);
            association.due.insert(Due::COOKIE_ACK);
        }
        self.on_chunks(now, key, packet.chunks().skip(1), source, destination);
    }

    /// A COOKIE ECHO for an association that exists. Returns whether COOKIE ACK is the answer.
    fn on_repeated_cookie(&mut self, now: Time, key: Key, action: Action, cookie: &Cookie) -> bool {
        let Some(association) = self.associations.get_mut(key) else { return false };
        let was_up = association.is_set_up();
        match action {
            Action::Drop => return false,
            Action::Repeat => {}
            Action::Collide => {
                association.peer_tag = cookie.peer_tag;
                let streams = cookie.outbound_streams;
                association.agree(cookie.peer_window, cookie.inbound_streams, streams, cookie.peer_tsn);
                association.ecn = Ecn::new(cookie.ecn);
            }
            Action::Restart => {
                if matches!(association.state, State::ShutdownAckSent) {
                    // Section 5.2.4 A: the peer must first see the end of the old association.
                    association.due.insert(Due::SHUTDOWN_ACK);
                    association.report(&Cause::CookieWhileShuttingDown);
                    self.settle(now, key);
                    return false;
                }
                if association.restart(now, cookie).is_err() {
                    return false;
                }
                self.notify_change(key, Change::Restart, None);
                return true;
            }
        }
        if !was_up {
            association.enter_established(now);
            let from = association.paths.len();
            association.add_paths(&cookie.peers);
            // Without memory for the table the new paths are found by nobody, which costs only multihoming.
            let _ = self.enter_paths(key, from);
            self.came_up(key);
        }
        true
    }

    /// Makes the association that a good cookie asks for; an error is the cause for the ABORT.
    fn admit(&mut self, now: Time, cookie: &Cookie) -> Result<Key, Option<Cause<'static>>> {
        let listener = self.listener_for(&cookie.local).ok_or(None)?;
        let endpoint = self.endpoints.get(listener).ok_or(None)?;
        let waits = endpoint.style == Style::OneToOne;
        let full = u32::try_from(endpoint.accept_queue.len()).is_ok_and(|length| length >= endpoint.backlog);
        if waits && full {
            return Err(Some(Cause::OutOfResource));
        }
        let begin = Beginning {
            endpoint: listener,
            protocol: endpoint.options.protocol,
            local: cookie.local,
            peers: &cookie.peers,
            local_tag: cookie.local_tag,
            local_tsn: cookie.local_tsn,
        };
        let out_of_resource = |_: Error| Some(Cause::OutOfResource);
        let key = self.add_association(&begin).map_err(out_of_resource)?;
        let queued = !waits
            || self
                .endpoints
                .get_mut(listener)
                .is_some_and(|endpoint| endpoint.accept_queue.push_back(key).is_ok());
        if !queued {
            self.remove_association(key);
            return Err(Some(Cause::OutOfResource));
        }
        if let Some(association) = self.associations.get_mut(key) {
            association.peer_tag = cookie.peer_tag;
            association.waiting = waits;
            let streams = cookie.outbound_streams;
            association.agree(cookie.peer_window, cookie.inbound_streams, streams, cookie.peer_tsn);
            association.ecn = Ecn::new(cookie.ecn);
            association.enter_established(now);
        }
        bump(&mut self.counters.passive_establishments);
        self.came_up(key);
        Ok(key)
    }
}

fn adds_addresses(association: &Association, offer: &Offer<'_>) -> bool {
    offer.addresses.iter().any(|address| association.path_to(address).is_none())
}

fn cookie_action(association: &Association, cookie: &Cookie) -> Action {
    let local = association.local_tag == cookie.local_tag;
    let peer = association.peer_tag == cookie.peer_tag;
    let ties = cookie.tie_tags == (association.local_tag, association.peer_tag) && cookie.tie_tags != (0, 0);
    match (local, peer) {
        (true, true) => Action::Repeat,
        (true, false) if !association.is_set_up() => Action::Collide,
        (false, false) if ties => Action::Restart,
        (true | false, false) | (false, true) => Action::Drop,
    }
}

impl Association {
    /// The peer restarted (section 5.2.4 A): the same association from the beginning, with new tags.
    fn restart(&mut self, now: Time, cookie: &Cookie) -> Result<(), OutOfMemory> {
        let outbound = crate::outbound::Outbound::new(
            cookie.local_tsn,
            self.protocol.outbound_streams,
            cookie.peer_window,
        )?;
        self.outbound = outbound;
        self.local_tag = cookie.local_tag;
        self.local_tsn = cookie.local_tsn;
        self.peer_tag = cookie.peer_tag;
        for path in &mut self.paths {
            path.reset(&self.protocol.rto);
        }
        self.due = Due::empty();
        self.guard = Time::NEVER;
        self.agree(cookie.peer_window, cookie.inbound_streams, cookie.outbound_streams, cookie.peer_tsn);
        self.ecn = Ecn::new(cookie.ecn);
        self.enter_established(now);
        Ok(())
    }
}
