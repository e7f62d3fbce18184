//! Statistics, under the names of RFC 3873 where it has one.

use crate::association::{Disposition, Reason};
use sctp_wire::{Chunk, Chunks, DataFlags, chunk_type};

macro_rules! counters {
    ($($(#[$doc:meta])* $field:ident = $name:literal,)*) => {
        /// Events since the engine was made, or since they were set back.
        #[derive(Clone, Copy, Debug, Default)]
        pub struct Counters {
            $($(#[$doc])* pub $field: u64,)*
        }

        impl Counters {
            const NAMES: &[&core::ffi::CStr] = &[$($name),*];

            const fn values(&self) -> [u64; Self::NAMES.len()] {
                [$(self.$field),*]
            }

            /// The `index`-th counter: its name, ended by a zero byte for C, and its value.
            #[must_use]
            pub fn nth(&self, index: u32) -> Option<(&'static core::ffi::CStr, u64)> {
                let index = usize::try_from(index).ok()?;
                Some((Self::NAMES.get(index).copied()?, self.values().get(index).copied()?))
            }
        }
    };
}

counters! {
    /// Associations set up from this side.
    active_establishments = c"sctpActiveEstabs",
    /// Associations set up by a peer.
    passive_establishments = c"sctpPassiveEstabs",
    /// Associations that ended by ABORT or because the peer fell silent.
    aborted = c"sctpAborteds",
    /// Associations that ended by SHUTDOWN.
    shut_down = c"sctpShutdowns",
    /// Packets that belong to no association.
    out_of_the_blue = c"sctpOutOfBlues",
    /// Packets dropped because of their checksum.
    checksum_errors = c"sctpChecksumErrors",
    /// Control chunks sent, without retransmissions.
    control_chunks_sent = c"sctpOutCtrlChunks",
    /// Ordered DATA chunks sent, without retransmissions.
    ordered_chunks_sent = c"sctpOutOrderChunks",
    /// Unordered DATA chunks sent, without retransmissions.
    unordered_chunks_sent = c"sctpOutUnorderChunks",
    /// Control chunks received for an association, and INIT and COOKIE ECHO for a listener.
    control_chunks_received = c"sctpInCtrlChunks",
    /// Ordered DATA chunks that were taken in.
    ordered_chunks_received = c"sctpInOrderChunks",
    /// Unordered DATA chunks that were taken in.
    unordered_chunks_received = c"sctpInUnorderChunks",
    /// Messages sent in more than one chunk.
    messages_fragmented = c"sctpFragUsrMsgs",
    /// Messages received in more than one chunk and delivered whole.
    messages_reassembled = c"sctpReasmUsrMsgs",
    /// Packets sent.
    packets_sent = c"sctpOutSCTPPacks",
    /// Packets received, good or bad.
    packets_received = c"sctpInSCTPPacks",

    /// Associations set up anew because the peer restarted.
    restarts = c"restarts",
    /// Associations that both sides set up at once.
    collisions = c"collisions",
    /// Packets shorter than the common header.
    short_packets = c"inShortPackets",
    /// Packets with chunks that do not parse, or with addresses or ports that no packet may have.
    malformed = c"inMalformedPackets",
    /// Packets dropped because the verification tag is wrong (RFC 9260 section 8.5).
    bad_tags = c"inBadVerificationTags",
    /// Packets out of the blue to a port that no socket is bound to.
    closed_ports = c"inClosedPorts",
    /// State cookies that were forged or broken.
    bad_cookies = c"inBadCookies",
    /// State cookies that came too late.
    stale_cookies = c"inStaleCookies",
    /// INITs, INIT ACKs and COOKIE ECHOs that were answered with ABORT, or not at all for want of room.
    refused_setups = c"inRefusedSetups",
    /// Chunks without a place in the state of their association, SACKs that came late among them.
    unexpected_chunks = c"inUnexpectedChunks",
    /// Chunks of kinds that are not known.
    unrecognized_chunks = c"inUnrecognizedChunks",
    /// Chunks dropped for want of memory.
    no_memory = c"inNoMemory",
    /// Packets of associations that had DATA.
    packets_with_data = c"inPacketsWithData",
    /// DATA chunks received over an association.
    data_received = c"inData",
    /// DATA chunks that had come before.
    data_duplicates = c"inDataDuplicates",
    /// DATA chunks dropped for want of room.
    data_dropped = c"inDataDropped",
    /// DATA chunks for a stream that there is not.
    bad_streams = c"inBadStreams",
    /// SACK chunks received.
    sacks_received = c"inSacks",
    /// HEARTBEAT chunks received.
    heartbeats_received = c"inHeartbeats",
    /// HEARTBEAT ACK chunks received.
    heartbeat_acks_received = c"inHeartbeatAcks",
    /// ECNE chunks received.
    ecn_echoes_received = c"inEcnEchoes",
    /// ICMP messages about a packet of an association.
    icmp_used = c"inIcmpUsed",
    /// ICMP messages that are of no use, or may be forged.
    icmp_ignored = c"inIcmpIgnored",

    /// DATA chunks sent again.
    data_sent_again = c"outDataAgain",
    /// Those of them that the SACKs of others gave up.
    fast_retransmissions = c"outFastRetransmissions",
    /// SACK chunks sent.
    sacks_sent = c"outSacks",
    /// SACK chunks that only say that the window is open again.
    window_updates = c"outWindowUpdates",
    /// HEARTBEAT chunks sent, those that search for the path MTU included.
    heartbeats_sent = c"outHeartbeats",
    /// ECNE chunks sent.
    ecn_echoes_sent = c"outEcnEchoes",
    /// Times that a peer's report of congestion closed a window.
    ecn_reductions = c"outEcnReductions",
    /// Chunks sent into a window that is closed.
    window_probes = c"outWindowProbes",
    /// Packets that this host could not send.
    send_errors = c"outErrors",
    /// Replies not sent because others waited already, or because too many strangers asked.
    replies_dropped = c"outRepliesDropped",

    /// Expiries of T3-rtx with data outstanding.
    data_timeouts = c"dataTimeouts",
    /// Expiries of T3-rtx that only time the next window probe.
    probe_timeouts = c"probeTimeouts",
    /// Expiries of T1-init.
    init_timeouts = c"initTimeouts",
    /// Expiries of T1-cookie.
    cookie_timeouts = c"cookieTimeouts",
    /// SACKs that went because they had waited long enough.
    sack_timeouts = c"sackTimeouts",
    /// Expiries of T2-shutdown after SHUTDOWN.
    shutdown_timeouts = c"shutdownTimeouts",
    /// Expiries of T2-shutdown after SHUTDOWN ACK.
    shutdown_ack_timeouts = c"shutdownAckTimeouts",
    /// Expiries of T5-shutdown-guard.
    guard_timeouts = c"shutdownGuardTimeouts",
    /// Times that a HEARTBEAT was due or an answer was not there.
    heartbeat_timeouts = c"heartbeatTimeouts",
    /// The same for the search for the path MTU.
    path_mtu_timeouts = c"pathMtuTimeouts",
    /// Associations that were shut down because no data came or went for long (SCTP_AUTOCLOSE).
    idle_timeouts = c"idleTimeouts",
    /// Changes of the key that signs state cookies.
    key_changes = c"cookieKeyChanges",

    /// Messages that a program sent with flags.
    sends_with_flags = c"sendsWithFlags",
    /// Unordered messages that a program sent.
    sends_unordered = c"sendsUnordered",
    /// Messages with SCTP_EOF.
    sends_with_eof = c"sendsWithEof",
    /// Messages with SCTP_ABORT.
    sends_with_abort = c"sendsWithAbort",
    /// Messages that waited to be read when their socket was closed.
    messages_abandoned = c"messagesAbandoned",
}

/// Which chunks of a packet went out before.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Again {
    /// Its first control chunk did.
    pub(crate) control: bool,
    /// So many DATA chunks did, the first ones.
    pub(crate) data: usize,
    /// As many of these because SACKs reported them missing.
    pub(crate) fast: usize,
}

/// One more.
pub(crate) const fn bump(counter: &mut u64) {
    *counter = counter.wrapping_add(1);
}

fn add(counter: &mut u64, number: usize) {
    *counter = counter.wrapping_add(u64::try_from(number).unwrap_or(0));
}

impl Counters {
    /// A packet goes out; `chunks` is all of it behind the common header.
    pub(crate) fn count_sent(&mut self, chunks: &[u8], again: Again) {
        bump(&mut self.packets_sent);
        add(&mut self.data_sent_again, again.data);
        add(&mut self.fast_retransmissions, again.fast);
        let (mut data_again, mut control_again) = (again.data, again.control);
        for chunk in Chunks::new(chunks).flatten() {
            if chunk.kind == chunk_type::DATA {
                if data_again > 0 {
                    data_again = data_again.saturating_sub(1);
                } else {
                    self.count_new_data(DataFlags::from_bits_retain(chunk.flags));
                }
                continue;
            }
            match chunk.kind {
                chunk_type::SACK => bump(&mut self.sacks_sent),
                chunk_type::HEARTBEAT => bump(&mut self.heartbeats_sent),
                chunk_type::ECNE => bump(&mut self.ecn_echoes_sent),
                _ => {}
            }
            if !core::mem::take(&mut control_again) {
                bump(&mut self.control_chunks_sent);
            }
        }
    }

    const fn count_new_data(&mut self, flags: DataFlags) {
        bump(if flags.contains(DataFlags::UNORDERED) {
            &mut self.unordered_chunks_sent
        } else {
            &mut self.ordered_chunks_sent
        });
        if flags.contains(DataFlags::BEGIN) && !flags.contains(DataFlags::END) {
            bump(&mut self.messages_fragmented);
        }
    }

    /// What a chunk was dropped for, if it was.
    pub(crate) const fn count_dropped(&mut self, disposition: &Disposition) {
        bump(match disposition {
            Disposition::Ignore | Disposition::DropPacket(Reason::Unexpected) => &mut self.unexpected_chunks,
            Disposition::DropPacket(Reason::Malformed) => &mut self.malformed,
            Disposition::DropPacket(Reason::NoMemory) => &mut self.no_memory,
            Disposition::DropPacket(Reason::Refused) | Disposition::Refuse { .. } => &mut self.refused_setups,
            // Counted as the chunk that it is, if it needs to be counted.
            Disposition::DropPacket(Reason::Unrecognized | Reason::Done)
            | Disposition::Continue
            | Disposition::PeerShutdown
            | Disposition::Established
            | Disposition::End(_) => return,
        });
    }

    /// A chunk came over an association.
    pub(crate) const fn count_received(&mut self, chunk: &Chunk<'_>) {
        match chunk {
            Chunk::Data(_) => return bump(&mut self.data_received),
            Chunk::Sack(_) => bump(&mut self.sacks_received),
            Chunk::Heartbeat(_) => bump(&mut self.heartbeats_received),
            Chunk::HeartbeatAck(_) => bump(&mut self.heartbeat_acks_received),
            Chunk::Ecne(_) => bump(&mut self.ecn_echoes_received),
            _ => {}
        }
        bump(&mut self.control_chunks_received);
    }
}
