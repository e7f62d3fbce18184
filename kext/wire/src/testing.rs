//! What the tests of this crate share.

use std::vec::Vec;

use crate::{Chunk, Chunks, CommonHeader, Full, Malformed, Packet, PacketWriter};

/// The header of every packet in the tests.
pub(crate) const HEADER: CommonHeader =
    CommonHeader { source_port: 5000, destination_port: 5001, verification_tag: 0xdead_beef };

/// A packet with the chunks that `write` adds.
pub(crate) fn packet(write: impl FnOnce(&mut PacketWriter<'_>) -> Result<(), Full>) -> Vec<u8> {
    let mut buffer = std::vec![0xa5; 65_536];
    let mut writer = PacketWriter::new(&mut buffer, usize::MAX, HEADER).unwrap();
    write(&mut writer).unwrap();
    let length = writer.finish();
    buffer.truncate(length);
    assert!(Packet::parse(&buffer).is_ok());
    buffer
}

/// The bytes of the chunks that `write` adds, padding included.
pub(crate) fn chunks(write: impl FnOnce(&mut PacketWriter<'_>) -> Result<(), Full>) -> Vec<u8> {
    packet(write).split_off(12)
}

/// The one chunk in `bytes`.
pub(crate) fn parse(bytes: &[u8]) -> Result<Chunk<'_>, Malformed> {
    let mut chunks = Chunks::new(bytes);
    let chunk = chunks.next().unwrap()?;
    assert_eq!(chunks.next(), None);
    Chunk::parse(chunk)
}

/// Checks that `bytes` and `chunk` are the same thing, in both directions.
pub(crate) fn assert_same(bytes: &[u8], chunk: &Chunk<'_>) {
    assert_eq!(parse(bytes).as_ref(), Ok(chunk));
    assert_eq!(chunks(|writer| chunk.emit(writer)), bytes);
}

/// Checks that `chunk` is the same after being written and read, and that nothing is left over.
pub(crate) fn assert_survives(chunk: &Chunk<'_>) {
    assert_eq!(parse(&chunks(|writer| chunk.emit(writer))).as_ref(), Ok(chunk));
}

/// Checks that a chunk of type `kind` is refused unless its value has one of the `allowed` lengths.
pub(crate) fn assert_only_lengths(kind: u8, allowed: impl Fn(usize) -> bool) {
    for length in 0..64 {
        let bytes = chunks(|writer| writer.chunk(kind, 0, |body| body.zeros(length)));
        let expected = if allowed(length) { None } else { Some(Malformed::ChunkBody(kind)) };
        assert_eq!(parse(&bytes).err(), expected, "chunk type {kind}, value of {length} bytes");
    }
}
