//! What the two implementations have in common.

/// One end of a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// The end that set the associations up.
    A,
    /// The end that listened.
    B,
}

/// The longest packet on both, SCTP header included: an MTU of 1500 less an IPv4 header.
pub(crate) const PACKET: usize = 1480;

/// The size of every send and receive buffer, bytes: usrsctp's default.
pub(crate) const BUFFER: u32 = 262_144;

/// Packets that went through a pair.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Packets {
    /// How many.
    pub(crate) count: u64,
    /// Bytes of the longest.
    pub(crate) longest: usize,
}

/// Two one-to-many endpoints with associations between them, joined by a queue in memory.
pub(crate) trait Pair {
    /// Sends a message over an association. Returns whether there was room for it.
    fn send(&mut self, side: Side, association: usize, message: &[u8]) -> bool;

    /// Reads the next whole message into `buffer` and returns its length.
    fn receive(&mut self, side: Side, buffer: &mut [u8]) -> Option<usize>;

    /// Delivers packets until none is under way, and runs the timers that are due.
    fn pump(&mut self);

    /// What went through so far.
    fn packets(&self) -> Packets;
}

/// Sets associations up and ends them.
pub(crate) trait Cycle {
    /// One association from the first call to the last: connect, accept, shut down, close.
    fn cycle(&mut self);
}
