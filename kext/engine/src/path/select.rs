//! Which path a chunk goes to (RFC 9260 sections 6.4 and 6.4.1).

use super::{MAX_PATHS, Path, PathId, PathState};

/// The path for new data that is wanted on path `wanted`: another one if that does not work.
///
/// With no active path the wanted one is used all the same, unless it was never confirmed (section 5.4 rule 2).
pub(crate) fn usable(paths: &[Path], wanted: PathId) -> PathId {
    let state = |id: PathId| paths.get(id.position()).map(|path| path.state);
    let first = |state| PathId::at(paths.iter().position(|path| path.state == state)?);
    match state(wanted) {
        Some(PathState::Active) => wanted,
        Some(PathState::Inactive) => first(PathState::Active).unwrap_or(wanted),
        Some(PathState::Unconfirmed) | None => {
            first(PathState::Active).or_else(|| first(PathState::Inactive)).unwrap_or(wanted)
        }
    }
}

/// The path for a chunk that timed out on path `last`: the next active one after it, if there is another.
pub(crate) fn alternate(paths: &[Path], last: PathId) -> PathId {
    let active = |position: &usize| paths.get(*position).is_some_and(|path| path.state == PathState::Active);
    let others = (1..MAX_PATHS).map(|step| last.position().wrapping_add(step) % MAX_PATHS);
    others.into_iter().find(active).and_then(PathId::at).unwrap_or_else(|| usable(paths, last))
}
