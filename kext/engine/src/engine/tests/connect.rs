//! Calling a peer that has several addresses (RFC 6458 section 9.9).

use super::addresses::{A2, B2, hosts, listening, next, parameters};
use super::*;
use crate::association::State;
use crate::path::{MAX_PATHS, PathState};
use sctp_wire::{CommonHeader, PacketWriter, Parameter};

const PEER: [Address; 2] = [B.with_port(2000), B2.with_port(2000)];

fn caller(wire: &mut Wire, style: Style) -> EndpointId {
    wire.endpoint(0, style, 1000)
}

/// Where the next packet of host 0 goes, and what it is.
fn sent(wire: &mut Wire) -> Option<(Address, u8)> {
    let mut buffer = [0; 1500];
    let transmit = wire.hosts[0].transmit(wire.now, &mut buffer)?;
    Some((transmit.destination.with_port(0), buffer[12]))
}

fn wait(wire: &mut Wire) {
    wire.now = wire.hosts[0].deadline();
    wire.hosts[0].on_timer(wire.now);
}

#[test]
fn the_init_goes_to_each_address_in_turn() {
    let mut wire = hosts();
    let id = caller(&mut wire, Style::OneToMany);
    wire.hosts[0].options(id).unwrap().future.protocol.max_init_retransmits = 4;
    wire.hosts[0].connect_to_any(wire.now, id, &PEER, Begin::Now).unwrap();
    let mut times = Vec::new();
    for destination in [B, B2, B, B2, B] {
        assert_eq!(sent(&mut wire), Some((destination, 1)));
        assert_eq!(sent(&mut wire), None);
        times.push(wire.now);
        wait(&mut wire);
    }
    assert_eq!(wire.hosts[0].associations(), 0, "the attempts are those of all addresses together");
    // Each address has a time-out of its own, which doubles.
    let waits: Vec<u64> = times.windows(2).map(|pair| pair[1].since(pair[0]).0 / 1_000_000).collect();
    assert_eq!(waits, [1000, 1000, 2000, 2000]);
}

#[test]
fn the_address_that_was_called_last_is_the_primary_one_and_others_are_the_peers_word() {
    for (called, also) in [(B2, &[][..]), (B2, &[B]), (B, &[B2]), (B, &[])] {
        let mut wire = hosts();
        wire.hosts[1].set_addresses(&[&[called], also].concat()).unwrap();
        listening(&mut wire);
        let id = caller(&mut wire, Style::OneToMany);
        let name = wire.hosts[0].connect_to_any(wire.now, id, &PEER, Begin::Now).unwrap();
        let mut init = next(&mut wire, 0).unwrap();
        if called == B2 {
            wait(&mut wire);
            init = next(&mut wire, 0).unwrap();
        }
        wire.hosts[1].input(wire.now, A, called, 0, &init);
        let init_ack = next(&mut wire, 1).unwrap();
        wire.hosts[0].input(wire.now, called, A, 0, &init_ack);
        assert_eq!(sent(&mut wire), Some((called, 10)));
        assert_eq!(wire.association(0).peer(), called.with_port(2000));
        let seen: Vec<Address> = wire.hosts[0].peer_addresses(id, Scope::One(name)).unwrap().collect();
        let wanted = [&[called], also].concat();
        assert_eq!(seen.len(), wanted.len());
        assert!(wanted.iter().all(|address| seen.contains(&address.with_port(2000))), "{seen:?}");
        // The table of paths knows these and no others.
        let key = wire.hosts[0].associations.key_at(0);
        for peer in PEER {
            let there = wanted.iter().any(|address| address.same_host(&peer));
            assert_eq!(wire.hosts[0].association_for(&peer, &A.with_port(1000)), key.filter(|_| there));
        }
        // Section 5.4 rule 1: what the user named needs no probe.
        assert!(wire.association(0).paths.iter().all(|path| path.state == PathState::Active));
    }
}

#[test]
fn section_5_1_2_the_init_lists_what_is_of_use_at_any_of_the_addresses() {
    let (private, far) = (Address::v4([10, 0, 0, 1], 0), Address::v4([10, 0, 0, 2], 0));
    for (peers, listed) in [(&PEER[..1], 2), (&[B.with_port(2000), far.with_port(2000)], 3)] {
        let mut wire = hosts();
        wire.hosts[0].set_addresses(&[A, A2, private]).unwrap();
        let id = caller(&mut wire, Style::OneToMany);
        wire.hosts[0].connect_to_any(wire.now, id, peers, Begin::Now).unwrap();
        let init = next(&mut wire, 0).unwrap();
        let count = parameters(&init).iter().filter(|one| matches!(one, Parameter::Ipv4(_))).count();
        assert_eq!(count, listed, "{peers:?}");
    }
}

#[test]
fn one_association_has_all_the_addresses() {
    let mut wire = hosts();
    let id = caller(&mut wire, Style::OneToMany);
    wire.hosts[0].connect_to_any(wire.now, id, &PEER, Begin::Now).unwrap();
    assert_eq!(wire.hosts[0].connect(wire.now, id, PEER[1]), Err(Error::Already));
    let third = Address::v4([203, 0, 113, 2], 2000);
    assert_eq!(
        wire.hosts[0].connect_to_any(wire.now, id, &[third, PEER[1]], Begin::Now),
        Err(Error::Already)
    );
    wire.hosts[0].send(wire.now, id, &SendInfo { to: PEER[1], ..to(1, 2000) }, message(10, 1)).unwrap();
    assert_eq!(wire.hosts[0].associations(), 1);
    let single = caller(&mut Wire::new(), Style::OneToOne);
    let mut wire = Wire::new();
    assert_eq!(caller(&mut wire, Style::OneToOne), single);
    wire.hosts[0].connect_to_any(wire.now, single, &PEER, Begin::Now).unwrap();
    assert_eq!(wire.hosts[0].connect(wire.now, single, third), Err(Error::Already));
}

#[test]
fn what_cannot_be_called_is_refused() {
    let mut wire = hosts();
    let id = caller(&mut wire, Style::OneToMany);
    for (list, error) in [
        (&[][..], Error::Invalid),
        (&[B], Error::Invalid),
        (&[PEER[0], B2.with_port(2001)], Error::Invalid),
        (&[PEER[0], B2], Error::Invalid),
        (&[PEER[0], Address::v4([224, 0, 0, 1], 2000)], Error::AddressNotAvailable),
        (&[PEER[0], Address::v4([0; 4], 2000)], Error::AddressNotAvailable),
        (&[PEER[0], Address::v6([0x20; 16], 0, 2000)], Error::FamilyNotSupported),
    ] {
        assert_eq!(wire.hosts[0].connect_to_any(wire.now, id, list, Begin::Now), Err(error), "{list:?}");
        assert_eq!(wire.hosts[0].associations(), 0);
    }
}

#[test]
fn as_many_addresses_are_used_as_an_association_has_paths() {
    let mut wire = hosts();
    let id = caller(&mut wire, Style::OneToMany);
    let many: Vec<Address> = (1..=9).map(|n| Address::v4([192, 0, 2, n], 2000)).collect();
    let doubled: Vec<Address> = many[..2].iter().chain(&many).copied().collect();
    wire.hosts[0].connect_to_any(wire.now, id, &doubled, Begin::Now).unwrap();
    let remotes: Vec<Address> = wire.association(0).paths.iter().map(|path| path.remote).collect();
    assert_eq!(remotes, many[..MAX_PATHS]);
}

#[test]
fn an_init_may_wait_for_the_user_or_for_its_time() {
    for begun in [true, false] {
        let mut wire = hosts();
        let id = caller(&mut wire, Style::OneToMany);
        wire.hosts[0].options(id).unwrap().future.protocol.max_init_retransmits = 1;
        assert_eq!(wire.hosts[0].begin(wire.now, id, PEER[1]), Err(Error::NoSuchAssociation));
        wire.hosts[0].connect_to_any(wire.now, id, &PEER, Begin::Later).unwrap();
        wire.hosts[0].send(wire.now, id, &to(1, 2000), message(10, 1)).unwrap();
        assert_eq!(sent(&mut wire), None);
        if begun {
            wire.hosts[0].begin(wire.now, id, PEER[1]).unwrap();
        } else {
            wait(&mut wire);
        }
        assert_eq!(sent(&mut wire), Some((B, 1)));
        assert_eq!(wire.hosts[0].begin(wire.now, id, PEER[1]), Err(Error::Already));
        // The attempts begin with the first that was made.
        wait(&mut wire);
        assert_eq!(sent(&mut wire), Some((B2, 1)));
        wait(&mut wire);
        assert_eq!(wire.hosts[0].associations(), 0);
    }
}

#[test]
fn an_abort_from_any_of_the_addresses_is_the_peers_answer() {
    let mut wire = hosts();
    let id = caller(&mut wire, Style::OneToMany);
    wire.hosts[0].connect_to_any(wire.now, id, &PEER, Begin::Now).unwrap();
    next(&mut wire, 0).unwrap();
    wait(&mut wire);
    assert!(matches!(wire.association(0).state, State::CookieWait { attempts: 1, .. }));
    let tag = wire.association(0).local_tag;
    let mut buffer = [0; 100];
    let header = CommonHeader { source_port: 2000, destination_port: 1000, verification_tag: tag };
    let mut writer = PacketWriter::new(&mut buffer, 100, header).unwrap();
    sctp_wire::emit_abort(&mut writer, false, &[]).unwrap();
    let length = writer.finish();
    wire.hosts[0].input(wire.now, B, A, 0, &buffer[..length]);
    assert_eq!(wire.hosts[0].associations(), 0);
}

#[test]
fn a_message_to_one_address_waits_until_it_is_known_whether_it_is_the_peers() {
    let mut wire = hosts();
    listening(&mut wire);
    wire.hosts[1].set_addresses(&[]).unwrap();
    let id = caller(&mut wire, Style::OneToMany);
    wire.hosts[0].connect_to_any(wire.now, id, &PEER, Begin::Later).unwrap();
    let info = SendInfo { to: PEER[1], to_this_address: true, ..to(1, 2000) };
    wire.hosts[0].send(wire.now, id, &info, message(10, 1)).unwrap();
    wire.hosts[0].begin(wire.now, id, PEER[0]).unwrap();
    // The peer has but the first.
    wire.run();
    assert!(wire.association(0).is_set_up());
}
