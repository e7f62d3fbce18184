//! Path MTU probes: a HEARTBEAT that a PAD chunk fills up to the size to be tried (RFC 8899 section 6.2, RFC 4820).

use super::{Association, State, emit::Emitted};
use crate::counters::{Again, Counters, bump};
use crate::path::{PathId, PathState};
use crate::random::Random;
use crate::time::Time;
use sctp_wire::{Heartbeat, PacketWriter, Reader, Truncated, emit_pad};

/// Bytes of the Heartbeat Info of a probe: path, nonce. Another length than that of a heartbeat, which tells them apart.
const INFO_LENGTH: usize = 9;

impl Association {
    /// Begins the search on paths that work and have none.
    pub(crate) fn begin_searches(&mut self, now: Time) {
        for path in self.paths.iter_mut() {
            if path.state == PathState::Active && path.search.is_idle() {
                path.begin_search(now);
            }
        }
    }

    /// Whether probes may be sent: not while the end comes, when the peer may be gone before the answer.
    pub(super) const fn may_search(&self) -> bool {
        matches!(self.state, State::Established | State::ShutdownPending)
    }

    /// Does what the searches have to do at `now`.
    pub(crate) fn on_search_deadline(&mut self, now: Time, random: &mut Random, counters: &mut Counters) {
        if !self.may_search() {
            return;
        }
        self.begin_searches(now);
        for path in self.paths.iter_mut() {
            if path.search_deadline() <= now {
                let rto = path.rto.current();
                bump(&mut counters.path_mtu_timeouts);
                path.search.on_deadline(now, rto, random, &mut path.mtu);
            }
        }
    }

    /// Whether a probe is to be sent.
    pub(crate) fn probe_due(&self) -> bool {
        self.may_search() && self.paths.iter().any(|path| path.search.due().is_some())
    }

    /// Writes the next probe. One that the caller's buffer cannot hold is as good as refused.
    pub(crate) fn emit_probe(&mut self, now: Time, buffer: &mut [u8]) -> Option<Emitted> {
        let place = self.paths.iter().position(|path| path.search.due().is_some())?;
        let header = self.header();
        let ip = self.settings.protocol.ip;
        let path = self.paths.get_mut(place)?;
        let size = path.search.due()?;
        let (source, destination) = (path.local.with_port(header.source_port), path.remote);
        let limit = usize::try_from(size.saturating_sub(destination.ip_header())).ok()?;
        let (nonce, ip) = (path.search.send(), path.ip(&ip));
        if buffer.len() < limit {
            path.search.on_refused(now, &mut path.mtu);
            return None;
        }
        let mut writer = PacketWriter::new(buffer, limit, header).ok()?;
        let mut info = [0; INFO_LENGTH];
        let fields = u8::try_from(place).into_iter().chain(nonce.to_be_bytes());
        for (byte, field) in info.iter_mut().zip(fields) {
            *byte = field;
        }
        Heartbeat::new(&info).emit_request(&mut writer).and_then(|()| emit_pad(&mut writer)).ok()?;
        let length = writer.finish();
        let restricted = self.restricts(&source);
        Some(Emitted {
            length,
            source,
            restricted,
            destination,
            ecn_capable: false,
            ip,
            again: Again::default(),
            window_probe: false,
            dont_fragment: true,
        })
    }

    /// HEARTBEAT ACK. Returns whether it answers a probe, and not a heartbeat.
    pub(crate) fn on_probe_ack(&mut self, now: Time, info: &[u8]) -> bool {
        let Ok((place, nonce)) = read_info(info) else { return false };
        if let Some(path) = self.paths.get_mut(place)
            && path.search.on_answer(now, nonce, &mut path.mtu)
        {
            // Section 8.3 of RFC 9260: it is a HEARTBEAT ACK too. What brings a failed path back is a heartbeat of its own.
            if path.state == PathState::Active {
                path.errors = 0;
            }
            self.errors = 0;
        }
        true
    }

    /// A router dropped a packet to this path for its size.
    pub(crate) fn on_too_big(&mut self, now: Time, id: PathId, limit: u32) {
        if let Some(path) = self.path_mut(id) {
            path.search.on_too_big(now, limit, &mut path.mtu);
        }
    }

    /// This host could not send a packet to this path for its size.
    pub(crate) fn on_refused(&mut self, now: Time, id: PathId) {
        if let Some(path) = self.path_mut(id) {
            path.search.on_refused(now, &mut path.mtu);
        }
    }
}

fn read_info(info: &[u8]) -> Result<(usize, u64), Truncated> {
    let mut reader = Reader::new(info);
    let place = usize::from(reader.u8()?);
    let nonce = u64::from_be_bytes(reader.array()?);
    if reader.is_empty() { Ok((place, nonce)) } else { Err(Truncated) }
}
