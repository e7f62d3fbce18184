//! The engine: all endpoints and associations of one host, and the three ways in and out.
//!
//! In: [`Engine::input`] (a packet), the calls in `calls` (a user), [`Engine::on_timer`] (a deadline that passed).
//! Out, to be asked for after each of these until they give nothing: [`Engine::transmit`], [`Engine::next_update`];
//! and once: [`Engine::deadline`].

mod addresses;
mod adopt;
mod apply;
mod bind;
mod calls;
mod connect;
mod deliver;
mod farewells;
mod icmp;
mod input;
mod list;
mod lookup;
mod notify;
mod out_of_the_blue;
mod output;
mod passive;
mod paths;
mod receive;
mod replies;
mod send;
mod settings;
#[cfg(test)]
mod tests;

pub use calls::Close;
pub use connect::Begin;
pub use icmp::{IcmpError, IcmpKind};
pub use list::{AssociationRecord, Cursor, EndpointRecord, PathRecord, Record};
pub use output::{Transmit, Update};
pub use paths::PathOptions;
pub use receive::Received;
pub use send::{SendInfo, SendRoom, SetUp};
pub use settings::Scope;

use crate::address::Address;
use crate::association::Association;
use crate::cookie::Secrets;
use crate::counters::Counters;
use crate::deadlines::Deadlines;
use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::fifo::Fifo;
use crate::memory::OutOfMemory;
use crate::random::Random;
use crate::slab::{Key, Slab};
use crate::table::Table;
use crate::time::Time;
use crate::variables::{Variable, Variables};
use alloc::vec::Vec;
use farewells::Farewells;
use replies::Replies;

/// Bits of a generation in an association identifier; the other 20 are the position.
const ASSOCIATION_GENERATION_BITS: u32 = 12;
const ASSOCIATION_INDEX_BITS: u32 = 20;

/// The name of the first association, as on FreeBSD.
const FIRST_ASSOCIATION: u32 = 3;

/// The name of an association for users (RFC 6458 section 1.2): never 0, 1 or 2, which mean FUTURE, CURRENT and ALL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AssociationId(pub u32);

impl From<Key> for AssociationId {
    fn from(key: Key) -> Self {
        // A generation begins at 1 and has 12 bits, so nothing wraps.
        let place = key.generation.wrapping_sub(1) << ASSOCIATION_INDEX_BITS | key.index;
        Self(place.wrapping_add(FIRST_ASSOCIATION))
    }
}

impl From<AssociationId> for Key {
    fn from(id: AssociationId) -> Self {
        // 0, 1 and 2 become a generation that no association has.
        let place = id.0.wrapping_sub(FIRST_ASSOCIATION);
        Self {
            index: place & ((1 << ASSOCIATION_INDEX_BITS) - 1),
            generation: (place >> ASSOCIATION_INDEX_BITS).wrapping_add(1),
        }
    }
}

/// The name of an endpoint: never 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndpointId(pub u64);

impl From<Key> for EndpointId {
    fn from(key: Key) -> Self {
        Self(u64::from(key.generation) << 32 | u64::from(key.index))
    }
}

impl From<EndpointId> for Key {
    fn from(id: EndpointId) -> Self {
        let [a, b, c, d, e, f, g, h] = id.0.to_be_bytes();
        Self { generation: u32::from_be_bytes([a, b, c, d]), index: u32::from_be_bytes([e, f, g, h]) }
    }
}

/// All SCTP of one host.
#[derive(Debug)]
pub struct Engine {
    random: Random,
    secrets: Secrets,
    hash_key: [u8; 16],
    endpoints: Slab<Endpoint>,
    associations: Slab<Association>,
    /// Associations by local port and a remote transport address, one entry a path.
    by_peer: Table,
    /// Associations by their local tag.
    by_tag: Table,
    /// Bound endpoints by local port.
    by_port: Table,
    deadlines: Deadlines,
    /// Associations that have something to send.
    ready: Fifo,
    /// Endpoints whose socket must be brought up to date.
    changed: Fifo,
    replies: Replies,
    farewells: Farewells,
    /// The packet being looked at came with the mark Congestion Experienced.
    marked: bool,
    counters: Counters,
    /// sctpCurrEstab of RFC 3873.
    current: u32,
    /// When the counters were set back.
    counting_since: Time,
    variables: Variables,
    /// The addresses of this host, without ports.
    addresses: Vec<Address>,
}

impl Engine {
    /// An engine without endpoints. `seed` must come from a cryptographic source.
    ///
    /// # Errors
    /// [`OutOfMemory`].
    pub fn new(seed: [u8; 32]) -> Result<Self, OutOfMemory> {
        let mut random = Random::new(seed);
        let secrets = Secrets::new(&mut random);
        let hash_key =
            u128::from_be_bytes(random.block().first_chunk().copied().unwrap_or_default()).to_be_bytes();
        Ok(Self {
            secrets,
            hash_key,
            endpoints: Slab::new(),
            associations: Slab::new(),
            by_peer: Table::new(),
            by_tag: Table::new(),
            by_port: Table::new(),
            deadlines: Deadlines::new(),
            ready: Fifo::new(),
            changed: Fifo::new(),
            replies: Replies::new()?,
            farewells: Farewells::new(),
            marked: false,
            counters: Counters::default(),
            current: 0,
            counting_since: Time(0),
            variables: Variables::DEFAULT,
            addresses: Vec::new(),
            random,
        })
    }

    /// How many associations there are, with and without a socket.
    #[must_use]
    pub const fn associations(&self) -> u32 {
        self.associations.len()
    }

    /// How many endpoints there are.
    #[must_use]
    pub const fn endpoints(&self) -> u32 {
        self.endpoints.len()
    }

    /// The statistics.
    #[must_use]
    pub const fn counters(&self) -> &Counters {
        &self.counters
    }

    /// Associations in ESTABLISHED, SHUTDOWN-PENDING and SHUTDOWN-RECEIVED (RFC 3873, sctpCurrEstab).
    #[must_use]
    pub const fn current_associations(&self) -> u32 {
        self.current
    }

    /// When the counters were set back last; zero if never (RFC 3873, sctpDiscontinuityTime).
    #[must_use]
    pub const fn counting_since(&self) -> Time {
        self.counting_since
    }

    /// Sets all counters back to zero.
    pub fn reset_counters(&mut self, now: Time) {
        self.counters = Counters::default();
        self.counting_since = now;
    }

    /// The `index`-th variable and its value; `None` past the last.
    #[must_use]
    pub fn variable(&self, index: u32) -> Option<(Variable, u32)> {
        self.variables.get(index)
    }

    /// Sets the `index`-th variable, for what begins from now on.
    ///
    /// # Errors
    /// [`Error::Invalid`] if there is none, or for a value out of its bounds.
    pub fn set_variable(&mut self, index: u32, value: u32) -> Result<(), Error> {
        self.variables.set(index, value)
    }

    /// Send and receive buffer of a new socket, bytes.
    #[must_use]
    pub const fn socket_buffers(&self) -> (u32, u32) {
        (self.variables.sendspace, self.variables.recvspace)
    }

    /// The next moment [`Engine::on_timer`] is to be called. Nothing may be due then: what was put off since is looked at
    /// only when it would have been due.
    #[must_use]
    pub fn deadline(&self) -> Time {
        self.deadlines.earliest()
    }

    /// Does all that is due at `now`; harmless when nothing is.
    pub fn on_timer(&mut self, now: Time) {
        // Every association is visited at most once, however its next deadline comes out.
        for _ in 0..self.associations.end() {
            let Some(index) = self.deadlines.due(now) else { return };
            let Some(key) = self.associations.key_at(index) else {
                self.deadlines.remove(index);
                continue;
            };
            let Self { associations, random, counters, .. } = self;
            let Some(association) = associations.get_mut(key) else { return };
            let disposition = association.on_deadline(now, random, counters);
            self.apply(key, disposition);
            self.settle(now, key);
        }
    }
}
