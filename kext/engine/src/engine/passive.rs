//! Set-up seen from the side that answers: INIT without state, COOKIE ECHO with it (RFC 9260 sections 5.1 and 5.2).

use super::Engine;
use super::addresses::{AddressList, emit_address, encode};
use crate::address::{Address, Families};
use crate::association::{Association, BadOffer, Beginning, Due, Offer, State, read_offer};
use crate::cookie::{self, Cookie};
use crate::counters::bump;
use crate::endpoint::{Endpoint, Style};
use crate::local::LocalAddresses;
use crate::memory::OutOfMemory;
use crate::notification::Change;
use crate::options::Protocol;
use crate::outbound::Outbound;
use crate::path::{PathId, PathState};
use crate::slab::Key;
use crate::time::{Span, Time};
use sctp_wire::{Cause, Chunk, Init, Packet, Parameter, Parameters, RawChunk, Tsn};

/// Bytes in front of a parameter's value (section 3.2.1).
const TLV_HEADER: usize = 4;

/// What an INIT ACK says besides the INIT.
struct Answer {
    protocol: Protocol,
    /// The parameters that name this side's addresses.
    addresses: AddressList,
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
        bump(&mut self.counters.control_chunks_received);
        if init.initiate_tag == 0 {
            // Section 3.3.2: silently discarded.
            return bump(&mut self.counters.malformed);
        }
        let listener = self.listener_for(destination);
        let known = self.association_for(source, destination);
        let families = self.families_for(known, listener);
        let hidden = self.variables.hides_closed_ports() && listener.is_none() && known.is_none();
        let offer = match read_offer(&init, source, families) {
            Ok(offer) => offer,
            Err(_) if hidden => return self.count_out_of_the_blue(destination),
            Err(BadOffer::Malformed) => return bump(&mut self.counters.malformed),
            Err(BadOffer::HostName(parameter)) => {
                bump(&mut self.counters.refused_setups);
                return self.reply_to_stranger(now, destination, source, init.initiate_tag, |writer| {
                    sctp_wire::emit_abort(writer, false, &[Cause::UnresolvableAddress(parameter)])
                });
            }
            Err(BadOffer::Refuse(cause)) => {
                bump(&mut self.counters.refused_setups);
                return self.reply_to_stranger(now, destination, source, init.initiate_tag, |writer| {
                    sctp_wire::emit_abort(writer, false, &[cause])
                });
            }
        };
        // Section 5.1.2 D: an association that any of the addresses belongs to.
        let existing = known.or_else(|| {
            offer.addresses.iter().find_map(|address| self.association_for(address, destination))
        });
        let mut to = *source;
        let list = |association: &Association, peer: &Address| {
            self.list_addresses(&association.local_addresses, peer, families & offer.families)
        };
        let answer = match existing.and_then(|key| self.associations.get(key).map(|found| (key, found))) {
            None => {
                let Some(listener) = listener.and_then(|key| self.endpoints.get(key)) else {
                    self.count_out_of_the_blue(destination);
                    if hidden {
                        return;
                    }
                    return self.reply_to_stranger(now, destination, source, init.initiate_tag, |writer| {
                        sctp_wire::emit_abort(writer, false, &[])
                    });
                };
                let protocol = listener.options.future.protocol.bounded();
                let addresses = self.list_addresses(&listener.addresses, source, families & offer.families);
                let (local_tag, local_tsn) = (self.random.nonzero(), Tsn(self.random.u32()));
                Answer { protocol, addresses, local_tag, local_tsn, tie_tags: (0, 0) }
            }
            Some((key, association)) => match association.state {
                // Section 9.2: an INIT that crosses the end of the old association.
                State::ShutdownAckSent => {
                    if let Some(association) = self.associations.get_mut(key) {
                        association.due.insert(Due::SHUTDOWN_ACK);
                    }
                    return self.settle(now, key);
                }
                // Section 5.2.1: both sides began at once; the tags of the INIT that we sent. They are told to nobody but
                // the peer that the user named, whoever says to be at its address.
                State::CookieWait { .. } => {
                    let named = offer.addresses.iter().find(|address| association.path_to(address).is_some());
                    to = named.copied().unwrap_or(to);
                    Answer {
                        protocol: association.settings.protocol,
                        addresses: list(association, &to),
                        local_tag: association.local_tag,
                        local_tsn: association.local_tsn,
                        tie_tags: (0, 0),
                    }
                }
                // The same once the addresses are agreed on: it may not bring new ones.
                State::CookieEchoed { .. } => {
                    if let Some(refusal) = new_addresses(association, &offer) {
                        return self.refuse_restart(&refusal, init.initiate_tag, source, destination);
                    }
                    Answer {
                        protocol: association.settings.protocol,
                        addresses: list(association, source),
                        local_tag: association.local_tag,
                        local_tsn: association.local_tsn,
                        tie_tags: association.tie_tags,
                    }
                }
                // Section 5.2.2: the peer may have restarted. New addresses would let it hijack (RFC 5062).
                State::Established
                | State::ShutdownPending
                | State::ShutdownSent
                | State::ShutdownReceived => {
                    if let Some(refusal) = new_addresses(association, &offer) {
                        return self.refuse_restart(&refusal, init.initiate_tag, source, destination);
                    }
                    let (protocol, addresses) = (association.settings.protocol, list(association, source));
                    let tie_tags = association.tie_tags;
                    let (local_tag, local_tsn) = (self.random.nonzero(), Tsn(self.random.u32()));
                    Answer { protocol, addresses, local_tag, local_tsn, tie_tags }
                }
            },
        };
        self.send_init_ack(now, &init, offer, &answer, &to, destination);
    }

    /// The families of addresses that an association with a peer may use.
    fn families_for(&self, association: Option<Key>, listener: Option<Key>) -> Families {
        let association = association.and_then(|key| self.associations.get(key));
        let listener = listener.and_then(|key| self.endpoints.get(key));
        association
            .map(|found| found.families)
            .or_else(|| listener.map(Endpoint::bound_families))
            .unwrap_or(Families::all())
    }

    fn list_addresses(&self, usable: &LocalAddresses, peer: &Address, families: Families) -> AddressList {
        encode(|parameters| self.emit_addresses(usable, core::slice::from_ref(peer), families, parameters))
    }

    /// ABORT with the addresses that an INIT must not bring (section 5.2.2).
    fn refuse_restart(&mut self, addresses: &[u8], tag: u32, source: &Address, destination: &Address) {
        bump(&mut self.counters.refused_setups);
        self.reply(destination, source, tag, |writer| {
            sctp_wire::emit_abort(writer, false, &[Cause::RestartWithNewAddresses(addresses)])
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
        let mut peers = offer.addresses;
        if let Some(place) = peers.iter().position(|address| address == source) {
            // Where this goes is what the COOKIE ECHO will confirm (section 5.4 rule 2): it stands first.
            peers.swap(0, place);
        }
        let outbound_streams = protocol.outbound_streams.min(init.inbound_streams);
        let ecn = offer.ecn && protocol.ecn;
        let contents = Cookie {
            created: now,
            life: Span(protocol.cookie_life.0.saturating_add(offer.preservative.0)),
            local_tag: answer.local_tag,
            peer_tag: init.initiate_tag,
            tie_tags: answer.tie_tags,
            local_tsn: answer.local_tsn,
            peer_tsn: init.initial_tsn,
            peer_window: init.a_rwnd,
            outbound_streams,
            inbound_streams: protocol.inbound_streams.min(init.outbound_streams),
            ecn,
            adaptation: offer.adaptation,
            local: *destination,
            peers,
        };
        let mut buffer = [0; cookie::MAX_LENGTH];
        if self.secrets.rotate(now, self.variables.secret_lifetime(), &mut self.random) {
            bump(&mut self.counters.key_changes);
        }
        let Ok(length) = self.secrets.seal(&contents, &mut buffer) else {
            return bump(&mut self.counters.refused_setups);
        };
        let sealed = buffer.get(..length).unwrap_or_default();
        let ip = protocol.path.header(&protocol.ip, source.family);
        self.reply_as(ip, destination, source, init.initiate_tag, |writer| {
            let init_ack = Init {
                initiate_tag: answer.local_tag,
                a_rwnd: protocol.receive_buffer,
                outbound_streams,
                inbound_streams: protocol.inbound_streams,
                initial_tsn: answer.local_tsn,
                parameters: Parameters::new(&answer.addresses),
            };
            init_ack.emit_init_ack(writer, |parameters| {
                if ecn {
                    Parameter::EcnCapable.emit(parameters)?;
                }
                if let Some(code) = protocol.adaptation {
                    Parameter::AdaptationLayerIndication(code).emit(parameters)?;
                }
                // The cookie comes last. What does not fit beside it is not reported (section 3.2.1: it need not be).
                let cookie = sealed.len().saturating_add(TLV_HEADER);
                for unrecognized in &offer.unrecognized {
                    let room = parameters.remaining().and_then(|room| room.checked_sub(cookie)).unwrap_or(0);
                    if unrecognized.len().next_multiple_of(4) <= room {
                        Parameter::UnrecognizedParameter(unrecognized).emit(parameters)?;
                    }
                }
                Parameter::StateCookie(sealed).emit(parameters)
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
        bump(&mut self.counters.control_chunks_received);
        let Ok(cookie) = self.secrets.open(echo.cookie) else { return bump(&mut self.counters.bad_cookies) };
        // The cookie counts only where it was given: same tag, same ports, an address the INIT named. It may come to
        // another of our addresses than the INIT did.
        if packet.header.verification_tag != cookie.local_tag
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
            _ => match self.admit(now, &cookie, destination) {
                Ok(key) => key,
                Err(cause) => {
                    bump(&mut self.counters.refused_setups);
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
            Action::Drop => {
                bump(&mut self.counters.unexpected_chunks);
                return false;
            }
            Action::Repeat => {}
            Action::Collide => {
                association.peer_tag = cookie.peer_tag;
                // Once its data came, the rest of what the peer said is in use and stays.
                if !was_up || association.inbound.is_untouched() {
                    let streams = cookie.outbound_streams;
                    association.agree(cookie.peer_window, cookie.inbound_streams, streams, cookie.peer_tsn);
                    association.agree_on_ecn(cookie.ecn);
                    association.adaptation = cookie.adaptation;
                }
            }
            Action::Restart => {
                if matches!(association.state, State::ShutdownAckSent) {
                    // Section 5.2.4 A: the peer must first see the end of the old association.
                    association.due.insert(Due::SHUTDOWN_ACK);
                    association.report(&Cause::CookieWhileShuttingDown);
                    self.settle(now, key);
                    return false;
                }
                return self.restart(now, key, cookie);
            }
        }
        if !was_up {
            association.add_paths(&cookie.peers);
            if let Some(first) = cookie.peers.first() {
                association.confirm(first);
            }
            association.enter_established(now);
            bump(&mut self.counters.collisions);
            self.came_up(key);
        }
        true
    }

    /// The peer restarted (section 5.2.4 A): the same association from the beginning, with new tags. Returns whether
    /// there was memory for it.
    fn restart(&mut self, now: Time, key: Key, cookie: &Cookie) -> bool {
        // Room first, so that entering the new tag cannot fail.
        if self.by_tag.reserve().is_err() {
            bump(&mut self.counters.no_memory);
            return false;
        }
        self.deliver_last(key);
        self.leave_tag(key);
        self.leave_paths(key);
        let tie_tags = (self.random.nonzero(), self.random.nonzero());
        let dropped = self.associations.get_mut(key).and_then(|found| {
            let dropped = found.restart(now, cookie).ok()?;
            // A cookie that was given before the restart must not restart the association again.
            found.tie_tags = tie_tags;
            Some(dropped)
        });
        let _ = self.enter_tag(key);
        let _ = self.enter_paths(key);
        let done = dropped.is_some();
        if let Some(dropped) = dropped {
            bump(&mut self.counters.restarts);
            self.tell_dropped(key, dropped);
            self.tell_up(key, Change::Restart);
        } else {
            bump(&mut self.counters.no_memory);
        }
        done
    }

    /// Makes the association that a good cookie asks for; an error is the cause for the ABORT.
    fn admit(
        &mut self,
        now: Time,
        cookie: &Cookie,
        destination: &Address,
    ) -> Result<Key, Option<Cause<'static>>> {
        let listener = self.listener_for(destination).ok_or(None)?;
        let endpoint = self.endpoints.get(listener).ok_or(None)?;
        if !endpoint.covers(&cookie.local) {
            return Err(None);
        }
        let waits = endpoint.style == Style::OneToOne;
        if waits && endpoint.is_full() {
            return Err(Some(Cause::OutOfResource));
        }
        let local_addresses = endpoint.addresses.copy().map_err(|_| Some(Cause::OutOfResource))?;
        let begin = Beginning {
            endpoint: listener,
            settings: endpoint.options.future,
            local_port: endpoint.port,
            local_addresses,
            families: endpoint.bound_families(),
            peers: &cookie.peers,
            local_tag: cookie.local_tag,
            local_tsn: cookie.local_tsn,
        };
        let key = self.add_association(begin).map_err(|_| Some(Cause::OutOfResource))?;
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
            association.reply_path = association.primary;
            association.data_source = association.primary;
            association.learn_local(&cookie.local);
            let streams = cookie.outbound_streams;
            association.agree(cookie.peer_window, cookie.inbound_streams, streams, cookie.peer_tsn);
            association.agree_on_ecn(cookie.ecn);
            association.adaptation = cookie.adaptation;
            if let Some(first) = cookie.peers.first() {
                association.confirm(first);
            }
            association.enter_established(now);
        }
        bump(&mut self.counters.passive_establishments);
        self.came_up(key);
        Ok(key)
    }
}

fn cookie_action(association: &Association, cookie: &Cookie) -> Action {
    let local = association.local_tag == cookie.local_tag;
    let peer = association.peer_tag == cookie.peer_tag;
    let ties = cookie.tie_tags == association.tie_tags;
    match (local, peer) {
        (true, true) => Action::Repeat,
        (true, false) => Action::Collide,
        (false, false) if ties => Action::Restart,
        (false, _) => Action::Drop,
    }
}

/// The addresses of an INIT that the association does not have, as parameters; `None` when there is none.
fn new_addresses(association: &Association, offer: &Offer<'_>) -> Option<AddressList> {
    let mut new = offer.addresses.iter().filter(|address| association.path_to(address).is_none()).peekable();
    new.peek()?;
    Some(encode(|parameters| {
        for address in new {
            let _ = emit_address(address, parameters);
        }
    }))
}

impl Association {
    /// Begins anew after the peer did: with its addresses of now, as far as they are known from before, for the
    /// INIT could not bring others (section 5.2.2). Returns what was to be sent before.
    fn restart(&mut self, now: Time, cookie: &Cookie) -> Result<Outbound, OutOfMemory> {
        if !self.paths.iter().any(|path| cookie.peers.contains(&path.remote)) {
            return Err(OutOfMemory);
        }
        let outbound =
            Outbound::new(cookie.local_tsn, self.settings.protocol.outbound_streams, cookie.peer_window)?;
        let dropped = core::mem::replace(&mut self.outbound, outbound);
        self.local_tag = cookie.local_tag;
        self.local_tsn = cookie.local_tsn;
        self.peer_tag = cookie.peer_tag;
        let first = cookie.peers.first().copied().unwrap_or_default();
        self.paths.retain(|path| cookie.peers.contains(&path.remote));
        // The INIT ACK was answered from here, so this is the one that is confirmed (section 5.4 rule 2).
        self.primary = self.path_to(&first).unwrap_or(PathId(0));
        self.reply_path = self.primary;
        self.data_source = self.primary;
        for path in self.paths.iter_mut() {
            path.reset(&self.settings.protocol);
            path.state = PathState::Unconfirmed;
        }
        self.due = Due::empty();
        self.guard = Time::NEVER;
        // Nobody is left to use the new association after a close.
        self.closing = self.endpoint.is_none();
        self.agree(cookie.peer_window, cookie.inbound_streams, cookie.outbound_streams, cookie.peer_tsn);
        self.agree_on_ecn(cookie.ecn);
        self.adaptation = cookie.adaptation;
        self.confirm(&first);
        self.enter_established(now);
        Ok(dropped)
    }
}
