//! Path MTU discovery between two engines, over a wire that drops what is too long.

use super::*;
use sctp_wire::chunk_type::{HEARTBEAT, PAD};

fn mtu(wire: &Wire) -> u32 {
    wire.association(0).paths[0].mtu
}

/// Sends messages until `bytes` have arrived.
fn transfer(wire: &mut Wire, client: EndpointId, server: EndpointId, bytes: usize) {
    let mut arrived = 0;
    wire.hosts[0].send(wire.now, client, &to(1, 2000), message(bytes, 1)).unwrap();
    wire.run();
    for _ in 0..600 {
        wire.advance(Span::from_millis(100));
        while let Some((part, _)) = wire.read(1, server) {
            assert_eq!(part, message(bytes, 1).span(0));
            arrived += part.len();
        }
        if arrived == bytes {
            return;
        }
    }
    panic!("{arrived} of {bytes} arrived");
}

#[test]
fn rfc_8899_section_6_2_probes_are_heartbeats_that_are_padded() {
    let mut wire = Wire::new();
    wire.mtu = 1400;
    let (client, server) = wire.connect();
    assert!(wire.packets.iter().all(|(_, bytes)| !ecn::chunk_kinds(bytes).contains(&PAD)));
    transfer(&mut wire, client, server, 20_000);
    wire.advance(Span::from_secs(60));
    let probes = wire.packets.iter().map(|(_, bytes)| (ecn::chunk_kinds(bytes), bytes.len() + 20));
    let probes: Vec<_> = probes.filter(|(kinds, _)| *kinds == [HEARTBEAT, PAD]).collect();
    let sizes: Vec<_> = probes.iter().map(|(_, size)| *size).collect();
    assert_eq!(sizes[..4], [1200, 1500, 1500, 1500], "{sizes:?}");
}

#[test]
fn rfc_8899_section_5_3_the_mtu_of_the_path_is_found_and_used() {
    let mut wire = Wire::new();
    wire.mtu = 1400;
    let (client, server) = wire.connect();
    transfer(&mut wire, client, server, 100_000);
    wire.advance(Span::from_secs(60));
    assert!((1384..=1400).contains(&mtu(&wire)), "{}", mtu(&wire));
    let before = wire.fragmented;
    transfer(&mut wire, client, server, 100_000);
    assert_eq!(wire.fragmented, before);
}

#[test]
fn rfc_8899_section_4_6_2_a_router_shortens_the_search() {
    let mut wire = Wire::new();
    (wire.mtu, wire.reports) = (1400, true);
    let (client, server) = wire.connect();
    transfer(&mut wire, client, server, 20_000);
    assert_eq!(mtu(&wire), 1400);
}

#[test]
fn rfc_8899_section_4_3_data_goes_on_when_the_path_shrinks_silently() {
    for shrunk in [1300, 800] {
        let (mut wire, client, server) = Wire::connected();
        wire.mtu = shrunk;
        transfer(&mut wire, client, server, 100_000);
        // Chunks that were cut for 1500 bytes.
        assert!(wire.fragmented > 0);
        wire.advance(Span::from_secs(60));
        assert!(usize::try_from(mtu(&wire)).unwrap() <= shrunk);
        let before = wire.fragmented;
        transfer(&mut wire, client, server, 50_000);
        assert_eq!(wire.fragmented, before);
    }
}

#[test]
fn rfc_8899_section_4_6_2_a_router_that_tells_costs_one_time_out() {
    let (mut wire, client, server) = Wire::connected();
    (wire.mtu, wire.reports) = (1300, true);
    let begun = wire.now;
    transfer(&mut wire, client, server, 100_000);
    assert!(wire.now.since(begun) < Span::from_secs(3), "{:?}", wire.now.since(begun));
    assert_eq!(mtu(&wire), 1300);
}

#[test]
fn without_discovery_the_mtu_is_fixed_and_fragments_are_allowed() {
    let mut wire = Wire::new();
    let client = wire.endpoint(0, Style::OneToMany, 1000);
    let protocol = &mut wire.hosts[0].options(client).unwrap().future.protocol;
    (protocol.path.pmtud, protocol.path.mtu) = (false, 1400);
    let server = wire.endpoint(1, Style::OneToMany, 2000);
    wire.hosts[1].listen(server, 1).unwrap();
    wire.mtu = 1000;
    transfer(&mut wire, client, server, 20_000);
    let longest = wire.packets.iter().filter(|(host, _)| *host == 0).map(|(_, bytes)| bytes.len()).max();
    assert_eq!((mtu(&wire), longest), (1400, Some(1380)));
    assert!(wire.fragmented > 10);
}

#[test]
fn a_refusal_of_this_host_lowers_the_mtu_and_the_search_goes_on() {
    let (mut wire, client, server) = Wire::connected();
    wire.hosts[0].send(wire.now, client, &to(1, 2000), message(3000, 1)).unwrap();
    let mut buffer = [0; 1500];
    let transmit = wire.hosts[0].transmit(wire.now, &mut buffer).unwrap();
    assert!(transmit.length > 1400 && transmit.dont_fragment);
    wire.hosts[0].transmit_refused(wire.now, &transmit);
    assert_eq!(mtu(&wire), 1200);
    wire.run();
    wire.advance(Span::from_secs(20));
    assert_eq!(wire.read(1, server).unwrap().0.len(), 3000);
    assert!(mtu(&wire) > 1200);
}

#[test]
fn rfc_6458_section_8_1_16_the_user_limits_fragments() {
    let mut wire = Wire::new();
    let client = wire.endpoint(0, Style::OneToMany, 1000);
    wire.hosts[0].options(client).unwrap().future.protocol.max_segment = 500;
    let server = wire.endpoint(1, Style::OneToMany, 2000);
    wire.hosts[1].listen(server, 1).unwrap();
    transfer(&mut wire, client, server, 20_000);
    let packets: Vec<_> =
        wire.packets.iter().map(|(_, bytes)| sctp_wire::Packet::parse(bytes).unwrap()).collect();
    let chunks = packets.iter().flat_map(sctp_wire::Packet::chunks).map(|raw| raw.unwrap());
    let lengths: Vec<_> = chunks.filter(|raw| raw.kind == 0).map(|raw| raw.bytes.len() - 16).collect();
    // What room a packet has left is used for less.
    assert_eq!((lengths.iter().max(), lengths.iter().sum()), (Some(&500), 20_000));
}

#[test]
fn rfc_6458_section_8_1_19_the_user_says_how_often_a_sack_goes() {
    let sacks = |frequency, delay| {
        let mut wire = Wire::new();
        let client = wire.endpoint(0, Style::OneToMany, 1000);
        let server = wire.endpoint(1, Style::OneToMany, 2000);
        let protocol = &mut wire.hosts[1].options(server).unwrap().future.protocol;
        (protocol.sack_frequency, protocol.sack_delay) = (frequency, delay);
        wire.hosts[1].listen(server, 1).unwrap();
        let protocol = &mut wire.hosts[0].options(client).unwrap().future.protocol;
        protocol.no_delay = true;
        for _ in 0..12 {
            wire.hosts[0].send(wire.now, client, &to(1, 2000), message(10, 1)).unwrap();
            wire.run();
        }
        wire.packets.iter().filter(|(_, bytes)| ecn::chunk_kinds(bytes).contains(&3)).count()
    };
    let delay = Span::from_millis(200);
    assert_eq!([sacks(1, delay), sacks(2, delay), sacks(4, delay), sacks(4, Span::ZERO)], [12, 6, 3, 12]);
}
