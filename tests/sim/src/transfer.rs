//! Users that send numbered messages and check what arrives.

use crate::network::{Network, Node};
use crate::random::Random;
use sctp_engine::address::{Address, Family};
use sctp_engine::options::Protocol;
use sctp_engine::time::Span;
use sctp_engine::{Delivery, EndpointId, Error, Item, Message, Rest, SendInfo, Style};
use std::collections::BTreeSet;

/// Messages given to the engine before it may send, so that small ones can be bundled.
const BATCH: u32 = 16;

/// What is sent.
#[derive(Clone, Copy, Debug)]
pub struct Workload {
    /// How many messages.
    pub messages: u32,
    /// Over how many streams, in turn.
    pub streams: u16,
    /// Of 1000 messages, how many are unordered.
    pub unordered: u64,
    /// The least bytes of a message.
    pub smallest: u64,
    /// Of 1000 messages, how many are of up to `largest` bytes; the others have up to 200.
    pub large: u64,
    /// See `large`.
    pub largest: u64,
    /// Bytes that the sender's socket takes before they are acknowledged.
    pub send_buffer: usize,
}

impl Default for Workload {
    fn default() -> Self {
        Self {
            messages: 1000,
            streams: 3,
            unordered: 100,
            smallest: 4,
            large: 100,
            largest: 5000,
            send_buffer: 131_072,
        }
    }
}

/// One message of a workload.
struct Planned {
    bytes: Vec<u8>,
    info: SendInfo,
}

impl Workload {
    /// The `number`-th message of a sender, the same whenever it is asked for.
    fn message(&self, seed: u64, number: u32) -> Planned {
        let mut random = Random::new(seed ^ u64::from(number) << 20);
        let unordered = random.chance(self.unordered);
        let limit = if random.chance(self.large) { self.largest } else { 200.min(self.largest) };
        let length = self.smallest + random.below((limit + 1).saturating_sub(self.smallest).max(1));
        let mut bytes = number.to_be_bytes().to_vec();
        bytes.extend((4..length).map(|_| random.number().to_be_bytes()[0]));
        let stream = u16::try_from(number % u32::from(self.streams)).expect("a stream");
        Planned { bytes, info: SendInfo { stream, ppid: !number, unordered, ..SendInfo::default() } }
    }
}

/// A one-way conversation between two endpoints of one association.
#[derive(Debug)]
pub struct Transfer {
    seed: u64,
    workload: Workload,
    from: (Node, EndpointId),
    to: (Node, EndpointId),
    sent: u32,
    received: BTreeSet<u32>,
    /// The bytes of a message that came in parts so far.
    begun: Vec<u8>,
    /// The number of the last ordered message of each stream.
    last: Vec<Option<u32>>,
}

impl Transfer {
    /// Nothing sent yet.
    #[must_use]
    pub fn new(seed: u64, workload: Workload, from: (Node, EndpointId), to: (Node, EndpointId)) -> Self {
        let last = vec![None; usize::from(workload.streams)];
        Self { seed, workload, from, to, sent: 0, received: BTreeSet::new(), begun: Vec::new(), last }
    }

    /// Sends as much as the socket takes. Returns whether all was sent.
    ///
    /// # Panics
    /// When the engine refuses a message.
    pub fn send(&mut self, network: &mut Network) -> bool {
        let (node, endpoint) = self.from;
        while self.sent < self.workload.messages {
            let buffered = network.update(node, endpoint).map_or(0, |update| update.send_bytes);
            if buffered >= self.workload.send_buffer {
                return false;
            }
            for number in self.sent..(self.sent + BATCH).min(self.workload.messages) {
                let planned = self.workload.message(self.seed, number);
                let message = Message::new(planned.bytes);
                match network.call(node, |engine, now| engine.send(now, endpoint, &planned.info, message)) {
                    Ok(()) => self.sent += 1,
                    Err((Error::NoMemory, _)) => return false,
                    Err((error, _)) => panic!("message {number} was refused: {error:?}"),
                }
            }
            network.flush();
        }
        true
    }

    /// Reads at most `limit` messages or parts of them and checks them. Returns whether all were received.
    ///
    /// # Panics
    /// When a message is not what was sent, comes twice or out of order.
    pub fn receive(&mut self, network: &mut Network, limit: usize) -> bool {
        let (node, endpoint) = self.to;
        for _ in 0..limit {
            let Ok(received) = network.call(node, |engine, _| engine.receive(endpoint)) else { break };
            let Item::Data(delivery) = &received.queued.item else {
                panic!("nobody asked for notifications")
            };
            self.check(delivery);
            // The message is thrown away inside the call, where a test may count memory.
            network.call(node, move |engine, now| engine.consumed(now, endpoint, &received.queued));
        }
        network.flush();
        self.received.len() == usize::try_from(self.workload.messages).expect("a count")
    }

    fn check(&mut self, delivery: &Delivery) {
        assert_eq!(delivery.first, self.begun.is_empty(), "a part without a beginning or a second one");
        let mut read = 0;
        while read < delivery.message.length() {
            let span = delivery.message.span(read);
            self.begun.extend_from_slice(span);
            read += span.len();
        }
        if delivery.rest == Rest::Follows {
            return;
        }
        let bytes = core::mem::take(&mut self.begun);
        let number = u32::from_be_bytes(*bytes.first_chunk().expect("a number"));
        assert!(number < self.sent, "message {number} was not sent");
        let planned = self.workload.message(self.seed, number);
        assert_eq!(bytes, planned.bytes, "message {number}");
        assert_eq!(
            (delivery.stream, delivery.ppid),
            (planned.info.stream, planned.info.ppid),
            "message {number}"
        );
        assert_eq!(delivery.unordered, planned.info.unordered, "message {number}");
        assert!(self.received.insert(number), "message {number} came twice");
        if !delivery.unordered {
            let last = self.last[usize::from(delivery.stream)].replace(number);
            let skipped = last.map_or(0, |last| last + 1)..number;
            let missing = skipped.into_iter().find(|other| {
                let other = self.workload.message(self.seed, *other).info;
                other.stream == delivery.stream && !other.unordered
            });
            assert_eq!(missing, None, "message {number} came before an earlier one of its stream");
            assert!(
                last.is_none_or(|last| last < number),
                "message {number} came after a later one of its stream"
            );
        }
    }

    /// Sends no further messages. Returns how many were sent.
    ///
    /// # Panics
    /// Never on a machine with 32 bits or more.
    pub fn stop(&mut self) -> usize {
        self.workload.messages = self.sent;
        usize::try_from(self.sent).expect("a count")
    }

    /// How many messages were received.
    #[must_use]
    pub fn received(&self) -> usize {
        self.received.len()
    }
}

/// Two hosts with an association between them, and the addresses of both.
#[derive(Clone, Copy, Debug)]
pub struct Pair {
    /// The side that connected.
    pub client: (Node, EndpointId),
    /// The side that accepted.
    pub server: (Node, EndpointId),
    /// The client's address.
    pub client_address: Address,
    /// The server's address, with the port it listens on.
    pub server_address: Address,
}

impl Pair {
    /// Sets two hosts up whose sockets have the options `protocol`, and connects them under the conditions that
    /// `prepare` makes.
    ///
    /// # Panics
    /// When set-up fails.
    pub fn connect(network: &mut Network, protocol: Protocol, prepare: impl FnOnce(&mut Network)) -> Self {
        let server_address = Address::v4([10, 0, 0, 2], 5001);
        Self::connect_over(
            network,
            protocol,
            &[Address::v4([10, 0, 0, 1], 0)],
            &[server_address],
            server_address,
            prepare,
        )
    }

    /// As [`Pair::connect`], between hosts with these addresses; the server binds to `bound`, and the client connects to
    /// the server's first address at the port of that.
    ///
    /// # Panics
    /// When set-up fails.
    pub fn connect_over(
        network: &mut Network,
        protocol: Protocol,
        client_addresses: &[Address],
        server_addresses: &[Address],
        bound: Address,
        prepare: impl FnOnce(&mut Network),
    ) -> Self {
        let client_address = client_addresses[0];
        let server_address = server_addresses[0].with_port(bound.port);
        let (client, server) = (network.add(client_addresses), network.add(server_addresses));
        prepare(network);
        let listener = open_family(network, server, bound.family, protocol);
        network.call(server, |engine, _| engine.bind(listener, bound)).expect("a free port");
        network.call(server, |engine, _| engine.listen(listener, 4)).expect("a listener");
        let accepted = open_family(network, server, bound.family, protocol);
        let connecting = open_family(network, client, bound.family, protocol);
        network
            .call(client, |engine, now| engine.connect(now, connecting, server_address))
            .expect("set-up begins");

        let mut is_accepted = false;
        network.run(Span::from_secs(36_000), |network| {
            assert_eq!(network.errors(client, connecting), [], "set-up fails");
            is_accepted |= network.call(server, |engine, now| engine.accept(now, listener, accepted)).is_ok();
            is_accepted && network.update(client, connecting).is_some_and(|update| update.connected)
        });
        Self { client: (client, connecting), server: (server, accepted), client_address, server_address }
    }
}

/// Makes a one-to-one endpoint with these options.
///
/// # Panics
/// When there is no memory.
pub fn open(network: &mut Network, node: Node, protocol: Protocol) -> EndpointId {
    open_family(network, node, Family::V4, protocol)
}

/// Makes a one-to-one endpoint of a family.
///
/// # Panics
/// When there is no memory.
pub fn open_family(network: &mut Network, node: Node, family: Family, protocol: Protocol) -> EndpointId {
    network.call(node, |engine, _| {
        let endpoint = engine.open(Style::OneToOne, family, 0).expect("an endpoint");
        engine.options(endpoint).expect("its options").future.protocol = protocol;
        endpoint
    })
}

/// Lets all transfers come to their end.
///
/// # Panics
/// When one does not, or when one of its endpoints reports an error.
pub fn run_transfers(network: &mut Network, limit: Span, transfers: &mut [Transfer]) {
    network.run(limit, |network| {
        let mut done = true;
        for transfer in &mut *transfers {
            for (node, endpoint) in [transfer.from, transfer.to] {
                assert_eq!(network.errors(node, endpoint), [], "after {} messages", transfer.received());
            }
            transfer.send(network);
            done &= transfer.receive(network, usize::MAX);
        }
        done
    });
}
