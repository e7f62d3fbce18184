//! Plays scripts.

use crate::host::Host;
use crate::script::{Script, Step, load, steps_of};
use crate::steps::play;
use sctp_engine::Style;
use std::panic::{AssertUnwindSafe, catch_unwind};

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

fn guarded(host: &mut Host, step: &Step) -> Result<(), Failure> {
    let result = catch_unwind(AssertUnwindSafe(|| play(host, step)));
    result.unwrap_or_else(|_| Err("a panic".into())).map_err(|why| Failure {
        place: format!("{}:{}", step.file, step.line),
        step: format!("{} {}", step.verb, step.rest),
        why,
    })
}
