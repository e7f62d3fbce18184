//! An endpoint: what one socket is to the engine.

use crate::address::{Address, Families, Family};
use crate::error::Error;
use crate::inbox::Inbox;
use crate::local::LocalAddresses;
use crate::options::Options;
use crate::ring::Ring;
use crate::slab::Key;
use alloc::vec::Vec;

/// The two styles of RFC 6458 section 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// SOCK_STREAM: one association, or a listener for many.
    OneToOne,
    /// SOCK_SEQPACKET: any number of associations.
    OneToMany,
}

#[derive(Debug)]
pub(crate) struct Endpoint {
    /// The shim's pointer, given back with every update.
    pub(crate) context: usize,
    pub(crate) style: Style,
    pub(crate) family: Family,
    /// 0: not bound.
    pub(crate) port: u16,
    /// What later associations may use.
    pub(crate) addresses: LocalAddresses,
    /// Whether the port is held in the table of ports; a child of a listener does not hold it.
    pub(crate) registered: bool,
    /// Associations that may wait until the user takes them, 0 when not listening.
    pub(crate) backlog: u32,
    /// Associations that were accepted and that the user has not taken yet.
    pub(crate) untaken: u32,
    pub(crate) associations: Vec<Key>,
    /// Associations set up through a one-to-one listener, oldest first.
    pub(crate) accept_queue: Ring<Key>,
    pub(crate) inbox: Inbox,
    /// Bytes accepted from the user and not acknowledged, over all associations.
    pub(crate) send_bytes: usize,
    /// Associations whose send buffer is full.
    pub(crate) full: usize,
    pub(crate) options: Options,
    /// Reported once with the next update.
    pub(crate) error: Option<Error>,
    /// One-to-one: the association is over, or the peer shut it down.
    pub(crate) end_of_file: bool,
    /// One-to-one: nothing more may be sent.
    pub(crate) send_closed: bool,
}

impl Endpoint {
    pub(crate) fn new(context: usize, style: Style, family: Family, options: Options) -> Self {
        Self {
            context,
            style,
            family,
            port: 0,
            addresses: LocalAddresses::All,
            registered: false,
            backlog: 0,
            untaken: 0,
            associations: Vec::new(),
            accept_queue: Ring::new(),
            inbox: Inbox::new(),
            send_bytes: 0,
            full: 0,
            options,
            error: None,
            end_of_file: false,
            send_closed: false,
        }
    }

    /// The families of peers: an endpoint of family V6 takes both unless the user wants otherwise, or bound it to
    /// addresses of one family.
    pub(crate) const fn families(&self) -> Families {
        match (self.family, self.options.v6_only) {
            (Family::V6, false) => Families::all(),
            (family, _) => Families::of(family),
        }
    }

    /// The families of the addresses that it is bound to.
    pub(crate) fn bound_families(&self) -> Families {
        self.addresses.families(self.families())
    }

    /// Whether packets to `address` are for this endpoint.
    pub(crate) fn covers(&self, address: &Address) -> bool {
        self.port == address.port
            && self.bound_families().take(address.family)
            && self.addresses.include(address)
    }

    /// The address by which it goes: the first of several, the wildcard address for all.
    pub(crate) fn own_address(&self) -> Address {
        let all = Address { family: self.family, ..Address::default() };
        self.addresses.listed().first().copied().unwrap_or(all).with_port(self.port)
    }

    /// Whether no further association may wait until the user takes it.
    pub(crate) fn is_full(&self) -> bool {
        let waiting = u32::try_from(self.accept_queue.len()).unwrap_or(u32::MAX);
        waiting.saturating_add(self.untaken) >= self.backlog
    }

    /// The association of a one-to-one endpoint that does not listen, or the only one of a one-to-many endpoint.
    pub(crate) fn only_association(&self) -> Option<Key> {
        match (self.associations.as_slice(), self.style, self.backlog) {
            ([_], Style::OneToOne, 1..) => None,
            ([key], _, _) => Some(*key),
            _ => None,
        }
    }
}
