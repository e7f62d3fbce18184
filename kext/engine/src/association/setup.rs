//! Set-up seen from the side that sent the INIT, and COOKIE ACK (RFC 9260 sections 5.1 and 5.2.3).

use super::{Association, Disposition, Due, Ending, Farewell, State};
use crate::address::{Address, Families, Reach};
use crate::error::Error;
use crate::inbound::Inbound;
use crate::memory;
use crate::path::{MAX_PATHS, Path, PathId, PathState, usable};
use crate::time::{Span, Time};
use alloc::vec::Vec;
use sctp_wire::{Cause, Init, Parameter, U16List, parameter_type};

/// Milliseconds by which a cookie should live longer than the last one that was too late would have needed to.
const PRESERVATIVE_MARGIN: u32 = 1000;

const MISSING_COOKIE: [[u8; 2]; 1] = [parameter_type::STATE_COOKIE.to_be_bytes()];

/// The least a_rwnd that INIT and INIT ACK may have, bytes (sections 3.3.2 and 3.3.3).
const LEAST_WINDOW: u32 = 1500;

/// What the parameters of an INIT or INIT ACK say.
#[derive(Debug)]
pub(crate) struct Offer<'a> {
    /// Where the peer can be reached, the source of the packet first.
    pub(crate) addresses: heapless::Vec<Address, MAX_PATHS>,
    pub(crate) cookie: Option<&'a [u8]>,
    /// ECN Capable (RFC 4960 appendix A).
    pub(crate) ecn: bool,
    /// The families of addresses that the peer can use (section 3.3.2.1.5).
    pub(crate) families: Families,
    /// By how much the cookie should live longer (section 3.3.2.1.3).
    pub(crate) preservative: Span,
    /// Parameters to report back as unrecognized (section 3.2.1), each with its header.
    pub(crate) unrecognized: heapless::Vec<&'a [u8], 8>,
}

/// Why an INIT or INIT ACK cannot be used.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum BadOffer<'a> {
    /// ABORT with this cause.
    Refuse(Cause<'static>),
    /// ABORT: a Host Name Address, the whole parameter, which is not supported (section 5.1.2).
    HostName(&'a [u8]),
    /// A parameter that does not parse.
    Malformed,
}

/// Most time that a cookie lives longer because the peer asks for it (section 5.2.6).
const MAX_PRESERVATIVE: Span = Span::from_secs(60);

impl Offer<'_> {
    /// An address that the peer says is its own. One that cannot be used from here is left out.
    fn add(&mut self, address: Address, source: &Address, families: Families) {
        // A zone is nothing that a packet tells: a link-local address is on the link that the packet came over.
        let scope = if address.reach() == Reach::Link { source.scope } else { 0 };
        let address = Address { scope, ..address.normalized() };
        if families.take(address.family)
            && address.is_unicast()
            && address.is_of_use_at(source)
            && !self.addresses.contains(&address)
        {
            // Beyond MAX_PATHS they are not used.
            let _ = self.addresses.push(address);
        }
    }
}

/// Reads the parameters. `source` is where the packet came from: always an address of the peer (section 5.1.2 A).
/// `families` are those that may be used.
pub(crate) fn read_offer<'a>(
    init: &Init<'a>,
    source: &Address,
    families: Families,
) -> Result<Offer<'a>, BadOffer<'a>> {
    // Section 3.3.2 and 3.3.3: a zero tag, no streams or a tiny window is answered with ABORT.
    let streams = init.outbound_streams != 0 && init.inbound_streams != 0;
    if init.initiate_tag == 0 || !streams || init.a_rwnd < LEAST_WINDOW {
        return Err(BadOffer::Refuse(Cause::InvalidMandatoryParameter));
    }
    let mut offer = Offer {
        addresses: heapless::Vec::new(),
        cookie: None,
        ecn: false,
        families: Families::all(),
        preservative: Span::ZERO,
        unrecognized: heapless::Vec::new(),
    };
    let _ = offer.addresses.push(*source);
    for raw in init.parameters.iter() {
        let raw = raw.map_err(|_| BadOffer::Malformed)?;
        match Parameter::parse(raw).map_err(|_| BadOffer::Malformed)? {
            Parameter::Ipv4(bytes) => offer.add(Address::v4(bytes, source.port), source, families),
            Parameter::Ipv6(bytes) => offer.add(Address::v6(bytes, 0, source.port), source, families),
            Parameter::SupportedAddressTypes(types) => {
                offer.families.set(Families::V4, types.contains(parameter_type::IPV4_ADDRESS));
                offer.families.set(Families::V6, types.contains(parameter_type::IPV6_ADDRESS));
            }
            Parameter::CookiePreservative(millis) => {
                offer.preservative = Span::from_millis(u64::from(millis)).min(MAX_PRESERVATIVE);
            }
            Parameter::StateCookie(cookie) => offer.cookie = Some(cookie),
            Parameter::HostName(_) => {
                return Err(BadOffer::HostName(raw.bytes));
            }
            Parameter::UnrecognizedParameter(_) | Parameter::HeartbeatInfo(_) => {}
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
    // Section 5.1.2: what the peer sends from it can use, whatever it says.
    offer.families |= Families::of(source.family);
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
        let offer = match read_offer(init, source, self.families) {
            Ok(offer) => offer,
            Err(BadOffer::Refuse(cause)) => {
                self.peer_tag = init.initiate_tag;
                return Disposition::abort(Error::Aborted, cause);
            }
            Err(BadOffer::HostName(_)) => {
                self.peer_tag = init.initiate_tag;
                return Disposition::abort(Error::Aborted, Cause::UnresolvableAddress(&[]));
            }
            Err(BadOffer::Malformed) => {
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
        self.agree_on_ecn(offer.ecn && self.settings.protocol.ecn);
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
        self.outbound.set_max_segment(self.settings.protocol.max_segment);
        self.outbound.limit_streams(peer_inbound.min(self.settings.protocol.outbound_streams));
    }

    /// Adds the peer's further addresses, unconfirmed until a heartbeat comes back (section 5.4).
    pub(crate) fn add_paths(&mut self, addresses: &[Address]) {
        let source = if self.wildcard { Address::default() } else { self.local };
        for address in addresses {
            if self.path_to(address).is_none() && !self.paths.is_full() {
                let path = Path::new(*address, source, &self.settings.protocol.rto);
                // Without memory the association goes on with the paths that it has.
                let _ = self.paths.push(path);
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
        self.address_list = Vec::new();
        if let Some(path) = self.path_mut(self.primary) {
            // The handshake went over this path: that confirms it (section 5.4 rule 1).
            path.state = PathState::Active;
            path.errors = 0;
        }
        self.begin_searches(now);
        self.start_heartbeats(now);
        // A shutdown that was asked for during set-up begins now, unless there is data to be sent first.
        self.after_acknowledgement(now);
    }

    /// ERROR with cause Stale Cookie in COOKIE-ECHOED (section 5.2.6): begin anew with an INIT that asks for a cookie
    /// that lives longer, by what the last one was late and a little more.
    pub(crate) fn on_stale_cookie(&mut self, now: Time, late_micros: u32) -> Disposition {
        if !matches!(self.state, State::CookieEchoed { .. }) {
            return Disposition::Continue;
        }
        self.errors = self.errors.saturating_add(1);
        if self.errors > self.settings.protocol.max_init_retransmits {
            return Disposition::End(Ending { error: Some(Error::TimedOut), farewell: Farewell::Silence });
        }
        self.preservative = (late_micros / 1000).saturating_add(PRESERVATIVE_MARGIN);
        self.state = State::CookieWait { attempts: self.errors };
        self.peer_tag = 0;
        self.due.remove(Due::COOKIE_ECHO);
        self.due.insert(Due::INIT);
        self.start_handshake(now);
        Disposition::DropPacket
    }

    /// The path that INIT, COOKIE ECHO, SHUTDOWN and SHUTDOWN ACK go to.
    pub(crate) fn handshake_path(&self) -> PathId {
        if self.is_set_up() { self.control_path() } else { self.primary }
    }

    /// The path for control chunks: the one that the last packet came from, if it is known to be the peer's
    /// (section 5.4).
    pub(crate) fn control_path(&self) -> PathId {
        self.confirmed(self.reply_path)
    }

    /// The path for SACKs: the one that the last DATA came from, whatever else came since (section 6.4).
    pub(crate) fn sack_path(&self) -> PathId {
        self.confirmed(self.data_source)
    }

    fn confirmed(&self, id: PathId) -> PathId {
        let unconfirmed = self.path(id).is_none_or(|path: &Path| path.state == PathState::Unconfirmed);
        if unconfirmed { usable(&self.paths, self.primary) } else { id }
    }

    /// Starts T1 or T2 with the RTO of the path that the chunk goes to.
    pub(crate) fn start_handshake(&mut self, now: Time) {
        let rto = self
            .path(self.handshake_path())
            .map_or(self.settings.protocol.rto.initial, |path| path.rto.current());
        self.handshake = now.plus(rto);
    }

    /// The address that the route chose for us shows in the first packet that comes back over a path.
    pub(crate) fn learn_local(&mut self, destination: &Address) {
        if self.local.is_any() {
            self.local = destination.with_port(self.local.port);
        }
        if let Some(path) = self.path_mut(self.reply_path)
            && path.local.is_any()
            && path.remote.family == destination.family
        {
            path.learn_local(*destination);
        }
    }

    /// Lets the route choose again where the host no longer has the source address of a path.
    pub(crate) fn forget_sources(&mut self, still_there: impl Fn(&Address) -> bool) {
        if self.wildcard {
            for path in self.paths.iter_mut().filter(|path| !still_there(&path.local)) {
                path.local = Address::default();
            }
        }
    }

    /// The path a packet came from; the primary one when the address is new.
    pub(crate) fn note_source(&mut self, source: &Address) -> PathId {
        let path = self.path_to(source).unwrap_or(self.primary);
        self.reply_path = path;
        path
    }
}
