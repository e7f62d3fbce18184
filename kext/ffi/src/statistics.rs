//! The statistics as FreeBSD lays them out.

use crate::contract::{sctp_engine, sctp_nanoseconds, sctp_timeval, sctpstat};
use crate::lent;
use ::sctp_engine::Engine;
use ::sctp_engine::time::Time;

/// Counter32 of RFC 3873: it begins anew behind its largest value.
const fn low(value: u64) -> u32 {
    let [_, _, _, _, a, b, c, d] = value.to_be_bytes();
    u32::from_be_bytes([a, b, c, d])
}

pub(crate) fn timeval(time: Time) -> sctp_timeval {
    let seconds = time.0.checked_div(1_000_000_000).unwrap_or(0);
    let nanoseconds = time.0.checked_rem(1_000_000_000).unwrap_or(0);
    sctp_timeval { tv_sec: low(seconds), tv_usec: low(nanoseconds).checked_div(1000).unwrap_or(0) }
}

/// Zeros for what is not counted.
fn none() -> sctpstat {
    // SAFETY: the structure has numbers only.
    unsafe { core::mem::zeroed() }
}

fn statistics(engine: &Engine) -> sctpstat {
    let counters = engine.counters();
    let checked = counters.packets_received.wrapping_sub(counters.short_packets);
    let new_data = counters.ordered_chunks_sent.wrapping_add(counters.unordered_chunks_sent);
    sctpstat {
        sctps_discontinuitytime: timeval(engine.counting_since()),
        sctps_currestab: engine.current_associations(),
        sctps_activeestab: low(counters.active_establishments),
        sctps_restartestab: low(counters.restarts),
        sctps_collisionestab: low(counters.collisions),
        sctps_passiveestab: low(counters.passive_establishments),
        sctps_aborted: low(counters.aborted),
        sctps_shutdown: low(counters.shut_down),
        sctps_outoftheblue: low(counters.out_of_the_blue),
        sctps_checksumerrors: low(counters.checksum_errors),
        sctps_outcontrolchunks: low(counters.control_chunks_sent),
        sctps_outorderchunks: low(counters.ordered_chunks_sent),
        sctps_outunorderchunks: low(counters.unordered_chunks_sent),
        sctps_incontrolchunks: low(counters.control_chunks_received),
        sctps_inorderchunks: low(counters.ordered_chunks_received),
        sctps_inunorderchunks: low(counters.unordered_chunks_received),
        sctps_fragusrmsgs: low(counters.messages_fragmented),
        sctps_reasmusrmsgs: low(counters.messages_reassembled),
        sctps_outpackets: low(counters.packets_sent),
        sctps_inpackets: low(counters.packets_received),
        sctps_recvpackets: low(counters.packets_received),
        sctps_recvdatagrams: low(counters.packets_received),
        sctps_recvpktwithdata: low(counters.packets_with_data),
        sctps_recvsacks: low(counters.sacks_received),
        sctps_recvdata: low(counters.data_received),
        sctps_recvdupdata: low(counters.data_duplicates),
        sctps_recvheartbeat: low(counters.heartbeats_received),
        sctps_recvheartbeatack: low(counters.heartbeat_acks_received),
        sctps_recvecne: low(counters.ecn_echoes_received),
        sctps_recvswcrc: low(checked),
        sctps_sendpackets: low(counters.packets_sent),
        sctps_sendsacks: low(counters.sacks_sent),
        sctps_senddata: low(new_data),
        sctps_sendretransdata: low(counters.data_sent_again),
        sctps_sendfastretrans: low(counters.fast_retransmissions),
        sctps_sendheartbeat: low(counters.heartbeats_sent),
        sctps_sendecne: low(counters.ecn_echoes_sent),
        sctps_senderrors: low(counters.send_errors),
        sctps_sendswcrc: low(counters.packets_sent),
        sctps_timodata: low(counters.data_timeouts),
        sctps_timowindowprobe: low(counters.probe_timeouts),
        sctps_timoinit: low(counters.init_timeouts),
        sctps_timosack: low(counters.sack_timeouts),
        sctps_timoshutdown: low(counters.shutdown_timeouts),
        sctps_timoheartbeat: low(counters.heartbeat_timeouts),
        sctps_timocookie: low(counters.cookie_timeouts),
        sctps_timosecret: low(counters.key_changes),
        sctps_timoautoclose: low(counters.idle_timeouts),
        sctps_timopathmtu: low(counters.path_mtu_timeouts),
        sctps_timoshutdownack: low(counters.shutdown_ack_timeouts),
        sctps_timoshutdownguard: low(counters.guard_timeouts),
        sctps_hdrops: low(counters.short_packets),
        sctps_badsum: low(counters.checksum_errors),
        sctps_noport: low(counters.closed_ports),
        sctps_badvtag: low(counters.bad_tags),
        sctps_badsid: low(counters.bad_streams),
        sctps_nomem: low(counters.no_memory),
        sctps_markedretrans: low(counters.data_sent_again),
        sctps_windowprobed: low(counters.window_probes),
        sctps_datadroprwnd: low(counters.data_dropped),
        sctps_ecnereducedcwnd: low(counters.ecn_reductions),
        sctps_wu_sacks_sent: low(counters.window_updates),
        sctps_sends_with_flags: low(counters.sends_with_flags),
        sctps_sends_with_unord: low(counters.sends_unordered),
        sctps_sends_with_eof: low(counters.sends_with_eof),
        sctps_sends_with_abort: low(counters.sends_with_abort),
        sctps_left_abandon: low(counters.messages_abandoned),
        sctps_malformed: low(counters.malformed),
        sctps_badcookie: low(counters.bad_cookies),
        sctps_stalecookie: low(counters.stale_cookies),
        sctps_refusedsetup: low(counters.refused_setups),
        sctps_unexpected: low(counters.unexpected_chunks),
        sctps_unrecognized: low(counters.unrecognized_chunks),
        sctps_repliesdropped: low(counters.replies_dropped),
        sctps_icmpused: low(counters.icmp_used),
        sctps_icmpignored: low(counters.icmp_ignored),
        ..none()
    }
}

/// # Safety
/// As [`lent::engine`]; `out` points to a place for the result.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn sctp_engine_statistics(engine: *const sctp_engine, out: *mut sctpstat) {
    // SAFETY: the caller's promise.
    unsafe { lent::store(out, statistics(lent::engine_ref(engine))) };
}

/// # Safety
/// As [`lent::engine`].
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn sctp_engine_reset_statistics(
    engine: *mut sctp_engine,
    now: sctp_nanoseconds,
) {
    // SAFETY: the caller's promise.
    unsafe { lent::engine(engine) }.reset_counters(Time(now));
}
