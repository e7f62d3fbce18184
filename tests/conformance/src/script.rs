//! Reads scripts.

use std::path::{Path, PathBuf};

/// One line that does something.
#[derive(Clone, Debug)]
pub struct Step {
    /// The file's name below the folder of scripts.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The first word.
    pub verb: String,
    /// What follows it.
    pub rest: String,
}

/// A script.
#[derive(Clone, Debug)]
pub struct Script {
    /// The file's name without its ending.
    pub name: String,
    /// The section of RFC 9260 with the rule.
    pub section: String,
    /// The rule in short.
    pub rule: String,
    /// Why it is known to fail.
    pub expected_failure: Option<String>,
    /// What to do.
    pub steps: Vec<Step>,
}

/// Where the scripts are.
#[must_use]
pub fn scripts_directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts")
}

/// All scripts, by section and name.
///
/// # Errors
/// What is wrong with a file.
pub fn load() -> Result<Vec<Script>, String> {
    let directory = std::fs::read_dir(scripts_directory()).map_err(|error| error.to_string())?;
    let mut scripts = Vec::new();
    for entry in directory.flatten() {
        let file = entry.file_name().to_string_lossy().into_owned();
        if let Some(name) = file.strip_suffix(".sctp") {
            scripts.push(read(name, &file)?);
        }
    }
    scripts.sort_by_key(|script| (section_key(&script.section), script.name.clone()));
    Ok(scripts)
}

fn section_key(section: &str) -> Vec<u32> {
    section.split('.').map(|number| number.parse().unwrap_or(u32::MAX)).collect()
}

fn read(name: &str, file: &str) -> Result<Script, String> {
    let mut script = Script {
        name: name.into(),
        section: String::new(),
        rule: String::new(),
        expected_failure: None,
        steps: Vec::new(),
    };
    for step in steps_of(file)? {
        match step.verb.as_str() {
            "rule" => {
                let (section, rule) = step.rest.split_once(' ').unwrap_or((&step.rest, ""));
                (script.section, script.rule) = (section.into(), rule.into());
            }
            "expect-fail" => script.expected_failure = Some(step.rest),
            _ => script.steps.push(step),
        }
    }
    if script.rule.is_empty() { Err(format!("{file}: no rule")) } else { Ok(script) }
}

/// The lines of a file, with those of the files it uses.
pub(crate) fn steps_of(file: &str) -> Result<Vec<Step>, String> {
    let text = std::fs::read_to_string(scripts_directory().join(file))
        .map_err(|error| format!("{file}: {error}"))?;
    let mut steps = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let (verb, rest) = words_of(line);
        let step = |(verb, rest): (&str, &str)| Step {
            file: file.into(),
            line: index + 1,
            verb: verb.into(),
            rest: rest.into(),
        };
        match verb {
            "" | "#" => {}
            "use" => steps.extend(steps_of(&format!("begin/{rest}.sctp"))?),
            "repeat" => {
                let (count, lines) = words_of(rest);
                let count: u32 = count.parse().map_err(|_| format!("{file}: {count} is no number"))?;
                for number in 0..count {
                    let lines = lines.replace("{}", &number.to_string());
                    steps.extend(lines.split(" ; ").map(words_of).map(step));
                }
            }
            _ => steps.push(step((verb, rest))),
        }
    }
    Ok(steps)
}

/// The first word, and the others.
fn words_of(line: &str) -> (&str, &str) {
    let line = line.trim();
    line.split_once(' ').map_or((line, ""), |(verb, rest)| (verb, rest.trim()))
}
