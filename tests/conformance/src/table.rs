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

/// How many passed, failed and were skipped.
#[must_use]
pub fn closing_line(reports: &[Report]) -> String {
    closing(reports.iter().map(cell))
}

fn closing(cells: impl Iterator<Item = String>) -> String {
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    for cell in cells {
        match cell.as_str() {
            "passed" => passed += 1,
            cell if cell.starts_with("skipped") => skipped += 1,
            _ => failed += 1,
        }
    }
    format!("{passed} passed, {failed} failed, {skipped} skipped")
}

/// What became of a script, for the table.
#[must_use]
pub fn cell(report: &Report) -> String {
    match &report.outcome {
        Outcome::Passed => "passed".into(),
        Outcome::Skipped(why) => format!("skipped: {why}"),
        Outcome::Failed(_) => {
            let why = report.script.expected_failure.as_deref().unwrap_or("not known why");
            format!("**failed**: {why}")
        }
    }
}

/// What the table says of the kext and a script.
fn known(table: &str, name: &str) -> String {
    let mark = format!("| `{name}` |");
    let row = table.lines().find(|line| line.contains(&mark));
    let cell = row.and_then(|row| row.trim_end_matches([' ', '|']).rsplit(" | ").next());
    cell.unwrap_or("not played").into()
}

/// The text of the README with the table as it should be. Without results of the kext that column stays as it is.
///
/// # Errors
/// When the marks are missing.
pub fn updated(readme: &str, engine: &[Report], kext: Option<&[Report]>) -> Result<String, String> {
    let (before, rest) = readme.split_once(BEGIN).ok_or("the README has no table")?;
    let (old, after) = rest.split_once(END).ok_or("the table in the README does not end")?;
    let mut text =
        format!("{before}{BEGIN}\n| section | script | rule | engine | kext |\n|---|---|---|---|---|\n");
    let mut cells = Vec::new();
    for report in engine {
        let (section, name, rule) = (&report.script.section, &report.script.name, &report.script.rule);
        let played = kext.and_then(|kext| kext.iter().find(|played| played.script.name == *name));
        let in_kext = played.map_or_else(|| known(old, name), cell);
        let _ = writeln!(text, "| {section} | `{name}` | {rule} | {} | {in_kext} |", cell(report));
        cells.push(in_kext);
    }
    let _ = write!(text, "\nengine: {}\n\n", closing_line(engine));
    let _ = write!(text, "kext: {}\n{END}{after}", closing(cells.into_iter()));
    Ok(text)
}
