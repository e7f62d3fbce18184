//! Acknowledgements and the timer: sections 6.2.1, 6.3.1, 6.3.2 and 9.2.

use super::*;

/// A bench with this many full packets under way.
fn sent(packets: usize) -> Bench {
    let mut bench = Bench::new(1, PLENTY);
    bench.open_window(40 * PMDCS);
    // Positions count from FIRST in all tests.
    let tsn = bench.out.next_tsn();
    let (paths, now) = (bench.paths, bench.now);
    bench = Bench::starting_at(Tsn(FIRST), 1, PLENTY);
    assert_ne!(tsn, Tsn(FIRST));
    (bench.paths, bench.now) = (paths, now);
    for _ in 0..packets {
        bench.enqueue(&[FULL]);
        bench.flush();
    }
    bench
}

#[test]
fn section_6_2_1_d_i_an_old_sack_is_ignored() {
    let mut bench = sent(4);
    bench.sack(2, &[]);
    let before = bench.flight();
    assert_eq!(bench.try_sack(1, 5, &[(1, 3)]), Err(SackError::Old));
    assert_eq!((bench.flight(), bench.out.peer_rwnd()), (before, PLENTY - 2 * 1452));
}

#[test]
fn section_6_2_1_an_acknowledgement_of_what_was_not_sent_is_a_violation() {
    let mut bench = sent(4);
    for count in [5, 6, 1 << 30, (1 << 31) - 1] {
        assert_eq!(bench.try_sack(count, 5, &[]), Err(SackError::AckOfUnsent));
    }
    assert_eq!(
        bench.out.on_cumulative(bench.now, Tsn(FIRST + 4), &mut bench.paths),
        Err(SackError::AckOfUnsent)
    );
    assert_eq!(bench.flight(), 4 * PMDCS);
}

#[test]
fn section_6_2_1_d_ii_rwnd_is_what_is_advertised_less_what_is_under_way() {
    let mut bench = sent(4);
    bench.try_sack(1, 10_000, &[(2, 2)]).unwrap();
    assert_eq!(bench.out.peer_rwnd(), 10_000 - 2 * 1452);
    bench.try_sack(1, 100, &[(2, 2)]).unwrap();
    assert_eq!(bench.out.peer_rwnd(), 0);
}

#[test]
fn section_6_2_1_d_iii_what_the_peer_drops_again_is_outstanding_again() {
    let mut bench = sent(5);
    bench.sack(0, &[(2, 3)]);
    assert_eq!(bench.flight(), 3 * PMDCS);
    let effect = bench.sack(0, &[(2, 2)]);
    assert_eq!(effect.newly_acked, 0);
    assert_eq!(bench.flight(), 4 * PMDCS);
    assert_eq!(bench.out.window.get(2).unwrap().missing, 1);
    // Two more, and it is lost.
    bench.sack(0, &[(2, 2), (4, 4)]);
    assert_eq!(bench.out.window.get(2).unwrap().state, ChunkState::InFlight);
    bench.sack(0, &[(2, 2), (4, 5)]);
    assert_eq!(bench.out.window.get(2).unwrap().state, ChunkState::Missing);
    // Acknowledged anew it does not count anew.
    let effect = bench.sack(0, &[(2, 5)]);
    assert_eq!((effect.newly_acked, effect.path_acked), (0, 0));
    assert_eq!(bench.sack(5, &[]).newly_acked, FULL);
}

#[test]
fn section_6_3_2_r4_the_timer_starts_when_the_peer_drops_what_it_had() {
    let mut bench = sent(2);
    bench.sack(1, &[(1, 1)]);
    assert_eq!(bench.paths[0].t3, Time::NEVER);
    bench.sack(1, &[]);
    assert_eq!(bench.paths[0].t3, bench.now.plus(bench.paths[0].rto.current()));
    bench.time_out(0);
    assert_eq!(bench.flush(), [[1]]);
}

#[test]
fn section_6_3_2_r1_r2_the_timer_runs_while_something_is_outstanding() {
    let mut bench = sent(0);
    assert_eq!(bench.paths[0].t3, Time::NEVER);
    bench.enqueue(&[10]);
    bench.flush();
    let t3 = bench.paths[0].t3;
    assert_eq!(t3.since(bench.now), bench.paths[0].rto.current());
    bench.wait(300);
    bench.enqueue(&[10]);
    bench.flush();
    assert_eq!(bench.paths[0].t3, t3, "more data does not restart it");
    bench.sack(2, &[]);
    assert_eq!(bench.paths[0].t3, Time::NEVER);
}

#[test]
fn section_6_3_2_r3_the_timer_starts_anew_when_the_earliest_chunk_is_acknowledged() {
    let mut bench = sent(4);
    let t3 = bench.paths[0].t3;
    bench.wait(100);
    bench.sack(0, &[(2, 2)]);
    assert_eq!(bench.paths[0].t3, t3);
    bench.sack(0, &[(1, 2)]);
    assert_eq!(bench.paths[0].t3, bench.now.plus(bench.paths[0].rto.current()));
    assert_eq!(bench.paths[0].earliest, Some(Tsn(FIRST + 2)));
    let t3 = bench.paths[0].t3;
    bench.wait(100);
    // That TSN is no longer outstanding.
    bench.sack(2, &[]);
    assert_eq!(bench.paths[0].t3, t3);
}

#[test]
fn section_6_3_1_c4_one_measurement_a_round_trip() {
    let mut bench = Bench::new(1, PLENTY);
    bench.enqueue(&[FULL; 3]);
    bench.flush();
    bench.wait(2000);
    bench.sack(1, &[]);
    // RTO = R + 4 * R / 2.
    assert_eq!(bench.paths[0].rto.current(), Span::from_secs(6));
    bench.wait(2000);
    bench.sack(3, &[]);
    assert_eq!(bench.paths[0].rto.current(), Span::from_secs(6), "the others were not timed");
}

#[test]
fn section_6_3_1_c5_nothing_is_measured_with_what_was_retransmitted_or_sent_before_a_retransmission() {
    let mut bench = Bench::new(1, PLENTY);
    bench.enqueue(&[FULL; 2]);
    bench.flush();
    bench.time_out(0);
    assert_eq!(bench.paths[0].rto.current(), Span::from_secs(2));
    assert_eq!(bench.flush(), [[0]]);
    bench.wait(2500);
    bench.sack(1, &[]);
    assert_eq!(bench.paths[0].rto.current(), Span::from_secs(2));
    // What is sent from now on is measured, and brings the RTO down.
    bench.flush();
    bench.sack(2, &[]);
    bench.enqueue(&[FULL]);
    bench.flush();
    bench.wait(10);
    bench.sack(3, &[]);
    assert_eq!(bench.paths[0].rto.current(), Span::from_secs(1));
}

#[test]
fn section_9_2_the_cumulative_tsn_of_a_shutdown_leaves_gaps_and_window_alone() {
    let mut bench = sent(4);
    bench.try_sack(0, 50_000, &[(3, 3)]).unwrap();
    let rwnd = bench.out.peer_rwnd();
    let effect = bench.out.on_cumulative(bench.now, Tsn(FIRST), &mut bench.paths).unwrap();
    bench.check();
    assert_eq!((effect.newly_acked, effect.path_acked), (FULL, 1));
    assert_eq!(bench.out.window.get(1).unwrap().state, ChunkState::Acked);
    assert_eq!(bench.out.peer_rwnd(), rwnd);
    assert_eq!(
        bench.out.on_cumulative(bench.now, Tsn(FIRST).previous(), &mut bench.paths),
        Err(SackError::Old)
    );
}

#[test]
fn section_3_3_4_tsns_wrap_around() {
    let first = u32::MAX - 1;
    let mut bench = Bench::starting_at(Tsn(first), 1, PLENTY);
    bench.enqueue(&[FULL; 3]);
    assert_eq!(bench.flush().len(), 3);
    let effect = bench.sack(first.wrapping_add(1).wrapping_sub(FIRST), &[(2, 2)]);
    assert_eq!(effect.newly_acked, 2 * FULL);
    assert_eq!(bench.sack(first.wrapping_add(3).wrapping_sub(FIRST), &[]).newly_acked, FULL);
    assert!(bench.out.is_drained());
    assert_eq!(bench.out.next_tsn(), Tsn(1));
}
