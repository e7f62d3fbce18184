//! A network in virtual time: engines joined by links that lose, repeat, delay, reorder and damage packets.
//!
//! Everything random comes from one seed, so a run can be repeated event for event. A test hands its scenario to
//! [`for_each_seed`], which names the seed when the scenario fails; with `SIM_SEED` set to that seed the test runs it
//! alone and prints every packet.
//!
//! ```text
//! SIM_SEED=17 cargo test -p sctp-sim --test loss -- --nocapture
//! ```
//!
//! `SIM_SEEDS=1000` runs more seeds than the tests ask for.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a simulation that goes wrong is a failed test"
)]

mod conditions;
mod describe;
mod network;
mod random;
mod seeds;
mod transfer;

pub use conditions::Conditions;
pub use network::{Network, Node, Tally};
pub use random::Random;
pub use seeds::{for_each_seed, share};
pub use transfer::{Pair, Transfer, Workload, open, open_family, run_transfers};
