//! Messages that are delivered in parts (RFC 9260 section 6.9).

use super::*;

/// What a delivery has: bytes, whether the message begins with them, what comes behind them.
fn parts(inbound: &mut Inbound) -> Vec<(Vec<u8>, bool, Rest)> {
    let deliveries = pop_all(inbound).into_iter();
    deliveries.map(|delivery| (bytes(&delivery.message), delivery.first, delivery.rest)).collect()
}

fn take(inbound: &mut Inbound, chunks: &[(u32, DataFlags, u16, u16, &[u8])]) {
    for (tsn, flags, stream, ssn, payload) in chunks {
        let chunk = data(*tsn, *flags, *stream, *ssn, payload);
        assert_eq!(inbound.receive(&chunk, PLENTY), Verdict::Accepted, "{tsn}");
    }
}

#[test]
fn a_message_is_delivered_in_parts_from_the_point_on() {
    let mut inbound = inbound(u32::MAX);
    take(&mut inbound, &[(u32::MAX, BEGIN, 3, 0, b"one "), (0, MIDDLE, 3, 0, b"two ")]);
    inbound.begin_part(9, true);
    assert_eq!(parts(&mut inbound), []);
    inbound.begin_part(8, true);
    assert_eq!(parts(&mut inbound), [(b"one two ".to_vec(), true, Rest::Follows)]);
    assert_eq!(inbound.held_bytes(), 0);
    // What comes behind a gap waits for it; what closes the gap takes it along.
    take(&mut inbound, &[(2, MIDDLE, 3, 0, b"four "), (3, MIDDLE, 3, 0, b"five ")]);
    assert_eq!(parts(&mut inbound), []);
    assert_eq!(inbound.held_bytes(), 2 * LEAST_CHARGE);
    take(&mut inbound, &[(1, MIDDLE, 3, 0, b"three "), (5, END, 3, 0, b"seven")]);
    assert_eq!(parts(&mut inbound), [(b"three four five ".to_vec(), false, Rest::Follows)]);
    take(&mut inbound, &[(4, MIDDLE, 3, 0, b"six ")]);
    let last = inbound.pop().unwrap();
    assert_eq!((bytes(&last.message), last.first, last.rest), (b"six seven".to_vec(), false, Rest::Nothing));
    // All parts have what the first fragment had.
    assert_eq!((last.tsn, last.ppid), (Tsn(u32::MAX), u32::MAX ^ 0x5555_5555));
    assert_eq!((last.stream, last.ssn, last.unordered), (3, Ssn(0), false));
    assert_eq!((inbound.held_bytes(), inbound.cumulative_tsn()), (0, Tsn(5)));
}

#[test]
fn a_message_begins_when_all_before_it_is_delivered() {
    let mut inbound = inbound(1);
    take(&mut inbound, &[(2, BEGIN, 1, 0, b"x")]);
    inbound.begin_part(0, true);
    assert_eq!(parts(&mut inbound), []);
    take(&mut inbound, &[(1, WHOLE, 0, 0, b"a")]);
    inbound.begin_part(0, true);
    assert_eq!(parts(&mut inbound), [(b"a".to_vec(), true, Rest::Nothing)]);
    inbound.begin_part(0, true);
    assert_eq!(parts(&mut inbound), [(b"x".to_vec(), true, Rest::Follows)]);
}

#[test]
fn a_message_that_is_not_next_in_its_stream_does_not_begin() {
    let mut inbound = inbound(1);
    take(&mut inbound, &[(1, BEGIN, 0, 1, b"x")]);
    inbound.begin_part(0, true);
    assert_eq!(parts(&mut inbound), []);
}

#[test]
fn nothing_to_deliver_in_parts_is_no_harm() {
    let mut inbound = inbound(1);
    inbound.begin_part(0, true);
    take(&mut inbound, &[(1, WHOLE, 0, 0, b"a"), (2, BEGIN, 0, 1, b"b"), (3, END, 0, 1, b"c")]);
    let _ = pop_all(&mut inbound);
    inbound.begin_part(0, true);
    assert_eq!(parts(&mut inbound), []);
    assert!(inbound.give_up_part().is_none());
}

/// The beginning of a message on stream 0 was delivered; behind a gap there are messages on streams 0 and 1.
fn interrupted(alone: bool) -> Inbound {
    let mut inbound = inbound(1);
    take(&mut inbound, &[(1, BEGIN, 0, 0, b"be")]);
    inbound.begin_part(1, alone);
    assert_eq!(parts(&mut inbound), [(b"be".to_vec(), true, Rest::Follows)]);
    let behind: [(u32, DataFlags, u16, u16, &[u8]); 3] =
        [(3, WHOLE, 0, 1, b"next"), (4, WHOLE | UNORDERED, 0, 0, b"urgent"), (5, WHOLE, 1, 0, b"other")];
    take(&mut inbound, &behind);
    inbound
}

#[test]
fn rfc_6458_section_8_1_20_the_whole_association_waits_for_the_end() {
    let mut inbound = interrupted(true);
    assert_eq!(parts(&mut inbound), []);
    take(&mut inbound, &[(2, END, 0, 0, b"gin")]);
    assert_eq!(pop_bytes(&mut inbound), [&b"gin"[..], b"urgent", b"other", b"next"]);
    assert_eq!(inbound.held_bytes(), 0);
}

#[test]
fn rfc_6458_section_8_1_20_the_stream_alone_waits_for_the_end() {
    let mut inbound = interrupted(false);
    assert_eq!(pop_bytes(&mut inbound), [b"other"]);
    take(&mut inbound, &[(2, END, 0, 0, b"gin")]);
    assert_eq!(pop_bytes(&mut inbound), [&b"gin"[..], b"urgent", b"next"]);
    assert_eq!(inbound.held_bytes(), 0);
}

#[test]
fn what_waits_for_a_message_that_is_given_up_is_delivered() {
    let mut inbound = interrupted(true);
    let told = inbound.give_up_part();
    assert_eq!(told, Some(Notification::PartialDelivery { stream: 0, ssn: Ssn(0) }));
    assert_eq!(pop_bytes(&mut inbound), [&b"urgent"[..], b"other", b"next"]);
    assert_eq!(inbound.held_bytes(), 0);
}

#[test]
fn an_unordered_message_is_delivered_in_parts_too() {
    let mut inbound = inbound(1);
    take(&mut inbound, &[(1, BEGIN | UNORDERED, 0, 9, b"be")]);
    inbound.begin_part(1, true);
    take(&mut inbound, &[(2, MIDDLE | UNORDERED, 0, 8, b"g"), (3, END | UNORDERED, 0, 7, b"in")]);
    let deliveries = pop_all(&mut inbound);
    assert!(deliveries.iter().all(|part| part.unordered && part.ssn == Ssn(0) && part.tsn == Tsn(1)));
    let rests: Vec<Rest> = deliveries.iter().map(|part| part.rest).collect();
    assert_eq!(rests, [Rest::Follows, Rest::Follows, Rest::Nothing]);
    take(&mut inbound, &[(4, WHOLE, 0, 0, b"first")]);
    assert_eq!(pop_bytes(&mut inbound), [b"first"]);
}

#[test]
fn what_contradicts_a_message_in_parts_is_a_violation() {
    // The message has TSN 1, stream 0 and SSN 0, and was begun.
    let cases = [
        (2, BEGIN, 0, 0),
        (2, WHOLE, 0, 1),
        (2, MIDDLE, 1, 0),
        (2, END, 0, 1),
        (2, END | UNORDERED, 0, 0),
        (2, MIDDLE, 10, 0),
        // Its sequence number is used.
        (5, WHOLE, 0, 0),
        (5, BEGIN, 0, 0),
    ];
    for (tsn, flags, stream, ssn) in cases {
        let mut inbound = inbound(1);
        take(&mut inbound, &[(1, BEGIN, 0, 0, b"x")]);
        inbound.begin_part(0, true);
        let _ = pop_all(&mut inbound);
        let verdict = inbound.receive(&data(tsn, flags, stream, ssn, b"x"), PLENTY);
        assert_eq!(verdict, Verdict::Violation, "{tsn} {flags:?} {stream} {ssn}");
        assert_eq!((inbound.cumulative_tsn(), inbound.held_bytes()), (Tsn(1), 0));
    }
}

#[test]
fn parts_of_tiny_fragments_are_bounded_by_their_charge() {
    const BUFFER: usize = 20_000;
    let mut inbound = inbound(1);
    take(&mut inbound, &[(1, BEGIN, 0, 0, b"x")]);
    inbound.begin_part(0, true);
    // Nobody takes them.
    let taken = (2..1000_u32)
        .take_while(|tsn| {
            let room = BUFFER.saturating_sub(inbound.held_bytes());
            inbound.receive(&data(*tsn, MIDDLE, 0, 0, b"y"), room) == Verdict::Accepted
        })
        .count();
    assert_eq!(taken, BUFFER / LEAST_CHARGE);
}
