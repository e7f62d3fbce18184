//! The command line of kextlink.

use std::process::ExitCode;
use std::{env, fs, io::Write};

use kextlink::{Error, commands, imports, kext};

const USAGE: &str = "\
Usage: kextlink bundle IN OUT
       kextlink check-commands FILE
       kextlink check-imports FILE LIST

bundle          make the kext OUT of the bundle IN, which must be linked by
                ld64.lld -arch x86_64 -bundle -undefined dynamic_lookup
                -fixup_chains -headerpad 0x200 -u _kmod_info
                -exported_symbol _kmod_info
check-commands  check that FILE is a kext with nothing in it that a kernel's
                linker refuses
check-imports   check that FILE imports every symbol on LIST and no other;
                LIST has 'symbol interface-set' on each line

Exit status: 0 all right, 1 a problem with the input (one line each on the
standard error), 2 wrong usage.
";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let problems = match words.as_slice() {
        ["-h" | "--help" | "help"] => return print(USAGE),
        ["bundle", input, output] => bundle(input, output),
        ["check-commands", file] => read(file).map(|bytes| named(file, commands::check(&bytes))),
        ["check-imports", file, list] => check_imports(file, list),
        _ => {
            complain("wrong usage: see kextlink --help");
            return ExitCode::from(2);
        }
    };
    match problems {
        Ok(problems) if problems.is_empty() => ExitCode::SUCCESS,
        Ok(problems) => {
            problems.iter().for_each(|problem| complain(problem));
            ExitCode::FAILURE
        }
        Err(error) => {
            complain(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

fn bundle(input: &str, output: &str) -> Result<Vec<String>, Error> {
    let (bytes, summary) =
        kext::from_bundle(&read(input)?).map_err(|error| Error::new(format!("{input}: {error}")))?;
    fs::write(output, &bytes).map_err(|error| Error::new(format!("{output}: {error}")))?;
    print(&format!(
        "{output}: {} bytes, {} local and {} external relocations, {} imports\n",
        bytes.len(),
        summary.local_relocations,
        summary.external_relocations,
        summary.imports
    ));
    Ok(Vec::new())
}

fn check_imports(file: &str, list: &str) -> Result<Vec<String>, Error> {
    let text = String::from_utf8(read(list)?).map_err(|_| Error::new(format!("{list}: not text")))?;
    Ok(named(file, imports::check(&read(file)?, &text)))
}

fn read(file: &str) -> Result<Vec<u8>, Error> {
    fs::read(file).map_err(|error| Error::new(format!("{file}: {error}")))
}

fn named(file: &str, problems: Vec<Error>) -> Vec<String> {
    problems.into_iter().map(|problem| format!("{file}: {problem}")).collect()
}

/// Writes to the standard output. A reader that went away is no problem of ours to report.
fn print(text: &str) -> ExitCode {
    match std::io::stdout().write_all(text.as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// Writes one line to the standard error; there is nowhere to report a failure of that.
fn complain(problem: &str) {
    let _ = writeln!(std::io::stderr(), "kextlink: {problem}");
}
