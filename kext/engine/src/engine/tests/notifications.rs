//! What users are told (RFC 6458 section 6.1).

use super::*;
use crate::notification::{Change, FailedMessage, Notification};
use crate::options::Settings;
use sctp_wire::{Cause, CommonHeader, PacketWriter, Tsn, cause_code};

fn listen_for(wire: &mut Wire, host: usize, id: EndpointId, events: Events) {
    let set = |settings: &mut Settings| {
        settings.events = events;
        Ok(())
    };
    let now = wire.now;
    wire.hosts[host].change_everywhere(now, id, set).unwrap();
}

/// All notifications that wait.
fn told(wire: &mut Wire, host: usize, id: EndpointId) -> Vec<Notification> {
    let now = wire.now;
    let engine = &mut wire.hosts[host];
    core::iter::from_fn(|| {
        let received = engine.receive(id).ok()?;
        engine.consumed(now, id, &received.queued);
        match received.queued.item {
            Item::Notification(notification) => Some(notification),
            Item::Data(_) | Item::LaidOut(_) => panic!("not a notification"),
        }
    })
    .collect()
}

/// A packet from host 0 to the association of host 1.
fn inject(wire: &mut Wire, chunk: impl FnOnce(&mut PacketWriter<'_>)) {
    let header = CommonHeader {
        source_port: 1000,
        destination_port: 2000,
        verification_tag: wire.association(1).local_tag,
    };
    let mut buffer = [0; 1500];
    let mut writer = PacketWriter::new(&mut buffer, 1500, header).unwrap();
    chunk(&mut writer);
    let length = writer.finish();
    wire.hosts[1].input(wire.now, A, B, 0, &buffer[..length]);
    wire.run();
}

#[test]
fn section_9_1_the_user_is_told_the_peers_reason() {
    let (mut wire, _, server) = Wire::connected();
    listen_for(&mut wire, 1, server, Events::ASSOCIATION);
    let reason = [Cause::UserInitiatedAbort(b"tired"), Cause::OutOfResource];
    inject(&mut wire, |writer| sctp_wire::emit_abort(writer, false, &reason).unwrap());
    let [Notification::AssociationChange { change: Change::Lost, cause, abort, .. }] =
        &told(&mut wire, 1, server)[..]
    else {
        panic!("nothing or too much was told")
    };
    assert_eq!(*cause, cause_code::USER_INITIATED_ABORT);
    let chunk = [6, 0, 0, 20, 0, 12, 0, 9, b't', b'i', b'r', b'e', b'd', 0, 0, 0, 0, 4, 0, 4];
    assert_eq!(abort[..], chunk);
}

#[test]
fn an_abort_from_this_side_is_told_with_its_cause() {
    let (mut wire, _, server) = Wire::connected();
    listen_for(&mut wire, 1, server, Events::ASSOCIATION);
    // It acknowledges what nobody sent, but for a chance of one in billions.
    let shutdown = sctp_wire::Shutdown { cumulative_tsn: Tsn(0x5ca1_ab1e) };
    inject(&mut wire, |writer| shutdown.emit(writer).unwrap());
    let [Notification::AssociationChange { change: Change::Lost, cause, abort, .. }] =
        &told(&mut wire, 1, server)[..]
    else {
        panic!("nothing or too much was told")
    };
    assert_eq!((*cause, abort.len()), (cause_code::PROTOCOL_VIOLATION, 0));
}

#[test]
fn an_error_chunk_is_told_whole() {
    let (mut wire, _, server) = Wire::connected();
    let errors = [Cause::InvalidStream { stream: 9 }, Cause::OutOfResource];
    inject(&mut wire, |writer| sctp_wire::emit_error(writer, &errors).unwrap());
    assert_eq!(told(&mut wire, 1, server), [], "nobody asked");
    listen_for(&mut wire, 1, server, Events::PEER_ERROR);
    inject(&mut wire, |writer| sctp_wire::emit_error(writer, &errors).unwrap());
    let chunk = [9, 0, 0, 16, 0, 1, 0, 8, 0, 9, 0, 0, 0, 4, 0, 4].to_vec();
    assert_eq!(told(&mut wire, 1, server), [Notification::RemoteError { cause: 1, chunk }]);
}

#[test]
fn both_sides_are_told_of_the_others_adaptation_layer_after_set_up() {
    let mut wire = Wire::new();
    let client = wire.endpoint(0, Style::OneToMany, 1000);
    let server = wire.endpoint(1, Style::OneToMany, 2000);
    for (host, id, code) in [(0, client, 7), (1, server, 0)] {
        let future = &mut wire.hosts[host].options(id).unwrap().future;
        future.protocol.adaptation = Some(code);
        future.events = Events::ASSOCIATION | Events::ADAPTATION | Events::AUTHENTICATION;
    }
    wire.hosts[1].listen(server, 1).unwrap();
    wire.hosts[0].connect(wire.now, client, B.with_port(2000)).unwrap();
    wire.run();
    for (host, id, peers) in [(0, client, 0), (1, server, 7)] {
        let told = told(&mut wire, host, id);
        let [Notification::AssociationChange { change: Change::Up, .. }, rest @ ..] = &told[..] else {
            panic!("{told:?}")
        };
        assert_eq!(rest, [Notification::Adaptation(peers), Notification::NoAuthentication]);
    }
}

#[test]
fn who_names_no_adaptation_layer_has_none() {
    let mut wire = Wire::new();
    let client = wire.endpoint(0, Style::OneToMany, 1000);
    wire.hosts[0].options(client).unwrap().future.events = Events::ADAPTATION;
    let server = wire.endpoint(1, Style::OneToMany, 2000);
    wire.hosts[1].listen(server, 1).unwrap();
    wire.hosts[0].connect(wire.now, client, B.with_port(2000)).unwrap();
    wire.run();
    assert_eq!(told(&mut wire, 0, client), []);
}

#[test]
fn the_user_is_told_when_all_is_acknowledged_and_at_once_when_it_is() {
    let (mut wire, client, _) = Wire::connected();
    listen_for(&mut wire, 0, client, Events::SENDER_DRY);
    let one = Scope::One(wire.hosts[0].associations_of(client).unwrap().next().unwrap());
    wire.hosts[0].tell_if_dry(client, one);
    assert_eq!(told(&mut wire, 0, client), [Notification::SenderDry]);
    wire.hosts[0].send(wire.now, client, &to(1, 2000), message(100_000, 1)).unwrap();
    wire.hosts[0].tell_if_dry(client, one);
    assert_eq!(told(&mut wire, 0, client), []);
    wire.run();
    wire.advance(Span::from_secs(1));
    assert_eq!(told(&mut wire, 0, client), [Notification::SenderDry]);
    for scope in [Scope::Future, Scope::Current, Scope::All] {
        wire.hosts[0].tell_if_dry(client, scope);
    }
    assert_eq!(told(&mut wire, 0, client), []);
}

fn failed(deprecated: bool, sent: bool, cause: u16, message: &Message) -> Notification {
    let (stream, ppid, context) = (3, 4, 5);
    let flags = crate::options::SendFlags::UNORDERED;
    let bytes = message.span(0).to_vec();
    let (begins, ends) = (true, true);
    Notification::SendFailed(FailedMessage {
        deprecated,
        sent,
        cause,
        stream,
        ppid,
        context,
        flags,
        begins,
        ends,
        bytes,
    })
}

/// Sends two messages of which the second does not leave, has the peer abort, and returns what is told.
fn told_after_abort(events: Events) -> Vec<Notification> {
    let (mut wire, client, server) = Wire::connected();
    listen_for(&mut wire, 0, client, events);
    let info = SendInfo { stream: 3, ppid: 4, context: 5, unordered: true, ..to(1, 2000) };
    for (length, seed) in [(100_000, 1), (10, 2)] {
        wire.hosts[0].send(wire.now, client, &info, message(length, seed)).unwrap();
    }
    let mut buffer = [0; 1500];
    assert!(wire.hosts[0].transmit(wire.now, &mut buffer).is_some());
    wire.hosts[1].close(wire.now, server, Close::Abort);
    let length = wire.hosts[1].transmit(wire.now, &mut buffer).unwrap().length;
    wire.hosts[0].input(wire.now, B, A, 0, &buffer[..length]);
    told(&mut wire, 0, client)
}

#[test]
fn what_was_not_acknowledged_comes_back_before_the_end_is_told() {
    let cause = cause_code::USER_INITIATED_ABORT;
    let told = told_after_abort(Events::SEND_FAILED | Events::SEND_FAILURE | Events::ASSOCIATION);
    let (long, short) = (message(100_000, 1), message(10, 2));
    assert_eq!(told[..2], [failed(false, true, cause, &long), failed(false, false, cause, &short)]);
    assert!(matches!(told[2..], [Notification::AssociationChange { change: Change::Lost, .. }]));
    let told = told_after_abort(Events::SEND_FAILURE);
    assert_eq!(told, [failed(true, true, cause, &long), failed(true, false, cause, &short)]);
    assert_eq!(told_after_abort(Events::SENDER_DRY), []);
}

#[test]
fn a_message_for_a_stream_that_the_peer_does_not_take_comes_back() {
    let mut wire = Wire::new();
    let client = wire.endpoint(0, Style::OneToMany, 1000);
    wire.hosts[0].options(client).unwrap().future.events = Events::SEND_FAILED | Events::ASSOCIATION;
    let server = wire.endpoint(1, Style::OneToMany, 2000);
    wire.hosts[1].options(server).unwrap().future.protocol.inbound_streams = 3;
    wire.hosts[1].listen(server, 1).unwrap();
    let info = SendInfo { stream: 3, ppid: 4, context: 5, unordered: true, ..to(1, 2000) };
    wire.hosts[0].send(wire.now, client, &info, message(10, 1)).unwrap();
    wire.run();
    let told = told(&mut wire, 0, client);
    let cause = cause_code::INVALID_STREAM_IDENTIFIER;
    assert_eq!(told[..1], [failed(false, false, cause, &message(10, 1))]);
    let up = Notification::AssociationChange {
        change: Change::Up,
        cause: 0,
        outbound_streams: 3,
        inbound_streams: wire.association(0).inbound_streams,
        abort: Vec::new(),
    };
    assert_eq!(told[1..], [up]);
    assert!(wire.read(1, server).is_none());
}

#[test]
fn what_was_under_way_when_the_peer_restarted_comes_back() {
    let (mut wire, client, _) = Wire::connected();
    listen_for(&mut wire, 0, client, Events::SEND_FAILED | Events::ASSOCIATION);
    wire.hosts[1] = Engine::new([3; 32]).unwrap();
    let info = SendInfo { stream: 3, ppid: 4, context: 5, unordered: true, ..to(1, 2000) };
    wire.hosts[0].send(wire.now, client, &info, message(10, 1)).unwrap();
    let mut lost = [0; 1500];
    while wire.hosts[0].transmit(wire.now, &mut lost).is_some() {}
    wire.hosts[0].listen(client, 1).unwrap();
    let server = wire.endpoint(1, Style::OneToMany, 2000);
    wire.hosts[1].connect(wire.now, server, A.with_port(1000)).unwrap();
    wire.run();
    let told = told(&mut wire, 0, client);
    assert_eq!(told[..1], [failed(false, true, 0, &message(10, 1))]);
    assert!(matches!(told[1..], [Notification::AssociationChange { change: Change::Restart, .. }]));
}

#[test]
fn a_peer_cannot_fill_memory_with_notifications() {
    let (mut wire, _, server) = Wire::connected();
    let events = Events::PEER_ERROR | Events::ASSOCIATION | Events::DATA_IO;
    listen_for(&mut wire, 1, server, events);
    wire.hosts[1].set_receive_buffer(wire.now, server, 20_000).unwrap();
    for _ in 0..1000 {
        inject(&mut wire, |writer| {
            let error = [Cause::ProtocolViolation(&[0; 1000])];
            sctp_wire::emit_error(writer, &error).unwrap();
        });
    }
    let all = told(&mut wire, 1, server);
    let (last, before) = all.split_last().unwrap();
    assert!((10..20).contains(&before.len()), "{} notifications", before.len());
    assert!(before.iter().all(|one| matches!(one, Notification::RemoteError { cause: 13, .. })));
    assert_eq!(*last, Notification::Stopped);
    // Nothing is told until the user asks again; that messages have control data was no notification.
    let scopes = [Scope::Future, Scope::One(wire.hosts[1].associations_of(server).unwrap().next().unwrap())];
    for scope in scopes {
        assert_eq!(wire.hosts[1].settings(server, scope).unwrap().events, Events::DATA_IO);
    }
    listen_for(&mut wire, 1, server, Events::ASSOCIATION);
    inject(&mut wire, |writer| sctp_wire::emit_abort(writer, false, &[]).unwrap());
    assert!(matches!(told(&mut wire, 1, server)[..], [Notification::AssociationChange { cause: 0, .. }]));
}
