//! Packets that nobody honest sends, one test for each class in which other stacks had faults.
#![allow(
    missing_docs,
    clippy::arithmetic_side_effects,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    clippy::format_collect,
    reason = "a test crate has no public items, and may stop at the end of memory"
)]

use core::fmt::Write;
use sctp_conformance::{Host, PacketText, begin, describe, packet_bytes, play_line};
use sctp_engine::address::Address;

const LOCAL: Address = Address::v4([192, 0, 2, 1], 1000);
const PEER: Address = Address::v4([192, 0, 2, 2], 2000);

const STATES: [&str; 9] = [
    "closed",
    "listening",
    "cookie-wait",
    "cookie-echoed",
    "server",
    "shutdown-pending",
    "shutdown-sent",
    "shutdown-received",
    "shutdown-ack-sent",
];

fn play(host: &mut Host, line: &str) {
    play_line(host, line).unwrap_or_else(|why| panic!("{line}: {why}"));
}

/// A packet with the right checksum and tag around any chunk bytes.
fn packet(host: &Host, chunks: &[u8]) -> Vec<u8> {
    let mut bytes = packet_bytes(&PacketText::default(), &host.symbols, (2000, 1000)).unwrap();
    bytes.extend(chunks);
    bytes[8..12].fill(0);
    let checksum = crc32c::crc32c(&bytes);
    bytes[8..12].copy_from_slice(&checksum.to_le_bytes());
    bytes
}

/// Numbers that look random and are the same in each run.
fn dice(seed: &mut u64) -> u64 {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    *seed
}

#[test]
fn security_4_parameters_of_every_length_are_read_as_they_were_checked() {
    for kind in [1, 5, 6, 7, 8, 9, 11, 12, 0x8000, 0xc001, 0x4001] {
        for length in (0..=40).chain([0xff, 0xfffc, 0xffff]) {
            for chunk in ["[tag=0] INIT", "INIT-ACK"] {
                let state = if chunk == "INIT-ACK" { "cookie-wait" } else { "listening" };
                let mut host = begin(state);
                play(&mut host, &format!("> {chunk} raw={kind:04x}{length:04x}0102030405060708"));
                assert!(host.sent.len() <= 2);
            }
        }
    }
}

#[test]
fn security_10_every_byte_of_a_cookie_is_determined() {
    // Two engines from one seed must give the same cookie, whatever lay in memory before.
    let cookie = || {
        let mut host = begin("listening");
        play(&mut host, "> [tag=0] INIT");
        host.symbols.cookie
    };
    let first = cookie();
    let poison: Vec<Vec<u8>> = (1..200).map(|length| vec![0xa5; length * 17]).collect();
    drop(poison);
    assert_eq!(first, cookie());
}

#[test]
fn security_11_a_cookie_with_any_bit_changed_is_dropped() {
    let mut host = begin("listening");
    play(&mut host, "> [tag=0] INIT");
    host.sent.clear();
    let cookie = host.symbols.cookie.clone();
    for bit in 0..cookie.len() * 8 {
        host.symbols.cookie[bit / 8] ^= 1 << (bit % 8);
        play(&mut host, "> COOKIE-ECHO");
        assert_eq!((host.engine.associations(), host.sent.len()), (0, 0), "bit {bit}");
        host.symbols.cookie.clone_from(&cookie);
    }
    for length in 0..cookie.len() {
        play(&mut host, &format!("> COOKIE-ECHO cookie=cut:{length}"));
        assert_eq!((host.engine.associations(), host.sent.len()), (0, 0), "{length} bytes");
    }
    host.symbols.cookie.push(0);
    play(&mut host, "> COOKIE-ECHO");
    assert_eq!((host.engine.associations(), host.sent.len()), (0, 0));
    host.symbols.cookie = cookie;
    play(&mut host, "> COOKIE-ECHO");
    assert_eq!(host.engine.associations(), 1);
}

#[test]
fn security_11_a_cookie_does_not_outlive_its_time_or_two_changes_of_keys() {
    for hours in [1, 2, 3] {
        let mut host = begin("listening");
        play(&mut host, "> [tag=0] INIT");
        host.sent.clear();
        let old = host.symbols.clone();
        for _ in 0..hours {
            play(&mut host, "wait 3601s");
            // The keys change when the next cookie is made.
            play(&mut host, "> [tag=0] INIT");
            host.sent.clear();
        }
        host.symbols = old;
        play(&mut host, "> COOKIE-ECHO");
        assert_eq!(host.engine.associations(), 0, "{hours} hours");
    }
}

#[test]
fn security_14_an_init_with_a_thousand_addresses_is_answered_and_bounded() {
    let mut host = begin("listening");
    let mut line = String::from("> [tag=0] INIT");
    for number in 0..1000_u32 {
        let _ = write!(line, " ipv4=198.51.{}.{}", number / 250, number % 250 + 1);
    }
    play(&mut host, &line);
    assert_eq!(host.sent.len(), 1);
    assert!(host.sent[0].bytes.len() <= 1480);
    play(&mut host, "ignore");
    play(&mut host, "> COOKIE-ECHO");
    assert_eq!(host.engine.associations(), 1);
}

#[test]
fn security_14_a_cookie_larger_than_any_packet_fails_cleanly() {
    let mut host = begin("cookie-wait");
    let cookie: String = (0..60_000).map(|byte: u32| format!("{:02x}", byte % 256)).collect();
    play(&mut host, &format!("> INIT-ACK cookie=none param=7:{cookie}"));
    host.sent.clear();
    play(&mut host, "wait 600s");
    host.sent.clear();
    assert_eq!(host.engine.associations(), 0);
}

#[test]
fn security_19_a_heartbeat_ack_of_any_length_or_nonce_does_not_count() {
    let mut host = Host::new(sctp_engine::Style::OneToMany);
    for line in [
        "set heartbeat=1s association-max-retransmits=3",
        "call listen",
        "> [tag=0] INIT",
        "ignore",
        "> COOKIE-ECHO",
    ] {
        play(&mut host, line);
    }
    host.sent.clear();
    for _ in 0..300 {
        play(&mut host, "wait 1s");
        host.sent.clear();
        for line in ["flip:0", "flip:1", "flip:8", "cut:16", "cut:1", "cut:0"] {
            // Once the association is over there is nothing left to echo.
            if host.engine.associations() == 1 && !host.symbols.info.is_empty() {
                play(&mut host, &format!("> HEARTBEAT-ACK info={line}"));
            }
        }
    }
    assert_eq!(host.engine.associations(), 0, "a forged answer kept the peer alive");
}

#[test]
fn security_20_sacks_with_absurd_blocks_end_and_acknowledge_nothing_unsent() {
    let blocks = [
        "[5-2]",
        "[0-0]",
        "[1-65535]",
        "[65535-65535]",
        "[2-2,2-2,2-2]",
        "[3-9,2-4,1-1]",
        "[2-65535,2-65535]",
        "[9-3,4-1]",
    ];
    for block in blocks {
        let mut host = begin("server");
        play(&mut host, "call send len=4000");
        host.sent.clear();
        play(&mut host, &format!("> SACK cum=-1 gaps={block}"));
        host.sent.clear();
        if let Some(status) = host.status() {
            assert!(status.unacknowledged <= 3, "{block}");
            assert!(status.primary.cwnd <= 20_000, "{block}");
        }
    }
    let many: Vec<_> = (0..10_000).map(|number| format!("{0}-{0}", number * 2 + 2)).collect();
    let mut host = begin("server");
    play(&mut host, "call send len=4000");
    host.sent.clear();
    for _ in 0..100 {
        play(&mut host, &format!("> SACK cum=-1 gaps=[{}]", many.join(",")));
        host.sent.clear();
    }
}

#[test]
fn security_20_acknowledging_what_was_not_sent_ends_the_association() {
    for ahead in [1, 2, 100, 0x7fff_fffe_u32] {
        let mut host = begin("server");
        play(&mut host, "call send text=x");
        host.sent.clear();
        play(&mut host, &format!("> SACK cum={ahead}"));
        assert_eq!(host.engine.associations(), 0, "{ahead}");
    }
    // Half the numbers lie behind: such a SACK is old.
    let mut host = begin("server");
    play(&mut host, "call send text=x");
    host.sent.clear();
    play(&mut host, "> SACK cum=0x80000001");
    assert_eq!(host.engine.associations(), 1);
}

#[test]
fn security_23_what_is_out_of_the_blue_never_starts_a_ping_pong() {
    // Two hosts that know of no association: what one answers is given to the other, until both fall silent.
    for line in
        ["DATA tsn=0 text=x", "SHUTDOWN-ACK", "HEARTBEAT info=x", "INIT-ACK", "ERROR", "CHUNK-0x7f", "SACK"]
    {
        let mut host = begin("closed");
        play(&mut host, &format!("> [tag=5] {line}"));
        let mut rounds = 0;
        while let Some(sent) = host.sent.pop_front() {
            rounds += 1;
            assert!(rounds < 3, "{line}");
            // Back with the ports the other way round.
            let mut bytes = sent.bytes;
            bytes.copy_within(0..2, 12 - 10 + 2);
            host.input(PEER, LOCAL, &bytes);
        }
    }
}

#[test]
fn security_23_an_abort_anywhere_silences_and_strange_sources_too() {
    let mut host = begin("closed");
    for before in ["", "DATA tsn=0 text=x | ", "SHUTDOWN-ACK | ", "CHUNK-0xff | ", "CHUNK-0x3f | "] {
        for after in ["", " | DATA tsn=1 text=y", " | SHUTDOWN-ACK"] {
            play(&mut host, &format!("> [tag=5] {before}ABORT{after}"));
        }
    }
    for source in ["224.0.0.1", "255.255.255.255", "0.0.0.0", "239.255.255.250", "0.1.2.3"] {
        play(&mut host, &format!("> [tag=5 from={source}] SHUTDOWN-ACK"));
        play(&mut host, &format!("> [tag=0 from={source}] INIT"));
    }
    for ports in ["source-port=0", "destination-port=0"] {
        play(&mut host, &format!("> [tag=5 {ports}] SHUTDOWN-ACK"));
        play(&mut host, &format!("> [tag=0 {ports}] INIT"));
    }
    assert_eq!(describe(&mut host), "CLOSED");
}

#[test]
fn security_24_packets_full_of_tiny_chunks_cost_no_more_than_their_bytes() {
    for state in STATES {
        for chunk in
            [[0x80, 0, 0, 4], [0xc0, 0, 0, 4], [11, 0, 0, 4], [4, 0, 0, 4], [9, 0, 0, 4], [12, 0, 0, 4]]
        {
            let mut host = begin(state);
            let bytes = packet(&host, &chunk.repeat(16_000));
            host.input(PEER, LOCAL, &bytes);
            assert!(host.sent.len() <= 1, "{state} {chunk:?}: {}", host.sent.len());
            assert!(host.sent.iter().all(|sent| sent.bytes.len() <= 1480), "{state} {chunk:?}");
        }
    }
}

#[test]
fn security_24_chunks_of_length_zero_end_the_packet() {
    for state in STATES {
        for kind in 0..=255 {
            for length in 0..4 {
                let mut host = begin(state);
                let before = host.engine.associations();
                let bytes = packet(&host, &[kind, 0, 0, length, 6, 0, 0, 4]);
                host.input(PEER, LOCAL, &bytes);
                assert_eq!(
                    (host.sent.len(), host.engine.associations()),
                    (0, before),
                    "{state} {kind} {length}"
                );
            }
        }
    }
}

#[test]
fn security_24_random_chunks_with_good_tags_do_no_harm_in_any_state() {
    let mut seed = 0x1234_5678_9abc_def1;
    for state in STATES {
        for _ in 0..400 {
            let mut host = begin(state);
            for _ in 0..8 {
                let mut chunks = Vec::new();
                for _ in 0..dice(&mut seed) % 4 + 1 {
                    let kind = u8::try_from(dice(&mut seed) % 16).unwrap();
                    let length = usize::try_from(dice(&mut seed) % 48).unwrap();
                    let wrong = dice(&mut seed).is_multiple_of(8);
                    let claimed = if wrong { dice(&mut seed) % 64 } else { length as u64 + 4 };
                    chunks.extend([kind, u8::try_from(dice(&mut seed) % 16).unwrap(), 0]);
                    chunks.push(u8::try_from(claimed).unwrap());
                    for _ in 0..length.next_multiple_of(4) {
                        // Mostly small numbers, which are more often meaningful.
                        let byte = dice(&mut seed);
                        chunks.push(if byte & 0x300 == 0 { byte.to_le_bytes()[0] } else { 0 });
                    }
                }
                let bytes = packet(&host, &chunks);
                host.input(PEER, LOCAL, &bytes);
                assert!(host.sent.len() <= 12, "{state}: {} answers", host.sent.len());
                host.sent.clear();
            }
            play(&mut host, "wait 1s");
        }
    }
}

#[test]
fn security_26_extreme_round_trip_times_keep_the_timeout_in_range() {
    for wait in ["0us", "1us", "999ms", "59s", "400s"] {
        let mut host = Host::new(sctp_engine::Style::OneToMany);
        for line in
            ["set heartbeat=off association-max-retransmits=60000", "call listen", "> [tag=0] INIT", "ignore"]
        {
            play(&mut host, line);
        }
        play(&mut host, "> COOKIE-ECHO");
        host.sent.clear();
        for tsn in 0..50 {
            play(&mut host, "call send text=x");
            host.sent.clear();
            play(&mut host, &format!("wait {wait}"));
            host.sent.clear();
            play(&mut host, &format!("> SACK cum={tsn}"));
            host.sent.clear();
            let rto = host.status().unwrap().primary.rto.as_millis();
            assert!((1000..=60_000).contains(&rto), "{wait}: {rto}");
        }
    }
}

/// AUTH, I-DATA, ASCONF ACK, RE-CONFIG, FORWARD TSN, ASCONF, I-FORWARD-TSN: extensions that are not agreed on.
const EXTENSIONS: [u8; 7] = [0x0f, 0x40, 0x80, 0x82, 0xc0, 0xc1, 0xc2];

#[test]
fn security_5_6_7_8_chunks_of_extensions_that_are_not_agreed_on_are_unknown_ones() {
    for kind in EXTENSIONS {
        for length in [0, 1, 2, 4, 16, 33, 200] {
            let value: String = (0..length).map(|byte: u32| format!("{byte:02x}")).collect();
            let mut host = begin("server");
            play(&mut host, &format!("> CHUNK-0x{kind:02x} value={value} | DATA tsn=0 text=x"));
            // Section 3.2: the first bit says whether to go on, the second whether to report.
            let (goes_on, reports) = (kind & 0x80 != 0, kind & 0x40 != 0);
            let answer = describe(&mut host);
            assert_eq!(answer.contains("data"), goes_on, "{kind:#x} {length}: {answer}");
            assert_eq!(answer.contains("unrecognized-chunk"), reports, "{kind:#x} {length}: {answer}");
            assert!(answer.starts_with("ESTABLISHED"), "{kind:#x} {length}: {answer}");
        }
        // In front of a COOKIE ECHO, where CVE-2014-0101 was.
        let mut host = begin("listening");
        play(&mut host, "> [tag=0] INIT");
        host.sent.clear();
        play(&mut host, &format!("> CHUNK-0x{kind:02x} value=0001020304 | COOKIE-ECHO"));
        assert_eq!(host.engine.associations(), 0, "{kind:#x}");
    }
}

#[test]
fn security_13_icmp_errors_with_any_quote_do_no_harm() {
    use sctp_engine::{IcmpError, IcmpKind};
    let quote = [0x03, 0xe8, 0x07, 0xd0, 1, 2, 3, 4, 0, 0, 0, 0, 1, 0, 0, 20, 9, 9, 9, 9];
    for state in STATES {
        let mut host = begin(state);
        let before = host.engine.associations();
        for kind in [
            IcmpKind::TooBig { mtu: 0 },
            IcmpKind::TooBig { mtu: 67 },
            IcmpKind::TooBig { mtu: u32::MAX },
            IcmpKind::ProtocolUnreachable,
            IcmpKind::PortUnreachable,
            IcmpKind::Unreachable,
        ] {
            for length in 0..=quote.len() {
                for tag in [[1, 2, 3, 4], [0; 4], [0xff; 4]] {
                    let mut quoted = quote;
                    quoted[4..8].copy_from_slice(&tag);
                    let error = IcmpError { local: LOCAL, peer: PEER, kind, quoted: &quoted[..length] };
                    host.engine.icmp(host.now, &error);
                }
            }
        }
        host.flush();
        assert_eq!((host.engine.associations(), host.sent.len()), (before, 0), "{state}");
        assert_eq!(host.engine.counters().icmp_used, 0, "{state}");
    }
}

#[test]
fn security_17_a_cookie_of_every_kind_in_every_state_leaves_one_association() {
    // The cells of section 5.2.4: our tag or another, the peer's tag or another, with Tie-Tags and without.
    for state in STATES {
        for peer in ["0x0b0b0b0b", "0x0c0c0c0c"] {
            for early in [false, true] {
                let mut host = begin("listening");
                play(&mut host, &format!("peer tag={peer}"));
                play(&mut host, "> [tag=0] INIT");
                let before = host.symbols.clone();
                host = begin(state);
                let own = host.symbols.clone();
                if early {
                    // A cookie from before the association: no Tie-Tags. The same seed gives the same keys.
                    host.symbols = before;
                } else {
                    play(&mut host, &format!("peer tag={peer}"));
                    play(&mut host, "> [tag=0] INIT");
                }
                host.sent.clear();
                play(&mut host, "> COOKIE-ECHO");
                let count = host.engine.associations();
                assert!(count <= 1, "{state} {peer} {early}: {count}");
                host.sent.clear();
                // Nothing that an old cookie does keeps the true peer from what it has.
                host.symbols = own;
                play(&mut host, "wait 1s");
                assert!(host.sent.len() <= 4, "{state} {peer} {early}");
            }
        }
    }
}

#[test]
fn security_27_a_checksum_of_zero_is_a_wrong_one() {
    for state in STATES {
        let mut host = begin(state);
        let before = host.engine.counters().checksum_errors;
        let chunks: [&[u8]; 4] = [&[6, 0, 0, 4], &[7, 0, 0, 8, 0, 0, 0, 0], &[11, 0, 0, 4], &[8, 0, 0, 4]];
        for chunk in chunks {
            let mut bytes = packet(&host, chunk);
            bytes[8..12].fill(0);
            host.input(PEER, LOCAL, &bytes);
        }
        assert_eq!((host.sent.len(), host.engine.counters().checksum_errors), (0, before + 4), "{state}");
    }
}
