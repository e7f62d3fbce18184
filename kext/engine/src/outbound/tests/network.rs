//! A receiver behind a network that loses, delays and reorders, in virtual time: everything arrives, once and whole.

use super::*;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// One thing in the network.
enum Flying {
    Data(Vec<SentChunk>),
    Sack(u32, Vec<(u16, u16)>),
}

/// The receiver: what has come, and up to where without a gap.
#[derive(Default)]
struct Receiver {
    chunks: BTreeMap<u32, SentChunk>,
    cumulative: u32,
}

impl Receiver {
    /// Takes chunks by their distance from the first TSN.
    fn receive(&mut self, first: Tsn, chunks: Vec<SentChunk>) {
        for chunk in chunks {
            let number = chunk.tsn.distance_from(first);
            if let Some(known) = self.chunks.get(&number) {
                assert_eq!(known, &chunk, "a retransmission differs from the original");
            }
            self.chunks.insert(number, chunk);
        }
        while self.chunks.contains_key(&self.cumulative) {
            self.cumulative += 1;
        }
    }

    fn gaps(&self) -> Vec<(u16, u16)> {
        let mut gaps: Vec<(u16, u16)> = Vec::new();
        for number in self.chunks.range(self.cumulative..).map(|(number, _)| *number) {
            let place = u16::try_from(number - self.cumulative + 1).unwrap();
            match gaps.last_mut() {
                Some((_, end)) if *end + 1 == place => *end = place,
                _ => gaps.extend([(place, place)]),
            }
        }
        gaps
    }
}

#[derive(Clone, Debug)]
struct Scenario {
    first: u32,
    paths: u8,
    nodelay: bool,
    window: u32,
    /// Lengths and streams of messages.
    messages: Vec<(usize, u16)>,
    /// Loss in percent.
    loss: u64,
    seed: u64,
}

fn scenarios() -> impl Strategy<Value = Scenario> {
    let length = prop_oneof![3 => 1..200_usize, 2 => 1000..2000_usize, 1 => 5000..40_000_usize];
    let messages = prop::collection::vec((length, 0..3_u16), 1..40);
    let first = prop_oneof![any::<u32>(), (u32::MAX - 30)..=u32::MAX];
    let window = prop_oneof![1 => 1500..6000_u32, 2 => Just(100_000_u32)];
    (first, 1..4_u8, any::<bool>(), window, messages, prop_oneof![Just(0_u64), 1..40_u64], any::<u64>())
        .prop_map(|(first, paths, nodelay, window, messages, loss, seed)| Scenario {
            first,
            paths,
            nodelay,
            window,
            messages,
            loss,
            seed,
        })
}

/// A small generator: the run is to depend on the seed alone.
fn roll(state: &mut u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *state >> 33
}

fn run(scenario: &Scenario) -> Receiver {
    let first = Tsn(scenario.first);
    let mut bench = Bench::starting_at(first, scenario.paths, scenario.window);
    bench.nodelay = scenario.nodelay;
    let mut receiver = Receiver::default();
    let mut network: BTreeMap<(u64, u64), Flying> = BTreeMap::new();
    let mut seed = scenario.seed;
    let mut waiting = scenario.messages.iter();
    let mut number = 0;
    let mut acked = 0;
    for _ in 0..200_000 {
        if bench.out.buffered_bytes() < 50_000
            && let Some((length, stream)) = waiting.next()
        {
            bench.out.enqueue(OutMessage { stream: *stream, ..Bench::message(*length) }).unwrap();
        }
        while let Some((_, chunks)) = bench.packet() {
            number += 1;
            if roll(&mut seed) % 100 >= scenario.loss {
                let at = bench.now.0 + 20_000_000 + roll(&mut seed) % 30_000_000;
                network.insert((at, number), Flying::Data(chunks));
            }
        }
        let timer = bench.paths.iter().map(|path| path.t3).min().unwrap();
        let arrival = network.keys().next().map_or(Time::NEVER, |(at, _)| Time(*at));
        if timer == Time::NEVER && arrival == Time::NEVER {
            if waiting.len() == 0 {
                break;
            }
            continue;
        }
        if timer < arrival {
            let id = bench.paths.iter().position(|path| path.t3 == timer).unwrap();
            bench.time_out(u8::try_from(id).unwrap());
            continue;
        }
        bench.now = bench.now.max(arrival);
        match network.pop_first().unwrap().1 {
            Flying::Data(chunks) => {
                receiver.receive(first, chunks);
                number += 1;
                if roll(&mut seed) % 100 >= scenario.loss {
                    let at = bench.now.0 + 20_000_000 + roll(&mut seed) % 5_000_000;
                    network.insert((at, number), Flying::Sack(receiver.cumulative, receiver.gaps()));
                }
            }
            Flying::Sack(count, gaps) => {
                let count = first.add(count).distance_from(Tsn(FIRST));
                match bench.try_sack(count, scenario.window, &gaps) {
                    Ok(effect) => acked += effect.newly_acked,
                    Err(error) => assert_eq!(error, SackError::Old),
                }
            }
        }
    }
    assert!(bench.out.is_drained(), "not everything was acknowledged");
    assert_eq!(acked, scenario.messages.iter().map(|(length, _)| length).sum::<usize>());
    receiver
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn everything_arrives_once_and_whole(scenario in scenarios()) {
        let receiver = run(&scenario);
        let mut chunks = receiver.chunks.into_values();
        let mut numbers = BTreeMap::new();
        let mut seen = BTreeSet::new();
        for (length, stream) in &scenario.messages {
            let ssn: &mut u16 = numbers.entry(*stream).or_default();
            let mut bytes = Vec::new();
            loop {
                let chunk = chunks.next().unwrap();
                prop_assert!(seen.insert(chunk.tsn.0));
                prop_assert_eq!((chunk.stream, chunk.ssn.0), (*stream, *ssn));
                prop_assert_eq!(chunk.flags.contains(DataFlags::BEGIN), bytes.is_empty());
                bytes.extend(chunk.payload);
                if chunk.flags.contains(DataFlags::END) {
                    break;
                }
            }
            let expected = Bench::message(*length);
            prop_assert_eq!(bytes.as_slice(), expected.bytes.as_slice());
            *ssn += 1;
        }
        prop_assert!(chunks.next().is_none());
    }
}
