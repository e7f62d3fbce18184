//! Tests of the sending half: by section of the RFC, against a receiver over a bad network, and against SACKs that lie.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::disallowed_types,
    reason = "tests run where arithmetic is checked and memory does not run out"
)]

mod congestion;
mod hostile;
mod limits;
mod network;
mod recovery;
mod sacks;
mod schedule;
mod transmission;

use super::*;
use crate::address::Address;
use crate::options::Protocol;
use crate::path::{Path, PathState, Paths};
use crate::time::{Span, Time};
use sctp_wire::{Chunk, CommonHeader, Data, DataFlags, Packet, PacketWriter, Sack, Ssn, emit_sack};
use std::vec::Vec;
use window::ChunkState;

const HEADER: CommonHeader = CommonHeader { source_port: 1, destination_port: 2, verification_tag: 3 };

/// PMDCS of a path with the initial MTU, and the user bytes of a full fragment.
const PMDCS: u32 = 1468;
const FULL: usize = 1452;

/// A chunk type that stands for any control chunk.
const CONTROL: u8 = 200;

/// More room at the peer than any test uses up.
const PLENTY: u32 = 100_000_000;

/// A chunk as it was in a packet.
#[derive(Clone, Debug, PartialEq, Eq)]
struct SentChunk {
    tsn: Tsn,
    flags: DataFlags,
    stream: u16,
    ssn: Ssn,
    payload: Vec<u8>,
}

/// The sending half with its paths and a clock.
struct Bench {
    out: Outbound,
    paths: Paths,
    now: Time,
    nodelay: bool,
}

/// The first TSN of a [`Bench`].
const FIRST: u32 = 1000;

impl Bench {
    /// Ten streams, `paths` active paths, and a peer with room for `peer_rwnd` bytes.
    fn new(paths: u8, peer_rwnd: u32) -> Self {
        Self::starting_at(Tsn(FIRST), paths, peer_rwnd)
    }

    fn starting_at(tsn: Tsn, paths: u8, peer_rwnd: u32) -> Self {
        let path = |n| {
            let mut path = Path::new(Address::v4([10, 0, 0, n], 9), Address::default(), &Protocol::default());
            path.state = PathState::Active;
            path
        };
        let mut every = Paths::new(path(0));
        for number in 1..paths {
            every.push(path(number)).unwrap();
        }
        let out = Outbound::new(tsn, 10, peer_rwnd).unwrap();
        Self { out, paths: every, now: Time(1_000_000_000), nodelay: true }
    }

    fn message(length: usize) -> OutMessage {
        let bytes = (0..length).map(|n| u8::try_from(n % 251).unwrap()).collect();
        OutMessage {
            bytes,
            stream: 0,
            ppid: 46,
            context: 0,
            unordered: false,
            immediate: false,
            path: None,
            begins: true,
            ends: true,
        }
    }

    /// Enqueues messages of these lengths on stream 0.
    fn enqueue(&mut self, lengths: &[usize]) {
        for length in lengths {
            self.out.enqueue(Self::message(*length)).unwrap();
        }
        self.check();
    }

    fn can_send(&self) -> Option<PathId> {
        self.out.can_send(self.now, &self.paths, PathId(0), self.nodelay)
    }

    /// The next packet that may go, with `taken` bytes of control chunks in front.
    fn packet_behind(&mut self, taken: usize) -> Option<(PathId, Vec<SentChunk>)> {
        let id = self.can_send()?;
        let mut buffer = [0; 2000];
        let limit = usize::try_from(self.paths[id.position()].mtu).unwrap() - 20;
        let mut writer = PacketWriter::new(&mut buffer, limit, HEADER).unwrap();
        if taken > 0 {
            writer.chunk(CONTROL, 0, |body| body.zeros(taken - 4)).unwrap();
        }
        let Sent { new, again, .. } = self.out.emit(self.now, id, &mut self.paths, self.nodelay, &mut writer);
        let count = new + again;
        let length = writer.finish();
        let packet = Packet::parse(&buffer[..length]).unwrap();
        let raw = packet.chunks().map(|raw| raw.unwrap()).filter(|raw| raw.kind != CONTROL);
        let chunks = raw.map(|raw| match Chunk::parse(raw) {
            Ok(Chunk::Data(Data { tsn, flags, stream, ssn, ppid: 46, payload })) => {
                SentChunk { tsn, flags, stream, ssn, payload: payload.to_vec() }
            }
            other => panic!("{other:?}"),
        });
        let chunks: Vec<_> = chunks.collect();
        assert_eq!(chunks.len(), count);
        // Section 6.10: in the order of their TSNs.
        assert!(chunks.is_sorted_by(|a, b| a.tsn.before(b.tsn)));
        self.check();
        (count > 0).then_some((id, chunks))
    }

    fn packet(&mut self) -> Option<(PathId, Vec<SentChunk>)> {
        self.packet_behind(0)
    }

    /// The TSNs of the next packet, counted from the first one; empty if none may go.
    fn tsns(&mut self) -> Vec<u32> {
        let chunks = self.packet().map(|(_, chunks)| chunks).unwrap_or_default();
        chunks.iter().map(|chunk| chunk.tsn.0.wrapping_sub(FIRST)).collect()
    }

    /// The TSNs of all packets that may go now.
    fn flush(&mut self) -> Vec<Vec<u32>> {
        core::iter::from_fn(|| Some(self.tsns()).filter(|tsns| !tsns.is_empty())).collect()
    }

    /// A SACK; `count` chunks from the first one on are acknowledged cumulatively.
    fn try_sack(&mut self, count: u32, a_rwnd: u32, gaps: &[(u16, u16)]) -> Result<SackEffect, SackError> {
        let mut buffer = std::vec![0; 70_000];
        let mut writer = PacketWriter::new(&mut buffer, usize::MAX, HEADER).unwrap();
        let cumulative = Tsn(FIRST).previous().add(count);
        emit_sack(&mut writer, cumulative, a_rwnd, gaps.iter().copied(), core::iter::empty()).unwrap();
        let length = writer.finish();
        let raw = Packet::parse(&buffer[..length]).unwrap().chunks().next().unwrap().unwrap();
        let Ok(Chunk::Sack(sack)) = Chunk::parse(raw) else { panic!("no SACK") };
        self.on_sack(&sack)
    }

    fn on_sack(&mut self, sack: &Sack<'_>) -> Result<SackEffect, SackError> {
        let effect = self.out.on_sack(self.now, sack, &mut self.paths);
        self.check();
        effect
    }

    /// A SACK from a peer with much room.
    fn sack(&mut self, count: u32, gaps: &[(u16, u16)]) -> SackEffect {
        self.try_sack(count, PLENTY, gaps).unwrap()
    }

    /// Lets time pass until T3-rtx of a path expires.
    fn time_out(&mut self, id: u8) {
        assert_ne!(self.paths[usize::from(id)].t3, Time::NEVER, "T3-rtx does not run");
        self.now = self.now.max(self.paths[usize::from(id)].t3);
        self.out.on_t3(self.now, PathId(id), &mut self.paths);
        self.check();
    }

    fn wait(&mut self, millis: u64) {
        self.now = self.now.plus(Span::from_millis(millis));
    }

    fn cwnd(&self) -> u32 {
        self.paths[0].congestion.cwnd()
    }

    fn flight(&self) -> u32 {
        self.paths[0].congestion.flight()
    }

    /// Acknowledges chunk after chunk until cwnd is at least `bytes`.
    fn open_window(&mut self, bytes: u32) {
        let mut acked = self.out.cumulative_acked().next().0.wrapping_sub(FIRST);
        while self.cwnd() < bytes {
            self.enqueue(&[FULL; 8]);
            self.flush();
            acked += 1;
            self.sack(acked, &[]);
        }
        while self.out.has_outstanding() || self.can_send().is_some() {
            self.flush();
            let sent = self.out.next_tsn().0.wrapping_sub(FIRST);
            self.sack(sent, &[]);
        }
        assert!(self.out.is_drained());
    }

    /// What must always hold.
    fn check(&self) {
        let window = &self.out.window;
        let chunks: Vec<_> = (0..window.len()).map(|position| window.get(position).unwrap()).collect();
        let in_flight = |chunk: &&&window::Chunk| chunk.state == ChunkState::InFlight;
        let payload: u32 = chunks.iter().filter(in_flight).map(|chunk| u32::from(chunk.length)).sum();
        assert_eq!(window.in_flight(), payload);
        let lost = chunks.iter().position(|chunk| chunk.is_lost());
        assert_eq!(window.lost(), chunks.iter().filter(|chunk| chunk.is_lost()).count());
        assert!(lost.is_none_or(|lost| window.first_lost() <= lost), "a lost chunk would not be found");
        let acked = chunks.iter().rposition(|chunk| chunk.state == ChunkState::Acked);
        assert!(acked.is_none_or(|acked| window.tsn(acked).at_or_before(window.highest_acked())));
        let window_bytes: usize = chunks.iter().map(|chunk| usize::from(chunk.length)).sum();
        assert_eq!(self.out.buffered_bytes(), self.out.unsent + window_bytes);
        assert_eq!(self.out.is_drained(), self.out.buffered_bytes() == 0);
        for (place, path) in self.paths.iter().enumerate() {
            let here = |chunk: &&&window::Chunk| in_flight(chunk) && chunk.path.position() == place;
            let flight: u32 = chunks.iter().filter(here).map(|chunk| chunk.size()).sum();
            assert_eq!(path.congestion.flight(), flight);
            assert!(path.congestion.cwnd() >= path.pmdcs());
            let first = chunks.iter().position(|chunk| here(&chunk));
            assert_eq!(path.earliest, first.map(|first| window.tsn(first)));
            let paused = self.out.pause == Some(PathId::at(place).unwrap());
            assert_eq!(path.t3 != Time::NEVER, flight > 0 || paused, "T3-rtx runs for what is outstanding");
        }
    }
}
