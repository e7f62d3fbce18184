//! What is counted, and that it is counted once.

use super::*;
use sctp_wire::{Chunks, DataFlags, PacketWriter, RawChunk, chunk_type};

/// All chunks that a host sent, as far as `pick` wants them.
fn sent(wire: &Wire, host: usize, pick: impl Fn(&RawChunk<'_>) -> bool) -> u64 {
    let packets = wire.packets.iter().filter(|(from, _)| *from == host);
    let chunks = packets.flat_map(|(_, bytes)| Chunks::new(&bytes[12..]).map(Result::unwrap));
    chunks.filter(|chunk| pick(chunk)).count() as u64
}

fn kind(kind: u8) -> impl Fn(&RawChunk<'_>) -> bool {
    move |chunk| chunk.kind == kind
}

fn data(unordered: bool) -> impl Fn(&RawChunk<'_>) -> bool {
    move |chunk| {
        let flags = DataFlags::from_bits_retain(chunk.flags);
        chunk.kind == chunk_type::DATA && flags.contains(DataFlags::UNORDERED) == unordered
    }
}

#[test]
fn an_exchange_is_counted_alike_at_both_ends() {
    let mut wire = Wire::new();
    let client = wire.endpoint(0, Style::OneToMany, 1000);
    let server = wire.endpoint(1, Style::OneToMany, 2000);
    wire.hosts[1].listen(server, 1).unwrap();
    for (number, size) in [5, 1400, 3000, 10, 70_000].into_iter().enumerate() {
        let info = SendInfo { unordered: number % 2 == 1, ..to(1, 2000) };
        wire.hosts[0].send(wire.now, client, &info, message(size, number)).unwrap();
    }
    wire.run();
    wire.advance(Span::from_secs(60));
    assert_eq!([0, 1].map(|host: usize| wire.hosts[host].current_associations()), [1, 1]);
    wire.hosts[0].finish(wire.now, client, &to(1, 2000)).unwrap();
    wire.run();
    assert_eq!([0, 1].map(|host: usize| wire.hosts[host].current_associations()), [0, 0]);

    for (from, to) in [(0, 1), (1, 0)] {
        let (here, there) = (*wire.hosts[from].counters(), *wire.hosts[to].counters());
        let packets = wire.packets.iter().filter(|(host, _)| *host == from).count() as u64;
        assert_eq!([here.packets_sent, there.packets_received], [packets; 2]);
        let control = sent(&wire, from, |chunk| chunk.kind != chunk_type::DATA);
        assert_eq!([here.control_chunks_sent, there.control_chunks_received], [control; 2]);
        let sacks = sent(&wire, from, kind(chunk_type::SACK));
        assert_eq!([here.sacks_sent, there.sacks_received], [sacks; 2]);
        let heartbeats = sent(&wire, from, kind(chunk_type::HEARTBEAT));
        assert!(heartbeats > 0);
        assert_eq!([here.heartbeats_sent, there.heartbeats_received], [heartbeats; 2]);
        assert_eq!(here.heartbeat_acks_received, heartbeats);
        let ordered = sent(&wire, from, data(false));
        assert_eq!([here.ordered_chunks_sent, there.ordered_chunks_received], [ordered; 2]);
        let unordered = sent(&wire, from, data(true));
        assert_eq!([here.unordered_chunks_sent, there.unordered_chunks_received], [unordered; 2]);
        assert_eq!(there.data_received, ordered + unordered);
        assert_eq!((here.shut_down, here.aborted), (1, 0));
    }
    let [client, server] = [0, 1].map(|host: usize| *wire.hosts[host].counters());
    assert_eq!((client.messages_fragmented, server.messages_reassembled), (2, 2));
    assert_eq!((server.messages_fragmented, client.messages_reassembled), (0, 0));
    assert_eq!((client.active_establishments, client.passive_establishments), (1, 0));
    assert_eq!((server.active_establishments, server.passive_establishments), (0, 1));
    assert_eq!((client.sends_unordered, client.sends_with_flags, client.sends_with_eof), (2, 3, 1));
    assert!(server.sack_timeouts > 0 && server.packets_with_data > 0 && client.packets_with_data == 0);
}

#[test]
fn every_packet_that_is_dropped_is_counted_under_its_reason() {
    type Change = fn(&mut Vec<u8>);
    type Look = fn(&Counters) -> u64;
    let rows: &[(&str, Change, Look)] = &[
        ("a wrong checksum", |packet| packet[9] ^= 1, |counters| counters.checksum_errors),
        ("too short", |packet| packet.truncate(11), |counters| counters.short_packets),
        ("no chunk", |packet| reseal(packet, |bytes| bytes.truncate(12)), |counters| counters.malformed),
        ("a wrong tag", |packet| reseal(packet, |bytes| bytes[4] ^= 1), |counters| counters.bad_tags),
        ("a closed port", |packet| reseal(packet, |bytes| bytes[3] ^= 1), |counters| counters.closed_ports),
        ("nobody's", |packet| reseal(packet, |bytes| bytes[1] ^= 1), |counters| counters.out_of_the_blue),
    ];
    for (what, change, look) in rows {
        let (mut wire, client, _) = Wire::connected();
        wire.packets.clear();
        wire.hosts[0].send(wire.now, client, &to(1, 2000), message(9, 9)).unwrap();
        let mut buffer = [0; 1500];
        let length = wire.hosts[0].transmit(wire.now, &mut buffer).unwrap().length;
        let mut packet = buffer[..length].to_vec();
        change(&mut packet);
        let before = *wire.hosts[1].counters();
        wire.hosts[1].input(wire.now, A, B, 0, &packet);
        let after = *wire.hosts[1].counters();
        assert_eq!(look(&after), look(&before) + 1, "{what}");
        assert_eq!((after.data_received, after.packets_received), (0, before.packets_received + 1), "{what}");
    }
}

#[test]
fn every_chunk_that_is_dropped_is_counted_under_its_reason() {
    type Look = fn(&Counters) -> u64;
    let rows: &[(&str, u8, u8, &[u8], Look)] = &[
        ("an unknown kind", 0xbf, 0, b"", |counters| counters.unrecognized_chunks),
        ("an unknown kind that stops", 0x3f, 0, b"", |counters| counters.unrecognized_chunks),
        ("a COOKIE ACK too many", chunk_type::COOKIE_ACK, 0, b"", |counters| counters.unexpected_chunks),
        ("an early SHUTDOWN ACK", chunk_type::SHUTDOWN_ACK, 0, b"", |counters| counters.unexpected_chunks),
        ("an early SHUTDOWN COMPLETE", chunk_type::SHUTDOWN_COMPLETE, 0, b"", |counters| {
            counters.unexpected_chunks
        }),
        ("an old SACK", chunk_type::SACK, 0, &[0; 12], |counters| counters.unexpected_chunks),
        ("a SACK that is cut", chunk_type::SACK, 0, &[0; 8], |counters| counters.malformed),
        ("a DATA that is cut", chunk_type::DATA, 3, &[0; 8], |counters| counters.malformed),
        ("an ABORT with a broken cause", chunk_type::ABORT, 0, &[0, 1, 0, 1], |counters| counters.malformed),
        ("an INIT that is cut", chunk_type::INIT, 0, &[0; 8], |counters| counters.bad_tags),
        ("a forged cookie", chunk_type::COOKIE_ECHO, 0, &[7; 200], |counters| counters.bad_cookies),
    ];
    for (what, kind, flags, value, look) in rows {
        let (mut wire, client, _) = Wire::connected();
        wire.hosts[0].send(wire.now, client, &to(1, 2000), message(9, 9)).unwrap();
        let mut buffer = [0; 1500];
        let length = wire.hosts[0].transmit(wire.now, &mut buffer).unwrap().length;
        let mut packet = [0; 1500];
        let mut writer = PacketWriter::new(&mut packet, 1500, header(&buffer[..length])).unwrap();
        writer.chunk(*kind, *flags, |body| body.bytes(value)).unwrap();
        let length = writer.finish();
        let before = *wire.hosts[1].counters();
        wire.hosts[1].input(wire.now, A, B, 0, &packet[..length]);
        let after = *wire.hosts[1].counters();
        assert_eq!(look(&after), look(&before) + 1, "{what}");
        assert_eq!(wire.hosts[1].current_associations(), 1, "{what}");
    }
}

fn header(packet: &[u8]) -> sctp_wire::CommonHeader {
    let word = |at: usize| u32::from_be_bytes(packet[at..at + 4].try_into().unwrap());
    sctp_wire::CommonHeader {
        source_port: (word(0) >> 16) as u16,
        destination_port: word(0) as u16,
        verification_tag: word(4),
    }
}

/// Changes a packet and gives it the right checksum again.
fn reseal(packet: &mut Vec<u8>, change: impl Fn(&mut Vec<u8>)) {
    change(packet);
    let mut buffer = [0; 1500];
    let mut writer = PacketWriter::new(&mut buffer, 1500, header(packet)).unwrap();
    for chunk in Chunks::new(&packet[12..]).map(Result::unwrap) {
        writer.chunk(chunk.kind, chunk.flags, |body| body.bytes(chunk.value)).unwrap();
    }
    let length = writer.finish();
    *packet = buffer[..length].to_vec();
}

#[test]
fn what_goes_again_is_counted_as_such() {
    let mut wire = Wire::new();
    let client = wire.endpoint(0, Style::OneToMany, 1000);
    wire.hosts[0].connect(wire.now, client, B.with_port(2000)).unwrap();
    // The first INIT is lost.
    let mut buffer = [0; 1500];
    assert!(wire.hosts[0].transmit(wire.now, &mut buffer).is_some());
    let server = wire.endpoint(1, Style::OneToMany, 2000);
    wire.hosts[1].listen(server, 1).unwrap();
    wire.advance(Span::from_secs(2));
    let counters = *wire.hosts[0].counters();
    assert_eq!((counters.init_timeouts, counters.active_establishments), (1, 1));
    // INIT and COOKIE ECHO.
    assert_eq!((counters.packets_sent, counters.control_chunks_sent), (3, 2));

    // One packet of eight is lost: it goes again when SACKs miss it.
    for seed in 0..8 {
        wire.hosts[0].send(wire.now, client, &to(1, 2000), message(1400, seed)).unwrap();
    }
    let before = wire.hosts[0].counters().packets_sent;
    assert!(wire.hosts[0].transmit(wire.now, &mut buffer).is_some());
    wire.run();
    let counters = *wire.hosts[0].counters();
    assert_eq!((counters.fast_retransmissions, counters.data_sent_again), (1, 1));
    assert_eq!((counters.ordered_chunks_sent, counters.packets_sent - before), (8, 9));
    assert_eq!(counters.data_timeouts, 0);

    // The last one is lost: T3-rtx.
    wire.advance(Span::from_secs(1));
    wire.hosts[0].send(wire.now, client, &to(1, 2000), message(1400, 9)).unwrap();
    assert!(wire.hosts[0].transmit(wire.now, &mut buffer).is_some());
    wire.advance(Span::from_secs(5));
    let counters = *wire.hosts[0].counters();
    assert_eq!((counters.fast_retransmissions, counters.data_sent_again, counters.data_timeouts), (1, 2, 1));
    assert_eq!(wire.hosts[1].counters().ordered_chunks_received, 9);
}

#[test]
fn unread_messages_of_a_closed_socket_are_counted() {
    let (mut wire, client, server) = Wire::connected();
    for seed in 0..3 {
        wire.hosts[0].send(wire.now, client, &to(1, 2000), message(100, seed)).unwrap();
    }
    wire.run();
    let _ = wire.read(1, server);
    wire.hosts[1].close(wire.now, server, Close::Graceful);
    assert_eq!(wire.hosts[1].counters().messages_abandoned, 2);
}

#[test]
fn counters_are_set_back_and_the_gauge_is_not() {
    let (mut wire, ..) = Wire::connected();
    let all = |wire: &Wire| -> u64 {
        (0..).map_while(|index| wire.hosts[0].counters().nth(index)).map(|(_, value)| value).sum()
    };
    assert!(all(&wire) > 0);
    assert_eq!(wire.hosts[0].counting_since(), Time(0));
    let now = wire.now;
    wire.hosts[0].reset_counters(now);
    assert_eq!(all(&wire), 0);
    assert_eq!(wire.hosts[0].counting_since(), now);
    assert_eq!(wire.hosts[0].current_associations(), 1);
}
