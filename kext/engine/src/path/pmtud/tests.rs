//! The search on a path that passes what is not larger than its MTU.
#![expect(clippy::arithmetic_side_effects, reason = "a test may stop at an overflow")]

use super::*;

const RTO: Span = Span::from_secs(1);
const RAISE_AFTER: Span = Span::from_secs(600);

struct Bench {
    search: Search,
    mtu: u32,
    now: Time,
    random: Random,
    /// What the path passes.
    passes: u32,
    probes: u32,
}

impl Bench {
    fn new(family: Family, largest: u32, passes: u32) -> Self {
        let mut bench = Self {
            search: Search::new(family),
            mtu: 1500,
            now: Time(5_000_000_000),
            random: Random::new([9; 32]),
            passes,
            probes: 0,
        };
        bench.search.begin(bench.now, largest, RAISE_AFTER, &mut bench.mtu);
        bench
    }

    /// Data of the size that is believed to pass get lost as often as it takes, if they do.
    fn send_data(&mut self) {
        if self.mtu > self.passes {
            (0..TIMEOUTS).for_each(|_| self.search.on_timeout(self.now, &mut self.mtu));
        }
    }

    /// One deadline; what passes is answered.
    fn step(&mut self) {
        self.now = self.now.max(self.search.deadline());
        self.search.on_deadline(self.now, RTO, &mut self.random, &mut self.mtu);
        if let Some(size) = self.search.due() {
            assert!(size > self.mtu || self.search.phase() != Phase::Searching, "{:?}", self.search);
            self.probes += 1;
            let nonce = self.search.send();
            if size <= self.passes {
                assert!(self.search.on_answer(self.now, nonce, &mut self.mtu));
            }
        }
        assert!(self.mtu <= self.passes.max(self.search.base), "{} of {}", self.mtu, self.passes);
    }

    /// Steps until the search is over.
    fn finish(&mut self) {
        for _ in 0..200 {
            if self.search.phase() == Phase::Complete {
                return;
            }
            self.step();
        }
        panic!("no end: {:?} at {}", self.search, self.mtu);
    }
}

#[test]
fn section_5_2_every_path_mtu_is_found() {
    for (family, least, base) in [(Family::V4, 576, 1200), (Family::V6, 1280, 1280)] {
        for largest in [1500, 9000] {
            for passes in (least..=9000).step_by(52) {
                let mut bench = Bench::new(family, largest, passes);
                assert_eq!(bench.mtu, 1500);
                bench.send_data();
                if passes < 1500 {
                    assert_eq!((bench.search.phase(), bench.mtu), (Phase::Base, base));
                }
                bench.finish();
                let best = passes.min(largest);
                assert!(bench.mtu <= best && bench.mtu + CLOSE_ENOUGH >= best, "{} of {best}", bench.mtu);
                assert!(bench.probes <= 45, "{} probes", bench.probes);
            }
        }
    }
}

#[test]
fn section_4_1_a_path_that_takes_what_is_usual_costs_no_probe() {
    let mut bench = Bench::new(Family::V4, 1500, 1500);
    bench.send_data();
    bench.finish();
    assert_eq!((bench.probes, bench.mtu), (0, 1500));
}

#[test]
fn section_5_3_a_path_that_takes_more_than_is_usual_costs_one_probe() {
    let mut bench = Bench::new(Family::V4, 9000, 9000);
    bench.finish();
    assert_eq!((bench.probes, bench.mtu), (1, 9000));
}

#[test]
fn section_5_2_error_goes_on_with_the_least_and_comes_back() {
    let mut bench = Bench::new(Family::V4, 1500, 100);
    bench.send_data();
    (0..50).for_each(|_| bench.step());
    assert_eq!((bench.search.phase(), bench.mtu), (Phase::Error, 576));
    assert!(!bench.search.forbids_fragments());
    bench.passes = 1500;
    bench.finish();
    assert!(bench.mtu > 1200 - CLOSE_ENOUGH && bench.search.forbids_fragments());
    // What had been lost for another reason is found when the search is made anew.
    bench.step();
    bench.finish();
    assert_eq!(bench.mtu, 1500);
}

#[test]
fn section_5_1_1_the_search_is_made_anew_after_ten_minutes() {
    let mut bench = Bench::new(Family::V4, 1500, 1400);
    bench.send_data();
    bench.finish();
    let found = (bench.now, bench.mtu);
    bench.passes = 1500;
    bench.step();
    bench.finish();
    assert_eq!(bench.mtu, 1500);
    assert!(bench.now.since(found.0) >= RAISE_AFTER && found.1 <= 1400);
}

#[test]
fn section_4_3_time_outs_in_a_row_show_a_black_hole() {
    let mut bench = Bench::new(Family::V4, 1500, 1500);
    bench.finish();
    for _ in 0..5 {
        bench.search.on_timeout(bench.now, &mut bench.mtu);
        bench.search.on_progress();
    }
    assert_eq!(bench.mtu, 1500);
    bench.search.on_timeout(bench.now, &mut bench.mtu);
    bench.search.on_timeout(bench.now, &mut bench.mtu);
    assert_eq!((bench.mtu, bench.search.phase()), (1200, Phase::Base));
    bench.passes = 1300;
    bench.finish();
    assert!((1284..=1300).contains(&bench.mtu));
}

#[test]
fn section_4_6_2_what_a_router_says_is_tried_and_not_believed() {
    for claim in (0..=1500).step_by(4) {
        let mut bench = Bench::new(Family::V4, 1500, 1500);
        bench.finish();
        bench.search.on_too_big(bench.now, claim, &mut bench.mtu);
        if (576..1500).contains(&claim) {
            // At once what surely passes, then what the router said, and in ten minutes more.
            assert_eq!(bench.mtu, if claim >= 1200 { 1200 } else { 576 });
            bench.finish();
            assert!(bench.mtu <= claim && bench.mtu + CLOSE_ENOUGH > claim, "{} of {claim}", bench.mtu);
            bench.step();
            bench.finish();
        }
        assert_eq!(bench.mtu, 1500, "{claim}");
    }
}

#[test]
fn a_size_that_this_host_refuses_is_not_tried_again() {
    let mut bench = Bench::new(Family::V4, 9000, 1500);
    bench.step();
    assert_eq!(bench.search.size, 9000);
    bench.search.on_refused(bench.now, &mut bench.mtu);
    assert_eq!((bench.mtu, bench.search.ceiling), (1500, 9000));
    bench.finish();
    bench.search.other_sent();
    bench.search.on_refused(bench.now, &mut bench.mtu);
    assert_eq!((bench.mtu, bench.search.phase()), (1200, Phase::Base));
}

#[test]
fn only_the_answer_to_the_last_probe_counts() {
    let mut bench = Bench::new(Family::V4, 1500, 0);
    bench.send_data();
    bench.step();
    let nonce = bench.search.nonce;
    bench.step();
    for wrong in [0, nonce, bench.search.nonce ^ 2] {
        assert!(!bench.search.on_answer(bench.now, wrong, &mut bench.mtu));
    }
    assert_eq!(bench.search.phase(), Phase::Base);
}
