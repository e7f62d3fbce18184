//! Set-up of peers with several addresses, packet by packet (RFC 9260 sections 5.1.2 and 5.2).

use super::*;
use sctp_wire::{
    Cause, Chunk, CommonHeader, Heartbeat, Init, Packet, PacketWriter, Parameter, Parameters, RawParameter,
};

/// Further addresses of the two hosts.
pub(super) const A2: Address = Address::v4([198, 51, 100, 1], 0);
pub(super) const B2: Address = Address::v4([198, 51, 100, 2], 0);

pub(super) fn hosts() -> Wire {
    let mut wire = Wire::new();
    wire.hosts[0].set_addresses(&[A, A2]).unwrap();
    wire.hosts[1].set_addresses(&[B, B2]).unwrap();
    wire
}

/// The next packet of a host.
pub(super) fn next(wire: &mut Wire, host: usize) -> Option<Vec<u8>> {
    let mut buffer = [0; 1500];
    let transmit = wire.hosts[host].transmit(wire.now, &mut buffer)?;
    Some(buffer[..transmit.length].to_vec())
}

/// The parameters of the INIT or INIT ACK that a packet is.
pub(super) fn parameters(packet: &[u8]) -> Vec<Parameter<'_>> {
    let first = Packet::parse(packet).unwrap().chunks().next().unwrap().unwrap();
    match Chunk::parse(first).unwrap() {
        Chunk::Init(init) | Chunk::InitAck(init) => {
            init.parameters.iter().map(|raw| Parameter::parse(raw.unwrap()).unwrap()).collect()
        }
        other => panic!("not an INIT: {other:?}"),
    }
}

/// An INIT of host 0, port 1000, for host 1, port 2000.
pub(super) fn init(list: &[Parameter<'_>]) -> Vec<u8> {
    init_with_tag(77, list)
}

fn init_with_tag(initiate_tag: u32, list: &[Parameter<'_>]) -> Vec<u8> {
    let mut buffer = [0; 1500];
    let header = CommonHeader { source_port: 1000, destination_port: 2000, verification_tag: 0 };
    let mut writer = PacketWriter::new(&mut buffer, 1400, header).unwrap();
    let init = Init {
        initiate_tag,
        a_rwnd: 100_000,
        outbound_streams: 1,
        inbound_streams: 1,
        initial_tsn: sctp_wire::Tsn(9),
        parameters: Parameters::new(&[]),
    };
    init.emit_init(&mut writer, |writer| list.iter().try_for_each(|one| one.emit(writer))).unwrap();
    let length = writer.finish();
    buffer[..length].to_vec()
}

/// A COOKIE ECHO with the cookie of an INIT ACK.
pub(super) fn echo(init_ack: &[u8]) -> Vec<u8> {
    let first = Packet::parse(init_ack).unwrap().chunks().next().unwrap().unwrap();
    let Chunk::InitAck(ack) = Chunk::parse(first).unwrap() else { panic!("not an INIT ACK") };
    let list = parameters(init_ack);
    let cookie = list.iter().find_map(|one| match one {
        Parameter::StateCookie(cookie) => Some(*cookie),
        _ => None,
    });
    let mut buffer = [0; 1500];
    let header =
        CommonHeader { source_port: 1000, destination_port: 2000, verification_tag: ack.initiate_tag };
    let mut writer = PacketWriter::new(&mut buffer, 1400, header).unwrap();
    sctp_wire::CookieEcho { cookie: cookie.unwrap() }.emit(&mut writer).unwrap();
    let length = writer.finish();
    buffer[..length].to_vec()
}

/// A packet of the peer for the association of host 1.
fn to_association(
    wire: &Wire,
    build: impl FnOnce(&mut PacketWriter<'_>) -> Result<(), sctp_wire::Full>,
) -> Vec<u8> {
    let verification_tag = wire.association(1).local_tag;
    let mut buffer = [0; 1500];
    let header = CommonHeader { source_port: 1000, destination_port: 2000, verification_tag };
    let mut writer = PacketWriter::new(&mut buffer, 1400, header).unwrap();
    build(&mut writer).unwrap();
    let length = writer.finish();
    buffer[..length].to_vec()
}

pub(super) fn listening(wire: &mut Wire) -> EndpointId {
    let server = wire.endpoint(1, Style::OneToMany, 2000);
    wire.hosts[1].listen(server, 1).unwrap();
    server
}

#[test]
fn section_5_1_2_both_sides_list_their_addresses_and_answer_from_any() {
    let mut wire = hosts();
    listening(&mut wire);
    let client = wire.endpoint(0, Style::OneToMany, 1000);
    wire.hosts[0].connect(wire.now, client, B.with_port(2000)).unwrap();
    let init = next(&mut wire, 0).unwrap();
    let [
        Parameter::Ipv4(one),
        Parameter::Ipv4(two),
        Parameter::SupportedAddressTypes(types),
        Parameter::EcnCapable,
    ] = parameters(&init)[..]
    else {
        panic!("{:?}", parameters(&init))
    };
    assert_eq!((one, two, types.iter().collect::<Vec<_>>()), ([192, 0, 2, 1], [198, 51, 100, 1], [5].into()));
    wire.hosts[1].input(wire.now, A, B, 0, &init);
    let init_ack = next(&mut wire, 1).unwrap();
    // From another address than the INIT went to: found by its tag.
    wire.hosts[0].input(wire.now, B2, A, 0, &init_ack);
    let cookie_echo = next(&mut wire, 0).unwrap();
    // Both ends of this one differ from those of the INIT.
    wire.hosts[1].input(wire.now, A2, B2, 0, &cookie_echo);
    assert_eq!((wire.hosts[1].associations(), wire.hosts[1].counters().bad_cookies), (1, 0));
    let status = wire.hosts[0].path_status(client, Scope::Future, &B2.with_port(2000)).unwrap().1;
    assert!(!status.confirmed);
}

#[test]
fn an_endpoint_bound_to_one_address_tells_no_other() {
    let mut wire = hosts();
    let client = wire.hosts[0].open(Style::OneToMany, Family::V4, 1).unwrap();
    wire.hosts[0].bind(client, A.with_port(1000)).unwrap();
    wire.hosts[0].connect(wire.now, client, B.with_port(2000)).unwrap();
    let init = next(&mut wire, 0).unwrap();
    assert!(matches!(parameters(&init)[..], [Parameter::SupportedAddressTypes(_), Parameter::EcnCapable]));
}

#[test]
fn section_5_1_2_only_the_families_that_the_peer_can_use_are_told() {
    let mut wire = Wire::new();
    let v6 = Address::v6([0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2], 0, 0);
    wire.hosts[1].set_addresses(&[B, B2, v6]).unwrap();
    let server = wire.hosts[1].open(Style::OneToMany, Family::V6, 2).unwrap();
    wire.hosts[1].bind(server, Address::v6([0; 16], 0, 2000)).unwrap();
    wire.hosts[1].listen(server, 1).unwrap();
    for (types, expected) in [
        (&[[0, 5], [0, 6]][..], 3),
        (&[[0, 5]], 2),
        // IPv4 the peer uses evidently, whatever it says.
        (&[[0, 6]], 3),
    ] {
        let packet = init(&[Parameter::SupportedAddressTypes(sctp_wire::U16List::new(types))]);
        wire.hosts[1].input(wire.now, A, B, 0, &packet);
        let init_ack = next(&mut wire, 1).unwrap();
        let list = parameters(&init_ack);
        let addresses = list.iter().filter(|one| matches!(one, Parameter::Ipv4(_) | Parameter::Ipv6(_)));
        assert_eq!(addresses.count(), expected, "{types:?}");
    }
}

#[test]
fn section_5_2_2_a_restart_may_not_bring_addresses() {
    let mut wire = hosts();
    let server = listening(&mut wire);
    wire.hosts[1].input(wire.now, A, B, 0, &init(&[Parameter::Ipv4([198, 51, 100, 1])]));
    let init_ack = next(&mut wire, 1).unwrap();
    wire.hosts[1].input(wire.now, A, B, 0, &echo(&init_ack));
    while next(&mut wire, 1).is_some() {}
    assert_eq!(wire.hosts[1].associations(), 1);
    // From an address that is not the association's, naming one that is.
    let stranger = Address::v4([203, 0, 113, 5], 0);
    wire.hosts[1].input(wire.now, stranger, B, 0, &init(&[Parameter::Ipv4([192, 0, 2, 1])]));
    let abort = next(&mut wire, 1).unwrap();
    let packet = Packet::parse(&abort).unwrap();
    let Chunk::Abort(abort) = Chunk::parse(packet.chunks().next().unwrap().unwrap()).unwrap() else {
        panic!("not an ABORT")
    };
    let cause = Cause::parse(abort.causes.iter().next().unwrap().unwrap()).unwrap();
    assert_eq!(cause, Cause::RestartWithNewAddresses(&[0, 5, 0, 8, 203, 0, 113, 5]));
    // With fewer addresses it may: those are the association's from then on.
    wire.hosts[1].input(wire.now, A, B, 0, &init_with_tag(78, &[]));
    let init_ack = next(&mut wire, 1).unwrap();
    wire.hosts[1].input(wire.now, A, B, 0, &echo(&init_ack));
    assert_eq!(wire.hosts[1].associations(), 1);
    assert!(wire.hosts[1].path_status(server, Scope::Future, &A.with_port(1000)).is_ok());
    assert!(wire.hosts[1].path_status(server, Scope::Future, &A2.with_port(1000)).is_err());
}

#[test]
fn section_5_2_6_a_cookie_lives_longer_on_request_but_not_much() {
    for (asked, seconds, accepted) in
        [(0, 59, true), (0, 61, false), (30_000, 89, true), (30_000, 91, false), (u32::MAX, 121, false)]
    {
        let mut wire = hosts();
        listening(&mut wire);
        wire.hosts[1].input(wire.now, A, B, 0, &init(&[Parameter::CookiePreservative(asked)]));
        let init_ack = next(&mut wire, 1).unwrap();
        wire.now = wire.now.plus(Span::from_secs(seconds));
        wire.hosts[1].input(wire.now, A, B, 0, &echo(&init_ack));
        assert_eq!(wire.hosts[1].associations() == 1, accepted, "{asked} ms, after {seconds} s");
    }
}

#[test]
fn section_5_2_6_a_stale_cookie_makes_the_next_init_ask_for_a_longer_life() {
    let mut wire = hosts();
    listening(&mut wire);
    let client = wire.endpoint(0, Style::OneToMany, 1000);
    wire.hosts[0].connect(wire.now, client, B.with_port(2000)).unwrap();
    let first = next(&mut wire, 0).unwrap();
    wire.hosts[1].input(wire.now, A, B, 0, &first);
    let init_ack = next(&mut wire, 1).unwrap();
    wire.hosts[0].input(wire.now, B, A, 0, &init_ack);
    let cookie_echo = next(&mut wire, 0).unwrap();
    let late = wire.now.plus(Span::from_secs(62));
    wire.hosts[1].input(late, A, B, 0, &cookie_echo);
    let error = next(&mut wire, 1).unwrap();
    wire.now = wire.now.plus(Span::from_millis(300));
    wire.hosts[0].input(wire.now, B, A, 0, &error);
    let second = next(&mut wire, 0).unwrap();
    // A round trip, and a second more.
    assert!(parameters(&second).contains(&Parameter::CookiePreservative(1300)), "{:?}", parameters(&second));
    let unknown = |one: &Parameter<'_>| matches!(one, Parameter::Unrecognized(RawParameter { .. }));
    assert!(!parameters(&second).iter().any(unknown));
}

#[test]
fn an_endpoint_of_family_v6_takes_ipv4_unless_told_otherwise() {
    let any = Address::v6([0; 16], 0, 2000);
    let any4 = Address::v4([0; 4], 2000);
    let mapped = Address::v6([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 1], 0, 2000);
    let mut wire = Wire::new();
    let engine = &mut wire.hosts[0];
    let both = engine.open(Style::OneToMany, Family::V6, 1).unwrap();
    engine.bind(both, any).unwrap();
    let v4 = engine.open(Style::OneToMany, Family::V4, 2).unwrap();
    assert_eq!(engine.bind(v4, any4), Err(Error::AddressInUse));
    assert_eq!(engine.bind(v4, Address::v6([1; 16], 0, 2001)), Err(Error::FamilyNotSupported));
    engine.connect(Time(1), both, mapped).unwrap();
    assert_eq!(engine.connect(Time(1), both, A.with_port(2000)), Err(Error::Already));

    let mut wire = Wire::new();
    let engine = &mut wire.hosts[0];
    let only = engine.open(Style::OneToMany, Family::V6, 1).unwrap();
    engine.options(only).unwrap().v6_only = true;
    engine.bind(only, any).unwrap();
    let v4 = engine.open(Style::OneToMany, Family::V4, 2).unwrap();
    engine.bind(v4, any4).unwrap();
    assert_eq!(engine.connect(Time(1), only, mapped), Err(Error::FamilyNotSupported));
}

#[test]
fn section_5_2_2_a_cookie_does_not_tell_the_tags_of_an_association() {
    let mut wire = hosts();
    listening(&mut wire);
    wire.hosts[1].input(wire.now, A, B, 0, &init(&[]));
    let init_ack = next(&mut wire, 1).unwrap();
    wire.hosts[1].input(wire.now, A, B, 0, &echo(&init_ack));
    while next(&mut wire, 1).is_some() {}
    let association = wire.association(1);
    let (tags, ties) = ([association.local_tag, association.peer_tag], association.tie_tags);
    // Anybody can send this in the name of the peer, or read what comes back.
    wire.hosts[1].input(wire.now, A, B, 0, &init_with_tag(78, &[]));
    let init_ack = next(&mut wire, 1).unwrap();
    let tells = |word: u32| init_ack.windows(4).any(|bytes| bytes == word.to_be_bytes());
    assert!(!tags.into_iter().any(tells), "{init_ack:x?}");
    assert!(tells(ties.0) && tells(ties.1));
    // They tie all the same, and only once.
    wire.hosts[1].input(wire.now, A, B, 0, &echo(&init_ack));
    assert_eq!(wire.association(1).peer_tag, 78);
    assert_ne!(wire.association(1).tie_tags, ties);
}

#[test]
fn section_7_2_5_2_another_source_address_begins_with_the_initial_window() {
    let mut wire = hosts();
    listening(&mut wire);
    wire.hosts[1].input(wire.now, A, B, 0, &init(&[]));
    let init_ack = next(&mut wire, 1).unwrap();
    wire.hosts[1].input(wire.now, A, B, 0, &echo(&init_ack));
    let initial = wire.association(1).paths[0].congestion.cwnd();
    let key = wire.hosts[1].associations.key_at(0).unwrap();
    for (arrives, reset) in [(B, false), (B2, true)] {
        let path = &mut wire.hosts[1].associations.get_mut(key).unwrap().paths[0];
        path.congestion.on_timeout(1000);
        path.congestion.add_flight(500);
        let (small, flight) = (path.congestion.cwnd(), path.congestion.flight());
        assert!(small < initial);
        // The path failed, or the host lost an address: the route chooses again.
        path.local = Address::default();
        let packet = to_association(&wire, |writer| Heartbeat::new(&[1; 8]).emit_request(writer));
        wire.hosts[1].input(wire.now, A, arrives, 0, &packet);
        let path = &wire.association(1).paths[0];
        assert!(path.local.same_host(&arrives));
        assert_eq!(path.congestion.cwnd(), if reset { initial } else { small });
        assert_eq!(path.congestion.flight(), flight, "what is outstanding stays so");
    }
}

#[test]
fn section_6_4_a_sack_goes_where_the_last_data_came_from() {
    let mut wire = hosts();
    listening(&mut wire);
    wire.hosts[1].input(wire.now, A, B, 0, &init(&[Parameter::Ipv4([198, 51, 100, 1])]));
    let init_ack = next(&mut wire, 1).unwrap();
    wire.hosts[1].input(wire.now, A, B, 0, &echo(&init_ack));
    let key = wire.hosts[1].associations.key_at(0).unwrap();
    wire.hosts[1].associations.get_mut(key).unwrap().paths[1].state = crate::path::PathState::Active;
    let send = |wire: &mut Wire, tsn: u32, source: Address| {
        let data = sctp_wire::Data {
            flags: sctp_wire::DataFlags::all() - sctp_wire::DataFlags::IMMEDIATE,
            tsn: sctp_wire::Tsn(tsn),
            stream: 0,
            ssn: sctp_wire::Ssn(0),
            ppid: 0,
            payload: b"x",
        };
        let packet = to_association(wire, |writer| data.emit(writer));
        wire.hosts[1].input(wire.now, source, B, 0, &packet);
    };
    let answers = |wire: &mut Wire| {
        let mut buffer = [0; 1500];
        let mut answers = Vec::new();
        while let Some(transmit) = wire.hosts[1].transmit(wire.now, &mut buffer) {
            let packet = Packet::parse(&buffer[..transmit.length]).unwrap();
            let kinds = packet.chunks().map(|chunk| chunk.unwrap().kind);
            // SACK and HEARTBEAT ACK; the engine's own heartbeats and probes do not matter here.
            let kinds = kinds.filter(|kind| [3, 5].contains(kind));
            answers.extend(kinds.map(|kind| (kind, transmit.destination.with_port(0))));
        }
        answers
    };
    answers(&mut wire);
    // The first is acknowledged at once, the second later.
    send(&mut wire, 9, A2);
    assert_eq!(answers(&mut wire), [(3, A2)]);
    send(&mut wire, 10, A2);
    assert_eq!(answers(&mut wire), []);
    // Another packet without DATA, from another address, is answered there.
    let heartbeat = to_association(&wire, |writer| Heartbeat::new(&[1; 8]).emit_request(writer));
    wire.hosts[1].input(wire.now, A, B, 0, &heartbeat);
    assert_eq!(answers(&mut wire), [(5, A)]);
    wire.now = wire.now.plus(Span::from_millis(200));
    wire.hosts[1].on_timer(wire.now);
    assert_eq!(answers(&mut wire), [(3, A2)]);
    // Both at once are two packets.
    send(&mut wire, 12, A2);
    wire.hosts[1].input(wire.now, A, B, 0, &heartbeat);
    assert_eq!(answers(&mut wire), [(5, A), (3, A2)]);
}

#[test]
fn section_5_4_no_farewell_goes_to_an_address_that_is_not_confirmed() {
    let [abort, shutdown_complete] = [6, 14];
    for expected in [abort, shutdown_complete] {
        let mut wire = hosts();
        let server = listening(&mut wire);
        wire.hosts[1].input(wire.now, A, B, 0, &init(&[Parameter::Ipv4([198, 51, 100, 1])]));
        let init_ack = next(&mut wire, 1).unwrap();
        wire.hosts[1].input(wire.now, A, B, 0, &echo(&init_ack));
        while next(&mut wire, 1).is_some() {}
        let packet = to_association(&wire, |writer| {
            if expected == shutdown_complete {
                return sctp_wire::emit_shutdown_ack(writer);
            }
            let (stream, ssn, tsn) = (0, sctp_wire::Ssn(0), sctp_wire::Tsn(9));
            let flags = sctp_wire::DataFlags::empty();
            sctp_wire::Data { flags, tsn, stream, ssn, ppid: 0, payload: &[] }.emit(writer)
        });
        if expected == shutdown_complete {
            wire.hosts[1].close(wire.now, server, Close::Graceful);
            while next(&mut wire, 1).is_some() {}
        }
        wire.hosts[1].input(wire.now, A2, B, 0, &packet);
        assert_eq!(wire.hosts[1].associations(), 0);
        let mut buffer = [0; 1500];
        let transmit = wire.hosts[1].transmit(wire.now, &mut buffer).unwrap();
        assert_eq!(buffer[12], expected);
        assert!(transmit.destination.same_host(&A), "{:?}", transmit.destination);
    }
}
