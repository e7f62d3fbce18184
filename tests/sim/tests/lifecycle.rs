//! How associations begin and end.
#![allow(missing_docs, reason = "a test crate has no public items")]

use sctp_engine::address::Address;
use sctp_engine::options::Protocol;
use sctp_engine::time::Span;
use sctp_engine::{Close, Error};
use sctp_sim::{
    Conditions, Network, Node, Pair, Random, Transfer, Workload, for_each_seed, open, run_transfers,
};

const LIMIT: Span = Span::from_secs(1_000_000);

fn associations(network: &mut Network, node: Node) -> u32 {
    network.call(node, |engine, _| engine.associations())
}

/// Loss at which an association with the default limits on retransmission does not fail by chance.
fn bad(seed: u64) -> Conditions {
    Conditions { jitter: Span::from_millis(20), ..Conditions::lossy(seed % 12) }
}

#[test]
fn a_shutdown_waits_for_all_data_and_leaves_nothing_behind() {
    for_each_seed(40, |seed| {
        let mut network = Network::new(seed);
        let pair =
            Pair::connect(&mut network, Protocol::default(), |network| network.set_all_conditions(bad(seed)));
        let (client, server) = (pair.client, pair.server);
        let workload = Workload { messages: 100, send_buffer: usize::MAX, ..Workload::default() };
        let mut transfer = Transfer::new(seed, workload, client, server);
        assert!(transfer.send(&mut network));
        network.call(client.0, |engine, now| engine.shutdown(now, client.1)).unwrap();
        network.run(LIMIT, |network| {
            transfer.receive(network, usize::MAX);
            network.update(server.0, server.1).is_some_and(|update| update.end_of_file)
        });
        assert!(transfer.receive(&mut network, usize::MAX), "{} messages", transfer.received());
        network.run(LIMIT, |network| [client, server].iter().all(|side| associations(network, side.0) == 0));
        assert_eq!(network.errors(server.0, server.1), []);
        assert_eq!(network.errors(client.0, client.1), []);
    });
}

#[test]
fn both_sides_may_shut_down_at_once() {
    for_each_seed(40, |seed| {
        let mut network = Network::new(seed);
        // No jitter: a SHUTDOWN that is overtaken finds the association gone, and section 8.4 answers it with an ABORT.
        let conditions = Conditions::lossy(seed % 12);
        let pair = Pair::connect(&mut network, Protocol::default(), |network| {
            network.set_all_conditions(conditions)
        });
        let workload = Workload { messages: 20, ..Workload::default() };
        let mut transfers = [
            Transfer::new(seed, workload, pair.client, pair.server),
            Transfer::new(!seed, workload, pair.server, pair.client),
        ];
        run_transfers(&mut network, LIMIT, &mut transfers);
        let mut random = Random::new(seed);
        for (node, endpoint) in [pair.client, pair.server] {
            network.call(node, |engine, now| engine.shutdown(now, endpoint)).unwrap();
            network.rest(Span::from_millis(random.below(25)));
        }
        network.run(LIMIT, |network| {
            [pair.client, pair.server].iter().all(|side| associations(network, side.0) == 0)
        });
        for (node, endpoint) in [pair.client, pair.server] {
            assert_eq!(network.errors(node, endpoint), []);
        }
    });
}

#[test]
fn an_abort_is_reported_to_the_peer() {
    let mut network = Network::new(1);
    let pair = Pair::connect(&mut network, Protocol::default(), |_| {});
    let (client, server) = (pair.client, pair.server);
    network.call(client.0, |engine, now| engine.close(now, client.1, Close::Abort));
    network.rest(Span::from_secs(1));
    assert_eq!(network.errors(server.0, server.1), [Error::Reset]);
    assert_eq!((associations(&mut network, client.0), associations(&mut network, server.0)), (0, 0));
}

#[test]
fn a_peer_that_falls_silent_is_given_up_in_time() {
    for_each_seed(5, |seed| {
        let mut network = Network::new(seed);
        let pair = Pair::connect(&mut network, Protocol::default(), |_| {});
        network.set_all_conditions(Conditions::CUT);
        let cut_at = network.now();
        let mut transfer = Transfer::new(seed, Workload::default(), pair.client, pair.server);
        transfer.send(&mut network);
        let (node, endpoint) = pair.client;
        network.run(Span::from_secs(2000), |network| !network.errors(node, endpoint).is_empty());
        assert_eq!(network.errors(node, endpoint), [Error::TimedOut]);
        // Section 8.1: more than Association.Max.Retrans time-outs, each at least RTO.Min and at most RTO.Max.
        let waited = network.now().since(cut_at);
        assert!((Span::from_secs(10)..Span::from_secs(11 * 60)).contains(&waited), "{waited:?}");
        assert_eq!(associations(&mut network, node), 0);
    });
}

#[test]
fn heartbeats_find_out_that_an_idle_peer_is_gone() {
    let mut network = Network::new(1);
    let pair = Pair::connect(&mut network, Protocol::default(), |_| {});
    network.rest(Span::from_secs(600));
    let sent = network.tally().sent;
    assert!(sent > 4, "no heartbeat within ten minutes: {sent} packets");
    assert_eq!(network.errors(pair.client.0, pair.client.1), []);
    network.set_all_conditions(Conditions::CUT);
    network.rest(Span::from_secs(3600));
    for (node, endpoint) in [pair.client, pair.server] {
        assert_eq!(network.errors(node, endpoint), [Error::TimedOut]);
        assert_eq!(associations(&mut network, node), 0);
    }
}

#[test]
fn nobody_listens() {
    let mut network = Network::new(1);
    let (client, server) =
        (network.add(&[Address::v4([10, 0, 0, 1], 0)]), network.add(&[Address::v4([10, 0, 0, 2], 0)]));
    let endpoint = open(&mut network, client, Protocol::default());
    network.call(client, |engine, now| engine.connect(now, endpoint, Address::v4([10, 0, 0, 2], 7))).unwrap();
    network.rest(Span::from_secs(1));
    assert_eq!(network.errors(client, endpoint), [Error::Refused]);
    assert_eq!((associations(&mut network, client), associations(&mut network, server)), (0, 0));
}

#[test]
fn nobody_answers() {
    let mut network = Network::new(1);
    let client = network.add(&[Address::v4([10, 0, 0, 1], 0)]);
    let endpoint = open(&mut network, client, Protocol::default());
    network.call(client, |engine, now| engine.connect(now, endpoint, Address::v4([10, 0, 0, 9], 7))).unwrap();
    network.rest(Span::from_secs(3600));
    assert_eq!(network.errors(client, endpoint), [Error::TimedOut]);
    // Section 5.1: the first INIT and Max.Init.Retransmits more.
    assert_eq!(network.tally().sent, 9);
}

#[test]
fn two_peers_that_call_each_other_get_one_association() {
    for_each_seed(60, |seed| {
        let mut network = Network::new(seed);
        let mut random = Random::new(seed);
        let addresses = [Address::v4([10, 0, 0, 1], 4001), Address::v4([10, 0, 0, 2], 4002)];
        let [one, two] = addresses.map(|address| {
            let node = network.add(&[address]);
            let endpoint = open(&mut network, node, Protocol::default());
            network.call(node, |engine, _| engine.bind(endpoint, address)).unwrap();
            (node, endpoint)
        });
        network.set_all_conditions(bad(seed));
        for (side, peer) in [(one, addresses[1]), (two, addresses[0])] {
            network.call(side.0, |engine, now| engine.connect(now, side.1, peer)).unwrap();
            // Section 5.2: shorter than the link, so the INITs cross.
            network.rest(Span::from_millis(random.below(10)));
        }
        let workload = Workload { messages: 30, ..Workload::default() };
        let mut transfers =
            [Transfer::new(seed, workload, one, two), Transfer::new(!seed, workload, two, one)];
        network.run(LIMIT, |network| {
            [one, two]
                .iter()
                .all(|side| network.update(side.0, side.1).is_some_and(|update| update.connected))
        });
        run_transfers(&mut network, LIMIT, &mut transfers);
        for side in [one, two] {
            assert_eq!(associations(&mut network, side.0), 1);
        }
    });
}

#[test]
fn a_host_that_starts_anew_can_come_back() {
    for_each_seed(40, |seed| {
        let mut network = Network::new(seed);
        let pair =
            Pair::connect(&mut network, Protocol::default(), |network| network.set_all_conditions(bad(seed)));
        let workload = Workload { messages: 30, ..Workload::default() };
        run_transfers(&mut network, LIMIT, &mut [Transfer::new(seed, workload, pair.client, pair.server)]);
        // The client comes back with the port it had (section 5.2.2): its peer's association goes on.
        let port = network.call(pair.server.0, |engine, _| engine.peer_address(pair.server.1)).unwrap().port;
        network.restart(pair.client.0);
        let again = open(&mut network, pair.client.0, Protocol::default());
        let local = pair.client_address.with_port(port);
        network.call(pair.client.0, |engine, _| engine.bind(again, local)).unwrap();
        network.call(pair.client.0, |engine, now| engine.connect(now, again, pair.server_address)).unwrap();
        let client = (pair.client.0, again);
        network
            .run(LIMIT, |network| network.update(client.0, client.1).is_some_and(|update| update.connected));
        let mut transfers = [
            Transfer::new(seed + 1, workload, client, pair.server),
            Transfer::new(!seed, workload, pair.server, client),
        ];
        run_transfers(&mut network, LIMIT, &mut transfers);
        assert_eq!(associations(&mut network, pair.server.0), 1);
    });
}
