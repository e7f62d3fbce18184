//! The command line of flatpkg.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;
use std::{env, fs, io::Write};

use flatpkg::package::Package;
use flatpkg::{Error, tree};

const USAGE: &str = "\
Usage: flatpkg --component NAME --root FOLDER --scripts FOLDER
               --resources FOLDER --package-info FILE --distribution FILE
               --mtime SECONDS OUT

Writes the flat installer package OUT, in which everything belongs to root and
wheel, has the permissions it has here, and was changed last at SECONDS since
1970. The same input gives the same bytes.

--component NAME     the component package that Distribution refers to
--root FOLDER        what gets installed, as it shall lie on the volume
--scripts FOLDER     preinstall, postinstall and what they need
--resources FOLDER   the texts that Distribution refers to
--package-info FILE  the component's PackageInfo
--distribution FILE  the package's Distribution

In both FILEs @NUMBER_OF_FILES@ and @INSTALL_KBYTES@ are filled in.

Exit status: 0 written, 1 a problem with the input, 2 wrong usage.
";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if matches!(arguments.first().map(String::as_str), Some("-h" | "--help")) {
        return match std::io::stdout().write_all(USAGE.as_bytes()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::FAILURE,
        };
    }
    let Some((options, out)) = parse(&arguments) else {
        complain("wrong usage: see flatpkg --help");
        return ExitCode::from(2);
    };
    match write(&options, Path::new(out)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

const OPTIONS: [&str; 7] =
    ["--component", "--root", "--scripts", "--resources", "--package-info", "--distribution", "--mtime"];

/// Every option with its value, and OUT.
fn parse(arguments: &[String]) -> Option<(BTreeMap<&str, &str>, &str)> {
    let (out, pairs) = arguments.split_last()?;
    let mut options = BTreeMap::new();
    for pair in pairs.chunks(2) {
        let [option, value] = pair else { return None };
        if !OPTIONS.contains(&option.as_str()) || options.insert(option.as_str(), value.as_str()).is_some() {
            return None;
        }
    }
    (options.len() == OPTIONS.len()).then_some((options, out))
}

fn write(options: &BTreeMap<&str, &str>, out: &Path) -> Result<(), Error> {
    let value = |name| options.get(name).copied().unwrap_or_default();
    let folder = |name| tree::read(Path::new(value(name)));
    let text = |name| {
        let file = Path::new(value(name));
        fs::read_to_string(file).map_err(|error| Error::of(file, error))
    };
    let package = Package {
        component: value("--component").to_owned(),
        distribution: text("--distribution")?,
        package_info: text("--package-info")?,
        root: folder("--root")?,
        scripts: folder("--scripts")?,
        resources: folder("--resources")?,
        mtime: value("--mtime").parse().map_err(|_| Error::new("--mtime is no number of seconds"))?,
    };
    fs::write(out, package.write()?).map_err(|error| Error::of(out, error))
}

/// Writes one line to the standard error; there is nowhere to report a failure of that.
fn complain(problem: &str) {
    let _ = writeln!(std::io::stderr(), "flatpkg: {problem}");
}
