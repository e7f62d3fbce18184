//! The engine, driven as the kernel's shim drives it: after every call its packets and updates are taken out.

use crate::clock;
use crate::pair::{BUFFER, Cycle, PACKET, Packets, Pair, Side};
use sctp_engine::address::{Address, Family};
use sctp_engine::time::Time;
use sctp_engine::{
    AssociationId, Close, EndpointId, Engine, Item, Message, Scope, SendInfo, Style, Update, memory,
};
use std::collections::VecDeque;

const PORT: u16 = 5000;
const LISTENER_PORT: u16 = 6000;

/// A packet on its way.
struct Packet {
    to: Side,
    source: Address,
    destination: Address,
    length: usize,
    bytes: [u8; PACKET],
}

/// One engine, and its endpoint as the socket would show it.
struct Host {
    engine: Engine,
    update: Option<Update>,
}

/// Two engines and the queue between them.
struct Net {
    a: Host,
    b: Host,
    under_way: VecDeque<Box<Packet>>,
    #[expect(clippy::vec_box, reason = "a packet is not copied when it is queued or kept")]
    spare: Vec<Box<Packet>>,
    packets: Packets,
}

/// The address of a side for the association with that number.
fn address(side: Side, association: usize) -> Address {
    let [.., b, c, d] = u32::try_from(association + 1).expect("few associations").to_be_bytes();
    let first = match side {
        Side::A => 10,
        Side::B => 11,
    };
    Address::v4([first, b, c, d], 0)
}

const fn other(side: Side) -> Side {
    match side {
        Side::A => Side::B,
        Side::B => Side::A,
    }
}

/// The address that the route to `destination` chooses: an association has the same number on both sides.
fn source_towards(side: Side, destination: &Address) -> Address {
    let mut source = address(side, 0);
    source.bytes[1..4].copy_from_slice(&destination.bytes[1..4]);
    source
}

impl Net {
    fn new() -> Self {
        let host = |seed| Host { engine: Engine::new([seed; 32]).expect("memory"), update: None };
        Self {
            a: host(1),
            b: host(2),
            under_way: VecDeque::new(),
            spare: Vec::new(),
            packets: Packets::default(),
        }
    }

    const fn host(&mut self, side: Side) -> &mut Host {
        match side {
            Side::A => &mut self.a,
            Side::B => &mut self.b,
        }
    }

    fn open(&mut self, side: Side, style: Style, port: u16, no_delay: bool) -> EndpointId {
        let engine = &mut self.host(side).engine;
        let endpoint = engine.open(style, Family::V4, 0).expect("memory");
        let protocol = &mut engine.options(endpoint).expect("an endpoint").future.protocol;
        protocol.receive_buffer = BUFFER;
        protocol.no_delay = no_delay;
        engine.bind(endpoint, Address::v4([0; 4], port)).expect("a free port");
        endpoint
    }

    /// Takes out what the engine of a side has to say.
    fn drain(&mut self, side: Side, now: Time) {
        loop {
            let mut packet = self.spare.pop().unwrap_or_else(|| {
                let address = Address::default();
                Box::new(Packet {
                    to: side,
                    source: address,
                    destination: address,
                    length: 0,
                    bytes: [0; PACKET],
                })
            });
            let Some(transmit) = self.host(side).engine.transmit(now, &mut packet.bytes) else {
                self.spare.push(packet);
                break;
            };
            packet.to = other(side);
            packet.destination = transmit.destination;
            packet.source = match transmit.source {
                any if any.is_any() => source_towards(side, &transmit.destination),
                named => named,
            };
            packet.length = transmit.length;
            self.packets.count += 1;
            self.packets.longest = self.packets.longest.max(transmit.length);
            self.under_way.push_back(packet);
        }
        let host = self.host(side);
        while let Some(update) = host.engine.next_update() {
            host.update = Some(update);
        }
    }

    fn pump(&mut self) {
        let now = clock::now();
        for side in [Side::A, Side::B] {
            if self.host(side).engine.deadline() <= now {
                self.host(side).engine.on_timer(now);
                self.drain(side, now);
            }
        }
        while let Some(packet) = self.under_way.pop_front() {
            let now = clock::now();
            let to = packet.to;
            let bytes = packet.bytes.get(..packet.length).unwrap_or_default();
            self.host(to).engine.input(now, packet.source, packet.destination, 0, bytes);
            self.spare.push(packet);
            self.drain(to, now);
        }
    }
}

/// Two one-to-many endpoints.
pub(crate) struct Ours {
    net: Net,
    a: EndpointId,
    b: EndpointId,
    associations: [Vec<AssociationId>; 2],
}

impl Ours {
    pub(crate) fn open(associations: usize, no_delay: bool) -> Self {
        let mut net = Net::new();
        let a = net.open(Side::A, Style::OneToMany, PORT, no_delay);
        let b = net.open(Side::B, Style::OneToMany, PORT, no_delay);
        net.b.engine.listen(b, 1).expect("an endpoint that can listen");
        let mut ids = [Vec::new(), Vec::new()];
        for number in 0..associations {
            let now = clock::now();
            let peer = address(Side::B, number).with_port(PORT);
            ids[0].push(net.a.engine.connect(now, a, peer).expect("memory"));
            net.drain(Side::A, now);
            net.pump();
            let from = address(Side::A, number).with_port(PORT);
            let (id, _) = net.b.engine.path_status(b, Scope::Future, &from).expect("an association");
            ids[1].push(id);
        }
        Self { net, a, b, associations: ids }
    }

    const fn endpoint(&self, side: Side) -> EndpointId {
        match side {
            Side::A => self.a,
            Side::B => self.b,
        }
    }
}

impl Pair for Ours {
    fn send(&mut self, side: Side, association: usize, message: &[u8]) -> bool {
        let endpoint = self.endpoint(side);
        let [a, b] = &self.associations;
        let of = match side {
            Side::A => a,
            Side::B => b,
        };
        // As usrsctp does it, every association has a send buffer of its own.
        let room = usize::try_from(BUFFER).unwrap_or(usize::MAX) * of.len();
        let association = of.get(association).copied();
        let host = self.net.host(side);
        let buffered = host.update.map_or(0, |update| update.send_bytes);
        if buffered + message.len() > room {
            return false;
        }
        let now = clock::now();
        let mut copy = Message::new(memory::zeroed(message.len()).expect("memory"));
        copy.bytes_mut().copy_from_slice(message);
        let info = SendInfo { association, ..SendInfo::default() };
        host.engine.send(now, endpoint, &info, copy).expect("an association that takes data");
        self.net.drain(side, now);
        true
    }

    fn receive(&mut self, side: Side, buffer: &mut [u8]) -> Option<usize> {
        let endpoint = self.endpoint(side);
        let engine = &mut self.net.host(side).engine;
        let received = engine.receive(endpoint).ok()?;
        let Item::Data(delivery) = &received.queued.item else { panic!("nobody asked for notifications") };
        let mut length = 0;
        while length < delivery.message.length() {
            let span = delivery.message.span(length);
            buffer[length..length + span.len()].copy_from_slice(span);
            length += span.len();
        }
        let now = clock::now();
        engine.consumed(now, endpoint, &received.queued);
        self.net.drain(side, now);
        Some(length)
    }

    fn pump(&mut self) {
        self.net.pump();
    }

    fn packets(&self) -> Packets {
        self.net.packets
    }
}

/// A one-to-one listener.
pub(crate) struct OurListener {
    net: Net,
    listener: EndpointId,
}

impl OurListener {
    pub(crate) fn open() -> Self {
        let mut net = Net::new();
        let listener = net.open(Side::B, Style::OneToOne, LISTENER_PORT, false);
        net.b.engine.listen(listener, 1).expect("an endpoint that can listen");
        Self { net, listener }
    }
}

impl Cycle for OurListener {
    fn cycle(&mut self) {
        let Self { net, listener } = self;
        let now = clock::now();
        let client = net.open(Side::A, Style::OneToOne, 0, false);
        let peer = address(Side::B, 0).with_port(LISTENER_PORT);
        net.a.engine.connect(now, client, peer).expect("memory");
        net.drain(Side::A, now);
        net.pump();
        let now = clock::now();
        let server = net.b.engine.open(Style::OneToOne, Family::V4, 0).expect("memory");
        net.b.engine.accept(now, *listener, server).expect("an association");
        net.b.engine.taken(*listener);
        net.drain(Side::B, now);
        let now = clock::now();
        net.a.engine.close(now, client, Close::Graceful);
        net.drain(Side::A, now);
        net.pump();
        let now = clock::now();
        net.b.engine.close(now, server, Close::Graceful);
        net.drain(Side::B, now);
        net.pump();
        assert_eq!((net.a.engine.associations(), net.b.engine.associations()), (0, 0), "all is shut down");
    }
}
