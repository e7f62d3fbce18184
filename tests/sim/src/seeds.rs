//! Running a scenario with many seeds, and naming the one that fails.

use core::num::NonZero;
use core::panic::AssertUnwindSafe;
use core::sync::atomic::{AtomicU64, Ordering};
use std::{env, panic, thread};

/// A number from the environment.
fn variable(name: &str) -> Option<u64> {
    let text = env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} is not a number: {text}")))
}

/// Whether one seed is being looked at, so that packets are worth printing.
pub(crate) fn is_replay() -> bool {
    env::var_os("SIM_SEED").is_some()
}

/// Runs `scenario` with the seeds 1 to `count`, or as many as `SIM_SEEDS` says, or with that of `SIM_SEED` alone; as many
/// at once as there are processors.
///
/// # Panics
/// When the scenario does, after naming the seed. No further seed is begun then.
pub fn for_each_seed(count: u64, scenario: impl Fn(u64) + Sync) {
    let (first, last) = match variable("SIM_SEED") {
        Some(seed) => (seed, seed),
        None => (1, variable("SIM_SEEDS").unwrap_or(count)),
    };
    let name = thread::current().name().unwrap_or("?").to_owned();
    let next = AtomicU64::new(first);
    let work = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed > last {
                return;
            }
            if let Err(cause) = panic::catch_unwind(AssertUnwindSafe(|| scenario(seed))) {
                next.store(last.saturating_add(1), Ordering::Relaxed);
                eprintln!(
                    "{name} fails with seed {seed}; to see it again, run the test with SIM_SEED={seed}"
                );
                panic::resume_unwind(cause);
            }
        }
    };
    let workers = thread::available_parallelism().map_or(1, NonZero::get);
    thread::scope(|scope| {
        let others: Vec<_> = (1..workers).map(|_| scope.spawn(work)).collect();
        work();
        for other in others {
            if let Err(cause) = other.join() {
                panic::resume_unwind(cause);
            }
        }
    });
}

/// How much of a scenario that runs with the seeds 1 to `usual` when nothing else is asked for: all of it with those, a
/// tenth with the seeds that `SIM_SEEDS` adds, so that a thousand take no longer than a minute.
#[must_use]
pub const fn share(seed: u64, usual: u64, all: u32) -> u32 {
    if seed <= usual { all } else { all / 10 }
}
