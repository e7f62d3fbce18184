//! Readers that are slow, and buffers that are small.
#![allow(missing_docs, reason = "a test crate has no public items")]

use sctp_engine::options::Protocol;
use sctp_engine::time::Span;
use sctp_sim::{Conditions, Network, Pair, Random, Transfer, Workload, for_each_seed};

const LIMIT: Span = Span::from_secs(1_000_000);

fn with_buffer(receive_buffer: u32) -> Protocol {
    Protocol {
        receive_buffer,
        association_max_retransmits: 1000,
        max_init_retransmits: 100,
        ..Protocol::default()
    }
}

#[test]
fn a_slow_reader_gets_everything_and_its_buffer_is_kept_to() {
    for_each_seed(40, |seed| {
        let mut random = Random::new(seed);
        let mut network = Network::new(seed);
        let buffer = 6_000 + random.below(60_000);
        let protocol = with_buffer(u32::try_from(buffer).unwrap());
        let conditions = Conditions::lossy(random.below(10));
        let pair = Pair::connect(&mut network, protocol, |network| network.set_all_conditions(conditions));
        let workload = Workload { messages: 300, large: 300, ..Workload::default() };
        let mut transfer = Transfer::new(seed, workload, pair.client, pair.server);
        let (node, endpoint) = pair.server;
        // Two chunks may come in beyond the window: that which closed it, and one that fills a gap.
        let most = usize::try_from(buffer).unwrap() + 3000;
        let mut reads_at = network.now();
        network.run(LIMIT, |network| {
            transfer.send(network);
            let waiting = network.update(node, endpoint).map_or(0, |update| update.receive_bytes);
            assert!(waiting <= most, "{waiting} bytes wait in a buffer of {buffer}");
            if network.now() < reads_at {
                return false;
            }
            reads_at = network.now().plus(Span::from_millis(random.below(400)));
            transfer.receive(network, usize::try_from(random.below(10)).unwrap())
        });
    });
}

#[test]
fn a_reader_that_sleeps_for_an_hour_finds_the_association_alive() {
    for_each_seed(10, |seed| {
        let mut network = Network::new(seed);
        let conditions = Conditions::lossy(seed % 5);
        // The default limits: probes of a closed window that are answered do not count as failures (section 6.1 A).
        let protocol = Protocol { receive_buffer: 20_000, ..Protocol::default() };
        let pair = Pair::connect(&mut network, protocol, |network| network.set_all_conditions(conditions));
        let workload = Workload { messages: 300, ..Workload::default() };
        let mut transfer = Transfer::new(seed, workload, pair.client, pair.server);
        transfer.send(&mut network);
        network.rest(Span::from_secs(3600));
        assert_eq!(network.errors(pair.client.0, pair.client.1), []);
        network.run(LIMIT, |network| {
            transfer.send(network);
            transfer.receive(network, usize::MAX)
        });
    });
}

#[test]
fn the_smallest_messages_fill_no_more_than_the_buffer() {
    for_each_seed(5, |seed| {
        let mut network = Network::new(seed);
        let pair = Pair::connect(&mut network, with_buffer(30_000), |network| {
            network.set_all_conditions(Conditions::lossy(2));
        });
        let workload = Workload { messages: 5_000, largest: 4, unordered: 0, ..Workload::default() };
        let mut transfer = Transfer::new(seed, workload, pair.client, pair.server);
        network.run(LIMIT, |network| {
            transfer.send(network);
            transfer.receive(network, usize::MAX)
        });
    });
}
