//! What this side puts into INIT, INIT ACK and cookie, and where they go (RFC 9260 sections 3.3.2, 5.1 and 5.2).

use super::*;
use crate::association::State;
use crate::cookie::Cookie;
use crate::path::{Path, PathState};
use sctp_wire::{Chunk, CommonHeader, Init, Packet, PacketWriter, Parameter, Parameters, Tsn};

const B2: Address = Address::v4([198, 51, 100, 2], 0);

/// The next packet of a host, and where it goes.
fn next(wire: &mut Wire, host: usize) -> Option<(Address, Vec<u8>)> {
    let mut buffer = [0; 1500];
    let transmit = wire.hosts[host].transmit(wire.now, &mut buffer)?;
    Some((transmit.destination, buffer[..transmit.length].to_vec()))
}

/// The INIT or INIT ACK that a packet is.
fn init_of(packet: &[u8]) -> Init<'_> {
    let first = Packet::parse(packet).unwrap().chunks().next().unwrap().unwrap();
    match Chunk::parse(first).unwrap() {
        Chunk::Init(init) | Chunk::InitAck(init) => init,
        other => panic!("not an INIT: {other:?}"),
    }
}

/// An INIT from port 1000 for port 2000.
fn init(initiate_tag: u32) -> Vec<u8> {
    let header = CommonHeader { source_port: 1000, destination_port: 2000, verification_tag: 0 };
    let mut buffer = [0; 1500];
    let mut writer = PacketWriter::new(&mut buffer, 1400, header).unwrap();
    let init = Init {
        initiate_tag,
        a_rwnd: 100_000,
        outbound_streams: 1,
        inbound_streams: 1,
        initial_tsn: Tsn(9),
        parameters: Parameters::new(&[]),
    };
    init.emit_init(&mut writer, |_| Ok(())).unwrap();
    let length = writer.finish();
    buffer[..length].to_vec()
}

/// How host 1 answers an INIT: its INIT ACK, and the cookie in it.
fn answer(wire: &mut Wire, initiate_tag: u32) -> (Vec<u8>, Cookie) {
    wire.hosts[1].input(wire.now, A, B, 0, &init(initiate_tag));
    let (_, packet) = next(wire, 1).unwrap();
    let cookie = init_of(&packet).parameters.iter().find_map(|raw| match Parameter::parse(raw.unwrap()) {
        Ok(Parameter::StateCookie(cookie)) => Some(wire.hosts[1].secrets.open(cookie).unwrap()),
        _ => None,
    });
    (packet, cookie.unwrap())
}

#[test]
fn section_3_3_2_tags_and_tsns_are_random() {
    let mut wire = Wire::new();
    let listener = wire.endpoint(1, Style::OneToMany, 2000);
    wire.hosts[1].listen(listener, 1).unwrap();
    let mut numbers = [[Vec::new(), Vec::new()], [Vec::new(), Vec::new()]];
    for port in 3000..3100 {
        let client = wire.endpoint(0, Style::OneToMany, port);
        wire.hosts[0].connect(wire.now, client, B.with_port(2000)).unwrap();
        let (_, sent) = next(&mut wire, 0).unwrap();
        let (answered, _) = answer(&mut wire, 7);
        for (init, [tags, tsns]) in [init_of(&sent), init_of(&answered)].iter().zip(&mut numbers) {
            tags.push(init.initiate_tag);
            tsns.push(init.initial_tsn.0);
        }
    }
    for list in numbers.iter_mut().flatten() {
        // No bit is the same in all, and no number comes twice.
        assert_eq!(list.iter().fold(u32::MAX, |all, number| all & number), 0);
        assert_eq!(list.iter().fold(0, |any, number| any | number), u32::MAX);
        list.sort_unstable();
        list.dedup();
        assert_eq!(list.len(), 100);
    }
}

#[test]
fn section_3_1_no_packet_has_port_zero() {
    let mut wire = Wire::new();
    let client = wire.hosts[0].open(Style::OneToMany, Family::V4, 1).unwrap();
    assert_eq!(wire.hosts[0].connect(wire.now, client, B), Err(Error::Invalid));
    let refused = wire.hosts[0].send(wire.now, client, &to(1, 0), message(1, 1));
    assert_eq!(refused.unwrap_err().0, Error::Invalid);
    wire.hosts[0].connect(wire.now, client, B.with_port(2000)).unwrap();
    let (destination, packet) = next(&mut wire, 0).unwrap();
    let port = u16::from_be_bytes([packet[0], packet[1]]);
    assert!(port >= 49_152, "{port}");
    assert_eq!(destination.port, 2000);
}

#[test]
fn section_5_2_2_tie_tags_are_those_of_an_association_that_is_up_or_nearly() {
    let mut wire = Wire::new();
    let server = wire.endpoint(1, Style::OneToMany, 2000);
    wire.hosts[1].listen(server, 1).unwrap();
    // CLOSED.
    assert_eq!(answer(&mut wire, 7).1.tie_tags, (0, 0));
    // COOKIE-WAIT.
    wire.hosts[1].connect(wire.now, server, A.with_port(1000)).unwrap();
    next(&mut wire, 1).unwrap();
    assert_eq!(answer(&mut wire, 7).1.tie_tags, (0, 0));
    let key = wire.hosts[1].associations.key_at(0).unwrap();
    for state in [State::CookieEchoed { cookie: Vec::new(), attempts: 0, sent: wire.now }, State::Established]
    {
        wire.hosts[1].associations.get_mut(key).unwrap().state = state;
        let ties = wire.association(1).tie_tags;
        assert!(ties.0 != 0 && ties.1 != 0);
        assert_eq!(answer(&mut wire, 7).1.tie_tags, ties);
    }
}

#[test]
fn section_5_1_3_cookies_are_signed_with_keys_that_nobody_guesses() {
    let mut wire = Wire::new();
    let mut engines: Vec<Engine> = (0..40).map(|seed| Engine::new([seed; 32]).unwrap()).collect();
    let server = wire.endpoint(1, Style::OneToMany, 2000);
    wire.hosts[1].listen(server, 1).unwrap();
    let (packet, _) = answer(&mut wire, 7);
    let cookie = init_of(&packet).parameters.iter().find_map(|raw| match Parameter::parse(raw.unwrap()) {
        Ok(Parameter::StateCookie(cookie)) => Some(cookie),
        _ => None,
    });
    // Another seed gives other keys.
    engines.remove(2);
    assert!(engines.iter().all(|engine| engine.secrets.open(cookie.unwrap()).is_err()));
    assert!(wire.hosts[1].secrets.open(cookie.unwrap()).is_ok());
}

#[test]
fn section_5_1_set_up_tries_one_named_address_after_the_other() {
    let mut wire = Wire::new();
    let client = wire.endpoint(0, Style::OneToMany, 1000);
    wire.hosts[0].connect(wire.now, client, B.with_port(2000)).unwrap();
    let key = wire.hosts[0].associations.key_at(0).unwrap();
    let association = wire.hosts[0].associations.get_mut(key).unwrap();
    // As if the user had named both.
    let mut second = Path::new(B2.with_port(2000), Address::default(), &association.settings.protocol);
    second.state = PathState::Active;
    association.paths.push(second).unwrap();
    let mut sent = Vec::new();
    let start = wire.now;
    for _ in 0..6 {
        while let Some((to, packet)) = next(&mut wire, 0) {
            assert_eq!(packet[12], 1, "an INIT");
            sent.push((wire.now.since(start).as_millis() / 1000, to.with_port(0)));
        }
        wire.now = wire.hosts[0].deadline();
        wire.hosts[0].on_timer(wire.now);
    }
    // Each address has a time-out of its own.
    assert_eq!(sent, [(0, B), (1, B2), (2, B), (4, B2), (6, B), (10, B2)]);
}

#[test]
fn section_5_1_a_cookie_is_echoed_to_one_address_after_the_other() {
    let mut wire = Wire::new();
    let client = wire.endpoint(0, Style::OneToMany, 1000);
    let server = wire.endpoint(1, Style::OneToMany, 2000);
    wire.hosts[1].set_addresses(&[B, B2]).unwrap();
    wire.hosts[1].listen(server, 1).unwrap();
    wire.hosts[0].connect(wire.now, client, B.with_port(2000)).unwrap();
    let (_, init) = next(&mut wire, 0).unwrap();
    wire.hosts[1].input(wire.now, A, B, 0, &init);
    let (_, init_ack) = next(&mut wire, 1).unwrap();
    wire.hosts[0].input(wire.now, B, A, 0, &init_ack);
    let mut sent = Vec::new();
    for _ in 0..4 {
        while let Some((to, packet)) = next(&mut wire, 0) {
            let kinds = Packet::parse(&packet).unwrap().chunks().map(|chunk| chunk.unwrap().kind);
            sent.push((to.with_port(0), kinds.collect::<Vec<_>>()));
        }
        wire.now = wire.hosts[0].deadline();
        wire.hosts[0].on_timer(wire.now);
    }
    // Section 5.4: with a HEARTBEAT where nobody knows yet that the address is the peer's.
    let [echo, heartbeat] = [10, 4];
    let (named, other) = ((B, [echo].to_vec()), (B2, [echo, heartbeat].to_vec()));
    assert_eq!(sent, [named.clone(), other.clone(), named, other]);
}
