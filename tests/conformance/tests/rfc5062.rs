//! The attacks of RFC 5062, a section a test: what an attacker can do is no more than what the section ends with.
#![allow(
    missing_docs,
    clippy::arithmetic_side_effects,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test crate has no public items, and may stop at the end of memory"
)]

use sctp_conformance::{Host, begin, describe, play_line};
use sctp_engine::address::Address;

/// An address of somebody who has nothing to do with it.
const VICTIM: &str = "198.51.100.66";

fn play(host: &mut Host, line: &str) {
    play_line(host, line).unwrap_or_else(|why| panic!("{line}: {why}"));
}

fn play_all(host: &mut Host, lines: &[&str]) {
    for line in lines {
        play(host, line);
    }
}

/// How many packets went to an address since the last time, and forgets all.
fn sent_to(host: &mut Host, address: [u8; 4]) -> usize {
    let sent = core::mem::take(&mut host.sent);
    sent.iter().filter(|sent| sent.destination.same_host(&Address::v4(address, 0))).count()
}

/// An association whose peer claims the victim's address too.
fn with_victim() -> Host {
    let mut host = begin("listening");
    play(&mut host, &format!("> [tag=0] INIT ipv4={VICTIM}"));
    play(&mut host, "< INIT-ACK");
    play(&mut host, "> COOKIE-ECHO");
    play(&mut host, "< [to=192.0.2.2] COOKIE-ACK");
    host
}

#[test]
fn rfc5062_section_2_an_address_that_was_camped_on_is_not_used_and_its_owner_comes_in() {
    let mut host = with_victim();
    play(&mut host, "ignore");
    // The attacker cannot answer a HEARTBEAT that it never saw, and guesses do not count.
    play(&mut host, &format!("> [from={VICTIM}] HEARTBEAT-ACK info=flip:5"));
    play(&mut host, "> HEARTBEAT-ACK info=flip:8");
    play(&mut host, "call send text=hi");
    play(&mut host, "< [to=192.0.2.2] DATA tsn=0");
    let victim = Address::v4([198, 51, 100, 66], 2000);
    let name = host.engine.associations_of(host.endpoint).unwrap().next().unwrap();
    let (_, path) = host.engine.path_status(host.endpoint, sctp_engine::Scope::One(name), &victim).unwrap();
    assert!(!path.confirmed);
    // The owner sets up an association from another port.
    play(&mut host, "ignore");
    play(&mut host, &format!("> [tag=0 from={VICTIM} source-port=2001] INIT tag=0x0c0c0c0c"));
    assert_eq!(sent_to(&mut host, [198, 51, 100, 66]), 1, "no INIT ACK");
    play(&mut host, &format!("> [from={VICTIM} source-port=2001] COOKIE-ECHO"));
    assert_eq!(host.engine.associations(), 2);
}

#[test]
fn rfc5062_section_3_a_cookie_does_not_tell_the_tags_of_the_association_that_is_there() {
    let mut host = begin("server");
    let (ours, theirs) = (host.symbols.local_tag, host.symbols.peer_tag);
    play(&mut host, "> [tag=0] INIT tag=0x0c0c0c0c");
    let answer = host.sent.pop_front().unwrap();
    for tag in [ours, theirs] {
        assert!(!answer.bytes.windows(4).any(|bytes| bytes == tag.to_be_bytes()), "{tag:#x}");
    }
}

#[test]
fn rfc5062_section_4_a_restart_cannot_bring_addresses() {
    for (source, added) in [("192.0.2.2", VICTIM), (VICTIM, "192.0.2.2")] {
        let mut host = begin("server");
        play(&mut host, &format!("> [tag=0 from={source}] INIT tag=0x0c0c0c0c ipv4={added}"));
        play(&mut host, "< [tag=0x0c0c0c0c] ABORT cause=restart-with-new-addresses:00050008c6336442");
        assert_eq!(describe(&mut host), "ESTABLISHED");
    }
}

#[test]
fn rfc5062_section_5_acknowledging_what_was_not_sent_ends_the_association() {
    for sack in ["cum=9", "cum=-1 gaps=[2-2]", "cum=-1 gaps=[1-1,5-9]", "cum=0 gaps=[1-1]"] {
        let mut host = begin("server");
        play_all(&mut host, &["call send text=x", "ignore", &format!("> SACK {sack}")]);
        play(&mut host, "< ABORT cause=protocol-violation");
        assert_eq!(host.engine.associations(), 0, "{sack}");
    }
}

#[test]
fn rfc5062_section_6_a_host_that_never_spoke_gets_few_probes_and_no_data() {
    let mut host = with_victim();
    let mut probes = sent_to(&mut host, [198, 51, 100, 66]);
    for tsn in 0..20 {
        play(&mut host, "call send len=1400");
        probes += sent_to(&mut host, [198, 51, 100, 66]);
        play(&mut host, &format!("> SACK cum={tsn}"));
        play(&mut host, "wait 500ms");
        probes += sent_to(&mut host, [198, 51, 100, 66]);
    }
    // One in an RTO (HB.Max.Burst), fewer as that doubles, for ten seconds.
    assert!((1..=5).contains(&probes), "{probes}");
}

#[test]
fn rfc5062_section_7_a_cookie_counts_only_with_the_ports_that_it_was_given_for() {
    for ports in ["source-port=2001", "destination-port=1001", "source-port=1000 destination-port=2000"] {
        let mut host = begin("listening");
        play_all(&mut host, &["> [tag=0] INIT", "ignore", &format!("> [{ports}] COOKIE-ECHO")]);
        assert_eq!((host.sent.len(), host.engine.associations()), (0, 0), "{ports}");
    }
}

#[test]
fn rfc5062_section_8_many_chunks_in_a_packet_are_answered_with_one_packet() {
    let heartbeat = " | HEARTBEAT len=300".repeat(60);
    let unknown = " | CHUNK-0xff value=01020304".repeat(200);
    for (source, chunks) in
        [("192.0.2.2", &heartbeat), ("192.0.2.2", &unknown), (VICTIM, &heartbeat), (VICTIM, &unknown)]
    {
        let mut host = with_victim();
        play(&mut host, "ignore");
        play(&mut host, &format!("> [from={source}] HEARTBEAT info=x{chunks}"));
        assert_eq!(host.sent.len(), 1, "{source}{chunks:.20}");
        assert!(host.sent.iter().all(|sent| sent.bytes.len() <= 1480));
    }
}

#[test]
fn rfc5062_section_9_an_init_ack_is_not_much_larger_than_its_init() {
    let mut host = begin("listening");
    play(&mut host, "> [tag=0] INIT");
    // An INIT has 32 bytes. The cookie has what the association needs and its MAC, 67 bytes with one address.
    assert!(host.sent.iter().all(|sent| sent.bytes.len() <= 32 + 4 + 68 + 4), "{:?}", host.sent.len());
    // The parameters that are reported do not make it grow beyond a packet.
    play(&mut host, "ignore");
    let unknown = " param=0xc001:len:200".repeat(100);
    play(&mut host, &format!("> [tag=0] INIT{unknown}"));
    assert_eq!(host.sent.len(), 1);
    assert!(host.sent.iter().all(|sent| sent.bytes.len() <= 1240));
}

#[test]
fn rfc5062_section_10_the_reports_of_a_packet_are_one_packet_and_go_where_the_peer_is() {
    // Each asks for a report; they come in the name of an address that is not confirmed.
    let chunks = " | CHUNK-0xc0 value=00".repeat(300);
    let mut host = with_victim();
    play(&mut host, "ignore");
    play(&mut host, &format!("> [from={VICTIM}] CHUNK-0xc0 value=00{chunks}"));
    assert_eq!(host.sent.len(), 1);
    assert_eq!(sent_to(&mut host, [198, 51, 100, 66]), 0);
    play(&mut host, "wait 1s");
    play(&mut host, "ignore");
    play(&mut host, &format!("> DATA tsn=0 stream=99 text=x{chunks}"));
    assert!(host.sent.len() <= 2, "{}", host.sent.len());
}
