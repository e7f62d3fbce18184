//! One test for each rule about taking chunks in and delivering messages.

use super::*;

#[test]
fn section_6_2_a_chunk_without_user_data_is_refused() {
    let mut inbound = inbound(1);
    assert_eq!(inbound.receive(&data(1, WHOLE, 0, 0, b""), PLENTY), Verdict::NoUserData);
    assert_eq!(inbound.cumulative_tsn(), Tsn(0));
}

#[test]
fn section_6_2_a_closed_window_takes_in_only_what_fills_the_next_gap() {
    let mut inbound = inbound(1);
    assert_eq!(inbound.receive(&data(1, WHOLE, 0, 0, b"a"), 0), Verdict::Dropped);
    assert_eq!(inbound.receive(&data(5, WHOLE, 0, 4, b"e"), PLENTY), Verdict::Accepted);
    assert_eq!(inbound.receive(&data(4, WHOLE, 0, 3, b"d"), 0), Verdict::Dropped);
    assert_eq!(inbound.receive(&data(6, WHOLE, 0, 5, b"f"), 0), Verdict::Dropped);
    assert_eq!(inbound.receive(&data(1, WHOLE, 0, 0, b"a"), 0), Verdict::Accepted);
    assert_eq!(inbound.receive(&data(2, WHOLE, 0, 1, b"b"), 0), Verdict::Accepted);
    assert_eq!(pop_bytes(&mut inbound), [b"a", b"b"]);
    assert_eq!(inbound.cumulative_tsn(), Tsn(2));
}

#[test]
fn section_6_2_filling_gaps_with_a_closed_window_is_bounded() {
    let mut inbound = inbound(1);
    assert_eq!(inbound.receive(&data(1000, WHOLE, 0, 999, b"z"), PLENTY), Verdict::Accepted);
    let payload = [0; 1400];
    let taken = (1..1000_u16)
        .take_while(|n| {
            inbound.receive(&data(u32::from(*n), WHOLE, 1, n - 1, &payload), 0) == Verdict::Accepted
        })
        .count();
    assert_eq!(taken, OVERDRAFT / 1400);
    // Room again: the account is settled.
    let next = inbound.cumulative_tsn().next();
    assert_eq!(inbound.receive(&data(next.0, WHOLE, 2, 0, &payload), 1), Verdict::Accepted);
    assert_eq!(inbound.receive(&data(next.next().0, WHOLE, 2, 1, &payload), 0), Verdict::Accepted);
}

#[test]
fn section_6_2_data_ahead_of_a_gap_never_takes_the_last_byte() {
    let mut inbound = inbound(1);
    assert_eq!(inbound.receive(&data(2, WHOLE, 0, 1, &[0; 300]), 300), Verdict::Dropped);
    assert_eq!(inbound.receive(&data(2, WHOLE, 0, 1, &[0; 300]), 301), Verdict::Accepted);
    // What continues the sequence is taken whatever its size, or a small buffer would never see it.
    assert_eq!(inbound.receive(&data(1, WHOLE, 0, 0, &[0; 300]), 1), Verdict::Accepted);
}

#[test]
fn section_6_5_an_invalid_stream_is_acknowledged_and_dropped() {
    let mut inbound = inbound(1);
    assert_eq!(inbound.receive(&data(1, BEGIN, 10, 0, b"x"), PLENTY), Verdict::InvalidStream);
    assert_eq!(inbound.receive(&data(2, END, 10, 0, b"y"), PLENTY), Verdict::InvalidStream);
    assert_eq!(inbound.receive(&data(3, WHOLE, 9, 0, b"z"), PLENTY), Verdict::Accepted);
    assert_eq!(inbound.cumulative_tsn(), Tsn(3));
    assert_eq!(pop_bytes(&mut inbound), [b"z"]);
    assert_eq!(inbound.receive(&data(1, BEGIN, 10, 0, b"x"), PLENTY), Verdict::Duplicate);
}

#[test]
fn section_6_6_streams_do_not_wait_for_each_other() {
    let mut inbound = inbound(1);
    inbound.receive(&data(3, WHOLE, 0, 1, b"0b"), PLENTY);
    inbound.receive(&data(2, WHOLE, 1, 0, b"1a"), PLENTY);
    assert_eq!(pop_bytes(&mut inbound), [b"1a"]);
    inbound.receive(&data(4, WHOLE, 0, 2, b"0c"), PLENTY);
    inbound.receive(&data(1, WHOLE, 0, 0, b"0a"), PLENTY);
    assert_eq!(pop_bytes(&mut inbound), [b"0a", b"0b", b"0c"]);
}

#[test]
fn section_6_6_an_unordered_message_overtakes_and_its_ssn_has_no_significance() {
    let mut inbound = inbound(1);
    inbound.receive(&data(2, WHOLE, 0, 1, b"second"), PLENTY);
    inbound.receive(&data(4, END | UNORDERED, 0, 77, b"cut"), PLENTY);
    assert!(pop_all(&mut inbound).is_empty());
    assert_eq!(inbound.receive(&data(3, BEGIN | UNORDERED, 0, 1, b"short"), PLENTY), Verdict::Accepted);
    let urgent = pop_all(&mut inbound);
    assert_eq!(urgent.len(), 1);
    assert!(urgent[0].unordered);
    assert_eq!(bytes(&urgent[0].message), b"shortcut");
    inbound.receive(&data(1, WHOLE, 0, 0, b"first"), PLENTY);
    assert_eq!(pop_bytes(&mut inbound), [&b"first"[..], b"second"]);
}

#[test]
fn section_6_9_a_message_is_delivered_with_what_its_first_fragment_said() {
    let mut inbound = inbound(u32::MAX);
    let parts = [(u32::MAX, BEGIN, [1; 500]), (0, MIDDLE, [2; 500]), (1, END, [3; 500])];
    for (tsn, flags, payload) in [parts[2], parts[0], parts[1]] {
        assert_eq!(inbound.receive(&data(tsn, flags, 3, 0, &payload), PLENTY), Verdict::Accepted);
    }
    assert_eq!(inbound.held_bytes(), 1500);
    let delivery = inbound.pop().unwrap();
    assert_eq!((delivery.stream, delivery.ssn, delivery.unordered), (3, Ssn(0), false));
    assert_eq!((delivery.tsn, delivery.ppid), (Tsn(u32::MAX), u32::MAX ^ 0x5555_5555));
    // A part for each fragment: nothing was copied.
    assert_eq!(delivery.message.span(0), [1; 500]);
    assert_eq!(bytes(&delivery.message), parts.map(|part| part.2).concat());
    assert_eq!((inbound.held_bytes(), inbound.cumulative_tsn()), (0, Tsn(1)));
}

#[test]
fn section_6_9_contradicting_fragments_are_a_violation() {
    // (the chunks that are there: TSN, flags, stream, SSN), (the one that contradicts them)
    type Chunk = (u32, DataFlags, u16, u16);
    let cases: &[(&[Chunk], Chunk)] = &[
        // Nothing comes before the initial TSN, so it begins a message.
        (&[], (1, MIDDLE, 0, 0)),
        (&[], (1, END, 0, 0)),
        // After a whole message another one begins, and before it one ends.
        (&[(1, WHOLE, 0, 0)], (2, END, 0, 1)),
        (&[(2, WHOLE, 0, 1)], (1, BEGIN, 0, 0)),
        (&[(1, BEGIN, 0, 0), (2, END, 0, 0)], (3, MIDDLE, 0, 0)),
        // A message that began goes on.
        (&[(1, BEGIN, 0, 0)], (2, BEGIN, 0, 0)),
        (&[(1, BEGIN, 0, 0)], (2, WHOLE, 0, 1)),
        (&[(3, MIDDLE, 0, 0)], (2, END, 0, 0)),
        (&[(3, END, 0, 0)], (2, WHOLE, 0, 0)),
        (&[(3, END, 0, 0)], (4, END, 0, 0)),
        (&[(3, BEGIN, 0, 1)], (2, MIDDLE, 0, 0)),
        // All of it has one stream, one sequence number and one kind of delivery.
        (&[(1, BEGIN, 0, 0)], (2, END, 1, 0)),
        (&[(1, BEGIN, 0, 0)], (2, END, 0, 1)),
        (&[(1, BEGIN, 0, 0)], (2, END | UNORDERED, 0, 0)),
        (&[(2, END, 0, 0)], (1, BEGIN, 1, 0)),
        // An invalid stream is no place for the middle of a message.
        (&[(1, BEGIN, 0, 0)], (2, MIDDLE, 10, 0)),
        (&[(3, END, 0, 0)], (2, MIDDLE, 10, 0)),
        // A sequence number is used once.
        (&[(1, WHOLE, 0, 0)], (2, WHOLE, 0, 0)),
        (&[(2, WHOLE, 0, 1)], (3, WHOLE, 0, 1)),
        (&[(1, WHOLE, 0, 0)], (2, WHOLE, 0, 0x8001)),
    ];
    for (before, (tsn, flags, stream, ssn)) in cases {
        let mut inbound = inbound(1);
        for (tsn, flags, stream, ssn) in *before {
            assert_eq!(inbound.receive(&data(*tsn, *flags, *stream, *ssn, b"x"), PLENTY), Verdict::Accepted);
        }
        let state = (inbound.cumulative_tsn(), inbound.held_bytes());
        let verdict = inbound.receive(&data(*tsn, *flags, *stream, *ssn, b"x"), PLENTY);
        assert_eq!(verdict, Verdict::Violation, "{before:?} then {tsn} {flags:?} {stream} {ssn}");
        assert_eq!((inbound.cumulative_tsn(), inbound.held_bytes()), state);
    }
}

#[test]
fn sequence_numbers_of_streams_and_chunks_wrap() {
    let mut inbound = inbound(u32::MAX - 40_000);
    // Pairs in reverse: every second message waits for the one before it.
    for n in 0..35_000_u32 {
        for number in [2 * n + 1, 2 * n] {
            let ssn = u16::try_from(number & 0xffff).unwrap();
            let tsn = (u32::MAX - 40_000).wrapping_add(number);
            let payload = number.to_be_bytes();
            assert_eq!(inbound.receive(&data(tsn, WHOLE, 0, ssn, &payload), PLENTY), Verdict::Accepted);
        }
        assert_eq!(pop_bytes(&mut inbound), [(2 * n).to_be_bytes(), (2 * n + 1).to_be_bytes()]);
    }
    assert_eq!(inbound.held_bytes(), 0);
}

#[test]
fn a_message_of_very_many_fragments_comes_together_from_its_end() {
    let mut inbound = inbound(1);
    for tsn in (1..=30_000_u32).rev() {
        let flags = match tsn {
            1 => BEGIN,
            30_000 => END,
            _ => MIDDLE,
        };
        let payload = [u8::try_from(tsn & 0xff).unwrap()];
        assert_eq!(inbound.receive(&data(tsn, flags, 0, 0, &payload), PLENTY), Verdict::Accepted);
    }
    assert_eq!(inbound.held_bytes(), 30_000 * LEAST_CHARGE);
    let message = inbound.pop().unwrap().message;
    // Copied together: a part for each byte would cost far more than the bytes.
    assert_eq!(message.span(0).len(), 30_000);
    assert!(message.span(0).iter().zip(1_u32..).all(|(byte, tsn)| u32::from(*byte) == tsn & 0xff));
    assert_eq!(inbound.held_bytes(), 0);
}
