//! SACKs that lie, in any order and number: nothing may break, and nothing may count as acknowledged that was not sent.

use super::*;
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Step {
    Enqueue(usize, Option<u8>),
    Send,
    /// Cumulative TSN relative to the acknowledged one, a_rwnd, gaps.
    Sack(i64, u32, Vec<(u16, u16)>),
    Shutdown(i64),
    TimeOut,
    State(u8, PathState),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let offset = prop_oneof![8 => 0..4_i64, 1 => -3..0_i64, 1 => 0..=i64::from(u32::MAX)];
    let near = (0..12_u16, 0..12_u16);
    let gap = prop_oneof![6 => near, 1 => any::<(u16, u16)>()];
    let window = prop_oneof![3 => Just(100_000), 1 => Just(0), 1 => any::<u32>()];
    let state = prop_oneof![4 => Just(PathState::Active), 1 => Just(PathState::Inactive), 1 => Just(PathState::Unconfirmed)];
    let step = prop_oneof![
        4 => (1..5000_usize, prop::option::weighted(0.2, 0..4_u8)).prop_map(|(length, path)| Step::Enqueue(length, path)),
        6 => Just(Step::Send),
        6 => (offset.clone(), window, prop::collection::vec(gap, 0..6)).prop_map(|(c, w, g)| Step::Sack(c, w, g)),
        1 => offset.prop_map(Step::Shutdown),
        1 => Just(Step::TimeOut),
        1 => (0..3_u8, state).prop_map(|(path, state)| Step::State(path, state)),
    ];
    prop::collection::vec(step, 0..200)
}

/// A cumulative TSN that lies `offset` behind the acknowledged one.
fn target(bench: &Bench, offset: i64) -> Tsn {
    let offset = u32::try_from(offset.rem_euclid(1 << 32)).unwrap();
    bench.out.cumulative_acked().add(offset)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_sack_is_survived(first: u32, nodelay: bool, steps in steps()) {
        let mut bench = Bench::starting_at(Tsn(first), 3, 20_000);
        bench.nodelay = nodelay;
        let (mut taken, mut acked) = (0, 0);
        for step in steps {
            bench.wait(7);
            let (cumulative, next) = (bench.out.cumulative_acked(), bench.out.next_tsn());
            match step {
                Step::Enqueue(length, path) => {
                    bench.out.enqueue(OutMessage { path: path.map(PathId), ..Bench::message(length) }).unwrap();
                    taken += length;
                }
                Step::Send => {
                    let _ = bench.packet();
                }
                Step::Sack(offset, a_rwnd, gaps) => {
                    let count = target(&bench, offset).0.wrapping_sub(Tsn(FIRST).previous().0);
                    if let Ok(effect) = bench.try_sack(count, a_rwnd, &gaps) {
                        acked += effect.newly_acked;
                    }
                }
                Step::Shutdown(offset) => {
                    let target = target(&bench, offset);
                    if let Ok(effect) = bench.out.on_cumulative(bench.now, target, &mut bench.paths) {
                        acked += effect.newly_acked;
                    }
                }
                Step::TimeOut => {
                    if let Some(id) = bench.paths.iter().position(|path| path.t3 != Time::NEVER) {
                        bench.time_out(u8::try_from(id).unwrap());
                    }
                }
                Step::State(path, state) => bench.paths[usize::from(path)].state = state,
            }
            bench.check();
            prop_assert!(cumulative.at_or_before(bench.out.cumulative_acked()));
            prop_assert!(bench.out.cumulative_acked().before(bench.out.next_tsn()));
            prop_assert!(next.at_or_before(bench.out.next_tsn()));
            // Each byte is newly acknowledged at most once.
            prop_assert!(acked <= taken - bench.out.unsent);
        }
    }
}

#[test]
fn gap_ack_blocks_in_any_order_cost_one_pass() {
    let mut bench = Bench::new(1, PLENTY);
    bench.open_window(200 * PMDCS);
    bench = Bench { out: Outbound::new(Tsn(FIRST), 1, PLENTY).unwrap(), ..bench };
    for _ in 0..60 {
        bench.enqueue(&[1; 100]);
        while bench.packet().is_some() {}
    }
    let sent = bench.out.window.len();
    assert!(sent > 5000);
    // As many blocks as a chunk can carry, each over the whole window.
    let gaps = std::vec![(1, u16::try_from(sent).unwrap()); 16_000];
    let effect = bench.sack(0, &gaps);
    assert_eq!(effect.newly_acked, sent);
    assert_eq!(bench.sack(0, &gaps).newly_acked, 0);
    // Blocks that end before they start are nothing, and so is what lies before the one before.
    let mut bench = Bench::new(1, PLENTY);
    bench.enqueue(&[1; 10]);
    bench.packet();
    assert_eq!(bench.sack(0, &[(5, 3), (8, 9), (2, 3), (0, 0)]).newly_acked, 2);
}
