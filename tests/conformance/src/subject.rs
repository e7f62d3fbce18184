//! What scripts are played against: the engine, or the built kext in the test host.

use crate::fields::Field;
use crate::host::Sent;
use crate::symbols::Symbols;
use sctp_engine::Style;
use sctp_engine::address::Address;
use sctp_engine::time::Span;
use std::collections::VecDeque;

/// Why a line was not played.
#[derive(Clone, Debug)]
pub(crate) enum Trouble {
    /// It did not go as the script says.
    Wrong(String),
    /// It cannot be played here.
    Impossible(String),
}

impl From<String> for Trouble {
    fn from(why: String) -> Self {
        Self::Wrong(why)
    }
}

impl From<&str> for Trouble {
    fn from(why: &str) -> Self {
        Self::Wrong(why.into())
    }
}

/// What becomes of a line.
pub(crate) type Played<T = ()> = Result<T, Trouble>;

/// A user's call.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) name: String,
    pub(crate) to: Address,
    pub(crate) bytes: Vec<u8>,
    pub(crate) stream: u16,
    pub(crate) ppid: u32,
    pub(crate) unordered: bool,
    pub(crate) immediate: bool,
    pub(crate) backlog: u32,
}

/// What a user reads.
pub(crate) enum Heard {
    /// A notification, by its name.
    Notice(String),
    /// A message.
    Data(Vec<Field>),
}

/// The side that is tested.
pub(crate) trait Subject {
    /// What the script knows of both sides.
    fn symbols(&mut self) -> &mut Symbols;
    /// Packets that were sent and that nobody looked at.
    fn sent(&mut self) -> &mut VecDeque<Sent>;
    /// A packet comes in.
    fn arrive(&mut self, source: Address, destination: Address, bytes: &[u8]);
    /// Time passes.
    fn pass(&mut self, span: Span);
    /// A call; the name of the error if it is refused.
    fn call(&mut self, call: &Call) -> Played<Option<String>>;
    /// An option of the socket.
    fn set(&mut self, name: &str, value: &str) -> Played;
    /// Begins anew with a socket of this style.
    fn restyle(&mut self, style: Style) -> Played;
    /// The state of the association, as RFC 9260 writes it.
    fn state(&mut self) -> Played<String>;
    /// How many associations there are.
    fn associations(&mut self) -> Played<u32>;
    /// The errors that the socket was given since the last time.
    fn errors(&mut self) -> Vec<String>;
    /// The next thing to read.
    fn hear(&mut self) -> Option<Heard>;
    /// A statistic.
    fn counter(&mut self, name: &str) -> Played<u64>;
    /// How the association stands.
    fn status(&mut self) -> Played<Vec<Field>>;
}
