//! Which path a chunk goes to (RFC 9260 sections 6.4 and 6.4.1, RFC 7829 section 3.2 rules 3 and 4).

use super::{MAX_PATHS, Path, PathId, PathState};

/// The path for new data that is wanted on path `wanted`: a better one if that does not work.
///
/// Active paths come first, then potentially failed ones, those with the fewest errors before others, then inactive
/// ones. Among equals the wanted one is taken, or else the first. One that was never confirmed is not used (section 5.4)
/// unless there is no other.
pub(crate) fn usable(paths: &[Path], wanted: PathId) -> PathId {
    if paths.get(wanted.position()).is_some_and(|path| path.state == PathState::Active) {
        return wanted;
    }
    let rank = |(place, path): &(usize, &Path)| {
        let (state, errors) = match path.state {
            PathState::Active => (0, 0),
            PathState::PotentiallyFailed => (1, path.errors),
            PathState::Inactive => (2, 0),
            PathState::Unconfirmed => (3, 0),
        };
        (state, errors, *place != wanted.position())
    };
    let best = paths.iter().enumerate().min_by_key(rank);
    best.and_then(|(place, _)| PathId::at(place)).unwrap_or(wanted)
}

/// The path for a chunk that timed out on path `last`: the next active one after it, if there is another.
pub(crate) fn alternate(paths: &[Path], last: PathId) -> PathId {
    let active = |position: &usize| paths.get(*position).is_some_and(|path| path.state == PathState::Active);
    let others = (1..MAX_PATHS).map(|step| last.position().wrapping_add(step) % MAX_PATHS);
    others.into_iter().find(active).and_then(PathId::at).unwrap_or_else(|| usable(paths, last))
}
