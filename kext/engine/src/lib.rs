//! SCTP (RFC 9260) without input or output: the protocol as a value.
//!
//! Three things come in: a packet ([`Engine::input`]), a user's call, a deadline that passed ([`Engine::on_timer`]).
//! Three go out, to be asked for after each of these: packets ([`Engine::transmit`]), endpoints whose sockets need
//! attention ([`Engine::next_update`]), the next deadline ([`Engine::deadline`]). Time, the random seed and addresses
//! are arguments, so the simulator, the test host and the kernel see the same behaviour, byte for byte.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod address;
mod association;
mod cookie;
mod counters;
mod deadlines;
mod endpoint;
mod engine;
mod error;
mod fifo;
mod inbound;
mod inbox;
mod local;
pub mod memory;
mod message;
mod notification;
pub mod options;
mod outbound;
mod path;
mod random;
mod ring;
mod sequence;
mod slab;
mod status;
mod table;
pub mod time;
mod variables;

pub use counters::Counters;
pub use endpoint::Style;
pub use engine::{
    AssociationId, AssociationRecord, Begin, Close, Cursor, EndpointId, EndpointRecord, Engine, IcmpError,
    IcmpKind, PathOptions, PathRecord, Received, Record, Scope, SendInfo, SendRoom, SetUp, Transmit, Update,
};
pub use error::Error;
pub use inbound::{Delivery, Rest};
pub use inbox::{Item, Queued};
pub use message::Message;
pub use notification::{AddressChange, AddressNews, Change, FailedMessage, Notification};
pub use path::{RtoParameters, WindowParameters};
pub use status::{AssociationStatus, PathStatus, StateName, Timeouts, Totals};
pub use variables::Variable;
