//! The congestion window as the sender as a whole moves it: section 7.2.

use super::*;

#[test]
fn section_7_2_1_slow_start_doubles_at_most_and_only_when_the_window_is_used() {
    let mut bench = Bench::new(1, PLENTY);
    bench.enqueue(&[FULL; 40]);
    bench.flush();
    let mut cwnd = bench.cwnd();
    for acked in [1, 2, 4, 6] {
        bench.sack(acked, &[]);
        // However many chunks a SACK acknowledges, one PMDCS (L = 1).
        assert_eq!(bench.cwnd(), cwnd + PMDCS);
        cwnd += PMDCS;
        bench.flush();
    }
    // Now the application has little to send.
    let mut bench = Bench::new(1, PLENTY);
    for acked in 1..10 {
        bench.enqueue(&[FULL]);
        bench.flush();
        bench.sack(acked, &[]);
        assert_eq!(bench.cwnd(), 4404);
    }
}

#[test]
fn section_7_2_1_small_acknowledgements_open_the_window_by_what_they_acknowledge() {
    let mut bench = Bench::new(1, PLENTY);
    bench.enqueue(&[100; 200]);
    while bench.packet().is_some() {}
    let cwnd = bench.cwnd();
    bench.sack(1, &[]);
    assert_eq!(bench.cwnd(), cwnd + 116);
}

#[test]
fn section_7_2_2_congestion_avoidance_adds_one_packet_each_round_trip() {
    let mut bench = Bench::new(1, PLENTY);
    bench.enqueue(&[FULL; 400]);
    bench.flush();
    bench.time_out(0);
    let ssthresh = bench.paths[0].congestion.ssthresh();
    let mut acked = 0;
    for _ in 0..12 {
        let before = bench.cwnd();
        bench.flush();
        let sent = bench.flight().div_ceil(PMDCS);
        // One SACK for each packet of a round trip; the window is kept full.
        for _ in 0..sent {
            acked += 1;
            bench.sack(acked, &[]);
            bench.flush();
        }
        if before > ssthresh {
            assert!(bench.cwnd() <= before + PMDCS, "more than one PMDCS a round trip");
        }
    }
    assert!(bench.cwnd() >= ssthresh + 4 * PMDCS, "the window does open");
}

#[test]
fn section_7_2_1_the_window_of_an_idle_path_shrinks_to_four_packets() {
    let mut bench = Bench::new(1, PLENTY);
    bench.open_window(40 * PMDCS);
    let cwnd = bench.cwnd();
    let send = |bench: &mut Bench| {
        bench.enqueue(&[FULL]);
        bench.flush();
        let sent = bench.out.next_tsn().0 - FIRST;
        bench.sack(sent, &[]);
    };
    bench.wait(999);
    send(&mut bench);
    assert_eq!(bench.cwnd(), cwnd);
    bench.wait(1000);
    send(&mut bench);
    assert_eq!((bench.cwnd(), bench.paths[0].congestion.ssthresh()), (cwnd / 2, cwnd));
    bench.wait(2_000);
    send(&mut bench);
    assert_eq!((bench.cwnd(), bench.paths[0].congestion.ssthresh()), (cwnd / 8, cwnd / 2));
    bench.wait(1_000_000_000);
    send(&mut bench);
    assert_eq!(bench.cwnd(), 4 * PMDCS);
}

#[test]
fn section_7_2_1_each_path_has_its_own_window() {
    let mut bench = Bench::new(2, PLENTY);
    for path in [None, None, None, Some(PathId(1))] {
        bench.out.enqueue(OutMessage { path, ..Bench::message(FULL) }).unwrap();
    }
    bench.flush();
    let cwnd = bench.paths[1].congestion.cwnd();
    let effect = bench.sack(4, &[]);
    assert_eq!(effect.path_acked, 3);
    assert_eq!((bench.cwnd(), bench.paths[1].congestion.cwnd()), (4404 + PMDCS, cwnd));
}
