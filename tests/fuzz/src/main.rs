//! A fuzzer without coverage feedback: every run follows from one seed, and a run that fails names it.
//!
//! ```text
//! sctp-fuzz [--seconds S] [--seed N] [--only TARGET] [--runs N]; see --help
//! ```
//!
//! The targets share the seconds. The last line counts the targets: "N passed, N failed, 0 skipped".
#![allow(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::expect_used,
    clippy::float_arithmetic,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::std_instead_of_core,
    reason = "a run that goes wrong is a finding"
)]

mod model;
mod mutate;
mod session;
mod wire;

use session::Session;
use std::panic::catch_unwind;
use std::process::ExitCode;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Name, what it does, one run of it.
type Target = (&'static str, &'static str, fn(u64));

const TARGETS: [Target; 3] = [
    ("wire", "the parser reads anything, and writes what it read", wire::run),
    ("packets", "an engine is sent anything, in every state", packets),
    ("calls", "users call anything; what arrives is what was sent", calls),
];

/// Calls, packets and time-outs of one run.
const STEPS: u32 = 2000;

fn packets(seed: u64) {
    let mut session = Session::new(seed, true);
    for _ in 0..STEPS {
        session.step();
    }
}

fn calls(seed: u64) {
    let mut session = Session::new(seed, false);
    for _ in 0..STEPS {
        session.step();
    }
    session.settle();
}

struct Arguments {
    seconds: f64,
    seed: Option<u64>,
    only: String,
    runs: u64,
}

impl Arguments {
    fn read() -> Option<Self> {
        let mut arguments = Self { seconds: 30.0, seed: None, only: String::new(), runs: u64::MAX };
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            match word.as_str() {
                "--seconds" => arguments.seconds = words.next()?.parse().ok()?,
                "--seed" => arguments.seed = Some(words.next()?.parse().ok()?),
                "--only" => arguments.only = words.next()?,
                "--runs" => arguments.runs = words.next()?.parse().ok()?,
                _ => return None,
            }
        }
        Some(arguments)
    }
}

/// A seed that nobody has tried, most likely.
fn fresh_seed() -> u64 {
    let passed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    // Short, to be typed again; the runs of one call count up from it.
    u64::from(passed.subsec_nanos()) * 1000
}

/// Runs a target with one seed after the other. Returns whether none failed.
fn fuzz(&(name, what, run): &Target, arguments: &Arguments, first: u64, time: Duration) -> bool {
    let start = Instant::now();
    let mut runs = 0;
    while runs < arguments.runs && (runs == 0 || start.elapsed() < time) {
        let seed = first + runs;
        if catch_unwind(|| run(seed)).is_err() {
            println!("failed: {name}: seed {seed}: ./build.sh fuzz --only {name} --seed {seed} --runs 1");
            return false;
        }
        runs += 1;
    }
    println!("{name}: {runs} runs from seed {first}: {what}");
    true
}

fn main() -> ExitCode {
    let Some(arguments) = Arguments::read() else {
        eprintln!("usage: sctp-fuzz [--seconds S] [--seed N] [--only TARGET] [--runs N]; see --help");
        return ExitCode::from(2);
    };
    let chosen: Vec<&Target> = TARGETS.iter().filter(|(name, ..)| name.contains(&arguments.only)).collect();
    let first = arguments.seed.unwrap_or_else(fresh_seed);
    let share = Duration::from_secs_f64(arguments.seconds / (chosen.len().max(1) as f64));
    let passed = chosen.iter().filter(|target| fuzz(target, &arguments, first, share)).count();
    let failed = chosen.len() - passed;
    println!("{passed} passed, {failed} failed, 0 skipped");
    if failed == 0 && passed > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
