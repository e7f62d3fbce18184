//! Running a scenario with many seeds, and naming the one that fails.

use core::panic::AssertUnwindSafe;
use std::env;
use std::panic;

/// A number from the environment.
fn variable(name: &str) -> Option<u64> {
    let text = env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} is not a number: {text}")))
}

/// Whether one seed is being looked at, so that packets are worth printing.
pub(crate) fn is_replay() -> bool {
    env::var_os("SIM_SEED").is_some()
}

/// Runs `scenario` with the seeds 1 to `count`, or as many as `SIM_SEEDS` says, or with that of `SIM_SEED` alone.
///
/// # Panics
/// When the scenario does, after naming the seed.
pub fn for_each_seed(count: u64, scenario: impl Fn(u64)) {
    let seeds = match variable("SIM_SEED") {
        Some(seed) => seed..=seed,
        None => 1..=variable("SIM_SEEDS").unwrap_or(count),
    };
    for seed in seeds {
        if let Err(cause) = panic::catch_unwind(AssertUnwindSafe(|| scenario(seed))) {
            let test = std::thread::current().name().unwrap_or("?").to_owned();
            eprintln!("{test} fails with seed {seed}; to see it again, run the test with SIM_SEED={seed}");
            panic::resume_unwind(cause);
        }
    }
}
