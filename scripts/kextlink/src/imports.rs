//! Compares the symbols that a kext imports with the reviewed list of kernel interfaces.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::Error;
use crate::image::Image;
use crate::macho::SymbolGroup;

/// The interface sets the kext's Info.plist declares in OSBundleLibraries.
const SETS: [&str; 3] = ["com.apple.kpi.bsd", "com.apple.kpi.libkern", "com.apple.kpi.mach"];

/// Every difference between what `file` imports and what `list` allows, and every fault in `list`.
///
/// `list` has one C symbol and its interface set a line; `#` starts a comment. An entry that nothing imports is a
/// fault as well: a reviewed list with dead entries hides what the kext needs.
#[must_use]
pub fn check(file: &[u8], list: &str) -> Vec<Error> {
    let mut problems = Vec::new();
    let allowed = parse_list(list, &mut problems);
    let imported: BTreeSet<String> = match Image::parse(file) {
        Ok(image) => image
            .symbols
            .iter()
            .filter(|symbol| symbol.group() == SymbolGroup::Undefined)
            .map(|symbol| c_name(&String::from_utf8_lossy(&symbol.name)))
            .collect(),
        Err(error) => return vec![error],
    };
    for symbol in imported.iter().filter(|symbol| !allowed.contains_key(symbol.as_str())) {
        problems.push(Error::new(format!("{symbol} is imported but not on the list")));
    }
    for (symbol, line) in allowed.iter().filter(|(symbol, _)| !imported.contains(**symbol)) {
        problems.push(Error::new(format!("line {line}: {symbol} is on the list but not imported")));
    }
    problems
}

/// Mach-O puts an underscore before the name that C knows.
fn c_name(symbol: &str) -> String {
    symbol.strip_prefix('_').unwrap_or(symbol).to_owned()
}

/// The symbols of `list`, each with its line number.
fn parse_list<'a>(list: &'a str, problems: &mut Vec<Error>) -> BTreeMap<&'a str, usize> {
    let mut out = BTreeMap::new();
    for (number, line) in (1_usize..).zip(list.lines()) {
        let text = line.split('#').next().unwrap_or_default();
        let mut words = text.split_whitespace();
        match (words.next(), words.next(), words.next()) {
            (None, ..) => {}
            (Some(symbol), Some(set), None) => {
                if !SETS.contains(&set) {
                    problems
                        .push(Error::new(format!("line {number}: {set} is not an interface set we declare")));
                }
                if out.insert(symbol, number).is_some() {
                    problems.push(Error::new(format!("line {number}: {symbol} stands twice")));
                }
            }
            _ => problems.push(Error::new(format!("line {number}: not 'symbol interface-set'"))),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{kext, sample};

    fn problems(list: &str) -> Vec<String> {
        let (file, _) = kext::from_bundle(&sample::bundle()).unwrap();
        check(&file, list).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_right_list_passes() {
        assert_eq!(problems("# reviewed\n\nprintf com.apple.kpi.libkern # console\n"), Vec::<String>::new());
    }

    #[test]
    fn an_import_that_is_not_listed_is_found() {
        assert_eq!(problems(""), ["printf is imported but not on the list"]);
    }

    #[test]
    fn an_entry_that_nothing_imports_is_found() {
        let list = "printf com.apple.kpi.libkern\npanic com.apple.kpi.mach";
        assert_eq!(problems(list), ["line 2: panic is on the list but not imported"]);
    }

    #[test]
    fn faults_of_the_list_are_found() {
        let private = problems("printf com.apple.kpi.private");
        assert_eq!(private, ["line 1: com.apple.kpi.private is not an interface set we declare"]);
        let twice = problems("printf com.apple.kpi.libkern\nprintf com.apple.kpi.bsd");
        assert_eq!(twice, ["line 2: printf stands twice"]);
        assert!(problems("printf").contains(&"line 1: not 'symbol interface-set'".to_owned()));
    }
}
