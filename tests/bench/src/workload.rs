//! What is measured. Every message has a number and is checked whole when it arrives.

use crate::clock;
use crate::pair::{Cycle, Pair, Side};
use core::ops::Range;
use sctp_engine::time::Span;

/// Messages that are given to the sender before packets are delivered.
const BATCH: u32 = 64;

/// The bytes of numbered messages of one length.
struct Pattern(Vec<u8>);

const NUMBER: Range<usize> = 0..8;

impl Pattern {
    fn new(length: usize) -> Self {
        // 251 is prime, so that no block of a power of two repeats.
        Self((0_u8..251).cycle().take(length).collect())
    }

    fn numbered(&mut self, number: u64) -> &[u8] {
        self.0[NUMBER].copy_from_slice(&number.to_be_bytes());
        &self.0
    }
}

/// Messages of `length` bytes from A to B, as many as go through in `seconds`. Returns messages a second.
pub(crate) fn one_way(pair: &mut dyn Pair, length: usize, seconds: f64) -> f64 {
    let (mut out, mut expected) = (Pattern::new(length), Pattern::new(length));
    let mut buffer = vec![0; length];
    let (mut sent, mut received) = (0, 0);
    let mut exchange = |until: f64| {
        let start = clock::now();
        let before = received;
        loop {
            for _ in 0..BATCH {
                if !pair.send(Side::A, 0, out.numbered(sent)) {
                    break;
                }
                sent += 1;
            }
            pair.pump();
            while let Some(got) = pair.receive(Side::B, &mut buffer) {
                assert!(buffer[..got] == *expected.numbered(received), "message {received} was changed");
                received += 1;
            }
            pair.pump();
            let passed = clock::seconds_since(start);
            if passed >= until {
                return rate(received - before, passed);
            }
        }
    };
    // The congestion window opens first.
    exchange(seconds / 4.0);
    exchange(seconds)
}

/// Messages of `length` bytes that come back, one at a time. Returns round trips a second.
pub(crate) fn round_trips(pair: &mut dyn Pair, length: usize, seconds: f64) -> f64 {
    let mut pattern = Pattern::new(length);
    let mut buffer = vec![0; length];
    let start = clock::now();
    let mut trips = 0;
    loop {
        for from in [Side::A, Side::B] {
            carry(pair, from, 0, pattern.numbered(trips), &mut buffer);
        }
        trips += 1;
        let passed = clock::seconds_since(start);
        if passed >= seconds {
            return rate(trips, passed);
        }
    }
}

/// Messages from A to B, each over an association picked at random.
pub(crate) struct Scattered {
    associations: usize,
    random: u64,
    pattern: Pattern,
    buffer: Vec<u8>,
    sent: u64,
}

impl Scattered {
    /// Messages of `length` bytes over `associations`, each of which carries two right away: the first one that an
    /// association carries takes its memory, and is acknowledged at once.
    pub(crate) fn new(pair: &mut dyn Pair, associations: usize, length: usize) -> Self {
        let (pattern, buffer) = (Pattern::new(length), vec![0; length]);
        let mut all = Self { associations, random: 0x9e37_79b9_7f4a_7c15, pattern, buffer, sent: 0 };
        for association in (0..associations).chain(0..associations) {
            all.carry(pair, association);
        }
        all
    }

    fn carry(&mut self, pair: &mut dyn Pair, association: usize) {
        carry(pair, Side::A, association, self.pattern.numbered(self.sent), &mut self.buffer);
        self.sent += 1;
    }

    fn next(&mut self, pair: &mut dyn Pair) {
        // Xorshift: enough to have no association in a cache because it was just used.
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.carry(pair, usize::try_from(self.random >> 33).expect("31 bits") % self.associations);
    }

    /// How many went through so far.
    pub(crate) const fn sent(&self) -> u64 {
        self.sent
    }

    /// As many as go through in `seconds`. Returns messages a second.
    pub(crate) fn for_seconds(&mut self, pair: &mut dyn Pair, seconds: f64) -> f64 {
        let (start, before) = (clock::now(), self.sent);
        loop {
            self.next(pair);
            let passed = clock::seconds_since(start);
            if passed >= seconds {
                return rate(self.sent - before, passed);
            }
        }
    }

    /// `count` of them, one a microsecond by a clock that nothing else moves.
    #[inline(never)]
    pub(crate) fn simulated(&mut self, pair: &mut dyn Pair, count: u64) {
        for _ in 0..count {
            clock::move_by(Span(1000));
            self.next(pair);
        }
    }
}

/// Sends one message and waits until the other side has read it.
fn carry(pair: &mut dyn Pair, from: Side, association: usize, message: &[u8], buffer: &mut [u8]) {
    let to = match from {
        Side::A => Side::B,
        Side::B => Side::A,
    };
    while !pair.send(from, association, message) {
        pair.pump();
    }
    loop {
        pair.pump();
        if let Some(got) = pair.receive(to, buffer) {
            assert!(buffer[..got] == *message, "a message was changed");
            return;
        }
    }
}

/// Associations that are set up and shut down again, one at a time. Returns how many a second.
pub(crate) fn set_ups(cycle: &mut dyn Cycle, seconds: f64) -> f64 {
    let start = clock::now();
    let mut count = 0;
    loop {
        cycle.cycle();
        count += 1;
        let passed = clock::seconds_since(start);
        if passed >= seconds {
            return rate(count, passed);
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52")]
fn rate(count: u64, seconds: f64) -> f64 {
    count as f64 / seconds
}
