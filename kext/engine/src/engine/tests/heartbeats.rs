//! Heartbeats between two engines (RFC 9260 section 8.3).

use super::*;
use crate::path::{Path, PathState};
use sctp_wire::{Chunk, Heartbeat, Packet};

const B2: Address = Address::v4([198, 51, 100, 2], 0);

/// Gives host 0 a second path to its peer, which works as far as it knows.
fn add_path(wire: &mut Wire) {
    let key = wire.hosts[0].associations.key_at(0).unwrap();
    let association = wire.hosts[0].associations.get_mut(key).unwrap();
    // No search for its MTU.
    association.settings.protocol.path.pmtud = false;
    let mut second = Path::new(B2.with_port(2000), Address::default(), &association.settings.protocol);
    second.state = PathState::Active;
    association.paths.push(second).unwrap();
    association.start_heartbeats(wire.now);
}

/// The HEARTBEATs that host 0 sends at a deadline: where to, and their info.
fn beats(wire: &mut Wire) -> Vec<(Address, Vec<u8>)> {
    wire.now = wire.hosts[0].deadline();
    wire.hosts[0].on_timer(wire.now);
    let (mut found, mut buffer) = (Vec::new(), [0; 1500]);
    while let Some(transmit) = wire.hosts[0].transmit(wire.now, &mut buffer) {
        let packet = Packet::parse(&buffer[..transmit.length]).unwrap();
        let chunks: Vec<_> = packet.chunks().map(|raw| Chunk::parse(raw.unwrap()).unwrap()).collect();
        // With another chunk beside it a HEARTBEAT is a probe of the path MTU.
        if let [Chunk::Heartbeat(Heartbeat { info, .. })] = chunks[..] {
            found.push((transmit.destination, info.to_vec()));
        }
    }
    found
}

#[test]
fn section_8_3_a_heartbeat_says_when_and_where_to_it_was_sent() {
    let (mut wire, _, _) = Wire::connected();
    add_path(&mut wire);
    let key = wire.hosts[0].associations.key_at(0).unwrap();
    let mut seen = Vec::new();
    while seen.len() < 6 {
        for (to, info) in beats(&mut wire) {
            let path = wire.association(0).path_to(&to).unwrap();
            assert_eq!((info[0], &info[9..]), (path.0, &wire.now.0.to_be_bytes()[..]));
            seen.push(path);
        }
        // Both paths are idle and probed in turn.
        let association = wire.hosts[0].associations.get_mut(key).unwrap();
        association.paths.iter_mut().for_each(|path| path.errors = 0);
        association.errors = 0;
    }
    assert!([0, 1].iter().all(|path| seen.contains(&crate::path::PathId(*path))), "{seen:?}");
}

#[test]
fn section_8_1_heartbeats_lost_on_other_paths_do_not_count_against_the_association() {
    let (mut wire, _, _) = Wire::connected();
    add_path(&mut wire);
    let key = wire.hosts[0].associations.key_at(0).unwrap();
    let association = wire.hosts[0].associations.get_mut(key).unwrap();
    for (place, counts) in [(1, 0), (0, 1)] {
        association.paths[place].heartbeat.nonce = 7;
        association.errors = 0;
        association.on_heartbeat_timeout(wire.now, place, &mut crate::random::Random::new([1; 32]));
        assert_eq!(association.errors, counts, "path {place}");
        assert_eq!(association.paths[place].errors, 1, "path {place}");
    }
}

#[test]
fn section_8_2_an_answer_clears_the_errors_of_the_address_that_was_sent_to() {
    let (mut wire, client, _) = Wire::connected();
    add_path(&mut wire);
    let key = wire.hosts[0].associations.key_at(0).unwrap();
    let set = |wire: &mut Wire| {
        let association = wire.hosts[0].associations.get_mut(key).unwrap();
        association.paths.iter_mut().for_each(|path| path.errors = 3);
        association.errors = 3;
    };
    let errors = |wire: &Wire| {
        let association = wire.association(0);
        (association.paths[0].errors, association.paths[1].errors, association.errors)
    };
    set(&mut wire);
    wire.hosts[0].send(wire.now, client, &to(1, 2000), message(10, 1)).unwrap();
    wire.run();
    wire.advance(Span::from_millis(200));
    assert_eq!(errors(&wire), (0, 3, 0), "a SACK");
    set(&mut wire);
    let association = wire.hosts[0].associations.get_mut(key).unwrap();
    association.paths[1].heartbeat.nonce = 7;
    let mut info = [0; 17];
    (info[0], info[8]) = (1, 7);
    association.on_heartbeat_ack(wire.now, &info);
    assert_eq!(errors(&wire), (3, 0, 0), "a HEARTBEAT ACK");
}

#[test]
fn section_8_3_answered_heartbeats_go_with_jitter() {
    let (mut wire, _, _) = Wire::connected();
    let deadline = |wire: &Wire| wire.association(0).paths[0].heartbeat.deadline;
    wire.advance(Span::from_secs(40));
    let waits: [u32; 8] = core::array::from_fn(|_| {
        let sent = deadline(&wire);
        wire.advance(sent.since(wire.now));
        deadline(&wire).since(sent).as_millis()
    });
    // The RTO is RTO.Min, 1 s.
    assert!(waits.iter().all(|wait| (30_500..=31_501).contains(wait)), "{waits:?}");
    assert!(waits.iter().any(|wait| *wait != waits[0]), "{waits:?}");
}
