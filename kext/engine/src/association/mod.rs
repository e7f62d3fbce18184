//! One association: its state and what each chunk, call and time-out does to it.
//!
//! A handler changes only the association and answers with a [`Disposition`]; the engine applies that in one place.

mod data;
mod ecn;
mod emit;
mod heartbeat;
mod probe;
mod record;
mod replies;
mod report;
mod settings;
mod setup;
mod shutdown;
mod timeouts;

pub(crate) use ecn::Ecn;
pub(crate) use replies::HeartbeatReplies;
pub(crate) use report::ErrorReport;
pub(crate) use setup::{BadOffer, Offer, read_offer};

use crate::address::{Address, Families};
use crate::error::Error;
use crate::inbound::{Inbound, SackNeed};
use crate::inbox::Place;
use crate::local::LocalAddresses;
use crate::memory::{self, OutOfMemory};
use crate::notification::AddressNews;
use crate::options::Settings;
use crate::outbound::Outbound;
use crate::path::{Path, PathId, Paths};
use crate::slab::Key;
use crate::status::Timeouts;
use crate::time::{Span, Time};
use alloc::vec::Vec;
use sctp_wire::{Abort, Cause, Tsn, cause_code};

/// The states of RFC 9260 section 4; CLOSED is no association at all.
#[derive(Debug)]
pub(crate) enum State {
    /// INIT sent, or held back until the user says so.
    CookieWait {
        attempts: u16,
        held: bool,
    },
    /// COOKIE ECHO sent; the cookie is kept to be sent again.
    CookieEchoed {
        cookie: Vec<u8>,
        attempts: u16,
        /// When it was sent last.
        sent: Time,
    },
    Established,
    /// The user wants to shut down; data is still under way.
    ShutdownPending,
    ShutdownSent,
    /// The peer wants to shut down; data is still under way.
    ShutdownReceived,
    ShutdownAckSent,
}

bitflags::bitflags! {
    /// Control chunks that wait to be sent.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) struct Due: u16 {
        const INIT = 1;
        const COOKIE_ECHO = 1 << 1;
        const COOKIE_ACK = 1 << 2;
        const HEARTBEAT_ACK = 1 << 3;
        const SHUTDOWN = 1 << 4;
        const SHUTDOWN_ACK = 1 << 5;
        const ERROR = 1 << 6;
    }
}

/// How an association ends.
#[derive(Debug)]
pub(crate) struct Ending {
    /// What the user is told; `None` after a graceful shutdown.
    pub(crate) error: Option<Error>,
    /// The last packet to the peer.
    pub(crate) farewell: Farewell,
    /// The ABORT of the peer, if that is why.
    pub(crate) abort: Option<PeerAbort>,
}

impl Ending {
    /// An end from this side.
    pub(crate) const fn new(error: Option<Error>, farewell: Farewell) -> Self {
        Self { error, farewell, abort: None }
    }

    /// The code of the error cause that the user is told, 0 for none (RFC 6458 section 6.1.1).
    pub(crate) fn cause(&self) -> u16 {
        self.abort.as_ref().map_or_else(|| self.farewell.cause(), |abort| abort.cause)
    }
}

/// An ABORT that came.
#[derive(Debug)]
pub(crate) struct PeerAbort {
    /// The code of its first cause, 0 if it has none.
    pub(crate) cause: u16,
    /// The chunk, for the user; empty without memory.
    pub(crate) chunk: Vec<u8>,
}

impl PeerAbort {
    /// `chunk` are all bytes of the chunk.
    pub(crate) fn new(abort: &Abort<'_>, chunk: &[u8]) -> Self {
        Self { cause: abort.causes.first_code(), chunk: memory::copy(chunk).unwrap_or_default() }
    }
}

/// The last packet of an association.
#[derive(Debug)]
pub(crate) enum Farewell {
    Silence,
    ShutdownComplete,
    Abort(Option<Cause<'static>>),
    /// ABORT with cause User-Initiated Abort and the user's reason (section 3.3.10.12).
    Reason(Vec<u8>),
    /// ABORT with cause Unresolvable Address and the parameter with the host name (section 3.3.10.5).
    HostName(Vec<u8>),
    /// ABORT with the T bit: the peer gave no tag (section 3.3.3).
    ReflectedAbort(Cause<'static>),
}

impl Farewell {
    /// The code of the error cause that the peer is told, 0 for none.
    const fn cause(&self) -> u16 {
        match self {
            Self::Abort(Some(cause)) | Self::ReflectedAbort(cause) => cause.code(),
            Self::Reason(_) => cause_code::USER_INITIATED_ABORT,
            Self::HostName(_) => cause_code::UNRESOLVABLE_ADDRESS,
            Self::Abort(None) | Self::Silence | Self::ShutdownComplete => 0,
        }
    }
}

/// Why the rest of a packet is dropped.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Reason {
    /// A chunk is broken, or stands where none of its kind may.
    Malformed,
    /// A chunk has no place in this state.
    Unexpected,
    /// The peer asks for this where its chunk is not known.
    Unrecognized,
    /// A set-up that is not agreed to.
    Refused,
    NoMemory,
    /// What it said was all taken in.
    Done,
}

/// What is to be done after a handler.
#[derive(Debug)]
pub(crate) enum Disposition {
    /// Go on with the next chunk.
    Continue,
    /// The same: the chunk has no place in this state and was left alone.
    Ignore,
    /// Drop the rest of the packet.
    DropPacket(Reason),
    /// The same, and answer with an ABORT that carries this tag: whoever sent the packet is to give up, not we.
    Refuse { tag: u32, cause: Cause<'static> },
    /// The peer began to shut down: the user is told.
    PeerShutdown,
    /// The association came up.
    Established,
    /// The association is over.
    End(Ending),
}

impl Disposition {
    pub(crate) const fn abort(error: Error, cause: Cause<'static>) -> Self {
        Self::End(Ending::new(Some(error), Farewell::Abort(Some(cause))))
    }

    /// The same without a packet to the peer.
    pub(crate) fn silenced(self) -> Self {
        match self {
            Self::End(ending) => Self::End(Ending { farewell: Farewell::Silence, ..ending }),
            Self::Refuse { .. } => Self::DropPacket(Reason::Refused),
            other => other,
        }
    }

    /// Whether the next chunk of the packet is looked at.
    pub(crate) const fn goes_on(&self) -> bool {
        !matches!(self, Self::DropPacket(_) | Self::Refuse { .. } | Self::End(_))
    }

    pub(crate) const fn violation(what: &'static [u8]) -> Self {
        Self::abort(Error::Aborted, Cause::ProtocolViolation(what))
    }
}

/// What an association is made from.
pub(crate) struct Beginning<'a> {
    pub(crate) endpoint: Key,
    /// The endpoint's, which the association has a copy of.
    pub(crate) settings: Settings,
    pub(crate) local_port: u16,
    /// The endpoint's.
    pub(crate) local_addresses: LocalAddresses,
    /// The families of addresses that may be used.
    pub(crate) families: Families,
    pub(crate) peers: &'a [Address],
    pub(crate) local_tag: u32,
    pub(crate) local_tsn: Tsn,
}

/// One association.
///
/// The fields stand in memory in this order: by what packets are known, what every event looks at, then the two halves
/// that carry data, and in the end what set-up and control chunks need. So a packet touches few lines of memory, and
/// those lie together, which is what counts when there are more associations than the caches hold.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct Association {
    /// What the user is to be told of paths. A place of the table that is not in use shows that in the first field that
    /// has values to spare, so this is one that every packet looks at.
    pub(crate) path_news: Vec<AddressNews>,
    /// The address that the user is shown, and the port.
    pub(crate) local: Address,
    /// What packets may be sent to and come from.
    pub(crate) local_addresses: LocalAddresses,
    pub(crate) local_tag: u32,
    pub(crate) peer_tag: u32,
    pub(crate) peer_port: u16,
    pub(crate) due: Due,
    /// Consecutive retransmissions without an acknowledgement (section 8.1).
    pub(crate) errors: u16,
    /// Waits in the accept queue of a listening endpoint.
    pub(crate) waiting: bool,
    /// Shut down as soon as the association is up and its data is sent: the user closed during set-up.
    pub(crate) closing: bool,
    /// sctpCurrEstab counts it.
    pub(crate) counted: bool,
    /// How many paths, from the first, are in the engine's table.
    pub(crate) entered_paths: u8,
    pub(crate) primary: PathId,
    /// Where INIT and COOKIE ECHO go: to one address of the peer after the other (section 5.1).
    pub(crate) setup_path: PathId,
    /// Where the chunk came from that is to be answered.
    pub(crate) reply_path: PathId,
    /// Where the last DATA came from, which is where SACKs go (section 6.4).
    pub(crate) data_source: PathId,

    /// `None` once the socket was closed.
    pub(crate) endpoint: Option<Key>,
    /// The a_rwnd that the peer was told last.
    pub(crate) advertised: u32,
    /// Bytes that the peer has sent since.
    pub(crate) taken: u32,
    /// What was delivered to the endpoint's queue and not read counts against the window, bytes.
    pub(crate) unread: usize,
    /// Where the last part waits to be read of a message that is delivered in parts.
    pub(crate) part: Option<Place>,
    /// Bytes that the endpoint's send_bytes counts for this association.
    pub(crate) counted_send: usize,
    /// Whether it is among the endpoint's full ones.
    pub(crate) counted_full: bool,
    /// The delayed SACK.
    pub(crate) sack_at: Time,
    /// T1-init, T1-cookie or T2-shutdown, whichever the state has.
    pub(crate) handshake: Time,
    /// T5-shutdown-guard.
    pub(crate) guard: Time,
    /// When user data came, or the last that was sent was acknowledged (RFC 6458 section 8.1.8).
    pub(crate) active_at: Time,
    pub(crate) state: State,
    pub(crate) ecn: Ecn,

    pub(crate) paths: Paths,
    pub(crate) inbound: Inbound,
    pub(crate) outbound: Outbound,
    pub(crate) settings: Settings,

    pub(crate) heartbeat_replies: HeartbeatReplies,
    pub(crate) error_report: ErrorReport,
    /// Position in the endpoint's list.
    pub(crate) place: usize,
    /// Address parameters of our INIT, until the association is up.
    pub(crate) address_list: Vec<u8>,
    pub(crate) local_tsn: Tsn,
    /// What stands for the two tags in the Tie-Tags of a cookie, which anybody can read who names an address of the
    /// peer: random, never zero, and new after a restart (section 5.2.2).
    pub(crate) tie_tags: (u32, u32),
    /// Milliseconds to ask for in a Cookie Preservative, zero for none (section 5.2.6).
    pub(crate) preservative: u32,
    /// Streams that the peer may use, as offered in our INIT.
    pub(crate) inbound_streams: u16,
    /// The Adaptation Layer Indication of the peer (RFC 5061 section 4.2.6).
    pub(crate) adaptation: Option<u32>,
    pub(crate) families: Families,
    pub(crate) timeouts: Timeouts,
    /// When it came up.
    pub(crate) started: Time,
}

impl Association {
    /// An association in COOKIE-WAIT with an INIT to send.
    pub(crate) fn new(begin: Beginning<'_>) -> Result<Self, OutOfMemory> {
        let protocol = begin.settings.protocol.bounded();
        let settings = Settings { protocol, ..begin.settings };
        let (first, others) = begin.peers.split_first().ok_or(OutOfMemory)?;
        let path = |peer: &Address| Path::new(*peer, begin.local_addresses.source_to(peer), &protocol);
        let mut paths = Paths::new(path(first));
        for peer in others {
            paths.push(path(peer))?;
        }
        Ok(Self {
            endpoint: Some(begin.endpoint),
            place: 0,
            state: State::CookieWait { attempts: 0, held: false },
            settings,
            local: begin.local_addresses.only().with_port(begin.local_port),
            local_addresses: begin.local_addresses,
            families: begin.families,
            peer_port: first.port,
            local_tag: begin.local_tag,
            peer_tag: 0,
            tie_tags: (0, 0),
            local_tsn: begin.local_tsn,
            paths,
            entered_paths: 0,
            path_news: Vec::new(),
            address_list: Vec::new(),
            preservative: 0,
            primary: PathId(0),
            setup_path: PathId(0),
            reply_path: PathId(0),
            data_source: PathId(0),
            inbound: Inbound::new(Tsn(0), 0),
            outbound: Outbound::new(begin.local_tsn, protocol.outbound_streams, 0)?,
            due: Due::INIT,
            ecn: Ecn::new(),
            heartbeat_replies: HeartbeatReplies::new(),
            error_report: ErrorReport::new(),
            errors: 0,
            handshake: Time::NEVER,
            guard: Time::NEVER,
            sack_at: Time::NEVER,
            closing: false,
            unread: 0,
            part: None,
            advertised: protocol.receive_buffer,
            taken: 0,
            counted_send: 0,
            counted_full: false,
            inbound_streams: protocol.inbound_streams,
            adaptation: None,
            waiting: false,
            counted: false,
            timeouts: Timeouts::default(),
            started: Time::NEVER,
            active_at: Time::NEVER,
        })
    }

    pub(crate) fn path(&self, id: PathId) -> Option<&Path> {
        self.paths.get(usize::from(id.0))
    }

    pub(crate) fn path_mut(&mut self, id: PathId) -> Option<&mut Path> {
        self.paths.get_mut(usize::from(id.0))
    }

    pub(crate) fn path_to(&self, host: &Address) -> Option<PathId> {
        let place = self.paths.iter().position(|path| path.remote.same_host(host))?;
        u8::try_from(place).ok().map(PathId)
    }

    /// Whether there is a path that is not in the engine's table, or something to tell of one.
    pub(crate) fn has_path_changes(&self) -> bool {
        usize::from(self.entered_paths) < self.paths.len() || !self.path_news.is_empty()
    }

    /// The peer's primary address with its port.
    pub(crate) fn peer(&self) -> Address {
        self.path(self.primary).map_or_else(Address::default, |path| path.remote)
    }

    pub(crate) const fn is_set_up(&self) -> bool {
        !matches!(self.state, State::CookieWait { .. } | State::CookieEchoed { .. })
    }

    /// Whether the user may still send.
    pub(crate) const fn takes_data(&self) -> bool {
        !self.closing
            && matches!(
                self.state,
                State::CookieWait { .. } | State::CookieEchoed { .. } | State::Established
            )
    }

    /// Whether the peer said that it sends nothing more.
    pub(crate) const fn peer_finished(&self) -> bool {
        matches!(self.state, State::ShutdownReceived | State::ShutdownAckSent)
    }

    /// Room for data from the peer, bytes.
    pub(crate) fn room(&self) -> usize {
        let buffer = usize::try_from(self.settings.protocol.receive_buffer).unwrap_or(usize::MAX);
        buffer.saturating_sub(self.unread).saturating_sub(self.inbound.held_bytes())
    }

    /// The receive window to advertise (section 6.2.1): zero rather than a silly few bytes (section 6.2, SWS), unless
    /// nothing waits to be read. Then only more data can ever free the buffer.
    pub(crate) fn window(&self) -> u32 {
        let room = u32::try_from(self.room()).unwrap_or(u32::MAX);
        let mtu = self.path(self.primary).map_or(1500, |path| path.mtu);
        let silly = room < mtu.min(self.settings.protocol.receive_buffer / 2);
        if silly && (self.unread > 0 || self.inbound.has_ready()) { 0 } else { room }
    }

    /// Room for data from the peer as it was told: none once it was told so, until there is some to tell again
    /// (section 6.2).
    pub(crate) fn told_room(&self) -> usize {
        if self.advertised == 0 && self.window() == 0 { 0 } else { self.room() }
    }

    /// The next moment that something is to be done without being asked.
    pub(crate) fn deadline(&self) -> Time {
        let sack = match self.inbound.sack() {
            SackNeed::Delayed => self.sack_at,
            SackNeed::None | SackNeed::Now => Time::NEVER,
        };
        let searching = self.may_search();
        let paths = self.paths.iter().map(|path| path.deadline(searching));
        let first = self.handshake.min(self.guard).min(sack).min(self.idle_deadline());
        paths.fold(first, Time::min)
    }

    /// Whether the user has nothing under way (RFC 6458 section 6.1.9).
    pub(crate) const fn is_dry(&self) -> bool {
        self.is_set_up() && self.outbound.is_drained()
    }

    /// When the association has been idle for longer than the user allows (RFC 6458 section 8.1.8).
    pub(crate) fn idle_deadline(&self) -> Time {
        let seconds = self.settings.protocol.autoclose;
        let idle = seconds != 0 && matches!(self.state, State::Established) && self.outbound.is_drained();
        if idle { self.active_at.plus(Span::from_secs(u64::from(seconds))) } else { Time::NEVER }
    }
}
