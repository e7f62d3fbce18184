//! Set-up seen from the side that sent the INIT, and COOKIE ACK (RFC 9260 sections 5.1 and 5.2.3).

use super::{Association, Disposition, Due, Ecn, Ending, Farewell, State};
use crate::address::{Address, Family};
use crate::error::Error;
use crate::inbound::Inbound;
use crate::memory;
use crate::path::{MAX_PATHS, Path, PathId, PathState};
use crate::time::Time;
use sctp_wire::{Cause, Init, Parameter, U16List, parameter_type};

const MISSING_COOKIE: [[u8; 2]; 1] = [parameter_type::STATE_COOKIE.to_be_bytes()];

/// The least a_rwnd that INIT and INIT ACK may have, bytes (sections 3.3.2 and 3.3.3).
const LEAST_WINDOW: u32 = 1500;

/// What the parameters of an INIT or INIT ACK say.
#[derive(Debug, Default)]
pub(crate) struct Offer<'a> {
    pub(crate) addresses: heapless::Vec<Address, MAX_PATHS>,
    pub(crate) cookie: Option<&'a [u8]>,
    /// ECN Capable (RFC 4960 appendix A).
    pub(crate) ecn: bool,
    /// Parameters to report back as unrecognized (section 3.2.1), each with its header.
    pub(crate) unrecognized: heapless::Vec<&'a [u8], 8>,
}

/// Why an INIT or INIT ACK cannot be used.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum BadOffer {
    /// ABORT with this cause.
    Refuse(Cause<'static>),
    /// ABORT with cause Unresolvable Address: Host Name Address is not supported (section 5.1.2).
    HostName,
    /// A parameter that does not parse.
    Malformed,
}

/// Reads the parameters. `source` is where the packet came from: always an address of the peer (section 5.1.2 A).
pub(crate) fn read_offer<'a>(
    init: &Init<'a>,
    source: &Address,
    family: Family,
) -> Result<Offer<'a>, BadOffer> {
    // Section 3.3.2 and 3.3.3: a zero tag, no streams or a tiny window is answered with ABORT.
    let streams = init.outbound_streams != 0 && init.inbound_streams != 0;
    if init.initiate_tag == 0 || !streams || init.a_rwnd < LEAST_WINDOW {
        return Err(BadOffer::Refuse(Cause::InvalidMandatoryParameter));
    }
    let mut offer = Offer::default();
    let _ = offer.addresses.push(*source);
    for raw in init.parameters.iter() {
        let raw = raw.map_err(|_| BadOffer::Malformed)?;
        match Parameter::parse(raw).map_err(|_| BadOffer::Malformed)? {
            Parameter::Ipv4(bytes) => {
                let address = Address::v4(bytes, source.port);
                if family == Family::V4 && address.is_unicast() && !offer.addresses.contains(&address) {
                    let _ = offer.addresses.push(address);
                }
            }
            Parameter::StateCookie(cookie) => offer.cookie = Some(cookie),
            Parameter::HostName(_) => return Err(BadOffer::HostName),
            Parameter::Ipv6(_)
            | Parameter::UnrecognizedParameter(_)
            | Parameter::CookiePreservative(_)
            | Parameter::SupportedAddressTypes(_)
            | Parameter::HeartbeatInfo(_) => {}
            Parameter::EcnCapable => offer.ecn = true,
            Parameter::Unrecognized(raw) => {
                let action = raw.unrecognized_action();
                if action.reports() {
                    let _ = offer.unrecognized.push(raw.bytes);
                }
                if action.stops() {
                    break;
                }
            }
        }
    }
    Ok(offer)
}

impl Association {
    /// INIT ACK (sections 5.1 C and 5.2.3).
    pub(crate) fn on_init_ack(&mut self, now: Time, init: &Init<'_>, source: &Address) -> Disposition {
        if !matches!(self.state, State::CookieWait { .. }) {
            return Disposition::DropPacket;
        }
        if init.a_rwnd < LEAST_WINDOW {
            // Section 3.3.3: discarded, and the association goes on waiting.
            return Disposition::DropPacket;
        }
        let offer = match read_offer(init, source, source.family) {
            Ok(offer) => offer,
            Err(BadOffer::Refuse(cause)) => {
                self.peer_tag = init.initiate_tag;
                return Disposition::abort(Error::Aborted, cause);
            }
            Err(BadOffer::HostName | BadOffer::Malformed) => {
                self.peer_tag = init.initiate_tag;
                return Disposition::violation(b"INIT ACK");
            }
        };
        self.peer_tag = init.initiate_tag;
        let Some(cookie) = offer.cookie else {
            // Section 3.3.3: the State Cookie is mandatory (cause 2).
            return Disposition::abort(
                Error::Aborted,
                Cause::MissingParameters(U16List::new(&MISSING_COOKIE)),
            );
        };
        let Ok(cookie) = memory::copy(cookie) else {
            // As if the packet was lost: the INIT is sent again.
            self.peer_tag = 0;
            return Disposition::DropPacket;
        };
        self.agree(
            init.a_rwnd,
            init.outbound_streams.min(self.inbound_streams),
            init.inbound_streams,
            init.initial_tsn,
        );
        self.ecn = Ecn::new(offer.ecn && self.protocol.ecn);
        self.add_paths(&offer.addresses);
        self.report_unrecognized(&offer.unrecognized);
        self.state = State::CookieEchoed { cookie, attempts: 0 };
        self.due.remove(Due::INIT);
        self.due.insert(Due::COOKIE_ECHO);
        self.errors = 0;
        self.start_handshake(now);
        Disposition::Continue
    }

    /// Takes over what INIT, INIT ACK or cookie say of the peer (section 5.1.1).
    pub(crate) fn agree(&mut self, window: u32, inbound: u16, peer_inbound: u16, peer_tsn: sctp_wire::Tsn) {
        self.inbound_streams = inbound;
        self.inbound = Inbound::new(peer_tsn, inbound);
        self.outbound.set_peer_rwnd(window);
        self.outbound.set_max_segment(self.protocol.max_segment);
        self.outbound.limit_streams(peer_inbound.min(self.protocol.outbound_streams));
    }

    /// Adds the peer's further addresses, unconfirmed until a heartbeat comes back (section 5.4).
    pub(crate) fn add_paths(&mut self, addresses: &[Address]) {
        for address in addresses {
            if self.path_to(address).is_none() && !self.paths.is_full() {
                let path = Path::new(*address, self.local, &self.protocol.rto);
                let added = self.paths.push(path).is_ok()
                    && self.heartbeats.push(super::Heartbeat::default()).is_ok();
                debug_assert!(added, "both lists have the same room");
            }
        }
    }

    fn report_unrecognized(&mut self, parameters: &[&[u8]]) {
        for parameter in parameters {
            self.report(&Cause::UnrecognizedParameters(parameter));
        }
    }

    /// COOKIE ACK (section 5.1 E): the association is up.
    pub(crate) fn on_cookie_ack(&mut self, now: Time) -> Disposition {
        if !matches!(self.state, State::CookieEchoed { .. }) {
            return Disposition::Continue;
        }
        self.enter_established(now);
        Disposition::Established
    }

    /// ESTABLISHED, from either side.
    pub(crate) fn enter_established(&mut self, now: Time) {
        self.state = if self.closing { State::ShutdownPending } else { State::Established };
        self.due.remove(Due::INIT | Due::COOKIE_ECHO);
        self.handshake = Time::NEVER;
        self.errors = 0;
        if let Some(path) = self.path_mut(self.primary) {
            // The handshake went over this path: that confirms it (section 5.4 rule 1).
            path.state = PathState::Active;
            path.errors = 0;
        }
        self.begin_searches(now);
        self.start_heartbeats(now);
    }

    /// ERROR with cause Stale Cookie in COOKIE-ECHOED (section 5.2.6): begin anew with an INIT.
    pub(crate) fn on_stale_cookie(&mut self, now: Time) -> Disposition {
        if !matches!(self.state, State::CookieEchoed { .. }) {
            return Disposition::Continue;
        }
        self.errors = self.errors.saturating_add(1);
        if self.errors > self.protocol.max_init_retransmits {
            return Disposition::End(Ending { error: Some(Error::TimedOut), farewell: Farewell::Silence });
        }
        self.state = State::CookieWait { attempts: self.errors };
        self.peer_tag = 0;
        self.due.remove(Due::COOKIE_ECHO);
        self.due.insert(Due::INIT);
        self.start_handshake(now);
        Disposition::DropPacket
    }

    /// Starts T1 or T2 with the primary path's RTO.
    pub(crate) fn start_handshake(&mut self, now: Time) {
        let rto = self.path(self.primary).map_or(self.protocol.rto.initial, |path| path.rto.current());
        self.handshake = now.plus(rto);
    }

    /// The address that the route chose for us shows in the first packet that comes back.
    pub(crate) fn learn_local(&mut self, destination: &Address) {
        if self.local.is_any() {
            self.local = destination.with_port(self.local.port);
        }
    }

    /// The path a packet came from; the primary one when the address is new.
    pub(crate) fn note_source(&mut self, source: &Address) -> PathId {
        let path = self.path_to(source).unwrap_or(self.primary);
        self.reply_path = path;
        path
    }
}
