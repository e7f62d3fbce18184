//! The table of results in the README.

use crate::run::{Outcome, Report};
use core::fmt::Write;
use std::path::{Path, PathBuf};

const BEGIN: &str = "<!-- table: begin -->";
const END: &str = "<!-- table: end -->";

/// Where the table is.
#[must_use]
pub fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")
}

/// How many passed and failed.
#[must_use]
pub fn closing_line(reports: &[Report]) -> String {
    let passed = reports.iter().filter(|report| matches!(report.outcome, Outcome::Passed)).count();
    format!("{passed} passed, {} failed, 0 skipped", reports.len() - passed)
}

/// The text of the README with the table as it should be.
///
/// # Errors
/// When the marks are missing.
pub fn updated(readme: &str, reports: &[Report]) -> Result<String, String> {
    let (before, rest) = readme.split_once(BEGIN).ok_or("the README has no table")?;
    let (_, after) = rest.split_once(END).ok_or("the table in the README does not end")?;
    let mut text = format!("{before}{BEGIN}\n| section | script | rule | result |\n|---|---|---|---|\n");
    for Report { script, outcome } in reports {
        let result = match outcome {
            Outcome::Passed => "passed".into(),
            Outcome::Failed(_) => {
                format!("**failed**: {}", script.expected_failure.as_deref().unwrap_or("not known why"))
            }
        };
        let (section, name, rule) = (&script.section, &script.name, &script.rule);
        let _ = writeln!(text, "| {section} | `{name}` | {rule} | {result} |");
    }
    let _ = write!(text, "\n{}\n{END}{after}", closing_line(reports));
    Ok(text)
}
