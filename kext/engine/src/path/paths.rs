//! All paths of an association.

use super::{MAX_PATHS, Path};
use crate::memory::{self, OutOfMemory};
use alloc::vec::Vec;
use core::ops::{Deref, DerefMut};

/// At most [`MAX_PATHS`] paths; a [`super::PathId`] is a position.
///
/// A peer has one address, as a rule: its path stands here, beside the rest of the association. More than one take
/// memory of their own.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "the large one is the usual one")]
pub(crate) enum Paths {
    /// The peer has one address.
    One([Path; 1]),
    /// The peer has several.
    Several(Vec<Path>),
}

impl Paths {
    /// The path to the first address.
    pub(crate) const fn new(first: Path) -> Self {
        Self::One([first])
    }

    /// Whether no further path can be used.
    pub(crate) const fn is_full(&self) -> bool {
        match self {
            Self::One(_) => false,
            Self::Several(paths) => paths.len() >= MAX_PATHS,
        }
    }

    /// Adds a path.
    ///
    /// # Errors
    /// [`OutOfMemory`], also beyond [`MAX_PATHS`]: the paths are as before.
    pub(crate) fn push(&mut self, path: Path) -> Result<(), OutOfMemory> {
        if self.is_full() {
            return Err(OutOfMemory);
        }
        match self {
            Self::Several(paths) => memory::push(paths, path),
            Self::One([only]) => {
                let mut paths = Vec::new();
                paths.try_reserve_exact(2).map_err(|_| OutOfMemory)?;
                memory::push(&mut paths, only.clone())?;
                memory::push(&mut paths, path)?;
                *self = Self::Several(paths);
                Ok(())
            }
        }
    }

    /// Forgets the paths that `keep` does not want, unless that leaves none.
    pub(crate) fn retain(&mut self, keep: impl Fn(&Path) -> bool) {
        if let Self::Several(paths) = self
            && paths.iter().any(&keep)
        {
            paths.retain(keep);
        }
    }
}

impl Deref for Paths {
    type Target = [Path];

    fn deref(&self) -> &[Path] {
        match self {
            Self::One(only) => only,
            Self::Several(paths) => paths,
        }
    }
}

impl DerefMut for Paths {
    fn deref_mut(&mut self) -> &mut [Path] {
        match self {
            Self::One(only) => only,
            Self::Several(paths) => paths,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::Address;
    use crate::options::Protocol;

    fn path(number: u8) -> Path {
        Path::new(Address::v4([10, 0, 0, number], 9), Address::default(), &Protocol::default())
    }

    fn numbers(paths: &Paths) -> Vec<u8> {
        paths.iter().map(|path| path.remote.bytes[3]).collect()
    }

    #[test]
    fn there_are_from_one_to_eight_in_the_order_in_which_they_came() {
        let mut paths = Paths::new(path(0));
        assert_eq!(numbers(&paths), [0]);
        for number in 1..8 {
            assert!(!paths.is_full());
            paths.push(path(number)).unwrap();
        }
        assert!(paths.is_full() && paths.push(path(8)).is_err());
        assert_eq!(numbers(&paths), [0, 1, 2, 3, 4, 5, 6, 7]);
        paths.retain(|path| path.remote.bytes[3] % 3 == 1);
        assert_eq!(numbers(&paths), [1, 4, 7]);
        paths.retain(|_| false);
        assert_eq!(numbers(&paths), [1, 4, 7]);
    }
}
