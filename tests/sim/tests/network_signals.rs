//! What routers do besides losing packets: they mark them, and drop those that are too long.
#![allow(missing_docs, reason = "a test crate has no public items")]

use sctp_engine::options::{PathSettings, Protocol};
use sctp_engine::time::Span;
use sctp_sim::{
    Conditions, Network, Pair, Random, Tally, Transfer, Workload, for_each_seed, run_transfers, share,
};

/// How many seeds a scenario has unless more are asked for.
const SEEDS: u64 = 10;

const LIMIT: Span = Span::from_secs(1_000_000);

/// Transfers in both directions; `before` sets the network up, `after` changes it once the association is up.
fn under(
    seed: u64,
    protocol: Protocol,
    before: impl FnOnce(&mut Network),
    after: impl FnOnce(&mut Network),
) -> Tally {
    let mut network = Network::new(seed);
    let protocol = Protocol { association_max_retransmits: 1000, max_init_retransmits: 100, ..protocol };
    let pair = Pair::connect(&mut network, protocol, before);
    after(&mut network);
    let workload = Workload { messages: share(seed, SEEDS, 1000), large: 300, ..Workload::default() };
    let mut transfers = [
        Transfer::new(seed, workload, pair.client, pair.server),
        Transfer::new(!seed, workload, pair.server, pair.client),
    ];
    run_transfers(&mut network, LIMIT, &mut transfers);
    network.tally()
}

#[test]
fn marks_reach_only_associations_that_take_them() {
    for_each_seed(SEEDS, |seed| {
        for ecn in [true, false] {
            let tally = under(
                seed,
                Protocol { ecn, ..Protocol::default() },
                |_| (),
                |network| network.set_marking(100),
            );
            assert_eq!(tally.marked > 0, ecn);
        }
    });
}

#[test]
fn paths_of_every_mtu_carry_everything() {
    for_each_seed(SEEDS, |seed| {
        let mtu = 100 + usize::try_from(Random::new(seed).below(1400)).unwrap();
        under(seed, Protocol::default(), |network| network.set_path_mtu(mtu), |_| ());
    });
}

#[test]
fn a_path_that_shrinks_without_a_word_stalls_nothing() {
    for_each_seed(SEEDS, |seed| {
        let mut random = Random::new(seed);
        let mtu = 300 + usize::try_from(random.below(1200)).unwrap();
        let conditions = Conditions { loss: random.below(50), ..Conditions::default() };
        under(
            seed,
            Protocol::default(),
            |network| network.set_all_conditions(conditions),
            |network| {
                network.rest(Span::from_secs(10));
                network.set_path_mtu(mtu);
            },
        );
    });
}

#[test]
fn without_discovery_nothing_is_dropped_for_its_size() {
    for_each_seed(SEEDS, |seed| {
        let path = PathSettings { pmtud: false, ..PathSettings::default() };
        let protocol = Protocol { path, ..Protocol::default() };
        let tally = under(seed, protocol, |network| network.set_path_mtu(900), |_| ());
        assert!(tally.too_big == 0 && tally.fragmented > 0);
    });
}
