//! Where the sender stops (RFC 9260 sections 1.6 and 6.1).

use super::*;
use window::MAX_CHUNKS;

#[test]
fn section_6_1_the_window_has_no_more_than_65535_chunks() {
    let mut bench = Bench::new(1, PLENTY);
    bench.open_window(MAX_CHUNKS as u32 * 20);
    bench = Bench { out: Outbound::new(Tsn(FIRST), 10, PLENTY).unwrap(), ..bench };
    for _ in 0..240 {
        bench.enqueue(&[1; 300]);
        while bench.packet().is_some() {}
    }
    assert_eq!(bench.out.window.len(), MAX_CHUNKS);
    // So TSNs spread less than 2^31, and no more than 2^16 - 1 ordered messages of a stream are under way.
    assert_eq!(bench.out.next_tsn(), Tsn(FIRST).add(0xffff));
    bench.sack(1, &[]);
    assert_eq!(bench.packet().map(|(_, chunks)| chunks.len()), Some(1));
}

#[test]
fn section_6_1_a_a_probe_goes_only_when_cwnd_allows() {
    let mut bench = Bench::new(1, 0);
    bench.paths[0].congestion.add_flight(5000);
    bench.out.enqueue(Bench::message(100)).unwrap();
    assert_eq!(bench.can_send(), None);
    bench.paths[0].congestion.remove_flight(5000);
    assert_eq!(bench.can_send(), Some(PathId(0)));
}

#[test]
fn section_6_1_a_the_window_of_the_network_shrinks_while_that_of_the_peer_is_closed() {
    let mut bench = Bench::new(1, PLENTY);
    bench.open_window(40 * PMDCS);
    bench.enqueue(&[FULL]);
    bench.flush();
    let sent = bench.out.next_tsn().0 - FIRST;
    bench.try_sack(sent, 0, &[]).unwrap();
    bench.enqueue(&[FULL]);
    let cwnd = bench.cwnd();
    bench.time_out(0);
    assert_eq!(bench.flush().len(), 1);
    assert_eq!(bench.cwnd(), cwnd / 2);
}

#[test]
fn section_6_1_d_max_burst_leaves_cwnd_as_it_is() {
    let mut bench = Bench::new(1, PLENTY);
    bench.open_window(20 * PMDCS);
    let cwnd = bench.cwnd();
    bench.enqueue(&[FULL; 20]);
    assert_eq!(bench.flush().len(), 4);
    assert_eq!(bench.cwnd(), cwnd);
}
