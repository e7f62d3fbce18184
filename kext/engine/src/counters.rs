//! Statistics, under the names of RFC 3873 where it has one.

macro_rules! counters {
    ($($(#[$doc:meta])* $field:ident = $name:literal,)*) => {
        /// Events since the engine was made.
        #[derive(Clone, Copy, Debug, Default)]
        pub struct Counters {
            $($(#[$doc])* pub $field: u64,)*
        }

        impl Counters {
            /// The `index`-th counter: its name, ended by a zero byte for C, and its value.
            #[must_use]
            pub fn nth(&self, index: u32) -> Option<(&'static core::ffi::CStr, u64)> {
                let all = [$(($name, self.$field)),*];
                all.get(usize::try_from(index).ok()?).copied()
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
    /// Control chunks sent.
    control_chunks_sent = c"sctpOutCtrlChunks",
    /// Control chunks received over an association.
    control_chunks_received = c"sctpInCtrlChunks",
    /// Ordered DATA chunks received over an association, duplicates too.
    ordered_chunks_received = c"sctpInOrderChunks",
    /// Unordered DATA chunks received over an association, duplicates too.
    unordered_chunks_received = c"sctpInUnorderChunks",
    /// Packets sent.
    packets_sent = c"sctpOutSCTPPacks",
    /// Packets received, good or bad.
    packets_received = c"sctpInSCTPPacks",
    /// Packets too short or with chunks that do not parse.
    malformed = c"inMalformedPackets",
    /// Packets dropped because the verification tag is wrong (section 8.5).
    bad_tags = c"inBadVerificationTags",
    /// State cookies that were forged or broken.
    bad_cookies = c"inBadCookies",
    /// State cookies that came too late.
    stale_cookies = c"inStaleCookies",
    /// DATA chunks dropped for want of room or memory.
    data_dropped = c"inDataDropped",
    /// Duplicate DATA chunks.
    data_duplicates = c"inDataDuplicates",
    /// Replies not sent because others waited already, or because too many strangers asked.
    replies_dropped = c"outRepliesDropped",
    /// ICMP messages about a packet of an association.
    icmp_used = c"inIcmpUsed",
    /// ICMP messages that are of no use, or may be forged.
    icmp_ignored = c"inIcmpIgnored",
    /// Retransmission time-outs of DATA.
    data_timeouts = c"outDataTimeouts",
}
