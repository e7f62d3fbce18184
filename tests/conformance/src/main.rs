//! Plays the scripts. With names: only those that contain one of them. `--table`: writes the table of the README.
//! `--kext FOLDER --host LIBRARY`: plays them against the built kext in the test host as well.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a test bed may stop at the end of memory"
)]

use sctp_conformance::{Failure, Outcome, Report, Script, load, run_script, run_script_in_kext, table};
use std::process::{Command, ExitCode, Stdio};

/// What the command line asks for.
#[derive(Default)]
struct Plan {
    names: Vec<String>,
    write_table: bool,
    kext: Option<String>,
    host: Option<String>,
    /// One script against the kext, in this process.
    one: Option<String>,
}

impl Plan {
    fn read() -> Result<Self, String> {
        let mut plan = Self::default();
        let mut arguments = std::env::args().skip(1);
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
            match argument.as_str() {
                "--table" => plan.write_table = true,
                "--kext" => plan.kext = Some(value()?),
                "--host" => plan.host = Some(value()?),
                "--one" => plan.one = Some(value()?),
                name => plan.names.push(name.into()),
            }
        }
        Ok(plan)
    }

    fn kext(&self) -> Option<(&str, &str)> {
        Some((self.host.as_deref()?, self.kext.as_deref()?))
    }
}

fn main() -> ExitCode {
    match Plan::read().and_then(|plan| play(&plan)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn play(plan: &Plan) -> Result<bool, String> {
    let mut scripts = load()?;
    if let (Some(name), Some((host, kext))) = (&plan.one, plan.kext()) {
        let script = scripts.iter().find(|script| script.name == *name).ok_or("no such script")?;
        println!("{}", to_line(&run_script_in_kext(script, host, kext)?));
        return Ok(true);
    }
    if !plan.write_table {
        scripts.retain(|script| {
            plan.names.is_empty() || plan.names.iter().any(|name| script.name.contains(name))
        });
    }
    let engine: Vec<_> =
        scripts.iter().map(|script| Report { outcome: run_script(script), script: script.clone() }).collect();
    let mut reports = engine.clone();
    if let Some((host, kext)) = plan.kext() {
        reports = scripts
            .iter()
            .map(|script| Report { outcome: in_a_process(script, host, kext), script: script.clone() })
            .collect();
    }
    let in_kext = plan.kext().map(|_| reports.as_slice());
    if plan.write_table {
        let readme = std::fs::read_to_string(table::path()).map_err(|error| error.to_string())?;
        let text = table::updated(&readme, &engine, in_kext)?;
        std::fs::write(table::path(), text).map_err(|error| error.to_string())?;
    }
    for report in &reports {
        let name = &report.script.name;
        match &report.outcome {
            Outcome::Passed => println!("ok {name}"),
            Outcome::Skipped(why) => println!("skipped: {name}: {why}"),
            Outcome::Failed(failure) => {
                println!("not ok {name}\n  {}: {}\n  {}", failure.place, failure.step, failure.why);
            }
        }
    }
    println!("{}", table::closing_line(&reports));
    Ok(!reports.iter().any(|report| matches!(report.outcome, Outcome::Failed(_))))
}

/// There is one kernel in a process.
fn in_a_process(script: &Script, host: &str, kext: &str) -> Outcome {
    let failed = |why: String| {
        Outcome::Failed(Failure { place: script.name.clone(), step: "the whole script".into(), why })
    };
    let Ok(program) = std::env::current_exe() else { return failed("this program is not found".into()) };
    let child = Command::new(program)
        .args(["--one", &script.name, "--host", host, "--kext", kext])
        .stderr(Stdio::piped())
        .output();
    match child {
        Err(error) => failed(error.to_string()),
        Ok(output) => {
            let text = String::from_utf8_lossy(&output.stdout);
            let line = text.lines().last().and_then(from_line);
            line.unwrap_or_else(|| failed(String::from_utf8_lossy(&output.stderr).into_owned()))
        }
    }
}

fn to_line(outcome: &Outcome) -> String {
    let parts = match outcome {
        Outcome::Passed => vec!["passed"],
        Outcome::Skipped(why) => vec!["skipped", why],
        Outcome::Failed(failure) => vec!["failed", &failure.place, &failure.step, &failure.why],
    };
    parts.join("\t").replace('\n', "\x0b")
}

fn from_line(line: &str) -> Option<Outcome> {
    let line = line.replace('\x0b', "\n");
    let parts: Vec<_> = line.split('\t').map(str::to_owned).collect();
    match parts.as_slice() {
        [word] if word == "passed" => Some(Outcome::Passed),
        [word, why] if word == "skipped" => Some(Outcome::Skipped(why.clone())),
        [word, place, step, why] if word == "failed" => {
            let (place, step, why) = (place.clone(), step.clone(), why.clone());
            Some(Outcome::Failed(Failure { place, step, why }))
        }
        _ => None,
    }
}
