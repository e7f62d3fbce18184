//! The parser: any bytes are read without harm, and what was read is the same when written and read again.

use crate::mutate::{mutate, random_packet, seal};
use crate::session::Session;
use sctp_sim::Random;
use sctp_wire::{Chunk, Packet, PacketWriter};

/// Packets of one run.
const PACKETS: usize = 2000;

pub(crate) fn run(seed: u64) {
    let mut random = Random::new(seed);
    let mut session = Session::new(seed, false);
    while session.seen().len() < 20 {
        session.step();
    }
    for _ in 0..PACKETS {
        let pick = |random: &mut Random| {
            let seen = session.seen();
            seen[crate::mutate::index(random, seen.len())].clone()
        };
        let (mut packet, other) = (pick(&mut random), pick(&mut random));
        if random.chance(200) {
            packet = random_packet(&mut random, &other);
        }
        mutate(&mut random, &mut packet, &other);
        seal(&mut packet);
        check(&packet);
    }
}

fn check(bytes: &[u8]) {
    let Ok(packet) = Packet::parse(bytes) else { return };
    for chunk in packet.chunks().filter_map(|raw| raw.and_then(Chunk::parse).ok()) {
        let mut buffer = vec![0; 65_536];
        let mut writer = PacketWriter::new(&mut buffer, usize::MAX, packet.header).expect("room");
        if chunk.emit(&mut writer).is_err() {
            continue;
        }
        let length = writer.finish();
        let again = Packet::parse(&buffer[..length]).expect("a packet that was just written");
        assert_eq!(again.header, packet.header);
        let chunks: Vec<_> = again.chunks().map(|raw| raw.and_then(Chunk::parse)).collect();
        assert_eq!(chunks, [Ok(chunk)]);
    }
}
