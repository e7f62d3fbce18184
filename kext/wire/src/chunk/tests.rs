//! Laws that hold for whatever bytes come.
#![allow(clippy::arithmetic_side_effects, reason = "an overflow is a failed test")]

use std::vec::Vec;

use proptest::prelude::*;
use proptest::sample::Index;

use super::{Chunk, chunk_type};
use crate::testing::{HEADER, chunks, packet};
use crate::{
    Cause, Causes, Chunks, Data, DataFlags, Full, Heartbeat, Init, Malformed, Packet, PacketWriter,
    Parameter, Parameters, RawChunk, Shutdown, Ssn, Tsn, emit_abort, emit_sack,
};

/// Looks at everything in a chunk, as the engine may, and counts what it understood.
fn consume(chunk: &Chunk<'_>) -> usize {
    let parameters =
        |list: Parameters<'_>| list.iter().flatten().map(Parameter::parse).filter(Result::is_ok).count();
    let causes = |list: Causes<'_>| list.iter().flatten().map(Cause::parse).filter(Result::is_ok).count();
    match chunk {
        Chunk::Init(init) | Chunk::InitAck(init) => parameters(init.parameters),
        Chunk::Sack(sack) => sack.gaps.iter().count() + sack.duplicates.iter().count(),
        Chunk::Abort(abort) => causes(abort.causes),
        Chunk::Error(error) => causes(error.causes),
        Chunk::Data(_)
        | Chunk::Heartbeat(_)
        | Chunk::HeartbeatAck(_)
        | Chunk::Shutdown(_)
        | Chunk::ShutdownAck
        | Chunk::CookieEcho(_)
        | Chunk::CookieAck
        | Chunk::Ecne(_)
        | Chunk::Cwr(_)
        | Chunk::ShutdownComplete(_)
        | Chunk::Unrecognized(_) => 0,
    }
}

/// Goes through `bytes` and checks what must hold for any bytes.
fn check(bytes: &[u8]) {
    let all: Vec<Result<RawChunk<'_>, Malformed>> = Chunks::new(bytes).collect();
    assert!(all.iter().rev().skip(1).all(Result::is_ok), "only the last can be malformed");

    // What the framing let through is what stands there, chunk behind chunk.
    let good: Vec<RawChunk<'_>> = all.iter().copied().flatten().collect();
    let padded = |chunk: &RawChunk<'_>| chunk.bytes.len().next_multiple_of(4);
    let mut at = 0;
    for chunk in &good {
        assert_eq!(&bytes[at..at + chunk.bytes.len()], chunk.bytes);
        assert_eq!(&chunk.bytes[4..], chunk.value);
        at += padded(chunk);
    }
    if good.len() == all.len() {
        assert!(at >= bytes.len() && at < bytes.len() + 4, "everything was looked at");
    }

    for raw in good {
        match Chunk::parse(raw) {
            Ok(chunk) => {
                assert!(consume(&chunk) <= raw.value.len() / 4);
                let again = chunks(|packet| chunk.emit(packet));
                let again = Chunks::new(&again).next().unwrap().unwrap();
                assert_eq!(again.kind, raw.kind);
                assert_eq!(Chunk::parse(again), Ok(chunk));
                let known = raw.kind <= chunk_type::SHUTDOWN_COMPLETE;
                assert_eq!(matches!(chunk, Chunk::Unrecognized(_)), !known);
            }
            Err(Malformed::ChunkBody(kind)) => assert_eq!(kind, raw.kind),
            Err(Malformed::ParameterLength) => assert!([4, 5].contains(&raw.kind)),
            Err(other) => panic!("{other:?} from {raw:?}"),
        }
    }
}

/// A packet with a bit of everything.
fn specimen() -> Vec<u8> {
    packet(|packet| {
        let init = Init {
            initiate_tag: 1,
            a_rwnd: 2,
            outbound_streams: 3,
            inbound_streams: 4,
            initial_tsn: Tsn(5),
            parameters: Parameters::default(),
        };
        init.emit_init(packet, |parameters| {
            Parameter::Ipv4([10, 0, 0, 1]).emit(parameters)?;
            Parameter::StateCookie(b"seven77").emit(parameters)?;
            Parameter::EcnCapable.emit(parameters)
        })?;
        emit_sack(packet, Tsn(9), 8, [(2, 3), (5, 6)].into_iter(), [Tsn(7)].into_iter())?;
        Heartbeat::new(b"abc").emit_request(packet)?;
        Shutdown { cumulative_tsn: Tsn(1) }.emit(packet)?;
        emit_abort(packet, true, &[Cause::OutOfResource, Cause::ProtocolViolation(b"x")])?;
        let flags = DataFlags::BEGIN;
        Data { flags, tsn: Tsn(1), stream: 2, ssn: Ssn(3), ppid: 4, payload: b"hello" }.emit(packet)
    })
}

#[test]
fn the_specimen_is_whole() {
    let specimen = specimen();
    let packet = Packet::parse(&specimen).unwrap();
    let kinds: Vec<u8> = packet.chunks().map(|chunk| chunk.unwrap().kind).collect();
    assert_eq!(kinds, [1, 3, 4, 7, 6, 0]);
    assert!(packet.chunks().all(|chunk| Chunk::parse(chunk.unwrap()).is_ok()));
    check(&specimen[12..]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn random_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        check(&bytes);
    }

    /// Random bodies behind a right header reach further than random bytes.
    #[test]
    fn random_bodies(kind in 0..20_u8, flags: u8, body in proptest::collection::vec(0..16_u8, 0..80)) {
        check(&chunks(|packet| packet.chunk(kind, flags, |writer| writer.bytes(&body))));
    }

    #[test]
    fn mutated_packets(
        changes in proptest::collection::vec((any::<Index>(), any::<u8>()), 1..6),
        cut in any::<Index>(),
    ) {
        let mut bytes = specimen().split_off(12);
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        check(&bytes);
        check(&bytes[..cut.index(bytes.len())]);
    }

    #[test]
    fn a_packet_of_any_bytes_is_refused_or_read(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
        // A random checksum is right once in four billion times.
        prop_assert!(Packet::parse(&bytes).is_err());
    }

    /// Whatever room there is, a chunk is there whole, or not at all and then the error says so.
    #[test]
    fn all_or_nothing(room in 0..100_usize) {
        let specimen = specimen();
        for chunk in Chunks::new(&specimen[12..]) {
            let raw = chunk.unwrap();
            let mut buffer = [0xa5; 128];
            let mut packet = PacketWriter::new(&mut buffer, 12 + room, HEADER).unwrap();
            let before = packet.remaining();
            let result = Chunk::Unrecognized(raw).emit(&mut packet);
            prop_assert_eq!(result, if raw.bytes.len() <= before { Ok(()) } else { Err(Full) });
            prop_assert_eq!(packet.is_empty(), result.is_err());
            let length = packet.finish();
            let written = Packet::parse(&buffer[..length]).unwrap();
            prop_assert_eq!(written.chunks().next(), result.ok().map(|()| Ok(raw)));
            prop_assert!(buffer[length..].iter().skip(before).all(|byte| *byte == 0xa5));
        }
    }
}
