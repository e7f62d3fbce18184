//! The receive window and silly windows (RFC 9260 sections 6.1 and 6.2).

use super::*;
use sctp_wire::{Chunk, Packet};

/// All chunks that a host sent, as `pick` sees them.
fn picked<T>(wire: &Wire, host: usize, pick: impl Fn(Chunk<'_>) -> Option<T>) -> Vec<T> {
    let sent = wire.packets.iter().filter(|(from, _)| *from == host);
    let packets: Vec<_> = sent.map(|(_, bytes)| Packet::parse(bytes).unwrap()).collect();
    let chunks = packets.iter().flat_map(Packet::chunks).map(|raw| Chunk::parse(raw.unwrap()).unwrap());
    chunks.filter_map(pick).collect()
}

/// A server with a receive buffer of `buffer` bytes, and a client with `count` messages of `length` bytes for it.
pub(super) fn crowded(buffer: u32, count: usize, length: usize) -> (Wire, EndpointId) {
    let mut wire = Wire::new();
    let client = wire.endpoint(0, Style::OneToMany, 1000);
    let server = wire.endpoint(1, Style::OneToMany, 2000);
    wire.hosts[1].options(server).unwrap().future.protocol.receive_buffer = buffer;
    wire.hosts[1].listen(server, 1).unwrap();
    wire.hosts[0].connect(wire.now, client, B.with_port(2000)).unwrap();
    wire.run();
    wire.advance(Span::from_secs(1));
    for seed in 0..count {
        wire.hosts[0].send(wire.now, client, &to(1, 2000), message(length, seed)).unwrap();
    }
    wire.run();
    (wire, server)
}

#[test]
fn section_6_2_a_window_is_offered_for_a_whole_packet_or_not_at_all() {
    for (buffer, count, length) in [(10_000, 200, 300), (40_000, 100, 1300), (2000, 60, 100)] {
        let (mut wire, server) = crowded(buffer, count, length);
        let mut read = 0;
        // Long enough for window probes.
        wire.advance(Span::from_secs(10));
        for _ in 0..10_000 {
            wire.advance(Span::from_millis(300));
            // One message at a time, so that room comes in small pieces.
            read += usize::from(wire.read(1, server).is_some());
            wire.run();
            if read == count {
                break;
            }
        }
        assert_eq!(read, count);
        let windows = picked(&wire, 1, |chunk| match chunk {
            Chunk::Sack(sack) => Some(sack.a_rwnd),
            _ => None,
        });
        let least = (buffer / 2).min(1200);
        assert!(windows.contains(&0), "the buffer was never full");
        // RFC 3168 section 6.1.6: the network must not mark what probes a closed window.
        let data = wire.packets.iter().zip(&wire.tos).filter(|((from, _), _)| *from == 0);
        let data = data.filter(|((_, bytes), _)| ecn::chunk_kinds(bytes).contains(&0));
        let unmarkable = data.filter(|(_, tos)| **tos == 0).count();
        assert!(unmarkable > 0, "every probe could be marked");
        assert!(windows.iter().all(|window| *window == 0 || *window >= least), "{windows:?}");
    }
}

#[test]
fn section_6_1_no_fragment_is_cut_to_fit_what_is_left_of_a_window() {
    let (mut wire, server) = crowded(10_000, 5, 9000);
    for _ in 0..2000 {
        wire.advance(Span::from_millis(300));
        wire.read(1, server);
        wire.run();
    }
    let mut pieces = picked(&wire, 0, |chunk| match chunk {
        Chunk::Data(data) => {
            Some((data.tsn.0, data.payload.len(), data.flags.contains(sctp_wire::DataFlags::END)))
        }
        _ => None,
    });
    // Probes of the closed window are sent again.
    pieces.sort_unstable();
    pieces.dedup();
    assert_eq!(pieces.iter().filter(|(_, _, end)| *end).count(), 5);
    let full = 1500 - 20 - 12 - 16;
    assert!(pieces.iter().all(|(_, length, end)| *end || *length == full), "{pieces:?}");
}
