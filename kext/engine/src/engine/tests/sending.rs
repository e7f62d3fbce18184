//! Sending as RFC 6458 wants it.

use super::*;
use crate::options::Switches;
use sctp_wire::{Cause, Chunk, DataFlags, Packet};

/// Bytes of the client's send buffer.
const BUFFER: u32 = 10_000;

/// An association whose client has a send buffer and `switches`, and whose server reads nothing by itself.
fn connected(switches: Switches) -> (Wire, EndpointId, EndpointId) {
    let (mut wire, client, server) = Wire::connected();
    wire.hosts[0].set_send_buffer(wire.now, client, BUFFER).unwrap();
    wire.hosts[0].options(client).unwrap().switches = switches;
    (wire, client, server)
}

fn send(wire: &mut Wire, client: EndpointId, info: &SendInfo, length: usize) -> Result<(), Error> {
    wire.hosts[0].send(wire.now, client, info, message(length, 1)).map_err(|(error, _)| error)
}

fn last_chunks(wire: &Wire, host: usize) -> Vec<Vec<u8>> {
    let (_, bytes) = wire.packets.iter().rev().find(|(from, _)| *from == host).unwrap();
    let packet = Packet::parse(bytes).unwrap();
    packet.chunks().map(|chunk| chunk.unwrap().bytes.to_vec()).collect()
}

/// The fragments that host 0 sent: stream, length, flags.
fn fragments(wire: &Wire) -> Vec<(u16, usize, DataFlags)> {
    let mut found = Vec::new();
    for (_, bytes) in wire.packets.iter().filter(|(from, _)| *from == 0) {
        for raw in Packet::parse(bytes).unwrap().chunks() {
            if let Ok(Chunk::Data(data)) = Chunk::parse(raw.unwrap()) {
                found.push((data.stream, data.payload.len(), data.flags));
            }
        }
    }
    found
}

#[test]
fn a_send_buffer_is_an_association_s_own() {
    let (mut wire, client, _) = connected(Switches::empty());
    let other = wire.endpoint(1, Style::OneToMany, 2001);
    wire.hosts[1].listen(other, 1).unwrap();
    assert_eq!(send(&mut wire, client, &to(1, 2000), 10_001), Err(Error::MessageTooLong));
    assert_eq!(send(&mut wire, client, &to(1, 2000), 6000), Ok(()));
    assert_eq!(send(&mut wire, client, &to(1, 2000), 4001), Err(Error::WouldBlock));
    let update = wire.update(0, client);
    assert_eq!((update.send_bytes, update.send_full), (6000, false));
    assert_eq!(send(&mut wire, client, &to(1, 2000), 4000), Ok(()));
    assert!(wire.update(0, client).send_full);
    assert_eq!(send(&mut wire, client, &to(1, 2000), 1), Err(Error::WouldBlock));
    assert_eq!(send(&mut wire, client, &to(1, 2001), 10_000), Ok(()));
    assert_eq!(wire.update(0, client).send_bytes, 20_000);
    // What is acknowledged makes room again.
    wire.run();
    wire.advance(Span::from_secs(1));
    let update = wire.update(0, client);
    assert_eq!((update.send_bytes, update.send_full), (0, false));
}

#[test]
fn messages_that_wait_are_bounded_by_number_too() {
    let (mut wire, client, _) = connected(Switches::empty());
    let taken = (0..10_000).take_while(|_| send(&mut wire, client, &to(1, 2000), 1).is_ok()).count();
    assert_eq!(taken, 4096);
    assert!(wire.update(0, client).send_full);
}

#[test]
fn send_room_tells_what_a_send_would_take() {
    let (mut wire, client, _) = connected(Switches::empty());
    let room = |wire: &Wire, port| wire.hosts[0].send_room(client, &to(1, port), &SetUp::default());
    let there = room(&wire, 2000).unwrap();
    assert_eq!((there.bytes, there.explicit), (10_000, false));
    send(&mut wire, client, &to(1, 2000), 3000).unwrap();
    let now = room(&wire, 2000).unwrap();
    assert_eq!((now.association, now.bytes), (there.association, 7000));
    let new = SendRoom { association: None, bytes: 10_000, explicit: false };
    assert_eq!(room(&wire, 2222), Ok(new));
    for to in [Address::default(), to(1, 2222).to] {
        let named = SendInfo { association: Some(AssociationId(u32::MAX)), to, ..SendInfo::default() };
        let result = wire.hosts[0].send_room(client, &named, &SetUp::default());
        assert_eq!(result, Err(Error::NoSuchAssociation));
    }
    wire.hosts[0].set_send_buffer(wire.now, client, 2000).unwrap();
    assert_eq!(room(&wire, 2000).unwrap().bytes, 0);
    assert!(wire.update(0, client).send_full);
}

#[test]
fn rfc_6458_section_8_1_26_a_message_comes_in_several_calls() {
    let (mut wire, client, server) = connected(Switches::EXPLICIT_EOR);
    wire.packets.clear();
    let piece = SendInfo { stream: 3, ppid: 9, ..to(1, 2000) };
    send(&mut wire, client, &piece, 2000).unwrap();
    wire.run();
    // A full fragment goes at once, and the rest when nothing is under way.
    wire.advance(Span::from_millis(300));
    assert_eq!(wire.read(1, server), None);
    send(&mut wire, client, &piece, 100).unwrap();
    // All of one message has consecutive TSNs.
    let other = SendInfo { stream: 4, end_of_record: true, ..to(1, 2000) };
    assert_eq!(send(&mut wire, client, &other, 5), Err(Error::Invalid));
    let last = SendInfo { end_of_record: true, immediate: true, ..piece };
    send(&mut wire, client, &last, 3000).unwrap();
    send(&mut wire, client, &other, 5).unwrap();
    wire.run();
    wire.advance(Span::from_secs(1));
    let (bytes, stream) = wire.read(1, server).unwrap();
    let whole = [2000, 100, 3000].map(|length| message(length, 1).span(0).to_vec()).concat();
    assert_eq!((bytes, stream), (whole, 3));
    assert_eq!(wire.read(1, server).unwrap(), (message(5, 1).span(0).to_vec(), 4));
    let sent = fragments(&wire);
    let (_, _, first) = sent[0];
    let lasts: Vec<_> = sent.iter().filter(|(_, _, flags)| flags.contains(DataFlags::END)).collect();
    assert!(first.contains(DataFlags::BEGIN) && lasts.len() == 2);
    assert!(lasts[0].2.contains(DataFlags::IMMEDIATE));
    assert_eq!(sent.iter().map(|(_, length, _)| length).sum::<usize>(), 5105);
    assert_eq!(wire.update(0, client).send_bytes, 0);
}

#[test]
fn the_end_of_an_association_ends_the_message_too() {
    let (mut wire, client, server) = connected(Switches::EXPLICIT_EOR);
    send(&mut wire, client, &to(1, 2000), 700).unwrap();
    send(&mut wire, client, &SendInfo { end_of_record: true, ..to(1, 2000) }, 300).unwrap();
    wire.hosts[0].finish(wire.now, client, &to(1, 2000)).unwrap();
    wire.run();
    wire.advance(Span::from_secs(2));
    assert_eq!(wire.read(1, server).unwrap().0.len(), 1000);
    assert_eq!((wire.hosts[0].counters().shut_down, wire.hosts[1].associations()), (1, 0));
}

#[test]
fn a_message_that_never_ends_makes_the_shutdown_an_abort() {
    type End = fn(&mut Wire, EndpointId) -> Result<(), Error>;
    let ends: [End; 2] = [
        |wire, client| wire.hosts[0].finish(wire.now, client, &to(1, 2000)),
        |wire, client| {
            wire.hosts[0].close(wire.now, client, Close::Graceful);
            Err(Error::Aborted)
        },
    ];
    for end in ends {
        let (mut wire, client, _) = connected(Switches::EXPLICIT_EOR);
        send(&mut wire, client, &to(1, 2000), 700).unwrap();
        wire.run();
        assert_eq!(end(&mut wire, client), Err(Error::Aborted));
        wire.run();
        assert_eq!((wire.hosts[0].associations(), wire.hosts[1].associations()), (0, 0));
        assert_eq!(wire.hosts[1].counters().aborted, 1);
    }
}

#[test]
fn rfc_6458_section_5_3_4_an_abort_tells_the_user_s_reason() {
    for length in [0, 10, 1480 - 20] {
        let (mut wire, client, _) = connected(Switches::empty());
        let long = wire.hosts[0].abort(client, &to(1, 2000), &message(1480 - 19, 4));
        assert_eq!((long, wire.hosts[0].associations()), (Err(Error::MessageTooLong), 1));
        wire.hosts[0].abort(client, &to(1, 2000), &message(length, 4)).unwrap();
        wire.run();
        let chunks = last_chunks(&wire, 0);
        let (_, bytes) = wire.packets.last().unwrap();
        assert!(bytes.len() <= 1480);
        let packet = Packet::parse(bytes).unwrap();
        let Ok(Chunk::Abort(abort)) = Chunk::parse(packet.chunks().next().unwrap().unwrap()) else {
            panic!("{chunks:?}")
        };
        let causes: Vec<_> = abort.causes.iter().map(|cause| Cause::parse(cause.unwrap()).unwrap()).collect();
        let whole = message(length, 4);
        assert_eq!(causes, [Cause::UserInitiatedAbort(&whole.span(0)[..length])]);
        assert_eq!((wire.hosts[0].associations(), wire.hosts[1].associations()), (0, 0));
        assert_eq!(wire.hosts[0].abort(client, &to(1, 2000), &message(1, 1)), Err(Error::NoSuchAssociation));
    }
}

#[test]
fn nobody_to_end_is_no_reason_to_set_up() {
    let mut wire = Wire::new();
    let client = wire.endpoint(0, Style::OneToMany, 1000);
    assert_eq!(wire.hosts[0].finish(wire.now, client, &to(1, 2000)), Err(Error::NoSuchAssociation));
    assert_eq!(wire.hosts[0].associations(), 0);
}

#[test]
fn what_cannot_be_sent_leaves_no_association_behind() {
    let mut wire = Wire::new();
    let client = wire.endpoint(0, Style::OneToMany, 1000);
    wire.hosts[0].set_send_buffer(wire.now, client, BUFFER).unwrap();
    let bad_stream = SendInfo { stream: 10, ..to(1, 2000) };
    assert_eq!(send(&mut wire, client, &bad_stream, 10), Err(Error::Invalid));
    assert_eq!(send(&mut wire, client, &to(1, 2000), 10_001), Err(Error::MessageTooLong));
    assert_eq!(send(&mut wire, client, &to(1, 2000), 0), Err(Error::Invalid));
    wire.hosts[0].options(client).unwrap().switches = Switches::DISABLE_FRAGMENTS;
    assert_eq!(send(&mut wire, client, &to(1, 2000), 2000), Err(Error::MessageTooLong));
    assert!(wire.hosts[0].transmit(wire.now, &mut [0; 1500]).is_none());
    assert_eq!((wire.hosts[0].associations(), wire.hosts[0].deadline()), (0, Time::NEVER));
    assert_eq!(send(&mut wire, client, &to(1, 2000), 1000), Ok(()));
    assert_eq!(wire.hosts[0].associations(), 1);
}

#[test]
fn rfc_6458_section_8_1_11_without_fragments_a_message_fits_a_packet() {
    let (mut wire, client, server) = connected(Switches::DISABLE_FRAGMENTS);
    assert_eq!(send(&mut wire, client, &to(1, 2000), 1453), Err(Error::MessageTooLong));
    assert_eq!(send(&mut wire, client, &to(1, 2000), 1452), Ok(()));
    wire.run();
    assert_eq!(wire.read(1, server).unwrap().0.len(), 1452);
}

#[test]
fn rfc_6458_section_5_3_1_a_message_brings_the_parameters_of_its_set_up() {
    let mut wire = Wire::new();
    let client = wire.endpoint(0, Style::OneToMany, 1000);
    let further = [Address::v4([192, 0, 2, 7], 0), B];
    let set_up = SetUp { outbound_streams: 77, inbound_streams: 5, further: &further, ..SetUp::default() };
    let info = SendInfo { stream: 76, ..to(1, 2000) };
    wire.hosts[0].send_from(wire.now, client, &info, &set_up, &mut message(10, 1)).unwrap();
    let association = wire.association(0);
    let paths: Vec<Address> = association.paths.iter().map(|path| path.remote).collect();
    assert_eq!(paths, [B.with_port(2000), further[0].with_port(2000)]);
    // Not for later ones.
    let future = wire.hosts[0].options(client).unwrap().future.protocol;
    assert_eq!((future.outbound_streams, future.inbound_streams), (10, 2048));
    let mut buffer = [0; 1500];
    let transmit = wire.hosts[0].transmit(wire.now, &mut buffer).unwrap();
    let packet = Packet::parse(&buffer[..transmit.length]).unwrap();
    let Ok(Chunk::Init(init)) = Chunk::parse(packet.chunks().next().unwrap().unwrap()) else {
        panic!("no INIT")
    };
    assert_eq!((init.outbound_streams, init.inbound_streams), (77, 5));
    // An association that is there is found by any of the addresses.
    let elsewhere = SendInfo { to: Address::v4([192, 0, 2, 9], 2000), ..SendInfo::default() };
    let set_up = SetUp { further: &further, ..SetUp::default() };
    wire.hosts[0].send_from(wire.now, client, &elsewhere, &set_up, &mut message(10, 1)).unwrap();
    assert_eq!(wire.hosts[0].associations(), 1);
}

#[test]
fn a_further_address_that_cannot_be_used_refuses_the_message() {
    let mut wire = Wire::new();
    let client = wire.endpoint(0, Style::OneToMany, 1000);
    let cases = [
        (Address::v4([224, 0, 0, 1], 0), Error::AddressNotAvailable),
        (Address::v6([0x20; 16], 0, 0), Error::FamilyNotSupported),
    ];
    for (further, error) in cases {
        let set_up = SetUp { further: &[further], ..SetUp::default() };
        let mut rest = message(10, 1);
        let result = wire.hosts[0].send_from(wire.now, client, &to(1, 2000), &set_up, &mut rest);
        assert_eq!((result, rest.length(), wire.hosts[0].associations()), (Err(error), 10, 0));
    }
}

#[test]
fn rfc_6458_section_5_3_4_an_address_that_is_asked_for_is_the_peer_s() {
    let (mut wire, client, _) = connected(Switches::empty());
    let association = Some(AssociationId::from(wire.hosts[0].associations.key_at(0).unwrap()));
    let over = |to| SendInfo { association, to, to_this_address: true, ..SendInfo::default() };
    assert_eq!(send(&mut wire, client, &over(B.with_port(2000)), 10), Ok(()));
    assert_eq!(send(&mut wire, client, &over(B.with_port(2001)), 10), Err(Error::Invalid));
    assert_eq!(send(&mut wire, client, &over(Address::v4([192, 0, 2, 9], 2000)), 10), Err(Error::Invalid));
}

#[test]
fn rfc_6458_section_5_3_4_a_message_to_all_goes_to_every_association() {
    for end in [None, Some(Close::Graceful), Some(Close::Abort)] {
        let (mut wire, client, server) = connected(Switches::empty());
        let others: Vec<_> = (2001..2005)
            .map(|port| {
                let other = wire.endpoint(1, Style::OneToMany, port);
                wire.hosts[1].listen(other, 1).unwrap();
                wire.hosts[0].connect(wire.now, client, B.with_port(port)).unwrap();
                wire.run();
                other
            })
            .collect();
        let all = SendInfo { stream: 2, ..SendInfo::default() };
        assert_eq!(
            wire.hosts[0].send_all(wire.now, client, &all, &message(10_001, 1), end),
            Err(Error::MessageTooLong)
        );
        wire.hosts[0].send_all(wire.now, client, &all, &message(50, 1), end).unwrap();
        wire.run();
        wire.advance(Span::from_secs(2));
        for endpoint in others.into_iter().chain([server]) {
            let read = wire.read(1, endpoint);
            let expected = (end != Some(Close::Abort)).then(|| (message(50, 1).span(0).to_vec(), 2));
            assert_eq!(read, expected);
        }
        let left = if end.is_none() { 5 } else { 0 };
        assert_eq!((wire.hosts[0].associations(), wire.hosts[1].associations()), (left, left));
    }
}

#[test]
fn a_one_to_one_endpoint_connects_by_sending() {
    let mut wire = Wire::new();
    let listener = wire.endpoint(1, Style::OneToOne, 2000);
    wire.hosts[1].listen(listener, 5).unwrap();
    let client = wire.hosts[0].open(Style::OneToOne, Family::V4, 9).unwrap();
    assert_eq!(send(&mut wire, client, &SendInfo::default(), 5), Err(Error::NotConnected));
    send(&mut wire, client, &to(1, 2000), 5).unwrap();
    assert!(wire.update(0, client).connecting);
    wire.run();
    assert!(wire.update(0, client).connected);
    // From now on the address counts for nothing.
    send(&mut wire, client, &to(1, 2222), 5).unwrap();
    let head = wire.hosts[1].open(Style::OneToOne, Family::V4, 9).unwrap();
    let result = wire.hosts[1].send(wire.now, listener, &to(0, 1), message(5, 1));
    assert_eq!(result.unwrap_err().0, Error::Invalid);
    wire.hosts[1].accept(wire.now, listener, head).unwrap();
    assert_eq!(wire.read(1, head).unwrap().0.len(), 5);
}
