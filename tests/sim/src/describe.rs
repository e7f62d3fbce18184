//! A packet as one line of text.

use sctp_wire::{Chunk, Packet};

/// The chunks of a packet with what identifies them.
pub(crate) fn describe(bytes: &[u8]) -> String {
    let Ok(packet) = Packet::parse(bytes) else { return format!("{} bytes, broken", bytes.len()) };
    let mut text = format!("tag {:08x}", packet.header.verification_tag);
    for raw in packet.chunks() {
        text.push_str(" | ");
        text.push_str(&match raw.map(|raw| (raw.kind, Chunk::parse(raw))) {
            Ok((_, Ok(chunk))) => name(&chunk),
            Ok((kind, Err(_))) => format!("chunk type {kind}, malformed"),
            Err(_) => "not a chunk".to_owned(),
        });
    }
    text
}

fn name(chunk: &Chunk<'_>) -> String {
    match chunk {
        Chunk::Data(data) => {
            let (flags, tsn, length) = (data.flags, data.tsn.0, data.payload.len());
            format!("DATA {tsn} stream {} ssn {} {length} bytes {flags:?}", data.stream, data.ssn.0)
        }
        Chunk::Sack(sack) => {
            let gaps: Vec<_> = sack.gaps.iter().collect();
            format!("SACK {} window {} gaps {gaps:?}", sack.cumulative_tsn.0, sack.a_rwnd)
        }
        other => {
            let text = format!("{other:?}");
            text.chars().take(60).collect()
        }
    }
}
