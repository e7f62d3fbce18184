//! The next Stream Sequence Number of each stream (RFC 9260 section 6.5).

use crate::memory::{self, OutOfMemory};
use alloc::vec::Vec;
use sctp_wire::Ssn;

/// Streams whose numbers stand in place: as many as an endpoint asks for unless told otherwise.
const FEW: u16 = 10;

/// The next number of streams 0 to [`SequenceNumbers::streams`] - 1; each begins with 0.
#[derive(Debug)]
pub(crate) struct SequenceNumbers {
    streams: u16,
    few: [Ssn; FEW as usize],
    /// Those of the streams from [`FEW`] on.
    others: Vec<Ssn>,
}

impl SequenceNumbers {
    /// No streams.
    pub(crate) const fn new() -> Self {
        Self { streams: 0, few: [Ssn(0); FEW as usize], others: Vec::new() }
    }

    /// How many streams there are.
    pub(crate) const fn streams(&self) -> u16 {
        self.streams
    }

    /// Adds streams until there are `streams`.
    ///
    /// # Errors
    /// [`OutOfMemory`]: there are as many as before.
    pub(crate) fn grow(&mut self, streams: u16) -> Result<(), OutOfMemory> {
        if streams <= self.streams {
            return Ok(());
        }
        let others = usize::from(streams.saturating_sub(FEW));
        self.others.try_reserve_exact(others.saturating_sub(self.others.len())).map_err(|_| OutOfMemory)?;
        while self.others.len() < others {
            memory::push(&mut self.others, Ssn(0))?;
        }
        self.streams = streams;
        Ok(())
    }

    /// Gives up the streams from `streams` on, which nothing was sent on.
    pub(crate) fn limit(&mut self, streams: u16) {
        self.streams = self.streams.min(streams);
        self.others.truncate(usize::from(streams.saturating_sub(FEW)));
    }

    /// The next number of a stream.
    pub(crate) fn get(&self, stream: u16) -> Option<Ssn> {
        if stream >= self.streams {
            return None;
        }
        match stream.checked_sub(FEW) {
            None => self.few.get(usize::from(stream)),
            Some(other) => self.others.get(usize::from(other)),
        }
        .copied()
    }

    /// Changes the next number of a stream, if there is that stream.
    pub(crate) fn set(&mut self, stream: u16, next: Ssn) {
        let number = match stream.checked_sub(FEW) {
            None => self.few.get_mut(usize::from(stream)),
            Some(other) => self.others.get_mut(usize::from(other)),
        };
        if let Some(number) = number.filter(|_| stream < self.streams) {
            *number = next;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stream_has_its_number() {
        let mut numbers = SequenceNumbers::new();
        assert_eq!(numbers.get(0), None);
        for streams in [3, 100, 20] {
            numbers.grow(streams).unwrap();
        }
        for stream in 0..=100 {
            numbers.set(stream, Ssn(stream + 1));
        }
        for stream in 0..100 {
            assert_eq!(numbers.get(stream), Some(Ssn(stream + 1)));
        }
        assert_eq!((numbers.streams(), numbers.get(100)), (100, None));
        numbers.limit(11);
        assert_eq!((numbers.streams(), numbers.get(10), numbers.get(11)), (11, Some(Ssn(11)), None));
    }
}
