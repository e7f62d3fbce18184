//! Transport addresses: an IP address and a port.

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

    /// IP header bytes in front of an SCTP packet to this address.
    #[must_use]
    pub const fn ip_header(&self) -> u32 {
        match self.family {
            Family::None | Family::V4 => 20,
            Family::V6 => 40,
        }
    }
}
