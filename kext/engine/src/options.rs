//! What a user may set on an endpoint and on its associations; an association takes a copy when it begins.

use crate::address::{Address, Family};
use crate::path::{RtoParameters, WindowParameters};
use crate::time::Span;

/// The longest that a SACK may wait, whatever the user sets (RFC 9260 section 6.2).
pub const MAX_SACK_DELAY: Span = Span::from_millis(500);

/// What IP headers say beside addresses and lengths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IpHeader {
    /// Type of service or traffic class; its two ECN bits are the engine's (RFC 3168 section 5).
    pub tos: u8,
    /// Time to live or hop limit.
    pub hops: u8,
    /// The flow label of IPv6, 20 bits (RFC 6437); 0 for none.
    pub flow_label: u32,
}

impl Default for IpHeader {
    /// 64 hops, as RFC 1700 has it.
    fn default() -> Self {
        Self { tos: 0, hops: 64, flow_label: 0 }
    }
}

/// What a user sets of the level of IP: for both families, each of which an endpoint may use.
#[derive(Clone, Copy, Debug, Default)]
pub struct IpSettings {
    /// IP_TOS and IP_TTL.
    pub v4: IpHeader,
    /// IPV6_TCLASS and IPV6_UNICAST_HOPS.
    pub v6: IpHeader,
}

impl IpSettings {
    /// What holds for a family.
    #[must_use]
    pub const fn of(&self, family: Family) -> IpHeader {
        match family {
            Family::None | Family::V4 => self.v4,
            Family::V6 => self.v6,
        }
    }
}

/// What a user may set for one path, and for those to come (RFC 6458 section 8.1.12, RFC 7829 section 7.2).
#[derive(Clone, Copy, Debug)]
pub struct PathSettings {
    /// Path.Max.Retrans.
    pub max_retransmits: u16,
    /// PotentiallyFailed.Max.Retrans (RFC 7829 section 3.2): a path with more errors than this is used only if no better
    /// one is left; not below `max_retransmits` to turn that off.
    pub potentially_failed_max_retransmits: u16,
    /// An idle path is probed by heartbeats.
    pub heartbeats: bool,
    /// HB.interval.
    pub heartbeat_interval: Span,
    /// The path MTU is searched for (RFC 8899).
    pub pmtud: bool,
    /// PMTU_RAISE_TIMER (RFC 8899 section 5.1.1): when a finished search for the path MTU begins again.
    pub pmtu_raise: Span,
    /// The largest IP packet, bytes with the IP header: the path MTU without `pmtud`, the most that is tried with it;
    /// then at most 9000 counts.
    pub mtu: u32,
    /// The path MTU that the user wants without `pmtud`, as bytes for chunks; 0 for `mtu`.
    pub chunk_room: u32,
    /// The Differentiated Services Code Point of packets, in the upper six bits (RFC 2474); `None` for what the socket
    /// has.
    pub dscp: Option<u8>,
    /// The flow label of IPv6 packets, 20 bits (RFC 6437).
    pub flow_label: Option<u32>,
}

/// The bits of the type of service that are ECN's (RFC 3168 section 5).
const ECN_MASK: u8 = 0b11;

impl PathSettings {
    /// What packets say to IP: what the user wants for the path goes before what the socket has.
    #[must_use]
    pub fn header(&self, socket: &IpSettings, family: Family) -> IpHeader {
        let ip = socket.of(family);
        IpHeader {
            tos: self.dscp.unwrap_or(ip.tos) & !ECN_MASK,
            hops: ip.hops,
            flow_label: self.flow_label.unwrap_or(ip.flow_label),
        }
    }

    /// HB.interval; `None` when heartbeats are off.
    #[must_use]
    pub fn interval(&self) -> Option<Span> {
        self.heartbeats.then_some(self.heartbeat_interval)
    }
}

/// SCTP_STREAM_SCHEDULER: which of the messages that wait is sent next (RFC 8260 section 3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scheduler {
    /// What the implementation thinks best: as `FirstCome`.
    #[default]
    Default,
    /// In the order in which they came.
    FirstCome,
    /// A message of each stream in turn.
    RoundRobin,
    /// As many messages of each stream in turn as fit a packet, which has those of one stream only.
    RoundRobinPacket,
    /// Those of the streams with the lowest value first.
    Priority,
    /// As many bytes of each stream.
    FairBandwidth,
}

/// Protocol parameters of RFC 9260 section 16, and the numbers of streams. Their defaults are the table of `variables`.
#[derive(Clone, Copy, Debug)]
pub struct Protocol {
    /// RTO.Initial, RTO.Min, RTO.Max.
    pub rto: RtoParameters,
    /// The congestion window of a path.
    pub window: WindowParameters,
    /// Valid.Cookie.Life.
    pub cookie_life: Span,
    /// Max.Init.Retransmits.
    pub max_init_retransmits: u16,
    /// The longest wait between two INITs; zero for RTO.Max (RFC 6458 section 8.1.3).
    pub max_init_timeout: Span,
    /// Association.Max.Retrans.
    pub association_max_retransmits: u16,
    /// What paths begin with.
    pub path: PathSettings,
    /// What packets say to IP.
    pub ip: IpSettings,
    /// T5-shutdown-guard: how long a shutdown may take; zero for five times RTO.Max (section 9.2).
    pub shutdown_guard: Span,
    /// How long a SACK may wait; [`MAX_SACK_DELAY`] if this is longer.
    pub sack_delay: Span,
    /// Streams asked for in an INIT.
    pub outbound_streams: u16,
    /// Streams offered to the peer.
    pub inbound_streams: u16,
    /// SCTP_NODELAY: small messages are not held back to be bundled.
    pub no_delay: bool,
    /// Explicit Congestion Notification is offered to the peer (RFC 4960 appendix A).
    pub ecn: bool,
    /// SCTP_ADAPTATION_LAYER: what the peer's adaptation layer is told at set-up, opaque (RFC 5061 section 4.2.6).
    pub adaptation: Option<u32>,
    /// SCTP_MAXSEG: the most bytes of a message that go into one DATA chunk; 0 for what the path takes.
    pub max_segment: u32,
    /// SCTP_DELAYED_SACK: every how many packets with DATA a SACK is sent at once; 1 for each.
    pub sack_frequency: u32,
    /// Max.Burst: packets with new data that may follow one event (RFC 9260 section 6.1 rule D); 0 for any number.
    pub max_burst: u32,
    /// SCTP_STREAM_SCHEDULER.
    pub scheduler: Scheduler,
    /// SCTP_MAX_CWND: the most that a congestion window grows to, bytes; 0 for any size.
    pub max_cwnd: u32,
    /// SCTP_AUTOCLOSE: an association that moved no user data for so many seconds is shut down; 0 for never.
    pub autoclose: u32,
    /// so_rcv.sb_hiwat: what the peer may have under way or unread, bytes.
    pub receive_buffer: u32,
}

/// The least a_rwnd that an INIT or INIT ACK may have, bytes (RFC 9260 sections 3.3.2 and 3.3.3).
pub(crate) const LEAST_WINDOW: u32 = 1500;

impl Protocol {
    /// The same with what RFC 9260 allows of the numbers in an INIT (section 3.3.2), whatever the user wants.
    pub(crate) fn bounded(self) -> Self {
        Self {
            receive_buffer: self.receive_buffer.max(LEAST_WINDOW),
            outbound_streams: self.outbound_streams.max(1),
            inbound_streams: self.inbound_streams.max(1),
            ..self
        }
    }
}

bitflags::bitflags! {
    /// snd_flags with their values of netinet/sctp_uio.h, as far as they may be defaults (RFC 6458 section 8.1.31).
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub struct SendFlags: u16 {
        /// SCTP_EOF: shut down after the message.
        const EOF = 0x0100;
        /// SCTP_UNORDERED: deliver without regard to order (RFC 9260 section 6.6).
        const UNORDERED = 0x0400;
        /// SCTP_ADDR_OVER: send to the address that is given rather than to the primary path.
        const ADDR_OVER = 0x0800;
        /// SCTP_EOR: the message ends here. Only with SCTP_EXPLICIT_EOR.
        const EOR = 0x2000;
        /// SCTP_SACK_IMMEDIATELY: ask the peer to acknowledge at once (RFC 7053).
        const SACK_IMMEDIATELY = 0x4000;
    }
}

/// Defaults for messages that are sent without control data (RFC 6458 sections 8.1.31 and 8.1.32).
#[derive(Clone, Copy, Debug, Default)]
pub struct SendDefaults {
    /// Stream identifier.
    pub stream: u16,
    /// Payload protocol identifier, opaque.
    pub ppid: u32,
    /// Given back with notifications about the message.
    pub context: u32,
    /// How.
    pub flags: SendFlags,
    /// SCTP_DEFAULT_PRINFO: pr_policy. Kept for programs that ask; every message is reliable.
    pub policy: u16,
    /// pr_value.
    pub policy_value: u32,
}

bitflags::bitflags! {
    /// What a user wants to hear of; the first in the order of struct sctp_event_subscribe (RFC 6458 section 6.2.1).
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub struct Events: u16 {
        /// SCTP_SNDRCV with each message.
        const DATA_IO = 1;
        /// SCTP_ASSOC_CHANGE.
        const ASSOCIATION = 1 << 1;
        /// SCTP_PEER_ADDR_CHANGE.
        const ADDRESS = 1 << 2;
        /// SCTP_SEND_FAILED.
        const SEND_FAILURE = 1 << 3;
        /// SCTP_REMOTE_ERROR.
        const PEER_ERROR = 1 << 4;
        /// SCTP_SHUTDOWN_EVENT.
        const SHUTDOWN = 1 << 5;
        /// SCTP_PARTIAL_DELIVERY_EVENT.
        const PARTIAL_DELIVERY = 1 << 6;
        /// SCTP_ADAPTATION_INDICATION.
        const ADAPTATION = 1 << 7;
        /// SCTP_AUTHENTICATION_EVENT.
        const AUTHENTICATION = 1 << 8;
        /// SCTP_SENDER_DRY_EVENT.
        const SENDER_DRY = 1 << 9;
        /// SCTP_STREAM_RESET_EVENT.
        const STREAM_RESET = 1 << 10;
        /// SCTP_ASSOC_RESET_EVENT.
        const ASSOCIATION_RESET = 1 << 11;
        /// SCTP_STREAM_CHANGE_EVENT.
        const STREAM_CHANGE = 1 << 12;
        /// SCTP_SEND_FAILED_EVENT.
        const SEND_FAILED = 1 << 13;
        /// What SCTP_EVENTS can name.
        const SUBSCRIBE = (1 << 11) - 1;
    }
}

/// SCTP_FRAGMENT_INTERLEAVE: what may be read between the parts of a message (RFC 6458 section 8.1.20).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Interleave {
    /// Level 0: nothing.
    Nothing,
    /// Level 1: what comes over other associations, and notifications.
    #[default]
    Associations,
    /// Level 2: other streams of the same association as well.
    Streams,
}

/// What a user may set for one association (RFC 6458 section 7.2), and for those to come.
#[derive(Clone, Copy, Debug, Default)]
pub struct Settings {
    /// How the protocol runs.
    pub protocol: Protocol,
    /// Used when a message comes without control data.
    pub send_defaults: SendDefaults,
    /// SCTP_EVENT: the notifications that are wanted.
    pub events: Events,
    /// SCTP_CONTEXT: goes with every message that is received, opaque.
    pub context: u32,
}

bitflags::bitflags! {
    /// What is on or off for a whole socket, by the names of RFC 6458 section 8.1.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub struct Switches: u16 {
        /// SCTP_RECVRCVINFO: SCTP_RCVINFO comes with each message.
        const RECVRCVINFO = 1;
        /// SCTP_RECVNXTINFO: SCTP_NXTINFO comes with each message.
        const RECVNXTINFO = 1 << 1;
        /// SCTP_USE_EXT_RCVINFO: SCTP_EXTRCV comes in place of SCTP_SNDRCV.
        const USE_EXT_RCVINFO = 1 << 2;
        /// SCTP_EXPLICIT_EOR: a message ends where the user says so, not with the call.
        const EXPLICIT_EOR = 1 << 3;
        /// SCTP_DISABLE_FRAGMENTS: what fits no packet is not taken.
        const DISABLE_FRAGMENTS = 1 << 4;
        /// SCTP_I_WANT_MAPPED_V4_ADDR: IPv4 addresses are shown as IPv6 addresses (RFC 4291 section 2.5.5.2).
        const MAPPED_V4_ADDR = 1 << 5;
    }
}

/// Options of one endpoint.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// SCTP_FUTURE_ASSOC: what a new association begins with.
    pub future: Settings,
    /// What is on.
    pub switches: Switches,
    /// so_snd.sb_hiwat: the send buffer of each association, bytes; `None` for no limit.
    pub send_buffer: Option<u32>,
    /// SCTP_FRAGMENT_INTERLEAVE.
    pub interleave: Interleave,
    /// SCTP_PARTIAL_DELIVERY_POINT: an unfinished message of so many bytes is delivered in parts; `None` for half the
    /// receive buffer.
    pub partial_delivery_point: Option<u32>,
    /// IPV6_V6ONLY: an endpoint of family V6 takes no IPv4 peers.
    pub v6_only: bool,
    /// SCTP_REUSE_PORT: the port may be that of other endpoints that want it too (RFC 6458 section 8.1.27).
    pub reuse_port: bool,
}

impl Options {
    /// An address as the user wants to see it.
    #[must_use]
    pub fn shown(&self, address: Address) -> Address {
        if self.switches.contains(Switches::MAPPED_V4_ADDR) { address.mapped() } else { address }
    }

    /// Bytes that may wait at an association to be acknowledged.
    pub(crate) fn send_limit(&self) -> usize {
        self.send_buffer.and_then(|bytes| usize::try_from(bytes).ok()).unwrap_or(usize::MAX)
    }

    /// The partial delivery point in force, bytes (RFC 6458 section 8.1.21).
    #[must_use]
    pub fn delivery_point(&self) -> u32 {
        let buffer = self.future.protocol.receive_buffer;
        self.partial_delivery_point.unwrap_or(buffer / 2).min(buffer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn section_16_the_recommended_values() {
        let protocol = Protocol::default();
        let seconds = Span::from_secs;
        assert_eq!(
            (protocol.rto.initial, protocol.rto.min, protocol.rto.max),
            (seconds(1), seconds(1), seconds(60))
        );
        assert_eq!((protocol.cookie_life, protocol.path.interval()), (seconds(60), Some(seconds(30))));
        assert_eq!((protocol.association_max_retransmits, protocol.path.max_retransmits), (10, 5));
        assert_eq!((protocol.max_init_retransmits, protocol.sack_delay), (8, Span::from_millis(200)));
    }

    #[test]
    fn section_3_3_2_what_an_init_must_not_say_is_not_said() {
        let wanted =
            Protocol { receive_buffer: 0, outbound_streams: 0, inbound_streams: 0, ..Protocol::default() };
        let said = wanted.bounded();
        assert_eq!((said.receive_buffer, said.outbound_streams, said.inbound_streams), (1500, 1, 1));
        let wanted =
            Protocol { receive_buffer: 9000, outbound_streams: 7, inbound_streams: 8, ..Protocol::default() };
        let said = wanted.bounded();
        assert_eq!((said.receive_buffer, said.outbound_streams, said.inbound_streams), (9000, 7, 8));
    }
}
