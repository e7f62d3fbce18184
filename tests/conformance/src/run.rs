//! Plays scripts.

use crate::host::Host;
use crate::read::packet_text;
use crate::script::{Script, Step, load, steps_of};
use crate::steps::{notice_name, play, state_name};
use core::fmt::Write;
use core::panic::AssertUnwindSafe;
use sctp_engine::{Item, Style};
use std::panic::catch_unwind;

/// Where and why a script failed.
#[derive(Clone, Debug)]
pub struct Failure {
    /// `file:line`.
    pub place: String,
    /// The line.
    pub step: String,
    /// What happened instead.
    pub why: String,
}

/// What became of a script.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// All went as it says.
    Passed,
    /// Something did not.
    Failed(Failure),
}

/// A script and what became of it.
#[derive(Clone, Debug)]
pub struct Report {
    /// The script.
    pub script: Script,
    /// What became of it.
    pub outcome: Outcome,
}

/// Plays all scripts.
///
/// # Errors
/// What is wrong with a file.
pub fn run_all() -> Result<Vec<Report>, String> {
    Ok(load()?.into_iter().map(|script| Report { outcome: run_script(&script), script }).collect())
}

/// Plays one script to its end or its first failure. A packet that nobody expected is a failure too.
#[must_use]
pub fn run_script(script: &Script) -> Outcome {
    let mut host = Host::new(Style::OneToMany);
    let end = Step { file: script.name.clone(), line: 0, verb: "silence".into(), rest: String::new() };
    match script.steps.iter().chain([&end]).try_for_each(|step| guarded(&mut host, step)) {
        Ok(()) => Outcome::Passed,
        Err(failure) => Outcome::Failed(failure),
    }
}

/// A host that went through one of the beginnings in `scripts/begin`.
///
/// # Panics
/// When the beginning fails.
#[must_use]
pub fn begin(name: &str) -> Host {
    let mut host = Host::new(Style::OneToMany);
    let steps = steps_of(&format!("begin/{name}.sctp")).expect("a beginning");
    for step in steps {
        if let Err(failure) = guarded(&mut host, &step) {
            panic!("{}: {}: {}", failure.place, failure.step, failure.why);
        }
    }
    host
}

/// Plays one line.
///
/// # Errors
/// Why it failed.
pub fn play_line(host: &mut Host, line: &str) -> Result<(), String> {
    let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
    let step = Step { file: "line".into(), line: 1, verb: verb.into(), rest: rest.into() };
    guarded(host, &step).map_err(|failure| failure.why)
}

/// The state, the packets that went out, and the notifications: all that the last line left behind.
///
/// # Panics
/// When the endpoint is gone.
pub fn describe(host: &mut Host) -> String {
    let mut text = state_name(host);
    for sent in core::mem::take(&mut host.sent) {
        let _ = write!(text, " < {}", brief(&sent.bytes, host));
    }
    while let Ok(received) = host.engine.receive(host.endpoint) {
        match &received.queued.item {
            Item::Notification(notification) => {
                let _ = write!(text, " ! {}", notice_name(notification));
            }
            Item::Data(_) | Item::LaidOut(_) => text.push_str(" ! data"),
        }
    }
    text
}

/// Names of chunks, with causes and what else tells cases apart.
fn brief(bytes: &[u8], host: &Host) -> String {
    let mut packet = packet_text(bytes, &host.symbols);
    packet.fields.retain(|field| field.value != "peer");
    for chunk in &mut packet.chunks {
        chunk.fields.retain(|field| {
            matches!(field.name.as_str(), "cause" | "t" | "cum" | "gaps") && field.value != "[]"
        });
    }
    packet.to_string()
}

fn guarded(host: &mut Host, step: &Step) -> Result<(), Failure> {
    let result = catch_unwind(AssertUnwindSafe(|| play(host, step)));
    result.unwrap_or_else(|_| Err("a panic".into())).map_err(|why| Failure {
        place: format!("{}:{}", step.file, step.line),
        step: format!("{} {}", step.verb, step.rest),
        why,
    })
}
