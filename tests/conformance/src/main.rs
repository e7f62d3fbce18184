//! Plays the scripts. With names: only those that contain one of them. `--table`: writes the table of the README.

#![allow(clippy::disallowed_types, reason = "a test bed may stop at the end of memory")]

use sctp_conformance::{Outcome, run_all, table};
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let write_table = arguments.iter().any(|argument| argument == "--table");
    let names: Vec<_> = arguments.iter().filter(|argument| !argument.starts_with("--")).collect();
    match play(&names, write_table) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn play(names: &[&String], write_table: bool) -> Result<bool, String> {
    let mut reports = run_all()?;
    if write_table {
        let readme = std::fs::read_to_string(table::path()).map_err(|error| error.to_string())?;
        let text = table::updated(&readme, &reports)?;
        std::fs::write(table::path(), text).map_err(|error| error.to_string())?;
    }
    reports.retain(|report| names.is_empty() || names.iter().any(|name| report.script.name.contains(*name)));
    for report in &reports {
        match &report.outcome {
            Outcome::Passed => println!("pass {}", report.script.name),
            Outcome::Failed(failure) => {
                println!(
                    "FAIL {}\n  {}: {}\n  {}",
                    report.script.name, failure.place, failure.step, failure.why
                );
            }
        }
    }
    println!("{}", table::closing_line(&reports));
    Ok(reports.iter().all(|report| matches!(report.outcome, Outcome::Passed)))
}
