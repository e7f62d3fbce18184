//! What must be true of messages: each arrives at most once, as it was sent, in the order of its stream.

use sctp_engine::{Received, Rest, SendInfo};
use sctp_sim::Random;
use std::collections::BTreeMap;

/// A message that the engine took.
struct Sent {
    host: usize,
    length: usize,
    stream: u16,
    ppid: u32,
    unordered: bool,
    arrived: bool,
}

/// All messages of a session, by number.
#[derive(Default)]
pub(crate) struct Model {
    sent: BTreeMap<u64, Sent>,
    /// The newest ordered message of each stream, by receiving host and association.
    newest: BTreeMap<(usize, u32, u16), u64>,
    /// What came of a message in parts, by receiving host, association and stream.
    begun: BTreeMap<(usize, u32, u16), Vec<u8>>,
    next: u64,
}

/// The bytes of a message: its number, then what follows from it.
fn bytes(number: u64, length: usize) -> Vec<u8> {
    let mut random = Random::new(number);
    let mut bytes = number.to_be_bytes().to_vec();
    bytes.resize_with(length, || random.number().to_be_bytes()[0]);
    bytes
}

impl Model {
    /// The bytes of the next message, of at least 8.
    pub(crate) fn next_message(&self, length: usize) -> Vec<u8> {
        bytes(self.next, length)
    }

    /// The engine took it.
    pub(crate) fn took(&mut self, host: usize, info: &SendInfo, length: usize) {
        let SendInfo { stream, ppid, unordered, .. } = *info;
        self.sent.insert(self.next, Sent { host, length, stream, ppid, unordered, arrived: false });
        self.next += 1;
    }

    /// A message or a part of one was read on a host; `bytes` are its bytes.
    pub(crate) fn read(&mut self, host: usize, received: &Received, bytes: Vec<u8>) {
        let sctp_engine::Item::Data(delivery) = &received.queued.item else { return };
        let of = (host, received.association.0, delivery.stream);
        // A message whose end was lost may be there when the next one begins.
        let mut whole = self.begun.remove(&of).filter(|_| !delivery.first).unwrap_or_default();
        assert!(delivery.first || !whole.is_empty(), "a part without a beginning");
        whole.extend(bytes);
        match delivery.rest {
            Rest::Nothing => self.arrived(host, received, &whole),
            Rest::Follows => drop(self.begun.insert(of, whole)),
            Rest::Lost { .. } => {}
        }
    }

    fn arrived(&mut self, host: usize, received: &Received, whole: &[u8]) {
        let sctp_engine::Item::Data(delivery) = &received.queued.item else { return };
        let number = u64::from_be_bytes(*whole.first_chunk().expect("a number"));
        let sent = self.sent.get_mut(&number).expect("a message that was sent");
        assert!(!sent.arrived, "message {number} came twice");
        sent.arrived = true;
        assert_ne!(sent.host, host, "message {number} came back");
        let as_sent = (sent.stream, sent.ppid, sent.unordered, sent.length);
        assert_eq!((delivery.stream, delivery.ppid, delivery.unordered, whole.len()), as_sent);
        assert!(whole == bytes(number, sent.length), "message {number} was changed");
        if !sent.unordered {
            let of = (host, received.association.0, sent.stream);
            let before = self.newest.insert(of, number);
            assert!(before.is_none_or(|before| before < number), "message {number} came out of order");
        }
    }
}
