//! Scripted exchanges of packets, in virtual time, that hold the engine to RFC 9260 rule by rule.
//!
//! A script plays the peer and the user of one association. `script` reads it, `run` plays it against a [`Host`],
//! [`table`] makes the list of what passed. The language is described in the README of this crate.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test bed that goes wrong is a failed test"
)]

mod build;
mod engine;
mod fields;
mod host;
mod kext;
mod names;
mod read;
mod run;
mod script;
mod steps;
mod subject;
mod symbols;
pub mod table;

pub use build::{chunk_bytes, packet_bytes};
pub use fields::{ChunkText, Field, PacketText};
pub use host::{Host, Sent};
pub use names::{CAUSES, CHUNKS};
pub use read::packet_text;
pub use run::{
    Failure, Outcome, Report, begin, describe, play_line, run_all, run_script, run_script_in_kext,
};
pub use script::{Script, Step, load, scripts_directory};
pub use symbols::Symbols;
