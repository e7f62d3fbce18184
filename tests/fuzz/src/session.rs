//! Two engines, a network that loses and repeats, and users that call whatever they like.

use crate::model::Model;
use crate::mutate::{index, mutate, random_packet, seal};
use sctp_engine::address::{Address, Family};
use sctp_engine::options::{Events, Interleave};
use sctp_engine::time::{Span, Time};
use sctp_engine::{
    AssociationId, Begin, Close, EndpointId, Engine, Item, Message, Scope, SendInfo, Style, Update,
};
use sctp_sim::Random;
use sctp_wire::{Chunk, Packet, chunk_type};
use std::collections::BTreeMap;

const HOSTS: [Address; 2] = [Address::v4([192, 0, 2, 1], 0), Address::v4([192, 0, 2, 2], 0)];
/// Where nobody is.
const NOWHERE: Address = Address::v4([192, 0, 2, 3], 0);
const FIRST_PORT: u16 = 5000;
const PORTS: u64 = 3;
const STREAMS: u64 = 12;
const MTU: usize = 1500;

/// Packets that an engine may have to say at once; more would be no end of them.
const MOST_AT_ONCE: usize = 20_000;

/// Packets that are kept to be changed.
const MOST_SEEN: usize = 200;

/// Endpoints of a host.
const MOST_ENDPOINTS: usize = 8;

struct UnderWay {
    from: usize,
    bytes: Vec<u8>,
}

/// See the module.
pub(crate) struct Session {
    random: Random,
    hostile: bool,
    now: Time,
    engines: [Engine; 2],
    endpoints: [Vec<EndpointId>; 2],
    updates: [BTreeMap<u64, Update>; 2],
    associations: [Vec<AssociationId>; 2],
    under_way: Vec<UnderWay>,
    seen: Vec<Vec<u8>>,
    model: Model,
}

impl Session {
    /// With `hostile`, packets are changed and made up, and what arrives is not compared with what was sent.
    pub(crate) fn new(seed: u64, hostile: bool) -> Self {
        let mut random = Random::new(seed);
        let engines = [0; 2].map(|_| Engine::new(random.seed()).expect("memory"));
        let mut session = Self {
            now: Time(random.below(1 << 40)),
            random,
            hostile,
            engines,
            endpoints: [Vec::new(), Vec::new()],
            updates: [BTreeMap::new(), BTreeMap::new()],
            associations: [Vec::new(), Vec::new()],
            under_way: Vec::new(),
            seen: Vec::new(),
            model: Model::default(),
        };
        // A beginning from which something comes of most calls.
        for host in 0..2 {
            for port in 0..2 {
                session.open(host);
                let endpoint = session.endpoints[host][usize::from(port)];
                let address = Address::v4([0; 4], FIRST_PORT + port);
                session.engines[host].bind(endpoint, address).expect("a free port");
                session.engines[host].listen(endpoint, 4).expect("a bound endpoint");
            }
        }
        session
    }

    /// Packets that engines sent, the newest last.
    pub(crate) fn seen(&self) -> &[Vec<u8>] {
        &self.seen
    }

    /// One call, packet or time-out.
    pub(crate) fn step(&mut self) {
        let host = index(&mut self.random, 2);
        match self.random.below(100) {
            0..40 => self.deliver(),
            40..48 if self.hostile => self.attack(),
            40..48 => self.deliver(),
            48..64 => self.send(host),
            64..78 => self.receive(host),
            78..84 => self.pass_time(),
            84..88 => self.connect(host),
            88..90 => self.open(host),
            90..93 => self.accept(host),
            93 => self.peel_off(host),
            94..96 => self.end(host),
            96..98 => self.set(host),
            _ => self.ask(host),
        }
        self.drain();
    }

    /// Lets everything arrive, be accepted and be read, until nothing is buffered any more.
    ///
    /// # Panics
    /// When that does not come about in good time.
    pub(crate) fn settle(&mut self) {
        for _ in 0..100_000 {
            while !self.under_way.is_empty() {
                let packet = self.under_way.remove(0);
                self.carry(&packet);
                self.drain();
            }
            for host in 0..2 {
                self.accept_all(host);
                for endpoint in self.endpoints[host].clone() {
                    while self.read(host, endpoint, false) {}
                }
            }
            self.drain();
            if !self.under_way.is_empty() {
                continue;
            }
            let mut updates = self.updates.iter().flat_map(BTreeMap::values);
            if updates.all(|update| update.send_bytes == 0 && update.receive_bytes == 0) {
                return;
            }
            self.fire();
        }
        panic!("data is stuck: {:?}", self.updates);
    }

    fn endpoint(&mut self, host: usize) -> Option<EndpointId> {
        let known = &self.endpoints[host];
        // Now and then one that is not there.
        if self.random.chance(10) {
            return Some(EndpointId(self.random.number()));
        }
        (!known.is_empty()).then(|| known[index(&mut self.random, known.len())])
    }

    fn address(&mut self, host: usize) -> Address {
        let port = u16::try_from(self.random.below(PORTS)).expect("few ports");
        match self.random.below(20) {
            0 => Address::default(),
            1 => Address::v4([224, 0, 0, 1], FIRST_PORT),
            2 => HOSTS[1 - host],
            _ => HOSTS[1 - host].with_port(FIRST_PORT + port),
        }
    }

    fn association(&mut self, host: usize) -> Option<AssociationId> {
        let known = &self.associations[host];
        if known.is_empty() || self.random.chance(300) {
            return self.random.chance(20).then(|| AssociationId(self.random.number() as u32));
        }
        Some(known[index(&mut self.random, known.len())])
    }

    fn open(&mut self, host: usize) {
        if self.endpoints[host].len() >= MOST_ENDPOINTS {
            return;
        }
        let style = if self.random.chance(500) { Style::OneToOne } else { Style::OneToMany };
        let endpoint = self.engines[host].open(style, Family::V4, 7).expect("memory");
        let options = self.engines[host].options(endpoint).expect("an endpoint");
        options.future.protocol.no_delay = self.random.chance(500);
        if self.random.chance(300) {
            options.future.events = Events::all();
        }
        self.endpoints[host].push(endpoint);
    }

    /// Calls a peer by one to three addresses, or lets an INIT go that was held back.
    fn connect(&mut self, host: usize) {
        let (Some(endpoint), peer) = (self.endpoint(host), self.address(host)) else { return };
        if self.random.chance(200) {
            let _ = self.engines[host].begin(self.now, endpoint, peer);
            return;
        }
        let mut peers = [peer, NOWHERE.with_port(peer.port), self.address(host)];
        if self.random.chance(300) {
            peers.swap(0, 1);
        }
        let count = 1 + index(&mut self.random, peers.len());
        let begin = if self.random.chance(100) { Begin::Later } else { Begin::Now };
        if let Ok(id) = self.engines[host].connect_to_any(self.now, endpoint, &peers[..count], begin) {
            self.associations[host].push(id);
        }
    }

    fn send(&mut self, host: usize) {
        let Some(endpoint) = self.endpoint(host) else { return };
        let longest = [64, 1400, 5000, 40_000][index(&mut self.random, 4)];
        let length = 8 + index(&mut self.random, longest);
        let info = SendInfo {
            to: if self.random.chance(400) { self.address(host) } else { Address::default() },
            association: self.association(host),
            stream: u16::try_from(self.random.below(STREAMS)).expect("few streams"),
            ppid: self.random.number() as u32,
            unordered: self.random.chance(200),
            immediate: self.random.chance(100),
            to_this_address: self.random.chance(100),
            ..SendInfo::default()
        };
        let message = Message::new(self.model.next_message(length));
        if self.engines[host].send(self.now, endpoint, &info, message).is_ok() {
            self.model.took(host, &info, length);
        }
    }

    fn receive(&mut self, host: usize) {
        if let Some(endpoint) = self.endpoint(host) {
            self.read(host, endpoint, true);
        }
    }

    /// Reads one message, `in_part` perhaps by giving it back first. Returns whether there was one.
    fn read(&mut self, host: usize, endpoint: EndpointId, in_part: bool) -> bool {
        let Ok(mut received) = self.engines[host].receive(endpoint) else { return false };
        let mut whole = Vec::new();
        if let Item::Data(delivery) = &received.queued.item {
            self.associations[host].push(received.association);
            whole = contents(&delivery.message);
            if in_part && self.random.chance(200) {
                let part = index(&mut self.random, whole.len());
                self.engines[host].unreceive(self.now, endpoint, received.queued, part);
                received = self.engines[host].receive(endpoint).expect("what was given back");
                let Item::Data(delivery) = &received.queued.item else { panic!("another item came back") };
                assert!(contents(&delivery.message) == whole[part..], "what was given back was changed");
            }
        }
        if !self.hostile && !whole.is_empty() {
            self.model.read(host, &received, whole);
        }
        self.engines[host].consumed(self.now, endpoint, &received.queued);
        true
    }

    fn accept(&mut self, host: usize) {
        if self.random.chance(100) {
            if let Some(listener) = self.endpoint(host) {
                self.engines[host].refuse(listener);
            }
            return;
        }
        self.accept_all(host);
    }

    fn accept_all(&mut self, host: usize) {
        for listener in self.endpoints[host].clone() {
            loop {
                let engine = &mut self.engines[host];
                let child = engine.open(Style::OneToOne, Family::V4, 9).expect("memory");
                if engine.accept(self.now, listener, child).is_err() {
                    engine.close(self.now, child, Close::Abort);
                    break;
                }
                self.endpoints[host].push(child);
                if self.random.chance(900) {
                    self.engines[host].taken(listener);
                }
            }
        }
    }

    /// Peels off an association that a call names, or the first that the endpoint has.
    fn peel_off(&mut self, host: usize) {
        let (Some(parent), named) = (self.endpoint(host), self.association(host)) else { return };
        let engine = &mut self.engines[host];
        let first = engine.associations_of(parent).ok().and_then(|mut all| all.next());
        let Some(association) = (if self.random.chance(500) { named } else { first }) else { return };
        let child = engine.open(Style::OneToOne, Family::V4, 9).expect("memory");
        if engine.peel_off(self.now, parent, association, child).is_ok() {
            self.endpoints[host].push(child);
        } else {
            engine.close(self.now, child, Close::Abort);
        }
    }

    fn end(&mut self, host: usize) {
        let Some(endpoint) = self.endpoint(host) else { return };
        let how = if self.random.chance(700) { Close::Graceful } else { Close::Abort };
        let info = SendInfo { association: self.association(host), ..SendInfo::default() };
        let engine = &mut self.engines[host];
        match self.random.below(4) {
            0 => {
                engine.close(self.now, endpoint, how);
                self.endpoints[host].retain(|known| *known != endpoint);
                self.updates[host].remove(&endpoint.0);
            }
            1 => {
                let _ = engine.shutdown(self.now, endpoint);
            }
            _ if how == Close::Abort => {
                let _ = engine.abort(endpoint, &info, &Message::new(vec![b'r'; 3000]));
            }
            _ => {
                let _ = engine.finish(self.now, endpoint, &info);
            }
        }
    }

    fn set(&mut self, host: usize) {
        let Some(endpoint) = self.endpoint(host) else { return };
        let engine = &mut self.engines[host];
        match self.random.below(5) {
            0 => {
                let (on, scope) = (self.random.chance(500), Scope::from(self.random.below(4) as u32));
                let _ = engine.change_settings(self.now, endpoint, scope, |settings| {
                    settings.protocol.no_delay = on;
                    Ok(())
                });
            }
            1 => {
                let bytes = [4000, 60_000, 250_000][index(&mut self.random, 3)];
                let _ = engine.set_receive_buffer(self.now, endpoint, bytes);
            }
            2 => {
                let _ = engine.listen(endpoint, self.random.below(4) as u32);
            }
            3 => {
                let levels = [Interleave::Nothing, Interleave::Associations, Interleave::Streams];
                let points = [None, Some(0), Some(3000), Some(u32::MAX)];
                if let Ok(options) = engine.options(endpoint) {
                    options.interleave = levels[index(&mut self.random, levels.len())];
                    options.partial_delivery_point = points[index(&mut self.random, points.len())];
                }
            }
            _ => {
                let port = FIRST_PORT + u16::try_from(self.random.below(PORTS)).expect("few ports");
                let _ = engine.bind(endpoint, Address::v4([0; 4], port));
            }
        }
    }

    fn ask(&mut self, host: usize) {
        let Some(endpoint) = self.endpoint(host) else { return };
        let (name, peer) = (self.association(host), self.address(host));
        let engine = &self.engines[host];
        let scope = name.map_or(Scope::from(self.random.below(3) as u32), Scope::One);
        let _ = engine.status(endpoint, scope);
        let _ = engine.path_status(endpoint, scope, &peer);
        let of_endpoints: usize = self.endpoints[host]
            .iter()
            .map(|known| engine.associations_of(*known).expect("open").len())
            .sum();
        assert!(of_endpoints <= engine.associations() as usize, "an association has two endpoints");
    }

    /// A packet that is under way arrives, is lost or is repeated.
    fn deliver(&mut self) {
        if self.under_way.is_empty() {
            return;
        }
        let at = if self.random.chance(900) { 0 } else { index(&mut self.random, self.under_way.len()) };
        if self.random.chance(970) {
            let packet = self.under_way.remove(at);
            if self.random.chance(970) {
                self.carry(&packet);
            }
        } else {
            let UnderWay { from, bytes } = &self.under_way[at];
            let copy = UnderWay { from: *from, bytes: bytes.clone() };
            self.carry(&copy);
        }
    }

    /// A packet as nobody sent it.
    fn attack(&mut self) {
        if self.seen.is_empty() {
            return;
        }
        let newest = self.seen.len().saturating_sub(8);
        let at = if self.random.chance(700) {
            newest + index(&mut self.random, self.seen.len() - newest)
        } else {
            index(&mut self.random, self.seen.len())
        };
        let mut bytes = self.seen[at].clone();
        let other = self.seen[index(&mut self.random, self.seen.len())].clone();
        if self.random.chance(150) {
            bytes = random_packet(&mut self.random, &bytes);
        }
        mutate(&mut self.random, &mut bytes, &other);
        if self.random.chance(950) {
            seal(&mut bytes);
        }
        let from = index(&mut self.random, 2);
        self.carry(&UnderWay { from, bytes });
    }

    fn carry(&mut self, packet: &UnderWay) {
        let UnderWay { from, bytes } = packet;
        self.engines[1 - from].input(self.now, HOSTS[*from], HOSTS[1 - from], 0, bytes);
    }

    fn pass_time(&mut self) {
        if self.random.chance(500) {
            self.now = self.now.plus(Span(self.random.below(300_000_000)));
            for engine in &mut self.engines {
                engine.on_timer(self.now);
            }
        } else {
            self.fire();
        }
    }

    /// Lets the next deadline pass.
    fn fire(&mut self) {
        let [a, b] = &self.engines;
        let next = a.deadline().min(b.deadline());
        if next == Time::NEVER {
            return;
        }
        self.now = self.now.max(next);
        for engine in &mut self.engines {
            engine.on_timer(self.now);
            assert!(engine.deadline() > self.now, "a deadline that passed is still there");
        }
        self.drain();
    }

    /// Takes out what the engines have to say, and checks that it is well formed.
    fn drain(&mut self) {
        for from in 0..2 {
            let mut buffer = [0; MTU];
            let mut count = 0;
            while let Some(transmit) = self.engines[from].transmit(self.now, &mut buffer) {
                count += 1;
                assert!(count < MOST_AT_ONCE, "there is no end of packets");
                let bytes = buffer[..transmit.length].to_vec();
                check_packet(&bytes);
                self.seen.push(bytes.clone());
                if transmit.destination.same_host(&HOSTS[1 - from]) {
                    self.under_way.push(UnderWay { from, bytes });
                }
            }
            assert!(!self.engines[from].has_transmit(), "a packet is promised that does not come");
            while let Some(update) = self.engines[from].next_update() {
                if self.endpoints[from].contains(&update.endpoint) {
                    self.updates[from].insert(update.endpoint.0, update);
                }
            }
        }
        let surplus = self.seen.len().saturating_sub(MOST_SEEN);
        self.seen.drain(..surplus);
    }
}

fn contents(message: &Message) -> Vec<u8> {
    let mut bytes = Vec::new();
    while bytes.len() < message.remaining() {
        let span = message.span(bytes.len());
        assert!(!span.is_empty(), "a message is shorter than it says");
        bytes.extend_from_slice(span);
    }
    bytes
}

/// Whatever an engine was told, what it says is well formed.
fn check_packet(bytes: &[u8]) {
    assert!(bytes.len() + 20 <= MTU, "a packet of {} bytes", bytes.len());
    let packet = Packet::parse(bytes).expect("a packet with the right checksum");
    let mut chunks = 0;
    for raw in packet.chunks() {
        let chunk = raw.and_then(Chunk::parse).expect("a well-formed chunk");
        // PAD is never read, only written (RFC 4820).
        let unknown = matches!(chunk, Chunk::Unrecognized(raw) if raw.kind != chunk_type::PAD);
        assert!(!unknown, "a chunk of no known type was sent");
        chunks += 1;
    }
    assert!(chunks > 0, "a packet without chunks was sent");
}
