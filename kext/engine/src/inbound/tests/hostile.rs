//! Peers that lie: whatever comes, nothing panics and what is held stays bounded.

use super::*;
use proptest::prelude::*;

/// Chunks that are often close to one another, so that they join and contradict.
fn any_chunk() -> impl Strategy<Value = (u32, u8, u16, u16, usize)> {
    let offset = prop_oneof![4 => 0..30_u32, 1 => 32_700..32_800_u32, 1 => any::<u32>()];
    let ssn = prop_oneof![4 => 0..4_u16, 1 => any::<u16>()];
    (offset, any::<u8>(), 0..12_u16, ssn, prop_oneof![0..3_usize, 0..1500_usize])
}

proptest! {
    #[test]
    fn random_chunks_never_panic_and_never_hold_more_than_the_buffer(
        initial in any::<u32>(),
        buffer in 0..20_000_usize,
        chunks in prop::collection::vec(any_chunk(), 0..200),
    ) {
        let mut inbound = inbound(initial);
        let payload = [7; 1500];
        let mut cumulative = inbound.cumulative_tsn();
        for (offset, flags, stream, ssn, length) in chunks {
            let flags = DataFlags::from_bits_truncate(flags);
            let chunk = data(initial.wrapping_add(offset), flags, stream, ssn, &payload[..length]);
            let held = inbound.held_bytes();
            let verdict = inbound.receive(&chunk, buffer.saturating_sub(held));
            inbound.end_of_packet(2);
            if verdict != Verdict::Accepted {
                prop_assert_eq!(inbound.held_bytes(), held);
            }
            if matches!(verdict, Verdict::Dropped | Verdict::Violation | Verdict::NoUserData) {
                prop_assert_eq!(inbound.cumulative_tsn(), cumulative);
            }
            prop_assert!(!inbound.cumulative_tsn().before(cumulative));
            cumulative = inbound.cumulative_tsn();
            for delivery in pop_all(&mut inbound) {
                prop_assert!(delivery.message.length() > 0);
                prop_assert_eq!(bytes(&delivery.message).len(), delivery.message.length());
            }
            prop_assert!(inbound.held_bytes() <= buffer + 1500 + OVERDRAFT);
        }
    }
}

#[test]
fn fragments_that_are_never_completed_fill_the_buffer_and_no_more() {
    const BUFFER: usize = 100_000;
    let mut inbound = Inbound::new(Tsn(1), u16::MAX);
    let mut accepted = 0;
    for n in 0..30_000_u16 {
        // The beginning of one message after the other, no two of them adjacent.
        let chunk = data(u32::from(n) * 2 + 1, BEGIN, n, 0, b"x");
        let room = BUFFER - inbound.held_bytes();
        match inbound.receive(&chunk, room) {
            Verdict::Accepted => accepted += 1,
            verdict => assert_eq!(verdict, Verdict::Dropped),
        }
    }
    assert_eq!(accepted, BUFFER / LEAST_CHARGE);
    assert_eq!(inbound.held_bytes(), accepted * LEAST_CHARGE);
}

#[test]
fn a_message_without_end_stops_at_the_buffer() {
    const BUFFER: usize = 50_000;
    let mut inbound = inbound(1);
    let payload = [0; 1000];
    let taken = (1..1000_u32)
        .take_while(|tsn| {
            let flags = if *tsn == 1 { BEGIN } else { MIDDLE };
            let room = BUFFER.saturating_sub(inbound.held_bytes());
            inbound.receive(&data(*tsn, flags, 0, 0, &payload), room) == Verdict::Accepted
        })
        .count();
    assert_eq!(taken, 50);
}

#[test]
fn chunks_outside_of_the_window_are_dropped() {
    let mut inbound = inbound(1);
    for ahead in [received::WINDOW, 65_535, 0x7fff_fffe] {
        assert_eq!(inbound.receive(&data(1 + ahead, WHOLE, 0, 0, b"x"), PLENTY), Verdict::Dropped);
    }
    assert_eq!(inbound.receive(&data(received::WINDOW, WHOLE, 0, 1, b"x"), PLENTY), Verdict::Accepted);
    assert_eq!(inbound.receive(&data(0x9000_0000, WHOLE, 0, 0, b"x"), PLENTY), Verdict::Duplicate);
}
