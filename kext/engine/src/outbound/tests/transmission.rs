//! Fragmentation, bundling, and the rules for new data: sections 6.1, 6.5, 6.9 and 6.10.

use super::*;

const BEGIN: DataFlags = DataFlags::BEGIN;
const END: DataFlags = DataFlags::END;

#[test]
fn section_6_9_a_long_message_is_cut_into_full_packets() {
    let mut bench = Bench::new(1, PLENTY);
    bench.enqueue(&[2 * FULL + 100]);
    let packets: Vec<_> = core::iter::from_fn(|| bench.packet()).map(|(_, chunks)| chunks).collect();
    let expected = [(BEGIN, FULL), (DataFlags::empty(), FULL), (END, 100)];
    assert_eq!(packets.len(), 3);
    let mut bytes: Vec<u8> = Vec::new();
    for ((chunks, (flags, length)), n) in packets.iter().zip(expected).zip(0..) {
        assert_eq!(chunks.len(), 1);
        assert_eq!((chunks[0].tsn, chunks[0].ssn), (Tsn(FIRST + n), Ssn(0)));
        assert_eq!((chunks[0].flags, chunks[0].payload.len()), (flags, length));
        bytes.extend(&chunks[0].payload);
    }
    assert_eq!(bytes, Bench::message(2 * FULL + 100).bytes);
}

#[test]
fn section_6_9_the_least_path_mtu_decides() {
    let mut bench = Bench::new(2, PLENTY);
    bench.paths[1].mtu = 1280;
    bench.enqueue(&[2000]);
    assert_eq!(bench.packet().unwrap().1[0].payload.len(), 1280 - 20 - 12 - 16);
}

#[test]
fn section_6_10_what_fits_one_packet_is_bundled_and_not_split() {
    let mut bench = Bench::new(1, PLENTY);
    bench.enqueue(&[700, 700, 700, 10]);
    // Behind two chunks of 716 bytes, 36 bytes are left.
    assert_eq!(bench.flush(), [&[0, 1][..], &[2, 3]]);
}

#[test]
fn section_6_9_a_long_message_fills_what_half_a_fragment_or_more_is_left_of() {
    for (first, second) in [(500, FULL - 516), (1000, FULL)] {
        let mut bench = Bench::new(1, PLENTY);
        bench.enqueue(&[first, 5000]);
        let chunks: Vec<_> = bench.packet().unwrap().1.into_iter().chain(bench.packet().unwrap().1).collect();
        assert_eq!((chunks[0].payload.len(), chunks[1].payload.len()), (first, second));
    }
}

#[test]
fn section_6_1_data_goes_behind_control_chunks() {
    let mut bench = Bench::new(1, PLENTY);
    bench.enqueue(&[5000, 500]);
    // A fragment gives way to a SACK in front of it.
    assert_eq!(bench.packet_behind(32).unwrap().1[0].payload.len(), FULL - 32);
    // Nothing fits behind this, and that is no reason to stop.
    assert_eq!(bench.packet_behind(1400), None);
    assert_eq!(bench.packet_behind(0).unwrap().1[0].payload.len(), FULL);
}

#[test]
fn section_6_5_ordered_messages_are_numbered_by_stream_when_they_are_sent() {
    let mut bench = Bench::new(1, PLENTY);
    for (stream, unordered) in [(3, false), (3, true), (4, false), (3, false)] {
        bench.out.enqueue(OutMessage { stream, unordered, ..Bench::message(8) }).unwrap();
    }
    let (_, chunks) = bench.packet().unwrap();
    let sent: Vec<_> = chunks.iter().map(|chunk| (chunk.stream, chunk.ssn.0, chunk.flags)).collect();
    let whole = BEGIN | END;
    let unordered = whole | DataFlags::UNORDERED;
    assert_eq!(sent, [(3, 0, whole), (3, 0, unordered), (4, 0, whole), (3, 1, whole)]);
}

#[test]
fn rfc_7053_the_last_fragment_asks_for_an_immediate_sack() {
    let mut bench = Bench::new(1, PLENTY);
    bench.out.enqueue(OutMessage { immediate: true, ..Bench::message(FULL + 1) }).unwrap();
    assert_eq!(bench.packet().unwrap().1[0].flags, BEGIN);
    assert_eq!(bench.packet().unwrap().1[0].flags, END | DataFlags::IMMEDIATE);
}

#[test]
fn section_5_1_1_streams_that_the_peer_does_not_take() {
    let mut bench = Bench::new(1, PLENTY);
    let (error, refused) = bench.out.enqueue(OutMessage { stream: 10, ..Bench::message(5) }).unwrap_err();
    assert_eq!((error, refused.bytes.len()), (EnqueueError::BadStream, 5));
    for stream in [0, 9, 2, 8, 0] {
        bench.out.enqueue(OutMessage { stream, ..Bench::message(5) }).unwrap();
    }
    bench.out.limit_streams(3);
    bench.check();
    assert_eq!(bench.out.buffered_bytes(), 15);
    assert!(bench.out.enqueue(OutMessage { stream: 3, ..Bench::message(5) }).is_err());
    let streams: Vec<_> = bench.packet().unwrap().1.iter().map(|chunk| chunk.stream).collect();
    assert_eq!(streams, [0, 2, 0]);
}

#[test]
fn section_6_2_an_empty_message_makes_no_chunk() {
    let mut bench = Bench::new(1, PLENTY);
    bench.enqueue(&[0]);
    assert!(bench.out.is_drained() && bench.can_send().is_none());
}

#[test]
fn section_6_1_b_cwnd_may_be_exceeded_by_one_packet() {
    let mut bench = Bench::new(1, PLENTY);
    bench.enqueue(&[FULL; 10]);
    // The initial window is 4404 bytes (section 7.2.1): three full packets are exactly that.
    assert_eq!(bench.cwnd(), 4404);
    assert_eq!(bench.flush(), [[0], [1], [2]]);
    assert_eq!((bench.flight(), bench.can_send()), (4404, None));

    let mut bench = Bench::new(1, PLENTY);
    bench.enqueue(&[FULL - 4; 10]);
    assert_eq!(bench.flush(), [[0], [1], [2], [3]]);
}

#[test]
fn section_6_1_d_max_burst() {
    let mut bench = Bench::new(1, PLENTY);
    bench.open_window(20 * PMDCS);
    let next = bench.out.next_tsn().0 - FIRST;
    bench.enqueue(&[FULL; 20]);
    assert_eq!(bench.flush().len(), 4);
    bench.sack(next + 1, &[]);
    assert_eq!(bench.flush().len(), 4);
    // Another call of the user allows another burst.
    bench.enqueue(&[FULL]);
    assert_eq!(bench.flush().len(), 4);
}

#[test]
fn section_6_1_small_messages_wait_for_each_other_unless_nodelay() {
    let mut bench = Bench::new(1, PLENTY);
    bench.nodelay = false;
    bench.enqueue(&[100]);
    // Nothing is outstanding.
    assert_eq!(bench.tsns(), [0]);
    bench.enqueue(&[100, 100]);
    assert_eq!(bench.can_send(), None);
    bench.nodelay = true;
    assert!(bench.can_send().is_some());
    bench.nodelay = false;
    // Until they fill a packet.
    bench.enqueue(&[FULL - 2 * 116 - 16]);
    assert_eq!(bench.can_send(), None);
    bench.enqueue(&[1]);
    assert_eq!(bench.tsns(), [1, 2, 3]);
    // Or until everything is acknowledged.
    assert_eq!(bench.can_send(), None);
    bench.sack(4, &[]);
    assert_eq!(bench.tsns(), [4]);
    // The rest of a long message does not wait.
    bench.enqueue(&[FULL + 1]);
    assert_eq!(bench.flush(), [[5], [6]]);
}

#[test]
fn section_6_1_a_the_window_of_the_peer() {
    let mut bench = Bench::new(1, 2500);
    bench.enqueue(&[1000; 4]);
    assert_eq!(bench.flush(), [[0], [1]]);
    assert_eq!(bench.out.peer_rwnd(), 500);
    // 1000 bytes are still outstanding.
    bench.try_sack(1, 1999, &[]).unwrap();
    assert_eq!((bench.out.peer_rwnd(), bench.can_send()), (999, None));
    bench.try_sack(1, 2000, &[]).unwrap();
    assert_eq!(bench.flush(), [[2]]);
}

#[test]
fn section_6_1_a_a_zero_window_is_probed_ever_more_rarely() {
    let mut bench = Bench::new(1, 2000);
    bench.enqueue(&[1000; 6]);
    assert_eq!(bench.flush(), [[0], [1]]);
    bench.try_sack(2, 0, &[]).unwrap();
    let mut interval = 1;
    for probe in 2..5 {
        // One RTO before the first probe, then twice as long.
        assert!(bench.out.is_probing() && bench.can_send().is_none());
        assert_eq!(bench.paths[0].t3.since(bench.now), Span::from_secs(interval));
        bench.time_out(0);
        assert_eq!(bench.flush(), [[probe]]);
        assert!(!bench.out.is_probing(), "the peer may be dead");
        bench.try_sack(probe + 1, 0, &[]).unwrap();
        interval *= 2;
    }
    // The window opens.
    bench.try_sack(5, 5000, &[]).unwrap();
    assert!(!bench.out.is_probing());
    assert_eq!(bench.flush(), [[5]]);
    assert!(!bench.out.is_probing());
}

#[test]
fn section_6_1_a_the_first_probe_waits_for_an_rto_after_the_window_was_seen_closed() {
    let mut bench = Bench::new(1, 1000);
    bench.enqueue(&[1000]);
    assert_eq!(bench.flush(), [[0]]);
    bench.try_sack(1, 0, &[]).unwrap();
    assert!(bench.out.is_drained());
    bench.wait(400);
    bench.enqueue(&[10]);
    assert!(bench.out.is_probing() && bench.can_send().is_none());
    assert_eq!(bench.paths[0].t3.since(bench.now), Span::from_millis(600));
    bench.time_out(0);
    assert_eq!(bench.flush(), [[1]]);
    // An RTO has passed when this comes.
    bench.try_sack(2, 0, &[]).unwrap();
    bench.time_out(0);
    bench.enqueue(&[10]);
    assert_eq!(bench.flush(), [[2]]);
    bench.try_sack(3, 0, &[]).unwrap();
    // The window opens before there is anything to send.
    bench.try_sack(3, 1000, &[]).unwrap();
    bench.enqueue(&[10]);
    assert_eq!(bench.flush(), [[3]]);
}

#[test]
fn section_6_1_a_a_probe_that_the_peer_drops_is_no_error_and_no_congestion() {
    let mut bench = Bench::new(1, 0);
    bench.enqueue(&[1000; 2]);
    let cwnd = bench.cwnd();
    assert_eq!(bench.flush(), [[0]]);
    for _ in 0..3 {
        bench.try_sack(0, 0, &[]).unwrap();
        assert!(bench.out.is_probing());
        bench.time_out(0);
        assert_eq!(bench.flush(), [[0]]);
        assert!(!bench.out.is_probing());
    }
    assert_eq!(bench.cwnd(), cwnd);
    bench.try_sack(1, 3000, &[]).unwrap();
    assert_eq!(bench.flush(), [[1]]);
}

#[test]
fn section_6_4_the_user_may_choose_the_path() {
    let mut bench = Bench::new(3, PLENTY);
    let to = |path| OutMessage { path, ..Bench::message(10) };
    for path in [None, Some(PathId(2)), Some(PathId(2)), None, Some(PathId(0))] {
        bench.out.enqueue(to(path)).unwrap();
    }
    let packets: Vec<_> =
        core::iter::from_fn(|| bench.packet()).map(|(id, chunks)| (id.0, chunks.len())).collect();
    assert_eq!(packets, [(0, 1), (2, 2), (0, 2)]);
}

#[test]
fn section_6_4_1_an_inactive_path_is_replaced_by_an_active_one() {
    let mut bench = Bench::new(3, PLENTY);
    bench.paths[1].state = PathState::Unconfirmed;
    bench.enqueue(&[10]);
    bench.paths[0].state = PathState::Inactive;
    assert_eq!(bench.can_send(), Some(PathId(2)));
    // With none left, the primary one goes on being tried.
    bench.paths[2].state = PathState::Inactive;
    assert_eq!(bench.packet().unwrap().0, PathId(0));
    // Section 5.4: no data to an address that is not known to be the peer's.
    bench.out.enqueue(OutMessage { path: Some(PathId(1)), ..Bench::message(10) }).unwrap();
    assert_eq!(bench.packet().unwrap().0, PathId(0));
}

#[test]
fn section_6_1_a_message_is_dropped_when_it_is_acknowledged_and_not_before() {
    let mut bench = Bench::new(1, PLENTY);
    bench.enqueue(&[100, FULL + 48]);
    bench.flush();
    assert_eq!(bench.out.buffered_bytes(), 1600);
    bench.sack(0, &[(2, 3)]);
    assert_eq!(bench.out.buffered_bytes(), 1600);
    let effect = bench.sack(1, &[(1, 2)]);
    assert_eq!(bench.out.buffered_bytes(), 1500);
    assert_eq!((effect.newly_acked, effect.cumulative_advanced, effect.path_acked), (100, true, 1));
    bench.sack(3, &[]);
    assert!(bench.out.is_drained() && bench.out.messages.is_empty());
}
