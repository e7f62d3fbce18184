//! What variables change.

use super::*;
use crate::options::Protocol;
use sctp_wire::{Chunk, Init, Packet, PacketWriter};

/// Sets a variable by its name.
fn set(engine: &mut Engine, name: &str, value: u32) {
    let row = (0..).map_while(|index| Some((index, engine.variable(index)?.0)));
    let (index, _) = row.into_iter().find(|(_, row)| row.name.to_bytes() == name.as_bytes()).expect(name);
    engine.set_variable(index, value).expect(name);
}

#[test]
fn a_new_endpoint_begins_with_them_and_an_old_one_stays_as_it_is() {
    type Look = fn(&Protocol) -> u64;
    let rows: &[(&str, u32, u64, Look)] = &[
        ("ecn_enable", 0, 0, |protocol| protocol.ecn.into()),
        ("delayed_sack_time", 30, 30_000_000, |protocol| protocol.sack_delay.0),
        ("sack_freq", 7, 7, |protocol| protocol.sack_frequency.into()),
        ("heartbeat_interval", 0, 0, |protocol| protocol.path.heartbeat_interval.0),
        ("pmtu_raise_time", 5, 5_000_000_000, |protocol| protocol.path.pmtu_raise.0),
        ("shutdown_guard_time", 6, 6_000_000_000, |protocol| protocol.shutdown_guard.0),
        ("rto_max", 4000, 4_000_000_000, |protocol| protocol.rto.max.0),
        ("rto_min", 40, 40_000_000, |protocol| protocol.rto.min.0),
        ("rto_initial", 400, 400_000_000, |protocol| protocol.rto.initial.0),
        ("init_rto_max", 0, 0, |protocol| protocol.max_init_timeout.0),
        ("valid_cookie_life", 2000, 2_000_000_000, |protocol| protocol.cookie_life.0),
        ("init_rtx_max", 3, 3, |protocol| protocol.max_init_retransmits.into()),
        ("assoc_rtx_max", 4, 4, |protocol| protocol.association_max_retransmits.into()),
        ("path_rtx_max", 65_535, 65_535, |protocol| protocol.path.max_retransmits.into()),
        ("path_pf_threshold", 2, 2, |protocol| protocol.path.potentially_failed_max_retransmits.into()),
        ("incoming_streams", 1, 1, |protocol| protocol.inbound_streams.into()),
        ("outgoing_streams", 77, 77, |protocol| protocol.outbound_streams.into()),
        ("initial_cwnd", 12, 12, |protocol| protocol.window.initial.into()),
        ("maxburst", 0, 0, |protocol| protocol.max_burst.into()),
        ("abc_l_var", 8, 8, |protocol| protocol.window.limit.into()),
        ("recvspace", 4321, 4321, |protocol| protocol.receive_buffer.into()),
    ];
    let mut engine = Engine::new([1; 32]).unwrap();
    let old = engine.open(Style::OneToMany, Family::V4, 0).unwrap();
    for (name, value, seen, look) in rows {
        let before = look(&Protocol::default());
        assert_ne!(before, *seen, "{name}: nothing to be seen");
        set(&mut engine, name, *value);
        let new = engine.open(Style::OneToMany, Family::V4, 0).unwrap();
        assert_eq!(look(&engine.options(new).unwrap().future.protocol), *seen, "{name}");
        assert_eq!(look(&engine.options(old).unwrap().future.protocol), before, "{name}");
    }
    set(&mut engine, "sendspace", 1234);
    assert_eq!(engine.socket_buffers(), (1234, 4321));
}

/// How many packets host 1, where nobody listens, answers an INIT, a bad INIT, a SHUTDOWN ACK and a SHUTDOWN with, when
/// `blackhole` has this value.
fn answers(blackhole: u32) -> Vec<usize> {
    let header = |verification_tag| sctp_wire::CommonHeader {
        source_port: 1000,
        destination_port: 2000,
        verification_tag,
    };
    let init = |a_rwnd: u32| {
        move |writer: &mut PacketWriter<'_>| {
            let init = Init {
                initiate_tag: 9,
                a_rwnd,
                outbound_streams: 1,
                inbound_streams: 1,
                initial_tsn: sctp_wire::Tsn(1),
                parameters: sctp_wire::Parameters::new(&[]),
            };
            init.emit_init(writer, |_| Ok(()))
        }
    };
    type Build<'a> = &'a dyn Fn(&mut PacketWriter<'_>) -> Result<(), sctp_wire::Full>;
    let packets: [(u32, Build<'_>); 4] = [
        (0, &init(10_000)),
        (0, &init(1)),
        (5, &sctp_wire::emit_shutdown_ack),
        (5, &|writer| sctp_wire::Shutdown { cumulative_tsn: sctp_wire::Tsn(1) }.emit(writer)),
    ];
    let count = |(tag, build): (u32, Build<'_>)| {
        let mut wire = Wire::new();
        set(&mut wire.hosts[1], "blackhole", blackhole);
        let mut buffer = [0; 1500];
        let mut writer = PacketWriter::new(&mut buffer, 1500, header(tag)).unwrap();
        build(&mut writer).unwrap();
        let length = writer.finish();
        wire.hosts[1].input(wire.now, A, B, 0, &buffer[..length]);
        wire.run();
        wire.packets.len()
    };
    packets.map(count).into()
}

#[test]
fn blackhole_silences_closed_ports_and_then_all_that_comes_out_of_the_blue() {
    assert_eq!(answers(0), [1, 1, 1, 1]);
    assert_eq!(answers(1), [0, 0, 1, 1]);
    // Section 8.4 rule 5: without a SHUTDOWN COMPLETE the peer would go on asking.
    assert_eq!(answers(2), [0, 0, 1, 0]);
}

#[test]
fn blackhole_does_not_hide_a_port_that_is_listened_on() {
    let mut wire = Wire::new();
    set(&mut wire.hosts[1], "blackhole", 2);
    wire.connect();
    assert_eq!(wire.hosts[1].associations(), 1);
}

#[test]
fn a_cookie_is_good_for_one_more_lifetime_of_the_key() {
    for (seconds, up) in [(61, 1), (121, 0)] {
        let mut wire = Wire::new();
        set(&mut wire.hosts[1], "secret_lifetime", 60);
        set(&mut wire.hosts[1], "valid_cookie_life", 3_600_000);
        let server = wire.endpoint(1, Style::OneToMany, 2000);
        wire.hosts[1].listen(server, 1).unwrap();
        let client = wire.endpoint(0, Style::OneToMany, 1000);
        wire.hosts[0].connect(wire.now, client, B.with_port(2000)).unwrap();
        let mut buffer = [0; 1500];
        // INIT, INIT ACK; the COOKIE ECHO waits while other INITs come, with which keys change.
        for host in [0, 1] {
            let length = wire.hosts[host].transmit(wire.now, &mut buffer).unwrap().length;
            let (from, to) = (Wire::address(host), Wire::address(1 - host));
            wire.hosts[1 - host].input(wire.now, from, to, 0, &buffer[..length]);
        }
        let length = wire.hosts[0].transmit(wire.now, &mut buffer).unwrap().length;
        let packet = Packet::parse(&buffer[..length]).unwrap();
        let first = packet.chunks().next().unwrap().unwrap();
        assert!(matches!(Chunk::parse(first), Ok(Chunk::CookieEcho(_))));
        let cookie_echo = buffer[..length].to_vec();
        let stranger = wire.endpoint(0, Style::OneToMany, 1001);
        for _ in 0..2 {
            wire.now = wire.now.plus(Span::from_secs(seconds / 2));
            let _ = wire.hosts[0].send(wire.now, stranger, &to(1, 2000), message(1, 1));
            wire.run();
            let _ = wire.hosts[0].abort(stranger, &to(1, 2000), &message(0, 0));
            wire.run();
        }
        wire.hosts[1].input(wire.now, A, B, 0, &cookie_echo);
        assert_eq!(wire.hosts[1].associations(), up, "after {seconds} s");
    }
}

#[test]
fn the_guard_ends_a_shutdown_after_the_time_that_is_set() {
    let mut wire = Wire::new();
    for host in &mut wire.hosts {
        set(host, "shutdown_guard_time", 3);
    }
    let (client, _) = wire.connect();
    wire.hosts[0].close(wire.now, client, Close::Graceful);
    // The peer hears nothing of it.
    let mut buffer = [0; 1500];
    let begin = wire.now;
    while wire.hosts[0].associations() > 0 {
        while wire.hosts[0].transmit(wire.now, &mut buffer).is_some() {}
        wire.now = wire.hosts[0].deadline();
        wire.hosts[0].on_timer(wire.now);
    }
    assert_eq!(wire.now.since(begin), Span::from_secs(3));
}
