//! Random messages over a random network, against a model that knows every message.

use super::*;
use alloc::collections::{BTreeMap, BTreeSet};
use proptest::prelude::*;
use proptest::sample::Index as Pick;

/// A chunk as it was sent.
#[derive(Clone, Debug)]
struct Sent {
    message: usize,
    tsn: Tsn,
    flags: DataFlags,
    stream: u16,
    ssn: Ssn,
    payload: Vec<u8>,
}

impl Sent {
    fn data(&self) -> Data<'_> {
        let Self { flags, tsn, stream, ssn, .. } = *self;
        Data { flags, tsn, stream, ssn, ppid: 46, payload: &self.payload }
    }
}

/// A message to send: stream, unordered, the lengths of its fragments.
type Plan = (u16, bool, Vec<usize>);

fn plans() -> impl Strategy<Value = Vec<Plan>> {
    let lengths = prop::collection::vec(prop_oneof![1..20_usize, 200..700_usize], 1..6);
    prop::collection::vec((0..3_u16, prop::bool::weighted(0.3), lengths), 1..25)
}

/// Near a wrap or not.
fn initial() -> impl Strategy<Value = Tsn> {
    prop_oneof![any::<u32>(), (u32::MAX - 40)..=u32::MAX].prop_map(Tsn)
}

/// What a sender that obeys RFC 9260 section 6.9 makes of it.
fn chunks(initial: Tsn, plans: &[Plan]) -> Vec<Sent> {
    let mut tsn = initial;
    let mut next = BTreeMap::new();
    let mut chunks = Vec::new();
    for (message, (stream, unordered, lengths)) in plans.iter().enumerate() {
        let ssn: &mut Ssn = next.entry(*stream).or_default();
        for (part, length) in lengths.iter().enumerate() {
            let mut flags = if *unordered { UNORDERED } else { MIDDLE };
            flags.set(BEGIN, part == 0);
            flags.set(END, part + 1 == lengths.len());
            let seed = u8::try_from(tsn.0 & 0xff).unwrap();
            let payload = (0..*length).map(|n| seed ^ u8::try_from(n & 0xff).unwrap()).collect();
            let ssn = if *unordered { Ssn(0xbeef) } else { *ssn };
            chunks.push(Sent { message, tsn, flags, stream: *stream, ssn, payload });
            tsn = tsn.next();
        }
        if !unordered {
            *ssn = ssn.next();
        }
    }
    chunks
}

/// Which messages must have been delivered when the chunks in `arrived` are there.
fn deliverable(plans: &[Plan], sent: &[Sent], arrived: &BTreeSet<usize>) -> BTreeSet<usize> {
    let missing: BTreeSet<usize> =
        (0..sent.len()).filter(|chunk| !arrived.contains(chunk)).map(|chunk| sent[chunk].message).collect();
    let blocked = |message: usize| {
        let (stream, unordered, _) = plans[message];
        !unordered
            && (0..message)
                .any(|other| plans[other].0 == stream && !plans[other].1 && missing.contains(&other))
    };
    (0..plans.len()).filter(|message| !missing.contains(message) && !blocked(*message)).collect()
}

/// Checks a delivery against what was sent and returns the number of its message.
fn identify(delivery: &Delivery, plans: &[Plan], sent: &[Sent]) -> usize {
    let first =
        sent.iter().find(|chunk| chunk.tsn == delivery.tsn).expect("the TSN of a chunk that was sent");
    assert!(first.flags.contains(BEGIN));
    let whole: Vec<u8> = sent
        .iter()
        .filter(|chunk| chunk.message == first.message)
        .flat_map(|chunk| chunk.payload.clone())
        .collect();
    assert_eq!(bytes(&delivery.message), whole);
    assert_eq!(delivery.message.length(), whole.len());
    assert_eq!((delivery.stream, delivery.ssn, delivery.ppid), (first.stream, first.ssn, 46));
    assert_eq!(delivery.unordered, plans[first.message].1);
    first.message
}

proptest! {
    /// Any order, any duplication: every message exactly once, no earlier and no later than it may be.
    #[test]
    fn messages_are_delivered_once_and_as_soon_as_they_may_be(
        initial in initial(),
        plans in plans(),
        picks in prop::collection::vec(any::<Pick>(), 0..80),
        order in any::<Pick>(),
    ) {
        let sent = chunks(initial, &plans);
        // Random picks with repetition, then all the rest from some point on, going backwards.
        let start = order.index(sent.len());
        let arrivals: Vec<usize> = picks
            .iter()
            .map(|pick| pick.index(sent.len()))
            .chain((0..sent.len()).map(|n| (start + sent.len() - n) % sent.len()))
            .collect();

        let mut inbound = inbound(initial.0);
        let (mut arrived, mut delivered) = (BTreeSet::new(), BTreeSet::new());
        let mut last_ssn: BTreeMap<u16, Ssn> = BTreeMap::new();
        for chunk in arrivals {
            let verdict = inbound.receive(&sent[chunk].data(), PLENTY);
            let expected = if arrived.insert(chunk) { Verdict::Accepted } else { Verdict::Duplicate };
            prop_assert_eq!(verdict, expected);
            for delivery in pop_all(&mut inbound) {
                prop_assert!(delivered.insert(identify(&delivery, &plans, &sent)));
                if !delivery.unordered {
                    let previous = last_ssn.insert(delivery.stream, delivery.ssn);
                    prop_assert_eq!(delivery.ssn, previous.map_or(Ssn(0), Ssn::next));
                }
            }
            prop_assert_eq!(&delivered, &deliverable(&plans, &sent, &arrived));
            let held: usize = arrived
                .iter()
                .filter(|chunk| !delivered.contains(&sent[**chunk].message))
                .map(|chunk| sent[*chunk].payload.len().max(LEAST_CHARGE))
                .sum();
            prop_assert_eq!(inbound.held_bytes(), held);
        }
        prop_assert_eq!(delivered.len(), plans.len());
        prop_assert_eq!(inbound.cumulative_tsn(), sent.last().unwrap().tsn);
    }

    /// In parts as well: every byte exactly once and in order, and nothing comes between the parts that must not.
    #[test]
    fn messages_in_parts_come_whole(
        initial in initial(),
        plans in plans(),
        picks in prop::collection::vec(any::<Pick>(), 0..80),
        least in 0..1000_usize,
        alone in any::<bool>(),
    ) {
        let sent = chunks(initial, &plans);
        let arrivals = picks.iter().map(|pick| pick.index(sent.len())).chain(0..sent.len());
        let mut inbound = inbound(initial.0);
        let mut whole = Vec::new();
        let mut begun: Option<Delivery> = None;
        for chunk in arrivals {
            let verdict = inbound.receive(&sent[chunk].data(), PLENTY);
            prop_assert!(matches!(verdict, Verdict::Accepted | Verdict::Duplicate));
            inbound.begin_part(least, alone);
            for delivery in pop_all(&mut inbound) {
                let part = begun.as_ref().is_some_and(|begun| begun.tsn == delivery.tsn);
                prop_assert_eq!(part, !delivery.first);
                if let Some(begun) = begun.as_ref().filter(|_| !part) {
                    prop_assert!(!alone && begun.stream != delivery.stream);
                }
                let delivery = match begun.take_if(|_| part) {
                    Some(mut before) => {
                        before.message.reserve(delivery.message.parts()).unwrap();
                        before.extend(delivery);
                        before
                    }
                    None => delivery,
                };
                if delivery.rest == Rest::Follows {
                    prop_assert!(delivery.message.length() >= least);
                    begun = Some(delivery);
                } else {
                    whole.push(delivery);
                }
            }
        }
        prop_assert!(begun.is_none());
        prop_assert_eq!(inbound.held_bytes(), 0);
        let mut numbers: Vec<usize> = Vec::new();
        for delivery in &whole {
            let first = sent.iter().find(|chunk| chunk.tsn == delivery.tsn).unwrap();
            let length: usize =
                sent.iter().filter(|chunk| chunk.message == first.message).map(|chunk| chunk.payload.len()).sum();
            prop_assert_eq!(delivery.message.length(), length);
            let expected = sent.iter().filter(|chunk| chunk.message == first.message);
            prop_assert_eq!(bytes(&delivery.message), expected.flat_map(|chunk| chunk.payload.clone()).collect::<Vec<_>>());
            numbers.push(first.message);
        }
        numbers.sort_unstable();
        prop_assert_eq!(numbers, (0..plans.len()).collect::<Vec<_>>());
    }

    /// A receive buffer of any size that holds the largest message: a sender that goes on to send again what is not
    /// acknowledged gets everything through, and the buffer is kept to.
    #[test]
    fn a_small_buffer_never_blocks_for_good(
        initial in initial(),
        plans in plans(),
        buffer in 3_500..9_000_usize,
        rounds in prop::collection::vec((any::<Pick>(), any::<bool>()), 1..20),
    ) {
        let sent = chunks(initial, &plans);
        let mut inbound = inbound(initial.0);
        let mut delivered = 0;
        let mut unacknowledged: Vec<usize> = (0..sent.len()).collect();
        let mut send = |chunk: usize| {
            let room = buffer.saturating_sub(inbound.held_bytes());
            let verdict = inbound.receive(&sent[chunk].data(), room);
            delivered += pop_all(&mut inbound).len();
            assert!(inbound.held_bytes() <= buffer + OVERDRAFT);
            verdict
        };
        for (start, backwards) in rounds {
            unacknowledged.retain(|chunk| send(*chunk) == Verdict::Dropped);
            let length = unacknowledged.len().max(1);
            unacknowledged.rotate_left(start.index(length));
            if backwards {
                unacknowledged.reverse();
            }
        }
        // In order: each chunk continues the sequence or is there already, so none may be dropped.
        unacknowledged.sort_unstable();
        for chunk in unacknowledged {
            prop_assert_ne!(send(chunk), Verdict::Dropped);
        }
        prop_assert_eq!(delivered, plans.len());
        prop_assert_eq!(inbound.held_bytes(), 0);
    }
}
