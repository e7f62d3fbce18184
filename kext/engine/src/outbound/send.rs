//! What may be sent now, and sending it (RFC 9260 section 6.1).

use super::fragment::{full_length, next_length};
use super::window::{Chunk, ChunkState};
use super::{OutMessage, Outbound, Sent};
use crate::path::{Path, PathId, Paths, alternate, usable};
use crate::time::Time;
use sctp_wire::{Data, DataFlags, Full, PacketWriter, Ssn};

/// How many chunks are looked at to find a lost one that may be sent now.
const SEARCH: usize = 64;

/// The next piece of new data.
struct Next {
    /// The path that the user wants.
    wanted: Option<PathId>,
    /// Bytes of the message that are not sent.
    left: usize,
    stream: u16,
}

/// Where a lost chunk is sent to again (section 6.4).
fn retransmission_path(chunk: &Chunk, paths: &[Path]) -> PathId {
    match chunk.state {
        ChunkState::TimedOut => alternate(paths, chunk.path),
        ChunkState::Missing | ChunkState::InFlight | ChunkState::Acked => usable(paths, chunk.path),
    }
}

impl Outbound {
    /// The path that something may be sent to now; retransmissions go first (section 6.1 rule C).
    ///
    /// New data goes to `primary` unless the user wants another path. Without `nodelay` a small message waits while
    /// data is outstanding, so that it can be bundled (section 6.1).
    pub(crate) fn can_send(
        &self,
        _now: Time,
        paths: &Paths,
        primary: PathId,
        nodelay: bool,
    ) -> Option<PathId> {
        if self.pause.is_some() || self.buffered == 0 {
            return None;
        }
        self.retransmission(paths).or_else(|| {
            let next = self.next()?;
            let id = usable(paths, next.wanted.unwrap_or(primary));
            let path = paths.get(id.position())?;
            let full = full_length(paths, self.max_segment);
            let allowed = self.allows_new_packet(path) && (nodelay || !self.is_held(path, full));
            (allowed && self.fits_peer(next.left.min(full))).then_some(id)
        })
    }

    /// The size of the next chunk to be sent again to path `id`, if it is larger than the MTU of the path has become.
    pub(crate) fn oversized(&self, id: PathId, paths: &[Path]) -> Option<usize> {
        let next = self.next_lost(id, paths)?;
        let fits = paths.get(id.position())?.pmdcs();
        usize::try_from(next.size()).ok().filter(|_| next.size() > fits)
    }

    /// The next chunk to be sent again to path `id`.
    fn next_lost(&self, id: PathId, paths: &[Path]) -> Option<&Chunk> {
        if self.window.lost() == 0 {
            return None;
        }
        let mut chunks =
            (self.window.first_lost()..self.window.len()).filter_map(|position| self.window.get(position));
        chunks.find(|chunk| chunk.is_lost() && retransmission_path(chunk, paths) == id)
    }

    /// Whether the next chunk that may be sent to path `id`, as [`Outbound::can_send`] says, fits `room` bytes behind
    /// other chunks.
    pub(crate) fn next_fits(&self, id: PathId, paths: &[Path], room: usize) -> bool {
        if let Some(chunk) = self.next_lost(id, paths) {
            return usize::try_from(chunk.size()).is_ok_and(|size| size <= room);
        }
        let full = full_length(paths, self.max_segment);
        self.next().is_some_and(|next| next_length(next.left, full, room, false).is_some())
    }

    /// The path of a lost chunk that may be sent now.
    fn retransmission(&self, paths: &Paths) -> Option<PathId> {
        if self.window.lost() == 0 {
            return None;
        }
        let first = self.window.first_lost();
        let chunks = (first..self.window.len()).take(SEARCH).filter_map(|position| self.window.get(position));
        let mut ids = chunks.filter(|chunk| chunk.is_lost()).map(|chunk| retransmission_path(chunk, paths));
        ids.find(|id| paths.get(id.position()).is_some_and(|path| path.congestion.allows_retransmission()))
    }

    fn next(&self) -> Option<Next> {
        self.messages.next().map(|next| Next {
            wanted: next.message.path,
            left: next.unsent(),
            stream: next.message.stream,
        })
    }

    /// User bytes of the next new chunk in a packet of its own.
    pub(super) fn next_new_length(&self, paths: &Paths) -> Option<usize> {
        self.next().map(|next| next.left.min(full_length(paths, self.max_segment)))
    }

    /// Whether the peer has room for a chunk with `length` user bytes.
    pub(super) fn has_room(&self, length: usize) -> bool {
        usize::try_from(self.peer_rwnd).is_ok_and(|room| length <= room)
    }

    /// Section 6.1 rules B and D. With nothing in flight no SACK would come to allow the next burst.
    const fn allows_new_packet(&self, path: &Path) -> bool {
        let burst = self.max_burst == 0 || self.burst < self.max_burst;
        path.congestion.has_window() && (burst || path.congestion.flight() == 0)
    }

    /// Section 6.1 rule A: room at the peer, or nothing outstanding so that this may be a zero window probe.
    fn fits_peer(&self, length: usize) -> bool {
        self.window.is_empty() || self.has_room(length)
    }

    /// Whether what waits is to be bundled with what comes: it fills no packet, and a SACK will come. The rest of a
    /// message that is longer than a packet does not wait, unless the user has more of it; `full` is the length of a full
    /// fragment.
    fn is_held(&self, path: &Path, full: usize) -> bool {
        if !self.has_outstanding() {
            return false;
        }
        let next = self.messages.next();
        if next.is_some_and(|next| next.sent > 0 || !next.message.begins || !next.message.ends) {
            return next.is_some_and(|next| !next.message.ends && next.unsent() < full);
        }
        let headers = self.messages.waiting().saturating_mul(Data::HEADER_LEN);
        u32::try_from(self.unsent.saturating_add(headers)).is_ok_and(|size| size < path.pmdcs())
    }

    /// Adds the DATA chunks to a packet that may go to path `id` now, as [`Outbound::can_send`] says, and starts
    /// T3-rtx. Without memory nothing is sent until a SACK comes or an RTO has passed.
    pub(crate) fn emit(
        &mut self,
        now: Time,
        id: PathId,
        paths: &mut Paths,
        nodelay: bool,
        writer: &mut PacketWriter<'_>,
    ) -> Sent {
        let nothing = Sent::default();
        if self.pause.is_some() {
            return nothing;
        }
        let alone = writer.is_empty();
        let Some(path) = paths.get_mut(id.position()) else { return nothing };
        let (rto, pmdcs) = (path.rto.current(), path.pmdcs());
        path.congestion.decay(now, rto, pmdcs);
        let new_allowed = self.allows_new_packet(path);
        let lost_allowed = path.congestion.allows_retransmission();
        let (mut again, mut fast, mut new) = (0, 0, 0);
        let mut all_lost_sent = self.window.lost() == 0;
        if lost_allowed && !all_lost_sent {
            (again, fast, all_lost_sent) = self.emit_lost(now, id, paths, writer);
        }
        if new_allowed && all_lost_sent {
            new = self.emit_new(now, id, paths, nodelay, again, writer);
        }
        let sent = Sent { new, again, fast };
        let Some(path) = paths.get_mut(id.position()) else { return sent };
        if sent != nothing {
            path.congestion.on_packet(now);
            path.retransmitted = path.retransmitted.wrapping_add(u32::try_from(again).unwrap_or(0));
            self.burst = if new > 0 { self.burst.saturating_add(1) } else { self.burst };
            self.probe.answered = false;
        } else if alone {
            // Not even an empty packet could take anything: there is no memory, or the caller gave too small a buffer.
            self.pause = Some(id);
            if path.t3 == Time::NEVER {
                path.restart_t3(now);
            }
        }
        sent
    }

    /// Adds lost chunks. Returns how many, how many of them SACKs reported missing, and whether none is left for this path.
    fn emit_lost(
        &mut self,
        now: Time,
        id: PathId,
        paths: &mut Paths,
        writer: &mut PacketWriter<'_>,
    ) -> (usize, usize, bool) {
        let (mut sent, mut fast, mut fits) = (0_usize, 0_usize, true);
        let mut unseen = self.window.lost();
        let mut position = self.window.first_lost();
        while unseen > 0 && fits {
            let Some(chunk) = self.window.get(position) else { break };
            if chunk.is_lost() {
                unseen = unseen.saturating_sub(1);
                if retransmission_path(chunk, paths) == id {
                    fits = self.write_chunk(position, writer).is_ok();
                    if fits {
                        self.peer_rwnd = self.peer_rwnd.saturating_sub(u32::from(chunk.length));
                        fast = fast.saturating_add(usize::from(chunk.state == ChunkState::Missing));
                        self.window.retransmit(now, position, id, paths);
                        sent = sent.saturating_add(1);
                    }
                }
            }
            position = position.saturating_add(1);
        }
        self.window.skip_found();
        (sent, fast, fits)
    }

    /// Writes a chunk of the window.
    fn write_chunk(&self, position: usize, writer: &mut PacketWriter<'_>) -> Result<(), Full> {
        let chunk = self.window.get(position).ok_or(Full)?;
        let sent = self.messages.get(chunk.message).ok_or(Full)?;
        let OutMessage { stream, ppid, .. } = sent.message;
        let payload = sent.bytes(chunk.offset, usize::from(chunk.length)).ok_or(Full)?;
        let tsn = self.window.tsn(position);
        Data { flags: chunk.flags, tsn, stream, ssn: sent.ssn, ppid, payload }.emit(writer)
    }

    /// Adds chunks of new data; `before` chunks are in the packet. Returns how many.
    fn emit_new(
        &mut self,
        now: Time,
        id: PathId,
        paths: &mut Paths,
        nodelay: bool,
        before: usize,
        writer: &mut PacketWriter<'_>,
    ) -> usize {
        let full = full_length(paths, self.max_segment);
        let apart = self.schedule.keeps_streams_apart();
        let mut only = None;
        let mut sent = 0_usize;
        // Whether this packet is for what has no path of its own; after retransmissions that is not known.
        let mut default = if before > 0 { Some(self.fresh_path == id) } else { None };
        while let Some(next) = self.next() {
            let Some(path) = paths.get_mut(id.position()) else { break };
            if before == 0 && sent == 0 && !nodelay && self.is_held(path, full) {
                break;
            }
            // RFC 8260 section 3.3.
            if apart && (before > 0 || *only.get_or_insert(next.stream) != next.stream) {
                break;
            }
            let ours = match next.wanted {
                Some(wanted) => usable(paths, wanted) == id,
                None => *default.get_or_insert(true),
            };
            let room = writer.remaining();
            let Some(length) = next_length(next.left, full, room, writer.is_empty()) else { break };
            if !ours || !self.fits_peer(length) || self.add_chunk(now, id, length, paths, writer).is_err() {
                break;
            }
            default.get_or_insert(false);
            sent = sent.saturating_add(1);
        }
        if default == Some(true) && sent > 0 {
            self.fresh_path = id;
        }
        sent
    }

    /// Puts the next `length` bytes into a chunk.
    fn add_chunk(
        &mut self,
        now: Time,
        id: PathId,
        length: usize,
        paths: &mut Paths,
        writer: &mut PacketWriter<'_>,
    ) -> Result<(), Full> {
        let path = paths.get_mut(id.position()).ok_or(Full)?;
        let short = u16::try_from(length).map_err(|_| Full)?;
        if !self.window.reserve() {
            return Err(Full);
        }
        let handle = self.messages.next_handle();
        let next = self.messages.next().ok_or(Full)?;
        let OutMessage { stream, ppid, unordered, immediate, begins, ends, .. } = next.message;
        let offset = next.sent;
        let (first, last) = (begins && offset == 0, ends && next.unsent() == length);
        let mut flags = DataFlags::empty();
        flags.set(DataFlags::BEGIN, first);
        flags.set(DataFlags::END, last);
        flags.set(DataFlags::UNORDERED, unordered);
        // RFC 7053 section 4.1: the user asks for it, for the end of the message.
        flags.set(DataFlags::IMMEDIATE, last && immediate);
        // Section 6.5: a message has its number from its first chunk on.
        let number = if unordered { Ssn(0) } else { self.numbers.get(stream).ok_or(Full)? };
        let ssn = if first || unordered { number } else { number.previous() };
        let payload = next.bytes(offset, length).ok_or(Full)?;
        Data { flags, tsn: self.next_tsn(), stream, ssn, ppid, payload }.emit(writer)?;

        if first {
            self.schedule.begin(next.turn());
        }
        self.messages.add_chunk(length, ssn);
        if first && !unordered {
            self.numbers.set(stream, number.next());
        }
        self.unsent = self.unsent.saturating_sub(length);
        let state = ChunkState::InFlight;
        let (retransmitted, counted) = (false, false);
        let chunk = Chunk {
            message: handle,
            offset,
            length: short,
            flags,
            state,
            path: id,
            retransmitted,
            missing: 0,
            counted,
        };
        self.window.push(now, chunk, path);
        if self.peer_rwnd < u32::from(short) {
            self.probe.in_flight = true;
            self.probe.count = self.probe.count.saturating_add(1);
        }
        self.peer_rwnd = self.peer_rwnd.saturating_sub(u32::from(short));
        Ok(())
    }
}
