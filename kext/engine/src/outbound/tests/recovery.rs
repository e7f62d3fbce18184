//! Retransmission: sections 6.3.3, 6.4 and 7.2.4.

use super::*;

/// `packets` full packets under way over `paths` paths with room for more.
fn sent(paths: u8, packets: usize) -> Bench {
    let mut bench = Bench::new(1, PLENTY);
    bench.open_window(40 * PMDCS);
    let opened = bench.paths;
    bench = Bench::new(paths, PLENTY);
    for (path, opened) in bench.paths.iter_mut().zip(opened.iter()) {
        path.congestion = opened.congestion;
        path.rto = opened.rto;
    }
    for _ in 0..packets {
        bench.enqueue(&[FULL]);
        bench.flush();
    }
    assert_eq!(bench.out.window.len(), packets);
    bench
}

#[test]
fn section_7_2_4_the_third_miss_indication_sends_a_chunk_again() {
    let mut bench = sent(1, 8);
    for end in 2..4 {
        bench.sack(0, &[(2, end)]);
        assert_eq!(bench.can_send(), None);
    }
    bench.sack(0, &[(2, 4)]);
    assert_eq!(bench.out.window.lost(), 1);
    assert_eq!(bench.flush(), [[0]]);
    assert_eq!(bench.flight(), 5 * PMDCS);
}

#[test]
fn section_7_2_4_only_tsns_before_the_highest_newly_acknowledged_one_are_missing() {
    let mut bench = sent(1, 8);
    bench.sack(0, &[(2, 2), (4, 4), (8, 8)]);
    let missing = |bench: &Bench| {
        let chunks = (0..bench.out.window.len()).filter_map(|position| bench.out.window.get(position));
        chunks.map(|chunk| chunk.missing).collect::<Vec<_>>()
    };
    assert_eq!(missing(&bench), [1, 0, 1, 0, 1, 1, 1, 0]);
    bench.sack(0, &[(2, 2), (4, 5), (8, 8)]);
    assert_eq!(missing(&bench), [2, 0, 2, 0, 1, 1, 1, 0]);
    // Nothing new, as when SACKs are duplicated.
    bench.sack(0, &[(2, 2), (4, 5), (8, 8)]);
    assert_eq!(missing(&bench), [2, 0, 2, 0, 1, 1, 1, 0]);
}

#[test]
fn section_7_2_4_2_and_7_2_3_a_loss_halves_the_window_once() {
    let mut bench = sent(1, 20);
    let cwnd = bench.cwnd();
    for end in 3..5 {
        bench.sack(0, &[(3, end)]);
    }
    let grown = bench.cwnd();
    assert!(grown >= cwnd);
    bench.sack(0, &[(3, 5)]);
    // Two chunks, one path.
    assert_eq!(bench.out.window.lost(), 2);
    let (halved, after) = (bench.cwnd(), bench.paths[0].congestion.ssthresh());
    assert_eq!(halved, after);
    assert!(halved.abs_diff(grown / 2) <= PMDCS);
    assert_eq!(bench.out.fast_recovery, Some(Tsn(FIRST + 19)));
    // More losses within Fast Recovery do not halve it again.
    for end in 7..10 {
        bench.sack(0, &[(3, 5), (7, end)]);
    }
    assert_eq!(bench.out.window.lost(), 3);
    assert_eq!(bench.cwnd(), halved);
}

#[test]
fn section_7_2_4_3_one_packet_goes_at_once_whatever_cwnd_says() {
    let mut bench = sent(1, 34);
    for end in 11..14 {
        bench.sack(0, &[(11, end)]);
    }
    assert_eq!(bench.out.window.lost(), 10);
    assert!(bench.flight() > bench.cwnd());
    assert_eq!(bench.flush(), [[0]], "one packet, and the others wait for cwnd");
    bench.sack(0, &[(11, 34)]);
    assert_eq!(bench.flush().concat(), (1..10).collect::<Vec<_>>());
}

#[test]
fn section_7_2_4_3_as_many_chunks_as_fit_one_packet() {
    let mut bench = Bench::new(1, PLENTY);
    bench.enqueue(&[300; 30]);
    while bench.packet().is_some() {}
    for end in 8..11 {
        bench.sack(0, &[(8, end)]);
    }
    assert_eq!(bench.tsns(), [0, 1, 2, 3]);
}

#[test]
fn section_7_2_4_4_the_timer_starts_anew_for_the_first_outstanding_chunk_only() {
    let mut bench = sent(1, 8);
    for end in 2..5 {
        bench.sack(0, &[(2, end)]);
    }
    bench.wait(100);
    bench.flush();
    assert_eq!(bench.paths[0].t3, bench.now.plus(bench.paths[0].rto.current()));

    let mut bench = sent(1, 8);
    let t3 = bench.paths[0].t3;
    for end in 3..6 {
        // The second chunk was acknowledged; nothing is said of the first. Then the third is lost.
        bench.sack(0, &[(2, 2), (4, end + 1)]);
    }
    bench.out.window.renege(bench.now, 1, &mut bench.paths);
    bench.wait(100);
    assert_eq!(bench.tsns(), [0]);
    assert!(bench.paths[0].t3 > t3);
    let t3 = bench.paths[0].t3;
    bench.wait(100);
    assert_eq!(bench.flush(), [[2]]);
    assert_eq!(bench.paths[0].t3, t3);
}

#[test]
fn section_7_2_4_5_a_chunk_is_fast_retransmitted_once() {
    let mut bench = sent(1, 12);
    for end in 2..5 {
        bench.sack(0, &[(2, end)]);
    }
    assert_eq!(bench.flush(), [[0]]);
    for end in 5..12 {
        bench.sack(0, &[(2, end)]);
    }
    assert_eq!(bench.can_send(), None);
    bench.time_out(0);
    assert_eq!(bench.flush(), [[0]]);
}

#[test]
fn section_7_2_4_6_fast_recovery_ends_at_its_exit_point() {
    let mut bench = sent(1, 8);
    for end in 2..5 {
        bench.sack(0, &[(2, end)]);
    }
    let cwnd = bench.cwnd();
    bench.enqueue(&[FULL; 50]);
    while bench.flight() < cwnd {
        bench.flush();
        bench.sack(0, &[(2, 4)]);
    }
    bench.sack(7, &[]);
    assert_eq!(bench.out.fast_recovery, Some(Tsn(FIRST + 7)));
    assert_eq!(bench.cwnd(), cwnd, "no slow start within Fast Recovery");
    bench.sack(8, &[]);
    assert_eq!(bench.out.fast_recovery, None);
}

#[test]
fn section_7_2_4_in_fast_recovery_all_missing_tsns_count_when_the_cumulative_tsn_moves() {
    let mut bench = sent(1, 12);
    for end in 2..5 {
        bench.sack(0, &[(2, end), (7, 7), (12, 12)]);
    }
    assert_eq!(bench.flush().concat(), [0]);
    assert_eq!(bench.out.window.get(7).unwrap().missing, 1);
    // HTNA is the first chunk here.
    bench.sack(5, &[(2, 2), (7, 7)]);
    let missing = |position| bench.out.window.get(position).unwrap().missing;
    // The first was counted with every SACK before, the others twice now.
    assert_eq!((missing(2), missing(5)), (2, 2));
}

#[test]
fn section_7_2_4_what_arrives_after_all_is_not_sent_again() {
    let mut bench = sent(1, 8);
    for end in 2..5 {
        bench.sack(0, &[(2, end)]);
    }
    bench.sack(5, &[]);
    assert_eq!((bench.out.window.lost(), bench.can_send()), (0, None));
    assert!(!bench.paths[0].congestion.awaits_fast_retransmit());
}

#[test]
fn section_6_3_3_a_time_out_sends_one_packet_and_the_others_as_cwnd_allows() {
    let mut bench = sent(1, 6);
    let (cwnd, rwnd) = (bench.cwnd(), bench.out.peer_rwnd());
    let rto = bench.paths[0].rto.current();
    bench.time_out(0);
    // E1, E2 and section 6.2.1 C.
    assert_eq!(bench.paths[0].congestion.ssthresh(), (cwnd / 2).max(4 * PMDCS));
    assert_eq!((bench.cwnd(), bench.flight()), (PMDCS, 0));
    assert_eq!(bench.paths[0].rto.current(), Span(rto.0 * 2));
    assert_eq!(bench.out.peer_rwnd(), rwnd + 6 * 1452);
    // E3, and section 7.2.3: one packet until something is acknowledged.
    assert_eq!(bench.flush(), [[0]]);
    assert_eq!(bench.paths[0].t3, bench.now.plus(bench.paths[0].rto.current()));
    bench.sack(1, &[]);
    assert_eq!(bench.cwnd(), 2 * PMDCS);
    assert_eq!(bench.flush(), [[1], [2]]);
}

#[test]
fn section_7_2_3_one_small_packet_is_one_packet() {
    let mut bench = Bench::new(1, PLENTY);
    bench.enqueue(&[800; 3]);
    assert_eq!(bench.flush(), [[0], [1], [2]]);
    bench.time_out(0);
    assert_eq!(bench.flush(), [[0]], "816 bytes leave room in cwnd, but one packet is under way");
}

#[test]
fn section_6_1_c_retransmissions_go_before_new_data_and_with_it() {
    let mut bench = sent(1, 3);
    bench.enqueue(&[10]);
    bench.flush();
    bench.time_out(0);
    bench.enqueue(&[10]);
    assert_eq!(bench.flush(), [[0]]);
    bench.sack(1, &[]);
    assert_eq!(bench.flush(), [[1], [2]]);
    bench.sack(3, &[]);
    assert_eq!(bench.flush(), [[3, 4]]);
}

#[test]
fn section_6_1_c_new_data_does_not_overtake_a_retransmission_that_does_not_fit() {
    let mut bench = sent(1, 2);
    bench.time_out(0);
    bench.enqueue(&[10]);
    assert_eq!(bench.packet_behind(1000), None);
    assert_eq!(bench.flush(), [[0]]);
}

#[test]
fn section_6_4_what_timed_out_goes_to_another_active_path() {
    let mut bench = sent(3, 2);
    bench.paths[1].state = PathState::Inactive;
    bench.time_out(0);
    assert_eq!(bench.can_send(), Some(PathId(2)));
    let packets: Vec<_> = core::iter::from_fn(|| bench.packet()).map(|(id, _)| id.0).collect();
    assert_eq!(packets, [2, 2]);
    assert_eq!((bench.flight(), bench.paths[2].congestion.flight()), (0, 2 * PMDCS));
    let effect = bench.sack(2, &[]);
    assert_eq!(effect.path_acked, 1 << 2);
}

#[test]
fn section_6_3_3_e4_the_timer_runs_with_the_rto_of_the_address_that_is_sent_to() {
    let mut bench = sent(2, 1);
    for _ in 0..20 {
        bench.paths[1].rto.measure(Span::from_secs(3));
    }
    let rto = bench.paths[1].rto.current();
    assert!(rto >= Span::from_secs(3));
    bench.time_out(0);
    assert_eq!(bench.packet().map(|(id, _)| id), Some(PathId(1)));
    assert_eq!(bench.paths[1].t3.since(bench.now), rto);
}

#[test]
fn section_7_2_4_what_a_sack_acknowledges_opens_the_window_before_a_loss_closes_it() {
    let mut bench = Bench::new(1, PLENTY);
    bench.open_window(20 * PMDCS);
    bench = Bench { out: Outbound::new(Tsn(FIRST), 1, PLENTY).unwrap(), ..bench };
    let fill = |bench: &mut Bench| {
        while bench.can_send().is_some() || bench.flight() < bench.cwnd() {
            bench.enqueue(&[FULL; 4]);
            bench.flush();
        }
    };
    for last in 2..4 {
        fill(&mut bench);
        bench.sack(0, &[(2, last)]);
    }
    fill(&mut bench);
    let cwnd = bench.cwnd();
    bench.sack(0, &[(2, 4)]);
    assert_eq!(bench.cwnd(), (cwnd + PMDCS) / 2);
}

#[test]
fn section_6_4_a_fast_retransmission_goes_to_the_same_path() {
    let mut bench = sent(2, 6);
    for end in 2..5 {
        bench.sack(0, &[(2, end)]);
    }
    assert_eq!(bench.packet().unwrap().0, PathId(0));
}

#[test]
fn section_6_1_new_data_without_a_path_is_not_bundled_where_it_does_not_belong() {
    let mut bench = sent(2, 0);
    bench.enqueue(&[10]);
    bench.flush();
    bench.time_out(0);
    bench.enqueue(&[10]);
    let packets: Vec<_> =
        core::iter::from_fn(|| bench.packet()).map(|(id, chunks)| (id.0, chunks.len())).collect();
    assert_eq!(packets, [(1, 1), (0, 1)]);
}

#[test]
fn section_6_9_a_chunk_that_outgrew_the_path_does_not_keep_the_sender_busy() {
    let mut bench = sent(1, 2);
    bench.time_out(0);
    bench.paths[0].mtu = 1000;
    assert!(bench.can_send().is_some());
    assert!(bench.packet().is_none());
    assert_eq!(bench.can_send(), None);
    assert!(!bench.out.is_probing(), "so it counts as an error");
    bench.time_out(0);
    assert!(bench.can_send().is_some());
    bench.paths[0].mtu = 1500;
    assert_eq!(bench.flush(), [[0]]);
}

#[test]
fn section_6_3_1_c5_a_fast_retransmitted_chunk_is_not_measured() {
    let mut bench = sent(1, 6);
    let rto = bench.paths[0].rto.current();
    assert_eq!(bench.paths[0].timing.map(|(tsn, _)| tsn), Some(Tsn(FIRST)));
    for end in 2..5 {
        bench.sack(0, &[(2, end)]);
    }
    bench.flush();
    bench.wait(30_000);
    bench.sack(6, &[]);
    assert_eq!(bench.paths[0].rto.current(), rto);
}

#[test]
fn section_7_2_1_slow_start_follows_a_time_out_within_fast_recovery() {
    let mut bench = sent(1, 8);
    for end in 2..5 {
        bench.sack(0, &[(2, end)]);
    }
    bench.flush();
    bench.time_out(0);
    assert_eq!(bench.out.fast_recovery, None);
    bench.flush();
    bench.sack(1, &[(1, 3)]);
    assert_eq!(bench.cwnd(), 2 * PMDCS);
}
