//! What each event does in each state, compared with `golden/state-event.txt`.
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

use core::fmt::Write;
use sctp_conformance::{Host, begin, describe, play_line};
use std::path::Path;

/// How each state is reached, and how the file calls it.
const STATES: [(&str, &str); 9] = [
    ("closed", "CLOSED"),
    ("cookie-wait", "COOKIE-WAIT"),
    ("cookie-echoed", "COOKIE-ECHOED"),
    ("server", "ESTABLISHED"),
    ("shutdown-pending", "SHUTDOWN-PENDING"),
    ("shutdown-sent", "SHUTDOWN-SENT"),
    ("shutdown-received", "SHUTDOWN-RECEIVED"),
    ("shutdown-ack-sent", "SHUTDOWN-ACK-SENT"),
    ("listening", "CLOSED, listening"),
];

/// Events as lines of scripts; the tag is good.
const EVENTS: [&str; 34] = [
    "> DATA tsn=0 text=x",
    "> DATA tsn=0 text=x stream=99",
    "> DATA tsn=0",
    "> DATA tsn=3 text=x",
    "> [tag=0] INIT",
    "> [tag=0] INIT tag=0x0c0c0c0c",
    "> [tag=0] INIT tag=0x0c0c0c0c ipv4=198.51.100.66",
    "> [tag=0] INIT tag=0",
    "> [tag=0] INIT os=0",
    "> INIT-ACK",
    "> INIT-ACK tag=0",
    "> SACK cum=-1",
    "> SACK cum=0",
    "> SACK cum=9",
    "> HEARTBEAT info=x",
    "> HEARTBEAT-ACK info=hex:00",
    "> ABORT",
    "> ABORT t",
    "> SHUTDOWN cum=-1",
    "> SHUTDOWN cum=0",
    "> SHUTDOWN cum=9",
    "> SHUTDOWN-ACK",
    "> ERROR cause=invalid-stream:00000000",
    "> ERROR cause=stale-cookie:00000001",
    "> COOKIE-ECHO",
    "> COOKIE-ACK",
    "> SHUTDOWN-COMPLETE",
    "> SHUTDOWN-COMPLETE t",
    "> CHUNK-0xc7",
    "call connect",
    "call send text=x",
    "call shutdown",
    "call abort",
    "wait 1s",
];

fn golden() -> String {
    let mut text = String::from(
        "State and event (RFC 9260 section 4): state after it; < packets sent; ! notifications. Tags are good.\n",
    );
    for (name, state) in STATES {
        let _ = writeln!(text, "\n{state}");
        for event in EVENTS {
            let mut host: Host = begin(name);
            if host.symbols.local_tag == 0 {
                // Nobody gave the peer a tag, so it has one from before.
                host.symbols.local_tag = 5;
            }
            let refused =
                play_line(&mut host, event).err().map_or_else(String::new, |why| format!(" ({why})"));
            let _ = writeln!(text, "  {event:50} {}{refused}", describe(&mut host));
        }
    }
    text
}

#[test]
fn every_event_in_every_state_does_what_the_golden_file_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/state-event.txt");
    let now = golden();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &now).unwrap();
    }
    let before = std::fs::read_to_string(&path).unwrap_or_default();
    let changed: Vec<_> = before
        .lines()
        .zip(now.lines())
        .filter(|(before, now)| before != now)
        .map(|(before, now)| format!("- {before}\n+ {now}"))
        .collect();
    assert!(before == now, "UPDATE_GOLDEN=1 writes it anew\n{}", changed.join("\n"));
}
