//! Every script passes, or is known to fail; the table in the README says which.
#![allow(
    missing_docs,
    clippy::arithmetic_side_effects,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test crate has no public items, and may stop at the end of memory"
)]

use sctp_conformance::{Outcome, Script, run_all, run_script, table};

#[test]
fn scripts_pass_unless_they_are_known_to_fail_and_the_table_says_so() {
    let reports = run_all().unwrap();
    assert!(reports.len() >= 200, "scripts are missing");
    let mut wrong = Vec::new();
    for report in &reports {
        match (&report.outcome, &report.script.expected_failure) {
            (Outcome::Failed(failure), None) => {
                wrong.push(format!("{}: {}: {}", failure.place, failure.step, failure.why));
            }
            (Outcome::Skipped(why), _) => wrong.push(format!("{} was skipped: {why}", report.script.name)),
            (Outcome::Passed, Some(reason)) => {
                wrong.push(format!("{} passes, though known to fail: {reason}", report.script.name));
            }
            (Outcome::Passed, None) | (Outcome::Failed(_), Some(_)) => {}
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    let readme = std::fs::read_to_string(table::path()).unwrap();
    let updated = table::updated(&readme, &reports, None).unwrap();
    assert!(readme == updated, "the table is old: cargo run -p sctp-conformance -- --table");
}

fn outcome_of(lines: &[&str]) -> Outcome {
    let steps = lines.iter().enumerate().map(|(index, line)| {
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        sctp_conformance::Step { file: "here".into(), line: index + 1, verb: verb.into(), rest: rest.into() }
    });
    run_script(&Script {
        name: "here".into(),
        section: "0".into(),
        rule: "a script about scripts".into(),
        expected_failure: None,
        steps: steps.collect(),
    })
}

/// The runner notices what it is there to notice.
#[test]
fn a_script_that_is_not_followed_fails_at_its_line() {
    let wrong: [(&[&str], &str); 9] = [
        (&["call listen", "> [tag=0] INIT"], "here:0"),
        (&["call listen", "> [tag=0] INIT", "> [tag=0] INIT"], "here:3"),
        (&["call listen", "> [tag=0] INIT", "< INIT-ACK os=11"], "here:3"),
        (&["call listen", "> [tag=0] INIT", "< [tag=0] INIT-ACK"], "here:3"),
        (&["call listen", "> [tag=0] INIT", "< INIT-ACK cookie=none"], "here:3"),
        (&["call listen", "> [tag=0] INIT", "< ABORT"], "here:3"),
        (&["call listen", "< INIT"], "here:2"),
        (&["state ESTABLISHED"], "here:1"),
        (&["call dance"], "here:1"),
    ];
    for (lines, place) in wrong {
        match outcome_of(lines) {
            Outcome::Failed(failure) => assert_eq!(failure.place, place, "{lines:?}: {}", failure.why),
            other @ (Outcome::Passed | Outcome::Skipped(_)) => panic!("{lines:?}: {other:?}"),
        }
    }
    assert!(matches!(
        outcome_of(&["call listen", "> [tag=0] INIT", "< INIT-ACK cookie=yes"]),
        Outcome::Passed
    ));
}
