//! Whoever does not know the tags can do nothing (RFC 9260 section 8.5, RFC 5062 section 2; CVE-2021-3772).
#![allow(
    missing_docs,
    clippy::arithmetic_side_effects,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test crate has no public items, and may stop at the end of memory"
)]

use sctp_conformance::{Host, begin, describe, play_line};

const STATES: [&str; 7] = [
    "cookie-wait",
    "cookie-echoed",
    "server",
    "shutdown-pending",
    "shutdown-sent",
    "shutdown-received",
    "shutdown-ack-sent",
];

const CHUNKS: [&str; 18] = [
    "DATA tsn=0 text=x",
    "DATA tsn=0",
    "INIT-ACK",
    "SACK cum=0",
    "SACK cum=9",
    "HEARTBEAT info=x",
    "HEARTBEAT-ACK",
    "ABORT",
    "SHUTDOWN cum=0",
    "SHUTDOWN-ACK",
    "ERROR cause=stale-cookie:00000001",
    "COOKIE-ECHO cookie=hex:00112233",
    "COOKIE-ACK",
    "ECNE",
    "CWR",
    "SHUTDOWN-COMPLETE",
    "CHUNK-0x7f",
    "CHUNK-0xff",
];

/// All that can be seen of an association, without the counters of bad packets.
fn seen(host: &Host) -> String {
    let status = host.status();
    format!("{status:?} {:?} {}", host.engine.deadline(), host.engine.associations())
}

/// Whether a flag and a tag are what section 8.5.1 accepts for this chunk.
fn accepted(chunk: &str, tag: &str, reflected: bool) -> bool {
    let excepted = chunk.starts_with("ABORT") || chunk.starts_with("SHUTDOWN-COMPLETE");
    excepted && tag == "peer" && reflected
}

#[test]
fn security_1_every_chunk_with_every_bad_tag_changes_nothing_in_any_state() {
    let mut tried = 0;
    for state in STATES {
        for chunk in CHUNKS {
            for tag in ["0", "1", "0xffffffff", "peer"] {
                for reflected in [false, true] {
                    // The peer's tag is not known before the INIT ACK, so it is no tag at all then.
                    if accepted(chunk, tag, reflected) && state != "cookie-wait" {
                        continue;
                    }
                    let mut host = begin(state);
                    let before = seen(&host);
                    let t = if reflected { " flags=1" } else { "" };
                    let data = chunk.starts_with("DATA");
                    let line = format!("> [tag={tag}] {chunk}{}", if data { "" } else { t });
                    play_line(&mut host, &line).unwrap();
                    assert_eq!(before, seen(&host), "{state}: {line}");
                    let told = describe(&mut host);
                    // Section 8.5.1 E: a SHUTDOWN ACK during set-up is answered as one out of the blue.
                    let setup = state.starts_with("cookie");
                    let stranger = setup && chunk == "SHUTDOWN-ACK" && tag != "0";
                    assert_eq!(told.contains('<'), stranger, "{state}: {line}: {told}");
                    assert!(!told.contains('!'), "{state}: {line}: {told}");
                    tried += 1;
                }
            }
        }
    }
    assert!(tried > 900, "{tried}");
}

#[test]
fn security_1_chunks_behind_a_good_one_need_the_tag_of_the_packet() {
    for state in STATES {
        for chunk in CHUNKS {
            let mut host = begin(state);
            let before = seen(&host);
            play_line(&mut host, &format!("> [tag=77] HEARTBEAT info=x | {chunk}")).unwrap();
            assert_eq!(before, seen(&host), "{state}: {chunk}");
            assert!(host.sent.is_empty(), "{state}: {chunk}");
        }
    }
}

#[test]
fn security_2_a_t_bit_with_the_own_tag_is_no_abort() {
    for state in STATES {
        for line in ["> ABORT t", "> HEARTBEAT-ACK info=hex:00 | ABORT t", "> SHUTDOWN-COMPLETE t"] {
            let mut host = begin(state);
            play_line(&mut host, line).unwrap();
            assert_eq!(host.engine.associations(), 1, "{state}: {line}");
        }
    }
}

#[test]
fn security_3_an_init_with_a_tag_is_never_answered() {
    for state in STATES.into_iter().chain(["closed", "listening"]) {
        let mut host = begin(state);
        let before = seen(&host);
        play_line(&mut host, "> [tag=9] INIT").unwrap();
        play_line(&mut host, "> [tag=local] INIT").ok();
        assert_eq!(before, seen(&host), "{state}");
    }
}
