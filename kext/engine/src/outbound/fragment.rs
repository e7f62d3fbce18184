//! How much of a message goes into the next chunk (RFC 9260 section 6.9).

use crate::path::{Path, PathState};
use sctp_wire::Data;

/// The user bytes of a full fragment: what fits one packet on every path, as AMDCS demands, and the user's limit
/// `max_segment` unless that is 0. Paths that do not work do not count: nothing is sent there until they do.
pub(crate) fn full_length(paths: &[Path], max_segment: u32) -> usize {
    let active = paths.iter().filter(|path| path.state == PathState::Active);
    let amdcs = active.map(Path::pmdcs).min().or_else(|| paths.iter().map(Path::pmdcs).min()).unwrap_or(0);
    let length = usize::try_from(amdcs).unwrap_or(usize::MAX).saturating_sub(Data::HEADER_LEN);
    match usize::try_from(max_segment) {
        Ok(0) | Err(_) => length,
        Ok(limit) => length.min(limit),
    }
}

/// User bytes for the next chunk, of a message with `left` bytes to go.
///
/// `room` is what the packet has left for a chunk, `full` the length of a full fragment. A message or rest that fits
/// a packet of its own is not split to fill this one, and no fragment is less than half a full one. That does not bind
/// in a packet that has nothing in it (`empty`): then the caller's buffer is what limits.
pub(crate) fn next_length(left: usize, full: usize, room: usize, empty: bool) -> Option<usize> {
    let room = room.checked_sub(Data::HEADER_LEN).filter(|room| *room > 0)?;
    if left <= room.min(full) {
        return Some(left);
    }
    let length = room.min(full) & !3;
    let worthwhile = if empty { length > 0 } else { left > full && length >= full / 2 };
    worthwhile.then_some(length)
}
