//! RFC 8260 section 3: who is sent first.

use super::*;

/// Streams and lengths of messages.
fn enqueue(bench: &mut Bench, messages: &[(u16, usize)]) {
    for (stream, length) in messages {
        bench.out.enqueue(OutMessage { stream: *stream, ..Bench::message(*length) }).unwrap();
    }
    bench.check();
}

/// The streams of the chunks of each packet that leaves, when every one is acknowledged.
fn packets(bench: &mut Bench) -> Vec<Vec<u16>> {
    let mut all = Vec::new();
    while let Some((_, chunks)) = bench.packet() {
        all.push(chunks.iter().map(|chunk| chunk.stream).collect());
        let sent = bench.out.next_tsn().0.wrapping_sub(FIRST);
        bench.sack(sent, &[]);
    }
    assert!(bench.out.is_drained());
    all
}

/// The streams of all chunks in order.
fn streams(scheduler: Scheduler, values: &[(u16, u16)], messages: &[(u16, usize)]) -> Vec<u16> {
    let mut bench = Bench::new(1, PLENTY);
    bench.out.set_scheduler(scheduler);
    for (stream, value) in values {
        bench.out.set_stream_value(*stream, *value).unwrap();
    }
    enqueue(&mut bench, messages);
    packets(&mut bench).concat()
}

const THREE_OF_EACH: [(u16, usize); 9] =
    [(1, 100), (1, 100), (1, 100), (2, 100), (2, 100), (2, 100), (3, 100), (3, 100), (3, 100)];

#[test]
fn section_3_1_first_come_first_served() {
    for scheduler in [Scheduler::Default, Scheduler::FirstCome] {
        assert_eq!(streams(scheduler, &[], &THREE_OF_EACH), [1, 1, 1, 2, 2, 2, 3, 3, 3]);
    }
}

#[test]
fn section_3_2_a_message_of_each_stream_in_turn() {
    assert_eq!(streams(Scheduler::RoundRobin, &[], &THREE_OF_EACH), [1, 2, 3, 1, 2, 3, 1, 2, 3]);
}

#[test]
fn section_3_2_a_stream_that_comes_late_is_not_owed_what_it_has_missed() {
    let mut bench = Bench::new(1, PLENTY);
    bench.out.set_scheduler(Scheduler::RoundRobin);
    enqueue(&mut bench, &[(1, 100); 10]);
    packets(&mut bench);
    enqueue(&mut bench, &[(1, 100), (1, 100), (2, 100), (2, 100), (2, 100)]);
    // Stream 1 has had its turn of this round.
    assert_eq!(packets(&mut bench).concat(), [2, 1, 2, 1, 2]);
}

#[test]
fn section_3_3_a_packet_is_of_one_stream() {
    let mut bench = Bench::new(1, PLENTY);
    bench.out.set_scheduler(Scheduler::RoundRobinPacket);
    enqueue(&mut bench, &[(1, 700), (1, 700), (1, 700), (2, 700), (2, 700), (2, 700)]);
    let packets = packets(&mut bench);
    assert_eq!(packets, [&[1, 1][..], &[2, 2], &[1], &[2]]);
}

#[test]
fn section_3_3_streams_take_turns_packet_by_packet() {
    let long = [(1, 1400), (1, 1400), (1, 1400), (2, 1400), (2, 1400), (2, 1400)];
    assert_eq!(streams(Scheduler::RoundRobinPacket, &[], &long), [1, 2, 1, 2, 1, 2]);
}

#[test]
fn section_3_4_the_lowest_value_goes_first() {
    let values = [(1, 20), (2, 10)];
    assert_eq!(streams(Scheduler::Priority, &values, &THREE_OF_EACH), [3, 3, 3, 2, 2, 2, 1, 1, 1]);
}

#[test]
fn section_3_5_streams_have_as_many_bytes() {
    let messages = [(1, 400), (1, 400), (2, 100), (2, 100), (2, 100), (2, 100), (2, 100)];
    assert_eq!(streams(Scheduler::FairBandwidth, &[], &messages), [1, 2, 2, 2, 2, 1, 2]);
}

#[test]
fn a_message_that_has_begun_is_ended_first() {
    let mut bench = Bench::new(1, PLENTY);
    bench.out.set_scheduler(Scheduler::Priority);
    bench.out.set_stream_value(1, 9).unwrap();
    enqueue(&mut bench, &[(1, 4000)]);
    let first = bench.packet().unwrap().1;
    assert_eq!(first[0].stream, 1);
    enqueue(&mut bench, &[(2, 100)]);
    let rest = packets(&mut bench).concat();
    assert_eq!((rest.first(), rest.last()), (Some(&1), Some(&2)));
}

#[test]
fn a_message_in_pieces_keeps_its_place() {
    let mut bench = Bench::new(1, PLENTY);
    bench.out.set_scheduler(Scheduler::Priority);
    bench.out.set_stream_value(1, 9).unwrap();
    let piece = |ends, length| OutMessage { stream: 1, ends, ..Bench::message(length) };
    bench.out.enqueue(piece(false, 17_000)).unwrap();
    bench.out.enqueue(piece(true, 17_000)).unwrap();
    enqueue(&mut bench, &[(2, 100)]);
    let mut chunks = Vec::new();
    while let Some((_, more)) = bench.packet() {
        chunks.extend(more);
        let sent = bench.out.next_tsn().0.wrapping_sub(FIRST);
        bench.sack(sent, &[]);
    }
    assert_eq!(chunks.last().map(|chunk| chunk.stream), Some(2));
    let ends = chunks.iter().filter(|chunk| chunk.flags.contains(DataFlags::END)).count();
    assert_eq!(ends, 2);
}

#[test]
fn another_scheduler_leaves_those_that_wait_in_front() {
    let mut bench = Bench::new(1, PLENTY);
    bench.out.set_scheduler(Scheduler::Priority);
    bench.out.set_stream_value(1, 9).unwrap();
    enqueue(&mut bench, &[(1, 100), (2, 100)]);
    bench.out.set_scheduler(Scheduler::RoundRobin);
    enqueue(&mut bench, &[(3, 100), (3, 100), (4, 100)]);
    assert_eq!(packets(&mut bench).concat(), [2, 1, 3, 4, 3]);
}
