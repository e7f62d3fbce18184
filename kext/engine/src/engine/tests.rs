//! Two engines over a perfect wire, driven by hand.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::disallowed_methods,
    reason = "a test may stop at an overflow and at the end of memory"
)]

mod addresses;
mod backlog;
mod bind;
mod connect;
mod counters;
mod counters_of_timers;
mod ecn;
mod heartbeats;
mod icmp;
mod notifications;
mod parts;
mod peel_off;
mod pmtud;
mod sending;
mod setup;
mod variables;
mod windows;

use super::*;
use crate::address::{Address, Family};
use crate::endpoint::Style;
use crate::error::Error;
use crate::inbox::Item;
use crate::message::Message;
use crate::options::Events;
use crate::time::Span;
use std::collections::VecDeque;
use std::vec::Vec;

const A: Address = Address::v4([192, 0, 2, 1], 0);
const B: Address = Address::v4([192, 0, 2, 2], 0);

struct Wire {
    now: Time,
    hosts: [Engine; 2],
    packets: Vec<(usize, Vec<u8>)>,
    /// The tos of each packet.
    tos: Vec<u8>,
    /// The ECN field of packets that arrive.
    mark: u8,
    /// IP packets that are longer, header included, are dropped if they must not be fragmented.
    mtu: usize,
    /// Whether the sender is told of that.
    reports: bool,
    /// IP packets that had to be fragmented.
    fragmented: usize,
}

impl Wire {
    fn new() -> Self {
        let hosts = [Engine::new([1; 32]).unwrap(), Engine::new([2; 32]).unwrap()];
        Self {
            now: Time(1_000_000_000),
            hosts,
            packets: Vec::new(),
            tos: Vec::new(),
            mark: 0,
            mtu: 1500,
            reports: false,
            fragmented: 0,
        }
    }

    fn address(host: usize) -> Address {
        [A, B][host]
    }

    /// Carries packets until both fall silent.
    fn run(&mut self) {
        let mut queue = VecDeque::new();
        loop {
            for host in 0..2 {
                let mut buffer = [0; 1500];
                while let Some(transmit) = self.hosts[host].transmit(self.now, &mut buffer) {
                    let bytes = buffer[..transmit.length].to_vec();
                    assert!(transmit.destination.same_host(&Self::address(1 - host)));
                    self.packets.push((host, bytes.clone()));
                    self.tos.push(transmit.ip.tos);
                    if self.passes(host, &transmit, &bytes) {
                        queue.push_back((1 - host, bytes));
                    }
                }
            }
            let Some((to, bytes)) = queue.pop_front() else { return };
            let (source, destination) = (Self::address(1 - to), Self::address(to));
            self.hosts[to].input(self.now, source, destination, self.mark, &bytes);
        }
    }

    /// Whether a packet is not dropped for its size.
    fn passes(&mut self, host: usize, transmit: &Transmit, bytes: &[u8]) -> bool {
        if bytes.len() + 20 <= self.mtu {
            return true;
        }
        if !transmit.dont_fragment {
            self.fragmented += 1;
            return true;
        }
        if self.reports {
            let kind = IcmpKind::TooBig { mtu: u32::try_from(self.mtu).unwrap() };
            self.icmp(host, kind, &bytes[..8]);
        }
        false
    }

    /// An ICMP message about a packet that a host sent to the other one.
    fn icmp(&mut self, host: usize, kind: IcmpKind, quoted: &[u8]) {
        let (local, peer) = (Self::address(host), Self::address(1 - host));
        self.hosts[host].icmp(self.now, &IcmpError { local, peer, kind, quoted });
    }

    /// The only association of a host.
    fn association(&self, host: usize) -> &Association {
        let engine = &self.hosts[host];
        engine.associations.get(engine.associations.key_at(0).unwrap()).unwrap()
    }

    /// An association from port 1000 of host 0 to port 2000 of host 1, after its path MTU search.
    fn connected() -> (Self, EndpointId, EndpointId) {
        let mut wire = Self::new();
        let (client, server) = wire.connect();
        wire.advance(Span::from_secs(20));
        (wire, client, server)
    }

    /// Sets the association up that [`Wire::connected`] has.
    fn connect(&mut self) -> (EndpointId, EndpointId) {
        let client = self.endpoint(0, Style::OneToMany, 1000);
        let server = self.endpoint(1, Style::OneToMany, 2000);
        self.hosts[1].listen(server, 1).unwrap();
        self.hosts[0].connect(self.now, client, B.with_port(2000)).unwrap();
        self.run();
        (client, server)
    }

    fn advance(&mut self, span: Span) {
        let end = self.now.plus(span);
        loop {
            let next = self.hosts.iter().map(Engine::deadline).min().unwrap();
            if next > end {
                break;
            }
            self.now = self.now.max(next);
            for host in &mut self.hosts {
                host.on_timer(self.now);
            }
            self.run();
        }
        self.now = end;
    }

    fn endpoint(&mut self, host: usize, style: Style, port: u16) -> EndpointId {
        let id = self.hosts[host].open(style, Family::V4, port.into()).unwrap();
        self.hosts[host].bind(id, Address::v4([0; 4], port)).unwrap();
        id
    }

    fn read(&mut self, host: usize, id: EndpointId) -> Option<(Vec<u8>, u16)> {
        let received = self.hosts[host].receive(id).ok()?;
        let Item::Data(delivery) = &received.queued.item else { panic!("a notification nobody asked for") };
        let mut bytes = Vec::new();
        while bytes.len() < delivery.message.remaining() {
            bytes.extend_from_slice(delivery.message.span(bytes.len()));
        }
        let stream = delivery.stream;
        self.hosts[host].consumed(self.now, id, &received.queued);
        Some((bytes, stream))
    }

    fn update(&mut self, host: usize, id: EndpointId) -> Update {
        let mut last = None;
        while let Some(update) = self.hosts[host].next_update() {
            if update.endpoint == id {
                last = Some(update);
            }
        }
        last.expect("no update")
    }
}

fn message(length: usize, seed: usize) -> Message {
    Message::new((0..length).map(|at| u8::try_from((at * 7 + seed) % 251).unwrap()).collect())
}

fn to(host: usize, port: u16) -> SendInfo {
    SendInfo { to: Wire::address(host).with_port(port), ..SendInfo::default() }
}

#[test]
fn one_to_many_sets_up_by_sending_and_answers() {
    let mut wire = Wire::new();
    let client = wire.endpoint(0, Style::OneToMany, 1000);
    let server = wire.endpoint(1, Style::OneToMany, 2000);
    wire.hosts[1].listen(server, 1).unwrap();
    for size in [1, 3, 4, 1400, 1452, 1453, 5000, 65_536] {
        wire.hosts[0].send(wire.now, client, &to(1, 2000), message(size, size)).unwrap();
        wire.run();
        wire.advance(Span::from_millis(250));
        let (bytes, stream) = wire.read(1, server).expect("nothing arrived");
        assert_eq!(stream, 0);
        assert_eq!(bytes, message(size, size).span(0), "size {size}");
    }
    let update = wire.update(0, client);
    assert_eq!((update.send_bytes, update.receive_bytes, update.error), (0, 0, None));
    assert_eq!((wire.hosts[0].associations(), wire.hosts[1].associations()), (1, 1));
}

#[test]
fn close_shuts_down_after_all_data() {
    let mut wire = Wire::new();
    let client = wire.endpoint(0, Style::OneToMany, 1000);
    let server = wire.endpoint(1, Style::OneToMany, 2000);
    wire.hosts[1].listen(server, 1).unwrap();
    wire.hosts[0].send(wire.now, client, &to(1, 2000), message(100_000, 5)).unwrap();
    wire.hosts[0].close(wire.now, client, Close::Graceful);
    wire.run();
    wire.advance(Span::from_secs(2));
    assert_eq!(wire.read(1, server).unwrap().0.len(), 100_000);
    assert_eq!((wire.hosts[0].associations(), wire.hosts[1].associations()), (0, 0));
    assert_eq!((wire.hosts[0].counters().shut_down, wire.hosts[1].counters().shut_down), (1, 1));
}

#[test]
fn two_endpoints_of_one_port_have_one_association_with_a_peer() {
    let mut wire = Wire::new();
    let listener = wire.endpoint(1, Style::OneToOne, 2000);
    wire.hosts[1].listen(listener, 5).unwrap();
    let peer = A.with_port(1000);
    let client = wire.endpoint(0, Style::OneToOne, 1000);
    wire.hosts[0].connect(wire.now, client, B.with_port(2000)).unwrap();
    wire.run();
    let child = wire.hosts[1].open(Style::OneToOne, Family::V4, 7).unwrap();
    wire.hosts[1].accept(wire.now, listener, child).unwrap();
    wire.hosts[0].close(wire.now, client, Close::Abort);
    wire.run();
    assert_eq!(wire.hosts[1].associations(), 0);
    // The peer is back and waits at the listener; the child, whose association is over, has the same port.
    let client = wire.endpoint(0, Style::OneToOne, 1000);
    wire.hosts[0].connect(wire.now, client, B.with_port(2000)).unwrap();
    wire.run();
    assert_eq!(wire.hosts[1].connect(wire.now, child, peer), Err(Error::AddressInUse));
    wire.hosts[0].close(wire.now, client, Close::Abort);
    wire.run();
    assert!(wire.hosts[1].connect(wire.now, child, peer).is_ok());
}

#[test]
fn one_to_one_connects_accepts_and_ends() {
    let mut wire = Wire::new();
    let listener = wire.endpoint(1, Style::OneToOne, 2000);
    wire.hosts[1].listen(listener, 5).unwrap();
    let client = wire.hosts[0].open(Style::OneToOne, Family::V4, 9).unwrap();
    wire.hosts[0].connect(wire.now, client, B.with_port(2000)).unwrap();
    assert!(wire.update(0, client).connecting);
    // The first message waits for the set-up, and for accept.
    wire.hosts[0].send(wire.now, client, &SendInfo::default(), message(3000, 1)).unwrap();
    wire.run();
    assert!(wire.update(0, client).connected);
    assert_eq!(wire.update(1, listener).pending_accepts, 1);
    let child = wire.hosts[1].open(Style::OneToOne, Family::V4, 7).unwrap();
    wire.hosts[1].accept(wire.now, listener, child).unwrap();
    assert_eq!(wire.hosts[1].accept(wire.now, listener, child), Err(Error::Invalid));
    assert!(wire.update(1, child).connected);
    assert_eq!(wire.read(1, child).unwrap().0.len(), 3000);
    assert!(wire.hosts[1].peer_address(child).unwrap().same_host(&A));
    assert_eq!(wire.hosts[1].local_address(child).unwrap(), B.with_port(2000));
    assert_eq!(wire.hosts[0].local_address(client).unwrap().with_port(0), A);
    wire.hosts[0].shutdown(wire.now, client).unwrap();
    wire.run();
    wire.advance(Span::from_millis(500));
    let update = wire.update(1, child);
    assert!(update.end_of_file && update.send_closed && !update.connected);
    assert_eq!(update.error, None);
    assert!(wire.update(0, client).end_of_file);
    let refused = wire.hosts[0].send(wire.now, client, &SendInfo::default(), message(1, 1));
    assert_eq!(refused.unwrap_err().0, Error::Pipe);
}

#[test]
fn nobody_listens_and_the_connection_is_refused() {
    let mut wire = Wire::new();
    let client = wire.hosts[0].open(Style::OneToOne, Family::V4, 9).unwrap();
    wire.hosts[0].connect(wire.now, client, B.with_port(2000)).unwrap();
    wire.run();
    let update = wire.update(0, client);
    assert_eq!((update.error, update.connecting, update.connected), (Some(Error::Refused), false, false));
}

#[test]
fn an_abort_is_told_to_the_other_side() {
    let mut wire = Wire::new();
    let client = wire.endpoint(0, Style::OneToMany, 1000);
    let server = wire.endpoint(1, Style::OneToMany, 2000);
    wire.hosts[1].options(server).unwrap().future.events = Events::ASSOCIATION;
    wire.hosts[1].listen(server, 1).unwrap();
    wire.hosts[0].connect(wire.now, client, B.with_port(2000)).unwrap();
    wire.run();
    wire.hosts[0].close(wire.now, client, Close::Abort);
    wire.run();
    let mut changes = Vec::new();
    while let Ok(received) = wire.hosts[1].receive(server) {
        let Item::Notification(crate::Notification::AssociationChange { change, .. }) = received.queued.item
        else {
            panic!("not a notification")
        };
        changes.push(change);
    }
    assert_eq!(changes, [crate::Change::Up, crate::Change::Lost]);
    assert_eq!(wire.hosts[1].associations(), 0);
}

#[test]
fn a_silent_peer_is_given_up_after_max_init_retransmits() {
    let mut wire = Wire::new();
    let client = wire.hosts[0].open(Style::OneToOne, Family::V4, 9).unwrap();
    wire.hosts[0].connect(wire.now, client, Address::v4([192, 0, 2, 2], 2000)).unwrap();
    let mut sent = 0;
    let mut buffer = [0; 1500];
    loop {
        while wire.hosts[0].transmit(wire.now, &mut buffer).is_some() {
            sent += 1;
        }
        let next = wire.hosts[0].deadline();
        if next == Time::NEVER {
            break;
        }
        wire.now = next;
        wire.hosts[0].on_timer(wire.now);
    }
    assert_eq!(sent, 9);
    assert_eq!(wire.update(0, client).error, Some(Error::TimedOut));
}

#[test]
fn an_init_leaves_nothing_behind() {
    let mut wire = Wire::new();
    let server = wire.endpoint(1, Style::OneToMany, 2000);
    wire.hosts[1].listen(server, 1).unwrap();
    let client = wire.endpoint(0, Style::OneToMany, 1000);
    wire.hosts[0].connect(wire.now, client, B.with_port(2000)).unwrap();
    let mut buffer = [0; 1500];
    let transmit = wire.hosts[0].transmit(wire.now, &mut buffer).unwrap();
    for _ in 0..100 {
        wire.hosts[1].input(wire.now, A, B, 0, &buffer[..transmit.length]);
    }
    assert_eq!((wire.hosts[1].associations(), wire.hosts[1].deadline()), (0, Time::NEVER));
}

#[test]
fn a_broken_packet_changes_nothing_but_a_counter() {
    let mut wire = Wire::new();
    let client = wire.endpoint(0, Style::OneToMany, 1000);
    let server = wire.endpoint(1, Style::OneToMany, 2000);
    wire.hosts[1].listen(server, 1).unwrap();
    wire.hosts[0].send(wire.now, client, &to(1, 2000), message(5000, 3)).unwrap();
    wire.run();
    wire.advance(Span::from_secs(1));
    while wire.read(1, server).is_some() {}
    wire.run();
    let packets: Vec<Vec<u8>> = wire.packets.iter().map(|(_, bytes)| bytes.clone()).collect();
    let before = wire.hosts[1].counters().checksum_errors;
    for packet in &packets {
        for at in 0..packet.len().min(60) {
            let mut broken = packet.clone();
            broken[at] ^= 1;
            wire.hosts[1].input(wire.now, A, B, 0, &broken);
            wire.hosts[1].input(wire.now, A, B, 0, &packet[..at]);
        }
    }
    assert!(!wire.hosts[1].has_transmit());
    assert!(wire.hosts[1].counters().checksum_errors > before);
    assert_eq!((wire.hosts[1].associations(), wire.read(1, server)), (1, None));
}

#[test]
fn simultaneous_set_up_makes_one_association() {
    let mut wire = Wire::new();
    let left = wire.endpoint(0, Style::OneToMany, 1000);
    let right = wire.endpoint(1, Style::OneToMany, 2000);
    wire.hosts[0].listen(left, 1).unwrap();
    wire.hosts[1].listen(right, 1).unwrap();
    wire.hosts[0].send(wire.now, left, &to(1, 2000), message(10, 1)).unwrap();
    wire.hosts[1].send(wire.now, right, &to(0, 1000), message(20, 2)).unwrap();
    wire.run();
    wire.advance(Span::from_secs(5));
    assert_eq!(wire.read(1, right).unwrap().0.len(), 10);
    assert_eq!(wire.read(0, left).unwrap().0.len(), 20);
    assert_eq!((wire.hosts[0].associations(), wire.hosts[1].associations()), (1, 1));
}

#[test]
fn a_restarted_peer_begins_anew() {
    let mut wire = Wire::new();
    let client = wire.endpoint(0, Style::OneToMany, 1000);
    let server = wire.endpoint(1, Style::OneToMany, 2000);
    wire.hosts[1].listen(server, 1).unwrap();
    wire.hosts[0].send(wire.now, client, &to(1, 2000), message(10, 1)).unwrap();
    wire.run();
    assert_eq!(wire.read(1, server).unwrap().0.len(), 10);
    wire.hosts[0] = Engine::new([3; 32]).unwrap();
    let client = wire.endpoint(0, Style::OneToMany, 1000);
    wire.hosts[0].send(wire.now, client, &to(1, 2000), message(30, 1)).unwrap();
    wire.run();
    wire.advance(Span::from_secs(2));
    assert_eq!(wire.read(1, server).unwrap().0.len(), 30);
    assert_eq!(wire.hosts[1].associations(), 1);
}

#[test]
fn section_9_1_every_peer_hears_of_an_abort() {
    let ends: [fn(&mut Wire, EndpointId); 2] = [
        |wire, client| wire.hosts[0].close(wire.now, client, Close::Abort),
        |wire, _| wire.hosts[0].quiesce(),
    ];
    for end in ends {
        let mut wire = Wire::new();
        let client = wire.endpoint(0, Style::OneToMany, 1000);
        for port in 2000..2100 {
            let server = wire.endpoint(1, Style::OneToMany, port);
            wire.hosts[1].listen(server, 1).unwrap();
            wire.hosts[0].connect(wire.now, client, B.with_port(port)).unwrap();
            wire.run();
        }
        assert_eq!((wire.hosts[0].associations(), wire.hosts[1].associations()), (100, 100));
        end(&mut wire, client);
        wire.run();
        assert_eq!((wire.hosts[0].associations(), wire.hosts[1].associations()), (0, 0));
        assert_eq!(wire.hosts[1].counters().aborted, 100);
        assert_eq!(wire.hosts[0].counters().replies_dropped, 0);
    }
}

#[test]
fn section_3_3_5_every_bit_of_a_heartbeat_nonce_changes() {
    let (mut wire, _, _) = Wire::connected();
    wire.packets.clear();
    wire.advance(Span::from_secs(3600));
    // Behind the headers of packet, chunk and parameter, and the path.
    let nonce = |bytes: &[u8]| u64::from_be_bytes(bytes[21..29].try_into().unwrap());
    let heartbeats = wire.packets.iter().filter(|(_, bytes)| bytes[12] == 4 && bytes.len() == 40);
    let nonces: Vec<u64> = heartbeats.map(|(_, bytes)| nonce(bytes)).collect();
    assert!(nonces.len() > 50);
    assert_eq!(nonces.iter().fold(u64::MAX, |all, nonce| all & nonce), 0);
    assert_eq!(nonces.iter().fold(0, |any, nonce| any | nonce), u64::MAX);
}
