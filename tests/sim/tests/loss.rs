//! Ten thousand messages arrive once, whole and in order, whatever part of the packets is lost.
#![allow(missing_docs, reason = "a test crate has no public items")]

use sctp_engine::options::Protocol;
use sctp_engine::time::Span;
use sctp_sim::{Conditions, Network, Pair, Transfer, Workload, for_each_seed, run_transfers, share};

/// More than a connection through the worst of these networks takes.
const LIMIT: Span = Span::from_secs(1_000_000);

/// An association that does not give up: at 20 % loss ten time-outs in a row are nothing unusual.
fn patient() -> Protocol {
    Protocol { association_max_retransmits: 1000, max_init_retransmits: 100, ..Protocol::default() }
}

fn both_ways(seed: u64, percent: u64, workload: Workload) {
    let mut network = Network::new(seed);
    let pair = Pair::connect(&mut network, patient(), |network| {
        network.set_all_conditions(Conditions::lossy(percent))
    });
    let mut transfers = [
        Transfer::new(seed, workload, pair.client, pair.server),
        Transfer::new(!seed, workload, pair.server, pair.client),
    ];
    run_transfers(&mut network, LIMIT, &mut transfers);
}

/// How many seeds there are unless more are asked for.
const SEEDS: u64 = 2;

fn ten_thousand(percent: u64) {
    for_each_seed(SEEDS, |seed| {
        let messages = share(seed, SEEDS, 10_000);
        both_ways(seed, percent, Workload { messages, ..Workload::default() });
    });
}

#[test]
fn no_loss() {
    ten_thousand(0);
}

#[test]
fn one_percent() {
    ten_thousand(1);
}

#[test]
fn five_percent() {
    ten_thousand(5);
}

#[test]
fn twenty_percent() {
    ten_thousand(20);
}

#[test]
fn many_seeds() {
    for_each_seed(100, |seed| both_ways(seed, seed % 40, Workload { messages: 150, ..Workload::default() }));
}
