//! Which message goes next (RFC 8260 section 3), one as a whole after the other: fragments of several have no way to be
//! told apart (RFC 9260 section 6.9).
//!
//! A message gets its turn when it is taken. Lower turns go first, the same in the order in which they came.

use crate::memory::{self, OutOfMemory};
use crate::options::Scheduler;
use alloc::vec::Vec;

/// About what a packet carries, bytes: on a path with an MTU of 1500 over IPv4.
const PACKET: u64 = 1468;
/// What the head of a DATA chunk takes of it.
const CHUNK_HEADER: u64 = 16;
/// Bits of a turn that are the stream's, where messages of a stream stay together.
const STREAM_BITS: u32 = 16;

/// Where a stream stands.
#[derive(Clone, Copy, Debug, Default)]
struct Stream {
    /// SCTP_STREAM_SCHEDULER_VALUE.
    value: u16,
    /// What it has had and waits for: messages or bytes, on the scale of [`Schedule::now`].
    until: u64,
}

/// Gives turns.
#[derive(Debug)]
pub(super) struct Schedule {
    scheduler: Scheduler,
    /// As far as they were needed.
    streams: Vec<Stream>,
    /// Where the message that was begun last had its turn: a stream that comes anew begins there.
    now: u64,
}

impl Schedule {
    pub(super) const fn new() -> Self {
        Self { scheduler: Scheduler::Default, streams: Vec::new(), now: 0 }
    }

    /// Takes another scheduler. What waits already is to have turn 0: it goes first, in its order.
    pub(super) fn choose(&mut self, scheduler: Scheduler) {
        self.scheduler = scheduler;
        self.now = 0;
        for stream in &mut self.streams {
            stream.until = 0;
        }
    }

    pub(super) const fn scheduler(&self) -> Scheduler {
        self.scheduler
    }

    fn stream(&mut self, stream: u16) -> Result<&mut Stream, OutOfMemory> {
        let position = usize::from(stream);
        while self.streams.len() <= position {
            memory::push(&mut self.streams, Stream::default())?;
        }
        self.streams.get_mut(position).ok_or(OutOfMemory)
    }

    pub(super) fn value(&self, stream: u16) -> u16 {
        self.streams.get(usize::from(stream)).map_or(0, |stream| stream.value)
    }

    /// For messages that come after this.
    pub(super) fn set_value(&mut self, stream: u16, value: u16) -> Result<(), OutOfMemory> {
        self.stream(stream)?.value = value;
        Ok(())
    }

    /// The turn of a message.
    pub(super) fn turn(&mut self, stream: u16, length: usize) -> Result<u64, OutOfMemory> {
        let scheduler = self.scheduler;
        let (now, length) = (self.now, u64::try_from(length).unwrap_or(u64::MAX));
        match scheduler {
            Scheduler::Default | Scheduler::FirstCome => Ok(0),
            // The higher the value, the lower the priority (section 4.3.2).
            Scheduler::Priority => Ok(self.stream(stream)?.value.into()),
            Scheduler::RoundRobin => {
                let stream = self.stream(stream)?;
                let turn = stream.until.max(now);
                stream.until = turn.saturating_add(1);
                Ok(turn)
            }
            Scheduler::FairBandwidth => {
                let stream = self.stream(stream)?;
                let turn = stream.until.max(now);
                stream.until = turn.saturating_add(length);
                Ok(turn)
            }
            Scheduler::RoundRobinPacket => {
                let number = stream;
                let stream = self.stream(stream)?;
                let chunk = length.saturating_add(CHUNK_HEADER);
                let mut begins = stream.until.max(now);
                let left = PACKET.saturating_sub(begins % PACKET);
                if left < PACKET && left < chunk {
                    begins = begins.saturating_add(left);
                }
                stream.until = begins.saturating_add(chunk);
                let round = begins / PACKET;
                Ok(round.saturating_mul(1 << STREAM_BITS).saturating_add(number.into()))
            }
        }
    }

    /// A message with this turn is begun.
    pub(super) fn begin(&mut self, turn: u64) {
        self.now = match self.scheduler {
            Scheduler::RoundRobinPacket => (turn >> STREAM_BITS).saturating_mul(PACKET),
            Scheduler::RoundRobin | Scheduler::FairBandwidth => turn,
            Scheduler::Default | Scheduler::FirstCome | Scheduler::Priority => 0,
        };
    }

    /// Whether the chunks of a packet are to be of one stream.
    pub(super) const fn keeps_streams_apart(&self) -> bool {
        matches!(self.scheduler, Scheduler::RoundRobinPacket)
    }
}
