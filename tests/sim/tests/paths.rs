//! Associations over several paths: what is told of addresses, failover, and that nothing is lost or comes twice.
#![allow(missing_docs, reason = "a test crate has no public items")]

use sctp_engine::address::{Address, Family};
use sctp_engine::options::{Events, PathSettings, Protocol};
use sctp_engine::time::Span;
use sctp_engine::{AddressChange, EndpointId, Item, Notification, Scope};
use sctp_sim::{
    Conditions, Network, Node, Pair, Random, Transfer, Workload, for_each_seed, open_family, run_transfers,
    share,
};

type Side = (Node, EndpointId);

/// Host 1 or 2 on network `path`; documentation addresses, which are global.
fn address(path: u8, host: u8) -> Address {
    Address::v4([198, 51, path, host], 0)
}

fn address6(path: u8, host: u8) -> Address {
    Address::v6([0x20, 1, 0xd, 0xb8, 0, path, 0, 0, 0, 0, 0, 0, 0, 0, 0, host], 0, 0)
}

/// Two hosts with a link for each of `paths` networks.
fn connect(network: &mut Network, paths: u8, protocol: Protocol) -> Pair {
    let side = |host| (0..paths).map(|path| address(path, host)).collect::<Vec<_>>();
    let any = Address::v4([0; 4], 5001);
    Pair::connect_over(network, protocol, &side(1), &side(2), any, |_| {})
}

/// What packets on a link meet, in both directions.
fn set_path(network: &mut Network, path: u8, conditions: Conditions) {
    for host in [1, 2] {
        network.set_conditions(address(path, host), conditions);
    }
}

/// The path to an address, if there is one: whether it is confirmed, and active.
fn status(network: &mut Network, (node, endpoint): Side, to: Address) -> Option<(bool, bool)> {
    let status = network.call(node, |engine, _| engine.path_status(endpoint, Scope::Future, &to));
    status.ok().map(|(_, path)| (path.confirmed, path.active))
}

/// A transfer that is always under way.
fn bulk(seed: u64, from: Side, to: Side) -> Transfer {
    let workload = Workload {
        messages: u32::MAX,
        large: 1000,
        largest: 1400,
        send_buffer: 20_000,
        ..Workload::default()
    };
    Transfer::new(seed, workload, from, to)
}

/// Lets a transfer go on for a while. Returns how many messages arrived.
fn go_on(network: &mut Network, transfer: &mut Transfer, time: Span) -> usize {
    let (end, before) = (network.now().plus(time), transfer.received());
    while network.now() < end {
        transfer.send(network);
        network.rest(Span::from_millis(5));
        transfer.receive(network, usize::MAX);
    }
    transfer.received().saturating_sub(before)
}

#[test]
fn all_addresses_are_told_and_confirmed() {
    for paths in 1..=4 {
        let mut network = Network::new(7);
        let pair = connect(&mut network, paths, Protocol::default());
        // One probe at a time: a round trip each.
        network.rest(Span::from_millis(500));
        for (side, peer) in [(pair.client, 2), (pair.server, 1)] {
            for number in 0..paths {
                let found = status(&mut network, side, address(number, peer));
                assert_eq!(found, Some((true, true)), "path {number} of {paths} to host {peer}");
            }
            assert_eq!(status(&mut network, side, address(paths, peer)), None);
        }
    }
}

#[test]
fn an_address_that_is_not_reached_stays_unconfirmed_and_holds_no_other_up() {
    let mut network = Network::new(1);
    let side = |host| [0, 1, 2].map(|path| address(path, host));
    let any = Address::v4([0; 4], 5001);
    let pair = Pair::connect_over(&mut network, Protocol::default(), &side(1), &side(2), any, |network| {
        set_path(network, 1, Conditions::CUT);
    });
    let mut transfer = bulk(1, pair.client, pair.server);
    go_on(&mut network, &mut transfer, Span::from_secs(5));
    assert_eq!(status(&mut network, pair.client, address(1, 2)), Some((false, false)));
    assert_eq!(status(&mut network, pair.client, address(2, 2)), Some((true, true)));
    // Nothing but a few probes went there, and the rate falls once it is given up.
    assert!(network.sent_to(&address(1, 2)) <= 4, "{}", network.sent_to(&address(1, 2)));
    go_on(&mut network, &mut transfer, Span::from_secs(60));
    assert!(network.sent_to(&address(1, 2)) <= 9, "{}", network.sent_to(&address(1, 2)));
    // Section 5.4: the association does not suffer from it.
    assert!(network.update(pair.client.0, pair.client.1).expect("an update").connected);
}

#[test]
fn loopback_and_private_addresses_are_told_where_they_mean_something() {
    let global = address(0, 1);
    let others = [Address::v4([127, 0, 0, 1], 0), Address::v4([10, 9, 8, 7], 0), address6(0, 1)];
    let mut network = Network::new(3);
    let client: Vec<Address> = [global].into_iter().chain(others).collect();
    let any = Address::v4([0; 4], 5001);
    let pair = Pair::connect_over(&mut network, Protocol::default(), &client, &[address(0, 2)], any, |_| {});
    assert_eq!(status(&mut network, pair.server, global), Some((true, true)));
    for other in others {
        // The endpoints are of family V4.
        assert_eq!(status(&mut network, pair.server, other), None, "{other:?}");
    }
}

#[test]
fn ipv6_endpoints_use_paths_of_both_families() {
    for_each_seed(2, |seed| {
        let mut network = Network::new(seed);
        let side = |host| [address6(0, host), address(1, host)];
        let any = Address { family: Family::V6, ..Address::default() }.with_port(5001);
        let pair = Pair::connect_over(&mut network, Protocol::default(), &side(1), &side(2), any, |_| {});
        network.rest(Span::from_millis(500));
        for (side, peer) in [(pair.client, 2), (pair.server, 1)] {
            for to in [address6(0, peer), address(1, peer)] {
                assert_eq!(status(&mut network, side, to), Some((true, true)), "{to:?}");
            }
        }
        let mut transfer = bulk(seed, pair.client, pair.server);
        assert!(go_on(&mut network, &mut transfer, Span::from_secs(1)) > 100);
        for host in [1, 2] {
            network.set_conditions(address6(0, host), Conditions::CUT);
        }
        go_on(&mut network, &mut transfer, Span::from_secs(3));
        assert!(go_on(&mut network, &mut transfer, Span::from_secs(1)) > 100);
    });
}

/// How many seeds the next scenario has unless more are asked for.
const SEEDS: u64 = 8;

#[test]
fn traffic_goes_on_over_the_second_path_within_three_seconds_and_comes_back() {
    for_each_seed(SEEDS, |seed| {
        let mut network = Network::new(seed);
        let pair = connect(&mut network, 2, Protocol::default());
        let mut transfer = bulk(seed, pair.client, pair.server);
        assert!(go_on(&mut network, &mut transfer, Span::from_secs(2)) > 100);
        let before = network.sent_to(&address(1, 2));
        assert!(before < 10, "{before} packets used the second path while the first worked");

        set_path(&mut network, 0, Conditions::CUT);
        // What is under way arrives.
        go_on(&mut network, &mut transfer, Span::from_millis(50));
        let arrived = go_on(&mut network, &mut transfer, Span::from_millis(2950));
        assert!(arrived > 100, "{arrived} messages in the three seconds after the link was cut");
        let arrived = go_on(&mut network, &mut transfer, Span::from_secs(2));
        assert!(arrived > 500, "{arrived} messages over the second path");

        set_path(&mut network, 0, Conditions::default());
        // Time for a HEARTBEAT to find it; with the seeds beyond the usual ones the sender rests meanwhile.
        let busy = u64::from(share(seed, SEEDS, 20));
        network.rest(Span::from_secs(20 - busy));
        go_on(&mut network, &mut transfer, Span::from_secs(busy));
        let before = [0, 1].map(|path| network.sent_to(&address(path, 2)));
        let arrived = go_on(&mut network, &mut transfer, Span::from_secs(2));
        assert!(arrived > 500, "{arrived} messages over the first path again");
        let [first, second] =
            [0, 1].map(|path| network.sent_to(&address(path, 2)) - before[usize::from(path)]);
        assert!(first > 300 && second < 10, "{first} and {second} packets");
        finish(&mut network, &mut transfer);
    });
}

/// Every message that was sent arrives; that none comes twice or out of order, the transfer sees to.
fn finish(network: &mut Network, transfer: &mut Transfer) {
    let sent = transfer.stop();
    network.run(Span::from_secs(600), |network| {
        transfer.receive(network, usize::MAX);
        transfer.received() == sent
    });
}

#[test]
fn an_association_without_a_path_ends_and_says_which_addresses_failed() {
    let mut network = Network::new(11);
    let pair = connect(&mut network, 2, Protocol::default());
    network.rest(Span::from_millis(500));
    let (node, endpoint) = pair.client;
    want_address_events(&mut network, pair.client);
    let mut transfer = bulk(1, pair.client, pair.server);
    go_on(&mut network, &mut transfer, Span::from_millis(100));
    for path in [0, 1] {
        set_path(&mut network, path, Conditions::CUT);
    }
    network.rest(Span::from_secs(600));
    assert_eq!(network.errors(node, endpoint), [sctp_engine::Error::TimedOut]);
    let news = address_news(&mut network, pair.client);
    // Eleven errors in a row end an association: more than Path.Max.Retrans for one path of two, or for both.
    assert!(matches!(news.len(), 1 | 2), "{news:?}");
    assert!(news.iter().all(|(_, change)| *change == AddressChange::Unreachable), "{news:?}");
}

fn want_address_events(network: &mut Network, (node, endpoint): Side) {
    let events = network.call(node, |engine, now| {
        engine.change_everywhere(now, endpoint, |settings| {
            settings.events = Events::ADDRESS;
            Ok(())
        })
    });
    assert_eq!(events, Ok(()));
}

/// SCTP_PEER_ADDR_CHANGE notifications that wait, data left aside.
fn address_news(network: &mut Network, (node, endpoint): Side) -> Vec<(Address, AddressChange)> {
    let next = || {
        let received = network.call(node, |engine, _| engine.receive(endpoint)).ok()?;
        network.call(node, |engine, now| engine.consumed(now, endpoint, &received.queued));
        Some(received.queued.item)
    };
    let changes = core::iter::from_fn(next).filter_map(|item| match item {
        Item::Notification(Notification::PeerAddressChange(news)) => Some((news.address, news.change)),
        _ => None,
    });
    changes.collect()
}

#[test]
fn an_idle_path_that_fails_and_returns_is_told() {
    let mut network = Network::new(5);
    let pair = connect(&mut network, 2, Protocol::default());
    network.rest(Span::from_secs(1));
    let (node, endpoint) = pair.client;
    want_address_events(&mut network, pair.client);
    let second = address(1, 2).with_port(5001);
    set_path(&mut network, 1, Conditions::CUT);
    network.rest(Span::from_secs(200));
    assert_eq!(status(&mut network, pair.client, second), Some((true, false)));
    set_path(&mut network, 1, Conditions::default());
    network.rest(Span::from_secs(200));
    assert_eq!(status(&mut network, pair.client, second), Some((true, true)));
    let news = address_news(&mut network, pair.client);
    assert_eq!(news, [(second, AddressChange::Unreachable), (second, AddressChange::Available)]);
    assert_eq!(network.errors(node, endpoint), []);
}

#[test]
fn shutdown_finds_another_path() {
    let mut network = Network::new(9);
    let pair = connect(&mut network, 2, Protocol::default());
    network.rest(Span::from_secs(1));
    set_path(&mut network, 0, Conditions::CUT);
    let (node, endpoint) = pair.client;
    network.call(node, |engine, now| engine.shutdown(now, endpoint)).expect("it is up");
    network.rest(Span::from_secs(10));
    for (node, endpoint) in [pair.client, pair.server] {
        assert_eq!(network.errors(node, endpoint), []);
        assert!(network.update(node, endpoint).expect("an update").end_of_file);
        assert_eq!(network.call(node, |engine, _| engine.associations()), 0);
    }
}

#[test]
fn nothing_is_lost_or_comes_twice_while_paths_come_and_go() {
    for_each_seed(12, |seed| {
        let mut network = Network::new(seed);
        let mut random = Random::new(seed ^ 0x7061_7468);
        let paths = 2 + u8::from(seed % 2 == 0);
        let protocol = Protocol {
            association_max_retransmits: 1000,
            max_init_retransmits: 100,
            path: PathSettings { heartbeat_interval: Span::from_secs(1), ..PathSettings::default() },
            ..Protocol::default()
        };
        let pair = connect(&mut network, paths, protocol);
        let workload = Workload { messages: 1500, ..Workload::default() };
        let mut transfers = [
            Transfer::new(seed, workload, pair.client, pair.server),
            Transfer::new(seed + 1, workload, pair.server, pair.client),
        ];
        for _ in 0..20 {
            for path in 0..paths {
                for host in [1, 2] {
                    // Each direction of each path has weather of its own.
                    let conditions = if random.chance(250) {
                        Conditions::CUT
                    } else {
                        Conditions {
                            loss: random.below(100),
                            duplication: random.below(50),
                            corruption: random.below(20),
                            delay: Span::from_millis(1 + random.below(100)),
                            jitter: Span::from_millis(random.below(50)),
                        }
                    };
                    network.set_conditions(address(path, host), conditions);
                }
            }
            let time = Span::from_millis(500 + random.below(5000));
            let end = network.now().plus(time);
            while network.now() < end {
                for transfer in &mut transfers {
                    transfer.send(&mut network);
                    transfer.receive(&mut network, usize::MAX);
                }
                network.rest(Span::from_millis(20));
            }
        }
        network.set_all_conditions(Conditions::default());
        run_transfers(&mut network, Span::from_secs(1000), &mut transfers);
    });
}

#[test]
fn a_host_with_two_addresses_starts_anew_and_comes_back() {
    for_each_seed(10, |seed| {
        let mut network = Network::new(seed);
        let pair = connect(&mut network, 2, Protocol::default());
        let workload = Workload { messages: 30, ..Workload::default() };
        let limit = Span::from_secs(600);
        run_transfers(&mut network, limit, &mut [Transfer::new(seed, workload, pair.client, pair.server)]);
        // What is under way would be answered with an ABORT (section 8.4).
        network.rest(Span::from_secs(1));
        let (server, accepted) = pair.server;
        let port = network.call(server, |engine, _| engine.peer_address(accepted)).expect("a peer").port;
        network.restart(pair.client.0);
        let again = open_family(&mut network, pair.client.0, Family::V4, Protocol::default());
        let any = Address::v4([0; 4], port);
        network.call(pair.client.0, |engine, _| engine.bind(again, any)).expect("a free port");
        // Over the other network than before.
        let to = address(1, 2).with_port(5001);
        network.call(pair.client.0, |engine, now| engine.connect(now, again, to)).expect("set-up begins");
        let client = (pair.client.0, again);
        network.run(limit, |network| network.update(client.0, again).is_some_and(|update| update.connected));
        let mut transfers = [
            Transfer::new(seed + 1, workload, client, pair.server),
            Transfer::new(!seed, workload, pair.server, client),
        ];
        run_transfers(&mut network, limit, &mut transfers);
        network.rest(Span::from_secs(1));
        assert_eq!(network.call(server, |engine, _| engine.associations()), 1);
        for number in [0, 1] {
            assert_eq!(status(&mut network, pair.server, address(number, 1)), Some((true, true)));
        }
    });
}
