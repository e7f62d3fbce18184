//! Which addresses of this host an endpoint or an association uses.

use crate::address::{Address, Families};
use crate::memory::{self, OutOfMemory};
use alloc::vec::Vec;

/// All addresses of this host, whichever they are, or some of them; without ports.
///
/// An association has a copy of its endpoint's, so that what a user changes later is for later associations: without
/// ASCONF (RFC 5061) the peer would not hear of it.
#[derive(Debug, Default)]
pub(crate) enum LocalAddresses {
    /// Bound to the wildcard address.
    #[default]
    All,
    /// One or more.
    Some(Vec<Address>),
}

impl LocalAddresses {
    /// One address; the wildcard address stands for all.
    ///
    /// # Errors
    /// [`OutOfMemory`].
    pub(crate) fn of(address: &Address) -> Result<Self, OutOfMemory> {
        if address.is_any() { Ok(Self::All) } else { Self::some(&[*address]) }
    }

    /// Those in a list that is not empty.
    ///
    /// # Errors
    /// [`OutOfMemory`].
    pub(crate) fn some(addresses: &[Address]) -> Result<Self, OutOfMemory> {
        let mut list = Vec::new();
        list.try_reserve_exact(addresses.len()).map_err(|_| OutOfMemory)?;
        for address in addresses {
            memory::push(&mut list, address.with_port(0))?;
        }
        Ok(Self::Some(list))
    }

    /// A copy.
    ///
    /// # Errors
    /// [`OutOfMemory`].
    pub(crate) fn copy(&self) -> Result<Self, OutOfMemory> {
        match self {
            Self::All => Ok(Self::All),
            Self::Some(list) => Self::some(list),
        }
    }

    /// Those that have a name; none when they are all.
    pub(crate) fn listed(&self) -> &[Address] {
        match self {
            Self::All => &[],
            Self::Some(list) => list,
        }
    }

    /// Whether they are all.
    pub(crate) const fn are_all(&self) -> bool {
        matches!(self, Self::All)
    }

    /// Whether an address is one of them, whatever its port.
    pub(crate) fn include(&self, address: &Address) -> bool {
        self.are_all() || self.listed().iter().any(|own| own.same_host(address))
    }

    /// Whether an address is one of both.
    pub(crate) fn overlap(&self, others: &Self) -> bool {
        match self {
            Self::All => true,
            Self::Some(list) => list.iter().any(|address| others.include(address)),
        }
    }

    /// Their families, which are `all` when they are all.
    pub(crate) fn families(&self, all: Families) -> Families {
        match self {
            Self::All => all,
            Self::Some(list) => list
                .iter()
                .fold(Families::empty(), |families, address| families | Families::of(address.family)),
        }
    }

    /// The only address there is; the wildcard address when there are more.
    pub(crate) fn only(&self) -> Address {
        match self.listed() {
            [only] => *only,
            _ => Address::default(),
        }
    }

    fn sources_to(&self, remote: &Address) -> impl Iterator<Item = Address> {
        self.listed().iter().filter(|address| address.family == remote.family).copied()
    }

    /// The source of packets to `remote`: the only address of its family, or the wildcard address, so that the route
    /// chooses among several.
    pub(crate) fn source_to(&self, remote: &Address) -> Address {
        let mut candidates = self.sources_to(remote);
        match (candidates.next(), candidates.next()) {
            (Some(only), None) => only,
            _ => Address::default(),
        }
    }

    /// A source of packets to `remote`; the wildcard address when all may be.
    pub(crate) fn some_source_to(&self, remote: &Address) -> Address {
        self.sources_to(remote).next().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Address = Address::v4([192, 0, 2, 1], 0);
    const B: Address = Address::v4([198, 51, 100, 1], 0);
    const C: Address = Address::v6([0x20; 16], 0, 0);

    #[test]
    fn all_overlap_with_any_and_some_with_those_that_share_one() {
        let all = LocalAddresses::of(&Address::default()).unwrap();
        let left = LocalAddresses::some(&[A.with_port(7), C]).unwrap();
        let right = LocalAddresses::of(&B).unwrap();
        assert!(all.overlap(&left) && left.overlap(&all) && all.overlap(&all));
        assert!(!left.overlap(&right) && left.overlap(&left.copy().unwrap()));
        assert!(left.include(&A.with_port(9)) && !left.include(&B) && all.include(&B));
    }

    #[test]
    fn the_source_is_left_to_the_route_unless_there_is_but_one_of_the_family() {
        let some = LocalAddresses::some(&[A, B, C]).unwrap();
        assert_eq!(some.source_to(&A), Address::default());
        assert_eq!(some.source_to(&C), C);
        assert_eq!(LocalAddresses::All.source_to(&C), Address::default());
        assert_eq!(LocalAddresses::of(&A).unwrap().source_to(&C), Address::default());
        assert_eq!(
            (some.some_source_to(&A), LocalAddresses::All.some_source_to(&A)),
            (A, Address::default())
        );
        assert_eq!((some.only(), LocalAddresses::of(&A).unwrap().only()), (Address::default(), A));
    }

    #[test]
    fn families_are_those_of_the_addresses() {
        let both = LocalAddresses::some(&[A, C]).unwrap();
        assert_eq!(both.families(Families::V6), Families::all());
        assert_eq!(LocalAddresses::of(&A).unwrap().families(Families::all()), Families::V4);
        assert_eq!(LocalAddresses::All.families(Families::V6), Families::V6);
    }
}
