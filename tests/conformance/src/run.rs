//! Plays scripts.

use crate::engine::{notice_name, state_name};
use crate::host::Host;
use crate::kext::Kext;
use crate::read::packet_text;
use crate::script::{Script, Step, load, steps_of};
use crate::steps::play;
use crate::subject::{Subject, Trouble};
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
    /// A step cannot be played here; why.
    Skipped(String),
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
    play_script(&mut Host::new(Style::OneToMany), script)
}

/// Plays one script against the built kext, which this process must not have loaded before.
///
/// # Errors
/// Why the kext cannot be loaded.
pub fn run_script_in_kext(script: &Script, library: &str, kext: &str) -> Result<Outcome, String> {
    Ok(play_script(&mut Kext::start(library, kext)?, script))
}

fn play_script(subject: &mut dyn Subject, script: &Script) -> Outcome {
    let end = Step { file: script.name.clone(), line: 0, verb: "silence".into(), rest: String::new() };
    match script.steps.iter().chain([&end]).try_for_each(|step| guarded(subject, step)) {
        Ok(()) => Outcome::Passed,
        Err(outcome) => outcome,
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
        if let Err(outcome) = guarded(&mut host, &step) {
            panic!("{outcome:?}");
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
    guarded(host, &step).map_err(|outcome| match outcome {
        Outcome::Failed(failure) => failure.why,
        other @ (Outcome::Passed | Outcome::Skipped(_)) => format!("{other:?}"),
    })
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

fn guarded(subject: &mut dyn Subject, step: &Step) -> Result<(), Outcome> {
    let result = catch_unwind(AssertUnwindSafe(|| play(subject, step)));
    let why = match result.unwrap_or_else(|_| Err("a panic".into())) {
        Ok(()) => return Ok(()),
        Err(Trouble::Impossible(why)) => return Err(Outcome::Skipped(why)),
        Err(Trouble::Wrong(why)) => why,
    };
    let place = format!("{}:{}", step.file, step.line);
    Err(Outcome::Failed(Failure { place, step: format!("{} {}", step.verb, step.rest), why }))
}
