//! Explicit Congestion Notification between two engines.

use super::*;

pub(super) fn chunk_kinds(bytes: &[u8]) -> Vec<u8> {
    sctp_wire::Packet::parse(bytes).unwrap().chunks().map(|raw| raw.unwrap().kind).collect()
}

fn cwnd(wire: &Wire) -> u32 {
    wire.association(0).paths[0].congestion.cwnd()
}

/// Much data from host 0 to host 1 arrives without marks, then as much with them. Returns cwnd in between.
fn marked_transfer(offered: [bool; 2]) -> (Wire, u32) {
    let mut wire = Wire::new();
    let client = wire.endpoint(0, Style::OneToMany, 1000);
    let server = wire.endpoint(1, Style::OneToMany, 2000);
    wire.hosts[0].options(client).unwrap().future.protocol.ecn = offered[0];
    wire.hosts[1].options(server).unwrap().future.protocol.ecn = offered[1];
    wire.hosts[1].listen(server, 1).unwrap();
    let transfer = |wire: &mut Wire| {
        wire.hosts[0].send(wire.now, client, &to(1, 2000), message(100_000, 1)).unwrap();
        wire.run();
        wire.advance(Span::from_secs(1));
        assert_eq!(wire.read(1, server).unwrap().0.len(), 100_000);
    };
    wire.mark = 2;
    transfer(&mut wire);
    wire.mark = 3;
    wire.packets.clear();
    wire.tos.clear();
    let before = cwnd(&wire);
    transfer(&mut wire);
    (wire, before)
}

#[test]
fn rfc_4960_appendix_a_a_mark_is_echoed_answered_and_halves_the_window() {
    use sctp_wire::chunk_type::{CWR, DATA, ECNE};
    let (wire, before) = marked_transfer([true, true]);
    assert!(cwnd(&wire) <= before / 2 + 1500, "{} of {before}", cwnd(&wire));
    let kinds: Vec<_> = wire.packets.iter().map(|(host, bytes)| (*host, chunk_kinds(bytes))).collect();
    assert!(kinds.iter().any(|(host, kinds)| *host == 1 && kinds.contains(&ECNE)));
    assert!(kinds.iter().any(|(host, kinds)| *host == 0 && kinds.contains(&CWR)));
    let [sender, receiver] = wire.hosts.each_ref().map(Engine::counters);
    assert!(sender.ecn_reductions > 0 && receiver.ecn_echoes_sent > 0);
    assert_eq!(sender.ecn_echoes_received, receiver.ecn_echoes_sent);
    for ((_, kinds), tos) in kinds.iter().zip(&wire.tos) {
        // RFC 3168 section 6.1.4: nothing without data is marked.
        assert_eq!(*tos == 2, kinds.contains(&DATA), "{kinds:?}");
    }
}

#[test]
fn rfc_4960_appendix_a_ecn_is_used_only_when_both_sides_offer_it() {
    for offered in [[true, false], [false, true], [false, false]] {
        let (wire, before) = marked_transfer(offered);
        assert!(cwnd(&wire) >= before);
        assert!(wire.tos.iter().all(|tos| *tos == 0));
        let kinds = wire.packets.iter().flat_map(|(_, bytes)| chunk_kinds(bytes));
        assert!(!kinds.into_iter().any(|kind| kind == 12 || kind == 13));
    }
}
