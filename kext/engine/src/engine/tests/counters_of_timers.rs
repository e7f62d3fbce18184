//! What is counted where packets are lost, come late or close a window, and where associations begin and end.

use super::*;
use sctp_wire::{CommonHeader, Init, PacketWriter, Parameters, Tsn};

/// The next packet of a host, which goes nowhere.
fn taken(wire: &mut Wire, host: usize) -> Vec<u8> {
    let mut buffer = [0; 1500];
    let transmit = wire.hosts[host].transmit(wire.now, &mut buffer).expect("a packet");
    buffer[..transmit.length].to_vec()
}

/// Gives a packet of the other host to a host.
fn give(wire: &mut Wire, host: usize, packet: &[u8]) {
    wire.hosts[host].input(wire.now, Wire::address(1 - host), Wire::address(host), 0, packet);
}

/// A listener at port 2000 of host 1, and the COOKIE ECHO of host 0 that would set up an association with it.
fn nearly_connected() -> (Wire, EndpointId, Vec<u8>) {
    let mut wire = Wire::new();
    let client = wire.endpoint(0, Style::OneToMany, 1000);
    let server = wire.endpoint(1, Style::OneToMany, 2000);
    wire.hosts[1].listen(server, 1).unwrap();
    wire.hosts[0].connect(wire.now, client, B.with_port(2000)).unwrap();
    let init = taken(&mut wire, 0);
    give(&mut wire, 1, &init);
    let init_ack = taken(&mut wire, 1);
    give(&mut wire, 0, &init_ack);
    let echo = taken(&mut wire, 0);
    (wire, client, echo)
}

#[test]
fn set_ups_are_counted_by_how_they_went() {
    // The COOKIE ECHO is lost.
    let (mut wire, ..) = nearly_connected();
    wire.advance(Span::from_secs(3));
    assert_eq!(
        (wire.hosts[0].counters().cookie_timeouts, wire.hosts[0].counters().active_establishments),
        (1, 1)
    );

    // It comes late.
    let (mut wire, _, echo) = nearly_connected();
    wire.now = wire.now.plus(Span::from_secs(100));
    give(&mut wire, 1, &echo);
    assert_eq!(
        (wire.hosts[1].counters().stale_cookies, wire.hosts[1].counters().passive_establishments),
        (1, 0)
    );

    // Both begin.
    let mut wire = Wire::new();
    let ends = [wire.endpoint(0, Style::OneToMany, 1000), wire.endpoint(1, Style::OneToMany, 2000)];
    wire.hosts[0].connect(wire.now, ends[0], B.with_port(2000)).unwrap();
    wire.hosts[1].connect(wire.now, ends[1], A.with_port(1000)).unwrap();
    wire.run();
    let collisions: u64 = wire.hosts.iter().map(|host| host.counters().collisions).sum();
    assert!(collisions > 0);
    assert_eq!(wire.hosts.each_ref().map(Engine::current_associations), [1, 1]);

    // One restarts.
    let (mut wire, ..) = Wire::connected();
    wire.hosts[0] = Engine::new([3; 32]).unwrap();
    let client = wire.endpoint(0, Style::OneToMany, 1000);
    wire.hosts[0].connect(wire.now, client, B.with_port(2000)).unwrap();
    wire.run();
    let counters = wire.hosts[1].counters();
    assert_eq!((counters.restarts, counters.passive_establishments), (1, 1));
    assert_eq!(wire.hosts[1].current_associations(), 1);
}

#[test]
fn a_set_up_that_is_refused_is_counted() {
    let (mut wire, ..) = nearly_connected();
    let header = CommonHeader { source_port: 1001, destination_port: 2000, verification_tag: 0 };
    let mut buffer = [0; 1500];
    let mut writer = PacketWriter::new(&mut buffer, 1400, header).unwrap();
    let init = Init {
        initiate_tag: 7,
        a_rwnd: 100_000,
        outbound_streams: 0,
        inbound_streams: 1,
        initial_tsn: Tsn(9),
        parameters: Parameters::new(&[]),
    };
    init.emit_init(&mut writer, |_| Ok(())).unwrap();
    let length = writer.finish();
    give(&mut wire, 1, &buffer[..length]);
    assert_eq!(wire.hosts[1].counters().refused_setups, 1);
}

#[test]
fn a_new_key_of_cookies_is_counted() {
    let (mut wire, ..) = nearly_connected();
    assert_eq!(wire.hosts[1].counters().key_changes, 0);
    wire.now = wire.now.plus(Span::from_secs(4000));
    let client = wire.endpoint(0, Style::OneToMany, 1001);
    wire.hosts[0].connect(wire.now, client, B.with_port(2000)).unwrap();
    wire.run();
    assert_eq!(wire.hosts[1].counters().key_changes, 1);
}

#[test]
fn closed_windows_are_counted_at_both_ends() {
    let (mut wire, server) = windows::crowded(2000, 60, 100);
    wire.advance(Span::from_secs(10));
    let (sender, receiver) = (*wire.hosts[0].counters(), *wire.hosts[1].counters());
    assert!(sender.window_probes > 0 && sender.probe_timeouts > 0, "{sender:?}");
    assert!(receiver.data_dropped > 0 && receiver.window_updates == 0, "{receiver:?}");
    while wire.read(1, server).is_some() {}
    wire.run();
    assert!(wire.hosts[1].counters().window_updates > 0);
}

#[test]
fn data_for_a_stream_that_there_is_not_is_counted() {
    let (mut wire, client, _) = Wire::connected();
    wire.hosts[0].send(wire.now, client, &to(1, 2000), message(8, 1)).unwrap();
    let packet = taken(&mut wire, 0);
    let word = |at: usize| u32::from_be_bytes(packet[at..at + 4].try_into().unwrap());
    let header = CommonHeader { source_port: 1000, destination_port: 2000, verification_tag: word(4) };
    let mut buffer = [0; 1500];
    let mut writer = PacketWriter::new(&mut buffer, 1400, header).unwrap();
    let mut value = packet[16..].to_vec();
    value[4] = 0xff;
    writer.chunk(0, 3, |body| body.bytes(&value)).unwrap();
    let length = writer.finish();
    give(&mut wire, 1, &buffer[..length]);
    assert_eq!(
        (wire.hosts[1].counters().bad_streams, wire.hosts[1].counters().ordered_chunks_received),
        (1, 0)
    );
}

#[test]
fn time_outs_of_the_end_are_counted() {
    // The SHUTDOWN is lost, and then the SHUTDOWN ACK.
    let (mut wire, client, _) = Wire::connected();
    wire.hosts[0].finish(wire.now, client, &to(1, 2000)).unwrap();
    let shutdown = taken(&mut wire, 0);
    wire.now = wire.now.plus(Span::from_secs(1));
    wire.hosts[0].on_timer(wire.now);
    assert_eq!(wire.hosts[0].counters().shutdown_timeouts, 1);
    give(&mut wire, 1, &shutdown);
    taken(&mut wire, 1);
    wire.now = wire.now.plus(Span::from_secs(1));
    wire.hosts[1].on_timer(wire.now);
    assert_eq!(wire.hosts[1].counters().shutdown_ack_timeouts, 1);
    wire.run();
    assert_eq!(wire.hosts.each_ref().map(|host| host.counters().shut_down), [1, 1]);

    // The peer has gone, and only T5-shutdown-guard ends it.
    let mut wire = Wire::new();
    let client = wire.endpoint(0, Style::OneToMany, 1000);
    wire.hosts[0].options(client).unwrap().future.protocol.association_max_retransmits = 100;
    let server = wire.endpoint(1, Style::OneToMany, 2000);
    wire.hosts[1].listen(server, 1).unwrap();
    wire.hosts[0].connect(wire.now, client, B.with_port(2000)).unwrap();
    wire.run();
    wire.hosts[0].finish(wire.now, client, &to(1, 2000)).unwrap();
    for _ in 0..1000 {
        while wire.hosts[0].transmit(wire.now, &mut [0; 1500]).is_some() {}
        wire.now = wire.hosts[0].deadline();
        if wire.now == Time::NEVER {
            break;
        }
        wire.hosts[0].on_timer(wire.now);
    }
    let counters = wire.hosts[0].counters();
    assert_eq!((counters.guard_timeouts, counters.aborted), (1, 1));
}

#[test]
fn an_abort_by_the_user_is_counted() {
    let (mut wire, client, _) = Wire::connected();
    wire.hosts[0].abort(client, &to(1, 2000), &message(5, 1)).unwrap();
    wire.run();
    assert_eq!((wire.hosts[0].counters().sends_with_abort, wire.hosts[0].counters().aborted), (1, 1));
    assert_eq!((wire.hosts[1].counters().sends_with_abort, wire.hosts[1].counters().aborted), (0, 1));
}

#[test]
fn an_idle_association_is_counted_when_it_is_closed() {
    let mut wire = Wire::new();
    let client = wire.endpoint(0, Style::OneToMany, 1000);
    wire.hosts[0].options(client).unwrap().future.protocol.autoclose = 10;
    let server = wire.endpoint(1, Style::OneToMany, 2000);
    wire.hosts[1].listen(server, 1).unwrap();
    wire.hosts[0].connect(wire.now, client, B.with_port(2000)).unwrap();
    wire.run();
    wire.advance(Span::from_secs(12));
    assert_eq!(wire.hosts.each_ref().map(|host| host.counters().idle_timeouts), [1, 0]);
    assert_eq!(wire.hosts.each_ref().map(|host| host.counters().shut_down), [1, 1]);
}

#[test]
fn heartbeats_and_searches_for_the_path_mtu_are_counted() {
    let mut wire = Wire::new();
    wire.mtu = 1400;
    let (client, _) = wire.connect();
    // The search begins with the first data.
    wire.hosts[0].send(wire.now, client, &to(1, 2000), message(20_000, 1)).unwrap();
    wire.run();
    wire.advance(Span::from_secs(100));
    let counters = wire.hosts[0].counters();
    assert!(counters.path_mtu_timeouts > 0 && counters.heartbeat_timeouts > 0, "{counters:?}");
}

#[test]
fn a_packet_that_this_host_cannot_send_is_counted() {
    let mut wire = Wire::new();
    wire.hosts[0].transmit_failed();
    assert_eq!(wire.hosts[0].counters().send_errors, 1);
}
