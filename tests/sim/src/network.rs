//! Nodes, links and the clock.

use crate::conditions::Conditions;
use crate::describe::describe;
use crate::random::Random;
use crate::seeds::is_replay;
use sctp_engine::address::{Address, Family};
use sctp_engine::time::{Span, Time};
use sctp_engine::{EndpointId, Engine, Error, Update};
use std::collections::BTreeMap;

/// The interfaces take IP packets that are at most this long, header included.
const MTU: usize = 1500;

/// Events without the clock moving after which nothing ever will.
const STANDSTILL: u32 = 100_000;

/// Names a host of the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Node(usize);

#[derive(Debug)]
struct Host {
    engine: Engine,
    /// The last update of each endpoint.
    updates: BTreeMap<u64, Update>,
    errors: Vec<(EndpointId, Error)>,
}

/// An address of a host, and what packets to it meet.
#[derive(Debug)]
struct Interface {
    address: Address,
    node: Node,
    inbound: Conditions,
    /// On the way there longer IP packets are dropped if they must not be fragmented.
    mtu: usize,
    /// Of 1000 packets that may be marked for congestion, how many are.
    marking: u64,
}

/// ECT(0) and CE of RFC 3168 section 5.
const ECN_CAPABLE: u8 = 2;
const CONGESTION_EXPERIENCED: u8 = 3;

/// What an engine asks of the IP header.
#[derive(Clone, Copy, Debug, Default)]
struct IpHeader {
    ecn: u8,
    dont_fragment: bool,
}

#[derive(Debug)]
struct Packet {
    to: Node,
    source: Address,
    destination: Address,
    /// The ECN field.
    ecn: u8,
    bytes: Vec<u8>,
}

/// What happened to all packets so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Packets that engines sent.
    pub sent: u64,
    /// Packets that reached an engine.
    pub arrived: u64,
    /// Packets that were marked for congestion.
    pub marked: u64,
    /// Packets that were dropped for their size.
    pub too_big: u64,
    /// Packets that had to be fragmented.
    pub fragmented: u64,
}

/// Engines, the links between them and the time.
#[derive(Debug)]
pub struct Network {
    now: Time,
    random: Random,
    hosts: Vec<Host>,
    interfaces: Vec<Interface>,
    /// Packets under way by arrival; the number keeps those that arrive together in the order they were sent.
    under_way: BTreeMap<(Time, u64), Packet>,
    numbered: u64,
    tally: Tally,
    sent_to: BTreeMap<[u8; 16], u64>,
    still: u32,
    trace: bool,
    around: fn(Node, bool),
}

impl Network {
    /// An empty network.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            // Not zero: nothing may depend on where the clock began.
            now: Time(Random::new(seed).below(1 << 50)),
            random: Random::new(seed),
            hosts: Vec::new(),
            interfaces: Vec::new(),
            under_way: BTreeMap::new(),
            numbered: 0,
            tally: Tally::default(),
            sent_to: BTreeMap::new(),
            still: 0,
            trace: is_replay(),
            around: |_, _| {},
        }
    }

    /// Adds a host with its addresses, all reached over good links.
    ///
    /// # Panics
    /// When there is no memory.
    pub fn add(&mut self, addresses: &[Address]) -> Node {
        let node = Node(self.hosts.len());
        let engine = self.engine(addresses);
        self.hosts.push(Host { engine, updates: BTreeMap::new(), errors: Vec::new() });
        let interface = |address: &Address| Interface {
            address: *address,
            node,
            inbound: Conditions::default(),
            mtu: MTU,
            marking: 0,
        };
        self.interfaces.extend(addresses.iter().map(interface));
        node
    }

    fn engine(&mut self, addresses: &[Address]) -> Engine {
        let mut engine = Engine::new(self.random.seed()).expect("memory for an engine");
        engine.set_addresses(addresses).expect("memory for the addresses");
        engine
    }

    /// Changes what packets to an address meet from now on.
    pub fn set_conditions(&mut self, to: Address, conditions: Conditions) {
        for interface in self.interfaces.iter_mut().filter(|interface| interface.address.same_host(&to)) {
            interface.inbound = conditions;
        }
    }

    /// Changes what packets to every address meet from now on.
    pub fn set_all_conditions(&mut self, conditions: Conditions) {
        for interface in &mut self.interfaces {
            interface.inbound = conditions;
        }
    }

    /// Changes how long IP packets to every address may be, header included, before they must be fragmented.
    pub fn set_path_mtu(&mut self, mtu: usize) {
        for interface in &mut self.interfaces {
            interface.mtu = mtu;
        }
    }

    /// Changes of how many in 1000 packets the network marks those that say they may be marked.
    pub fn set_marking(&mut self, marking: u64) {
        for interface in &mut self.interfaces {
            interface.marking = marking;
        }
    }

    /// The time.
    #[must_use]
    pub const fn now(&self) -> Time {
        self.now
    }

    /// What happened to all packets so far.
    #[must_use]
    pub const fn tally(&self) -> Tally {
        self.tally
    }

    /// How many packets engines sent to an address.
    #[must_use]
    pub fn sent_to(&self, address: &Address) -> u64 {
        self.sent_to.get(&address.bytes).copied().unwrap_or(0)
    }

    /// A user's call on the engine of a host. [`Network::flush`] takes note of what came of it.
    pub fn call<R>(&mut self, node: Node, call: impl FnOnce(&mut Engine, Time) -> R) -> R {
        (self.around)(node, true);
        let result = call(&mut self.hosts[node.0].engine, self.now);
        (self.around)(node, false);
        result
    }

    /// Has `around` called with true before the engine of a host is entered, and with false after.
    pub fn set_around(&mut self, around: fn(Node, bool)) {
        self.around = around;
    }

    /// A host starts anew: all its endpoints and associations are gone without a word.
    ///
    /// # Panics
    /// When there is no memory.
    pub fn restart(&mut self, node: Node) {
        let own = self.interfaces.iter().filter(|interface| interface.node == node);
        let addresses: Vec<Address> = own.map(|interface| interface.address).collect();
        let engine = self.engine(&addresses);
        self.hosts[node.0] = Host { engine, updates: BTreeMap::new(), errors: Vec::new() };
    }

    /// An endpoint as its socket would show it; nothing before its first update.
    #[must_use]
    pub fn update(&self, node: Node, endpoint: EndpointId) -> Option<Update> {
        self.hosts[node.0].updates.get(&endpoint.0).copied()
    }

    /// Errors that were reported for an endpoint, oldest first.
    #[must_use]
    pub fn errors(&self, node: Node, endpoint: EndpointId) -> Vec<Error> {
        let errors = &self.hosts[node.0].errors;
        errors.iter().filter(|(of, _)| *of == endpoint).map(|(_, error)| *error).collect()
    }

    /// Puts a packet on its way as if a host had sent it.
    pub fn inject(&mut self, source: Address, destination: Address, bytes: &[u8]) {
        self.carry(source, destination, IpHeader::default(), bytes);
    }

    fn carry(&mut self, source: Address, destination: Address, header: IpHeader, bytes: &[u8]) {
        let Some(interface) =
            self.interfaces.iter().find(|interface| interface.address.same_host(&destination))
        else {
            return;
        };
        let (to, conditions, mtu, marking) =
            (interface.node, interface.inbound, interface.mtu, interface.marking);
        if bytes.len() + usize::try_from(destination.ip_header()).unwrap_or(0) > mtu {
            if header.dont_fragment {
                self.tally.too_big += 1;
                return;
            }
            self.tally.fragmented += 1;
        }
        let mut ecn = header.ecn;
        if ecn == ECN_CAPABLE && marking > 0 && self.random.chance(marking) {
            self.tally.marked += 1;
            ecn = CONGESTION_EXPERIENCED;
        }
        let copies = conditions.carry(&mut self.random, bytes);
        if self.trace {
            let fate = if copies.is_empty() { "lost" } else { "sent" };
            let millis = self.now.0 / 1_000_000;
            eprintln!(
                "{millis:>12} ms to host {} {fate} ({} copies): {}",
                to.0,
                copies.len(),
                describe(bytes)
            );
        }
        for (delay, bytes) in copies {
            self.numbered += 1;
            self.under_way.insert(
                (self.now.plus(delay), self.numbered),
                Packet { to, source, destination, ecn, bytes },
            );
        }
    }

    /// Takes packets and updates out of every engine.
    ///
    /// # Panics
    /// When an engine sends a packet that is longer than the MTU.
    pub fn flush(&mut self) {
        let mut buffer = [0; 65_536];
        for place in 0..self.hosts.len() {
            let node = Node(place);
            while let Some(transmit) = self.call(node, |engine, now| engine.transmit(now, &mut buffer)) {
                let header = usize::try_from(transmit.destination.ip_header()).unwrap_or(0);
                assert!(
                    transmit.length + header <= MTU || !transmit.dont_fragment,
                    "a packet of {} bytes",
                    transmit.length
                );
                self.tally.sent += 1;
                *self.sent_to.entry(transmit.destination.bytes).or_default() += 1;
                let source = self.source(node, &transmit.source, &transmit.destination);
                let header = IpHeader { ecn: transmit.ip.tos, dont_fragment: transmit.dont_fragment };
                self.carry(source, transmit.destination, header, &buffer[..transmit.length]);
            }
            while let Some(update) = self.call(node, |engine, _| engine.next_update()) {
                let host = &mut self.hosts[place];
                host.errors.extend(update.error.map(|error| (update.endpoint, error)));
                host.updates.insert(update.endpoint.0, update);
            }
        }
    }

    /// The address that a packet leaves from: the one asked for, or that in the network of the destination.
    fn source(&self, node: Node, asked: &Address, destination: &Address) -> Address {
        if !asked.is_any() {
            return *asked;
        }
        let mut own =
            self.interfaces.iter().filter(|interface| interface.node == node).map(|found| found.address);
        let first = own.clone().next().unwrap_or_default();
        let network = if destination.family == Family::V6 { 8 } else { 3 };
        let near = |address: &Address| {
            address.family == destination.family && address.bytes[..network] == destination.bytes[..network]
        };
        own.find(near).unwrap_or(first)
    }

    /// Moves the clock to the next event and lets it happen. Returns whether there was one.
    ///
    /// # Panics
    /// When the clock stands still: an engine that asks again and again to be called now.
    pub fn step(&mut self) -> bool {
        self.flush();
        let (arrival, deadline) = (self.next_arrival(), self.next_deadline());
        let next = arrival.min(deadline);
        if next == Time::NEVER {
            return false;
        }
        self.still = if next > self.now { 0 } else { self.still + 1 };
        assert!(self.still < STANDSTILL, "the clock stands still");
        self.now = self.now.max(next);
        if deadline <= arrival {
            for place in 0..self.hosts.len() {
                self.call(Node(place), Engine::on_timer);
            }
        } else if let Some((_, packet)) = self.under_way.pop_first() {
            self.tally.arrived += 1;
            let Packet { to, source, destination, ecn, bytes } = packet;
            self.call(to, |engine, now| engine.input(now, source, destination, ecn, &bytes));
        }
        self.flush();
        true
    }

    /// Lets things happen until `done`, which is asked after every event and may make users' calls.
    ///
    /// # Panics
    /// When that takes longer than `limit`, or when nothing is left to happen.
    pub fn run(&mut self, limit: Span, mut done: impl FnMut(&mut Self) -> bool) {
        let end = self.now.plus(limit);
        while !done(self) {
            assert!(self.step(), "nothing is left to happen");
            assert!(self.now <= end, "not done in time");
        }
        self.flush();
    }

    /// Lets things happen for a while.
    pub fn rest(&mut self, time: Span) {
        let end = self.now.plus(time);
        self.flush();
        while self.next_arrival().min(self.next_deadline()) <= end {
            self.step();
        }
        self.now = end;
    }

    fn next_arrival(&self) -> Time {
        self.under_way.first_key_value().map_or(Time::NEVER, |((time, _), _)| *time)
    }

    fn next_deadline(&self) -> Time {
        self.hosts.iter().map(|host| host.engine.deadline()).min().unwrap_or(Time::NEVER)
    }
}
