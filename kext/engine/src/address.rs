//! Transport addresses: an IP address and a port.

/// How far an address means the same host, from near to far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reach {
    /// This host: 127.0.0.0/8, ::1.
    Host,
    /// One link: 169.254.0.0/16, fe80::/10.
    Link,
    /// One site: RFC 1918, fc00::/7, fec0::/10.
    Site,
    /// Everywhere.
    Global,
}

/// The kind of an [`Address`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Family {
    /// No address: let the route choose, or not bound.
    #[default]
    None,
    /// IPv4, in the first four bytes.
    V4,
    /// IPv6.
    V6,
}

bitflags::bitflags! {
    /// Families that an endpoint takes, or a peer can reach.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) struct Families: u8 {
        const V4 = 1;
        const V6 = 1 << 1;
    }
}

impl Families {
    /// The family as a set.
    pub(crate) const fn of(family: Family) -> Self {
        match family {
            Family::None => Self::empty(),
            Family::V4 => Self::V4,
            Family::V6 => Self::V6,
        }
    }

    /// Whether an address of this family is one of them.
    pub(crate) const fn take(self, family: Family) -> bool {
        !matches!(family, Family::None) && self.contains(Self::of(family))
    }
}

/// A transport address. Two addresses are equal when the IP address, its zone and the port are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Address {
    /// Which kind of address `bytes` holds.
    pub family: Family,
    /// The port, 0 for none.
    pub port: u16,
    /// The IPv6 zone, 0 for none.
    pub scope: u32,
    /// The address in network order; unused bytes are zero.
    pub bytes: [u8; 16],
}

impl Address {
    /// An IPv4 address.
    #[must_use]
    pub const fn v4([a, b, c, d]: [u8; 4], port: u16) -> Self {
        let bytes = [a, b, c, d, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        Self { family: Family::V4, port, scope: 0, bytes }
    }

    /// An IPv6 address.
    #[must_use]
    pub const fn v6(bytes: [u8; 16], scope: u32, port: u16) -> Self {
        Self { family: Family::V6, port, scope, bytes }
    }

    /// The one form that an address has within the engine: an IPv4-mapped IPv6 address (RFC 4291 section 2.5.5.2) is
    /// the IPv4 address, and only a link-local address has a zone.
    #[must_use]
    pub fn normalized(self) -> Self {
        match self.bytes {
            [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d] if self.family == Family::V6 => {
                Self::v4([a, b, c, d], self.port)
            }
            _ if self.reach() == Reach::Link => self,
            _ => Self { scope: 0, ..self },
        }
    }

    /// An IPv4 address as an IPv6 address (RFC 4291 section 2.5.5.2); any other as it is.
    #[must_use]
    pub const fn mapped(self) -> Self {
        match (self.family, self.bytes) {
            (Family::V4, [a, b, c, d, ..]) => {
                Self::v6([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d], 0, self.port)
            }
            (Family::None | Family::V6, _) => self,
        }
    }

    /// The same address with another port.
    #[must_use]
    pub const fn with_port(self, port: u16) -> Self {
        Self { port, ..self }
    }

    /// Whether both name the same host, whatever the ports.
    #[must_use]
    pub fn same_host(&self, other: &Self) -> bool {
        self.with_port(0) == other.with_port(0)
    }

    /// Whether this names no host: the wildcard address, or none at all.
    #[must_use]
    pub fn is_any(&self) -> bool {
        self.bytes == [0; 16]
    }

    /// Whether SCTP may talk to it: not the wildcard, not multicast or broadcast (RFC 9260 section 8.4 rule 1).
    #[must_use]
    pub fn is_unicast(&self) -> bool {
        let [first, .., _] = self.bytes;
        match self.family {
            Family::None => false,
            Family::V4 => !self.is_any() && first < 224 && first != 0,
            Family::V6 => !self.is_any() && first != 0xff,
        }
    }

    /// How far the address reaches.
    pub(crate) fn reach(&self) -> Reach {
        match (self.family, self.bytes) {
            (Family::V4, [127, ..]) => Reach::Host,
            (Family::V4, [169, 254, ..]) => Reach::Link,
            (Family::V4, [10, ..] | [172, 16..=31, ..] | [192, 168, ..]) => Reach::Site,
            (Family::V6, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]) => Reach::Host,
            (Family::V6, [0xfe, 0x80..=0xbf, ..]) => Reach::Link,
            (Family::V6, [0xfc | 0xfd, ..] | [0xfe, 0xc0..=0xff, ..]) => Reach::Site,
            (Family::None | Family::V4 | Family::V6, _) => Reach::Global,
        }
    }

    /// Whether a host that is reached at `other` can make use of this address: the loopback address only on this
    /// host, a link-local one only on its link, one of a site only where `other` is not reached over the Internet.
    pub(crate) fn is_of_use_at(&self, other: &Self) -> bool {
        match self.reach() {
            Reach::Host => other.reach() == Reach::Host,
            Reach::Link => {
                other.reach() == Reach::Link && other.family == self.family && other.scope == self.scope
            }
            Reach::Site => other.reach() != Reach::Global,
            Reach::Global => true,
        }
    }

    /// IP header bytes in front of an SCTP packet to this address.
    #[must_use]
    pub const fn ip_header(&self) -> u32 {
        match self.family {
            Family::None | Family::V4 => 20,
            Family::V6 => 40,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn v6(groups: [u16; 8], scope: u32) -> Address {
        Address::v6(core::net::Ipv6Addr::from(groups).octets(), scope, 7)
    }

    #[test]
    fn a_mapped_address_is_an_ipv4_address_and_only_a_link_has_a_zone() {
        let mapped = v6([0, 0, 0, 0, 0, 0xffff, 0xc000, 0x0201], 3);
        assert_eq!(mapped.normalized(), Address::v4([192, 0, 2, 1], 7));
        assert_eq!(mapped.normalized().mapped(), v6([0, 0, 0, 0, 0, 0xffff, 0xc000, 0x0201], 0));
        let global = v6([0x2001, 0xdb8, 0, 0, 0, 0, 0, 1], 3);
        assert_eq!(global.normalized(), v6([0x2001, 0xdb8, 0, 0, 0, 0, 0, 1], 0));
        let link = v6([0xfe80, 0, 0, 0, 0, 0, 0, 1], 3);
        assert_eq!(link.normalized(), link);
        assert_ne!(link, v6([0xfe80, 0, 0, 0, 0, 0, 0, 1], 4));
    }

    #[test]
    fn which_addresses_are_of_use_where() {
        let loopback = Address::v4([127, 0, 0, 1], 0);
        let private = Address::v4([10, 0, 0, 1], 0);
        let global = Address::v4([192, 0, 2, 1], 0);
        let link = v6([0xfe80, 0, 0, 0, 0, 0, 0, 1], 3);
        let same_link = v6([0xfe80, 0, 0, 0, 0, 0, 0, 2], 3);
        let other_link = v6([0xfe80, 0, 0, 0, 0, 0, 0, 2], 4);
        let global6 = v6([0x2001, 0xdb8, 0, 0, 0, 0, 0, 1], 0);
        for (address, at, useful) in [
            (loopback, loopback, true),
            (loopback, private, false),
            (loopback, global, false),
            (private, loopback, true),
            (private, private, true),
            (private, global, false),
            (global, private, true),
            (global, global6, true),
            (link, same_link, true),
            (link, other_link, false),
            (link, global6, false),
            (link, loopback, false),
        ] {
            assert_eq!(address.is_of_use_at(&at), useful, "{address:?} at {at:?}");
        }
    }

    #[test]
    fn only_unicast_addresses_are_talked_to() {
        for (address, unicast) in [
            (Address::v4([0; 4], 0), false),
            (Address::v4([0, 1, 2, 3], 0), false),
            (Address::v4([224, 0, 0, 1], 0), false),
            (Address::v4([255; 4], 0), false),
            (Address::v4([192, 0, 2, 1], 0), true),
            (v6([0; 8], 0), false),
            (v6([0xff02, 0, 0, 0, 0, 0, 0, 1], 0), false),
            (v6([0x2001, 0xdb8, 0, 0, 0, 0, 0, 1], 0), true),
        ] {
            assert_eq!(address.is_unicast(), unicast, "{address:?}");
        }
    }
}
