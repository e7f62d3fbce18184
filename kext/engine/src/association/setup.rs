//! Set-up seen from the side that sent the INIT, and COOKIE ACK (RFC 9260 sections 5.1 and 5.2.3).

use super::{Association, Disposition, Due, Ending, Farewell, Reason, State};
use crate::address::{Address, Families, Reach};
use crate::error::Error;
use crate::inbound::Inbound;
use crate::memory;
use crate::options::LEAST_WINDOW;
use crate::path::{MAX_PATHS, Path, PathId, PathState, Paths, usable};
use crate::random::Random;
use crate::time::{Span, Time};
use alloc::vec::Vec;
use sctp_wire::{Cause, Init, Parameter, U16List, parameter_type};

/// How much longer than a round trip a cookie is asked to live (section 5.2.6).
const PRESERVATIVE_MARGIN: Span = Span::from_secs(1);

const MISSING_COOKIE: [[u8; 2]; 1] = [parameter_type::STATE_COOKIE.to_be_bytes()];

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
    /// Adaptation Layer Indication (RFC 5061 section 4.2.6).
    pub(crate) adaptation: Option<u32>,
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
        adaptation: None,
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
            Parameter::AdaptationLayerIndication(code) => offer.adaptation = Some(code),
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
    /// Sends the first INIT.
    pub(crate) fn call(&mut self, now: Time) {
        self.state = State::CookieWait { attempts: 0, held: false };
        self.due.insert(Due::INIT);
        self.start_handshake(now);
    }

    /// Keeps the first INIT until [`Self::call`] or T1-init.
    pub(crate) fn hold_init(&mut self) {
        self.state = State::CookieWait { attempts: 0, held: true };
        self.due.remove(Due::INIT);
    }

    /// Whether the first INIT is kept.
    pub(crate) const fn holds_init(&self) -> bool {
        matches!(self.state, State::CookieWait { held: true, .. })
    }

    /// INIT ACK (sections 5.1 C and 5.2.3).
    pub(crate) fn on_init_ack(
        &mut self,
        now: Time,
        init: &Init<'_>,
        source: &Address,
        random: &mut Random,
    ) -> Disposition {
        if !matches!(self.state, State::CookieWait { .. }) {
            return Disposition::DropPacket(Reason::Unexpected);
        }
        if init.initiate_tag == 0 {
            // Section 3.3.3: there is no tag that an answer could carry but our own.
            let farewell = Farewell::ReflectedAbort(Cause::InvalidMandatoryParameter);
            return Disposition::End(Ending::new(Some(Error::Aborted), farewell));
        }
        if init.a_rwnd < LEAST_WINDOW {
            // Section 3.3.3: discarded, and the association goes on waiting.
            let (tag, cause) = (init.initiate_tag, Cause::InvalidMandatoryParameter);
            return Disposition::Refuse { tag, cause };
        }
        let offer = match read_offer(init, source, self.families) {
            Ok(offer) => offer,
            Err(BadOffer::Refuse(cause)) => {
                self.peer_tag = init.initiate_tag;
                return Disposition::abort(Error::Aborted, cause);
            }
            Err(BadOffer::HostName(parameter)) => {
                self.peer_tag = init.initiate_tag;
                // Without memory for a copy the peer gets the cause alone.
                let farewell = Farewell::HostName(memory::copy(parameter).unwrap_or_default());
                return Disposition::End(Ending::new(Some(Error::Aborted), farewell));
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
            return Disposition::DropPacket(Reason::NoMemory);
        };
        self.agree(
            init.a_rwnd,
            init.outbound_streams.min(self.inbound_streams),
            init.inbound_streams,
            init.initial_tsn,
        );
        self.agree_on_ecn(offer.ecn && self.settings.protocol.ecn);
        self.adaptation = offer.adaptation;
        self.keep_paths(&offer.addresses);
        self.add_paths(&offer.addresses);
        self.report_unrecognized(&offer.unrecognized);
        self.state = State::CookieEchoed { cookie, attempts: 0, sent: now };
        self.due.remove(Due::INIT);
        self.due.insert(Due::COOKIE_ECHO);
        self.errors = 0;
        self.setup_path = self.primary;
        self.ask_for_confirmation(self.setup_path, random);
        self.start_handshake(now);
        Disposition::Continue
    }

    /// Forgets addresses that the user named and the peer does not have (section 5.1.2 A and C), of which the first is one
    /// that it has. Nothing was sent there but INITs. The primary one is the one that the INIT went to at last.
    fn keep_paths(&mut self, addresses: &[Address]) {
        let kept = |path: &Path| addresses.contains(&path.remote);
        let called = self.path(self.setup_path).map_or_else(Address::default, |path| path.remote);
        if let Some(first) = addresses.first().filter(|_| !self.paths.iter().all(kept)) {
            if self.paths.iter().any(kept) {
                self.paths.retain(kept);
            } else {
                self.paths = Paths::new(self.new_path(first));
            }
            self.outbound.forget_paths();
        }
        self.primary = self.path_to(&called).unwrap_or(PathId(0));
        self.reply_path = self.primary;
        self.data_source = self.primary;
    }

    /// Section 5.4: a COOKIE ECHO goes to an unconfirmed address only beside a HEARTBEAT.
    pub(crate) fn ask_for_confirmation(&mut self, id: PathId, random: &mut Random) {
        if let Some(path) = self.path_mut(id).filter(|path| path.state == PathState::Unconfirmed) {
            path.heartbeat.nonce = random.nonzero64();
            path.heartbeat.due = true;
        }
    }

    /// Takes over what INIT, INIT ACK or cookie say of the peer (section 5.1.1).
    pub(crate) fn agree(&mut self, window: u32, inbound: u16, peer_inbound: u16, peer_tsn: sctp_wire::Tsn) {
        self.inbound_streams = inbound;
        self.inbound = Inbound::new(peer_tsn, inbound);
        self.outbound.set_peer_rwnd(window);
        self.apply_settings();
        self.outbound.limit_streams(peer_inbound.min(self.settings.protocol.outbound_streams));
    }

    /// A path to another address of the peer.
    fn new_path(&self, address: &Address) -> Path {
        Path::new(*address, self.local_addresses.source_to(address), &self.settings.protocol)
    }

    /// Adds the peer's further addresses, unconfirmed until a heartbeat comes back (section 5.4).
    pub(crate) fn add_paths(&mut self, addresses: &[Address]) {
        for address in addresses {
            if self.path_to(address).is_none() && !self.paths.is_full() {
                let path = self.new_path(address);
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
            return Disposition::Ignore;
        }
        self.enter_established(now);
        Disposition::Established
    }

    /// The address that the user named, or that the INIT ACK went to, is the peer's (section 5.4 rules 1 and 2).
    pub(crate) fn confirm(&mut self, address: &Address) {
        let id = self.path_to(address);
        if let Some(path) = id.and_then(|id| self.path_mut(id)) {
            path.state = PathState::Active;
            path.errors = 0;
        }
    }

    /// ESTABLISHED, from either side.
    pub(crate) fn enter_established(&mut self, now: Time) {
        self.state = if self.closing { State::ShutdownPending } else { State::Established };
        self.due.remove(Due::INIT | Due::COOKIE_ECHO);
        self.handshake = Time::NEVER;
        self.errors = 0;
        self.address_list = Vec::new();
        self.active_at = now;
        self.started = now;
        self.begin_searches(now);
        self.start_heartbeats(now);
        // A shutdown that was asked for during set-up begins now, unless there is data to be sent first.
        self.after_acknowledgement(now);
    }

    /// ERROR with cause Stale Cookie in COOKIE-ECHOED (section 5.2.6): begin anew with an INIT that asks for a cookie
    /// that lives longer, by a round trip and a little more.
    pub(crate) fn on_stale_cookie(&mut self, now: Time) -> Disposition {
        let State::CookieEchoed { sent, .. } = self.state else { return Disposition::Ignore };
        self.errors = self.errors.saturating_add(1);
        let confirmed = self.paths.iter().position(|path| path.state != PathState::Unconfirmed);
        let confirmed = confirmed.and_then(PathId::at);
        let limit = self.settings.protocol.max_init_retransmits;
        // An INIT goes to no other address (section 5.4).
        let Some(confirmed) = confirmed.filter(|_| self.errors <= limit) else {
            return Disposition::End(Ending::new(Some(Error::TimedOut), Farewell::Silence));
        };
        let round_trip = now.since(sent).0;
        self.preservative = Span(round_trip.saturating_add(PRESERVATIVE_MARGIN.0)).as_millis();
        self.state = State::CookieWait { attempts: self.errors, held: false };
        self.peer_tag = 0;
        self.setup_path = confirmed;
        self.due.remove(Due::COOKIE_ECHO | Due::ERROR);
        self.error_report.clear();
        self.due.insert(Due::INIT);
        self.start_handshake(now);
        Disposition::DropPacket(Reason::Done)
    }

    /// The path that INIT, COOKIE ECHO, SHUTDOWN and SHUTDOWN ACK go to.
    pub(crate) fn handshake_path(&self) -> PathId {
        if self.is_set_up() { self.control_path() } else { self.setup_path }
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

    /// The address that INIT or COOKIE ECHO is sent to after there was no answer from another (section 5.1). An INIT only
    /// goes where the user said (section 5.4).
    pub(crate) fn next_setup_path(&self, last: PathId) -> PathId {
        let init = matches!(self.state, State::CookieWait { .. });
        let count = self.paths.len();
        let others =
            (1..=count).map(|step| last.position().wrapping_add(step).checked_rem(count).unwrap_or(0));
        let allowed = |place: &usize| {
            !init || self.paths.get(*place).is_some_and(|path| path.state != PathState::Unconfirmed)
        };
        others.into_iter().find(allowed).and_then(PathId::at).unwrap_or(last)
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
        for path in self.paths.iter_mut().filter(|path| !still_there(&path.local)) {
            path.local = self.local_addresses.source_to(&path.remote);
        }
    }

    /// The path a packet came from; the primary one when the address is new.
    pub(crate) fn note_source(&mut self, source: &Address) -> PathId {
        let path = self.path_to(source).unwrap_or(self.primary);
        self.reply_path = path;
        path
    }
}
