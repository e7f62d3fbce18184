//! ICMP (RFC 9260 section 10).

use super::*;

/// Hosts in COOKIE-WAIT, and the INIT.
fn waiting() -> (Wire, EndpointId, Vec<u8>) {
    let mut wire = Wire::new();
    let client = wire.hosts[0].open(Style::OneToOne, Family::V4, 9).unwrap();
    wire.hosts[0].connect(wire.now, client, B.with_port(2000)).unwrap();
    let mut buffer = [0; 1500];
    let transmit = wire.hosts[0].transmit(wire.now, &mut buffer).unwrap();
    (wire, client, buffer[..transmit.length].to_vec())
}

/// The last packet that host 0 sent.
fn last(wire: &Wire) -> Vec<u8> {
    wire.packets.iter().rfind(|(host, _)| *host == 0).unwrap().1.clone()
}

#[test]
fn icmp6_too_short_a_quote_or_a_wrong_tag_changes_nothing() {
    let (mut wire, ..) = Wire::connected();
    let good = last(&wire);
    for length in 0..8 {
        wire.icmp(0, IcmpKind::ProtocolUnreachable, &good[..length]);
    }
    for at in 0..8 {
        let mut wrong = good.clone();
        wrong[at] ^= 1;
        wire.icmp(0, IcmpKind::ProtocolUnreachable, &wrong);
        wire.icmp(0, IcmpKind::TooBig { mtu: 600 }, &wrong);
    }
    // Tag 0 and an INIT, but not with our tag.
    let mut zero = good;
    zero[4..8].fill(0);
    wire.icmp(0, IcmpKind::ProtocolUnreachable, &zero);
    assert_eq!((wire.hosts[0].associations(), wire.association(0).paths[0].mtu), (1, 1500));
    let counters = wire.hosts[0].counters();
    assert_eq!((counters.icmp_used, counters.icmp_ignored), (0, 25));
}

#[test]
fn icmp8_protocol_unreachable_is_as_an_abort() {
    let (mut wire, ..) = Wire::connected();
    let quoted = last(&wire);
    wire.icmp(0, IcmpKind::ProtocolUnreachable, &quoted[..8]);
    assert_eq!((wire.hosts[0].associations(), wire.hosts[0].counters().icmp_used), (0, 1));
}

#[test]
fn icmp8_protocol_unreachable_refuses_an_init_that_is_quoted_far_enough() {
    let (mut wire, client, init) = waiting();
    for length in 0..20 {
        wire.icmp(0, IcmpKind::ProtocolUnreachable, &init[..length]);
    }
    let mut other = init.clone();
    other[19] ^= 1;
    wire.icmp(0, IcmpKind::ProtocolUnreachable, &other);
    assert_eq!(wire.hosts[0].associations(), 1);
    wire.icmp(0, IcmpKind::ProtocolUnreachable, &init[..20]);
    assert_eq!(wire.update(0, client).error, Some(Error::Refused));
    assert_eq!(wire.hosts[0].associations(), 0);
}

#[test]
fn icmp8_an_init_quoted_late_ends_nothing() {
    let (mut wire, ..) = Wire::connected();
    let init = wire.packets.iter().find(|(host, _)| *host == 0).unwrap().1.clone();
    assert_eq!(init[12], 1);
    wire.icmp(0, IcmpKind::ProtocolUnreachable, &init);
    assert_eq!(wire.hosts[0].associations(), 1);
}

#[test]
fn icmp3_and_icmp9_ports_and_hosts_that_cannot_be_reached_end_nothing() {
    let (mut wire, client, server) = Wire::connected();
    let quoted = last(&wire);
    for _ in 0..100 {
        wire.icmp(0, IcmpKind::PortUnreachable, &quoted);
        wire.icmp(0, IcmpKind::Unreachable, &quoted);
    }
    wire.hosts[0].send(wire.now, client, &to(1, 2000), message(10, 1)).unwrap();
    wire.run();
    assert_eq!(wire.read(1, server).unwrap().0.len(), 10);
}

#[test]
fn icmp7_too_big_is_for_the_search_of_that_path() {
    let (mut wire, ..) = Wire::connected();
    let quoted = last(&wire);
    for absurd in [0, 68, 572, 1500, 65_535, u32::MAX] {
        wire.icmp(0, IcmpKind::TooBig { mtu: absurd }, &quoted[..8]);
        assert_eq!(wire.association(0).paths[0].mtu, 1500, "{absurd}");
    }
    wire.icmp(0, IcmpKind::TooBig { mtu: 1400 }, &quoted[..8]);
    assert_eq!(wire.association(0).paths[0].mtu, 1200);
    wire.advance(Span::from_secs(1));
    assert_eq!(wire.association(0).paths[0].mtu, 1400);
}
