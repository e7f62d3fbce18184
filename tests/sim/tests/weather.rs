//! Duplication, reordering, corruption, delay, and all of them at once.
#![allow(missing_docs, reason = "a test crate has no public items")]

use sctp_engine::options::Protocol;
use sctp_engine::time::Span;
use sctp_sim::{Conditions, Network, Pair, Random, Transfer, Workload, for_each_seed, run_transfers};

const LIMIT: Span = Span::from_secs(1_000_000);

fn patient() -> Protocol {
    Protocol { association_max_retransmits: 1000, max_init_retransmits: 100, ..Protocol::default() }
}

fn under(seed: u64, conditions: Conditions, workload: Workload) -> Network {
    let mut network = Network::new(seed);
    let pair = Pair::connect(&mut network, patient(), |network| network.set_all_conditions(conditions));
    let mut transfers = [
        Transfer::new(seed, workload, pair.client, pair.server),
        Transfer::new(!seed, workload, pair.server, pair.client),
    ];
    run_transfers(&mut network, LIMIT, &mut transfers);
    network
}

#[test]
fn duplication() {
    for_each_seed(10, |seed| {
        under(seed, Conditions { duplication: 300, ..Conditions::default() }, Workload::default());
    });
}

#[test]
fn reordering() {
    let jitter = Span::from_millis(40);
    for_each_seed(10, |seed| {
        under(seed, Conditions { jitter, ..Conditions::default() }, Workload::default());
    });
}

#[test]
fn corruption_is_caught_by_the_checksum() {
    for_each_seed(10, |seed| {
        under(seed, Conditions { corruption: 100, ..Conditions::default() }, Workload::default());
    });
}

#[test]
fn a_long_way() {
    for_each_seed(5, |seed| {
        under(
            seed,
            Conditions { delay: Span::from_millis(900), ..Conditions::default() },
            Workload::default(),
        );
    });
}

#[test]
fn everything_at_once() {
    for_each_seed(60, |seed| {
        let mut random = Random::new(seed);
        let conditions = Conditions {
            loss: random.below(200),
            duplication: random.below(200),
            corruption: random.below(100),
            delay: Span::from_millis(random.below(300)),
            jitter: Span::from_millis(random.below(200)),
        };
        let workload = Workload {
            messages: 200,
            streams: 1 + u16::try_from(random.below(10)).unwrap(),
            unordered: random.below(1000),
            large: random.below(500),
            largest: 4 + random.below(60_000),
            ..Workload::default()
        };
        under(seed, conditions, workload);
    });
}

#[test]
fn the_same_seed_gives_the_same_run() {
    let conditions = Conditions {
        loss: 100,
        duplication: 50,
        corruption: 20,
        delay: Span::from_millis(30),
        jitter: Span::from_millis(30),
    };
    for_each_seed(3, |seed| {
        let workload = Workload { messages: 300, ..Workload::default() };
        let [first, second] = [0, 1].map(|_| {
            let network = under(seed, conditions, workload);
            (network.now(), network.tally())
        });
        assert_eq!(first, second);
        let other = under(seed + 1000, conditions, workload);
        assert_ne!(first, (other.now(), other.tally()));
    });
}
