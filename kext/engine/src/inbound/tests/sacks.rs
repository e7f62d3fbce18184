//! When a SACK chunk is due and what it says.

use super::*;

/// Gives a packet with these TSNs, each a whole unordered message, and returns what is due after it.
fn packet(inbound: &mut Inbound, tsns: &[u32]) -> SackNeed {
    for tsn in tsns {
        inbound.receive(&data(*tsn, WHOLE | UNORDERED, 0, 0, b"x"), PLENTY);
    }
    inbound.end_of_packet(2);
    inbound.sack()
}

#[test]
fn section_6_2_every_second_packet_is_acknowledged_at_once() {
    let mut inbound = inbound(0);
    assert_eq!(inbound.sack(), SackNeed::None);
    // Section 5.1: the first of all.
    assert_eq!(packet(&mut inbound, &[0]), SackNeed::Now);
    sent(&mut inbound);
    // Not every second chunk.
    assert_eq!(packet(&mut inbound, &[1, 2, 3]), SackNeed::Delayed);
    assert_eq!(packet(&mut inbound, &[4]), SackNeed::Now);
    sent(&mut inbound);
    assert_eq!(inbound.sack(), SackNeed::None);
    assert_eq!(packet(&mut inbound, &[5]), SackNeed::Delayed);
    // A packet without DATA changes nothing.
    assert_eq!(packet(&mut inbound, &[]), SackNeed::Delayed);
    inbound.want_sack_now();
    assert_eq!(inbound.sack(), SackNeed::Now);
}

#[test]
fn section_6_2_duplicates_are_acknowledged_at_once() {
    let mut inbound = inbound(1);
    packet(&mut inbound, &[1]);
    sent(&mut inbound);
    assert_eq!(packet(&mut inbound, &[1]), SackNeed::Now);
}

#[test]
fn section_6_2_what_was_dropped_is_told_at_once() {
    let mut inbound = inbound(1);
    inbound.receive(&data(1, WHOLE, 0, 0, b"x"), 0);
    inbound.end_of_packet(2);
    assert_eq!(inbound.sack(), SackNeed::Now);
}

#[test]
fn section_6_7_gaps_are_acknowledged_at_once_and_so_is_filling_one() {
    let mut inbound = inbound(1);
    for (tsns, need) in [
        (&[1, 3][..], SackNeed::Now),
        (&[4], SackNeed::Now),
        (&[2], SackNeed::Now),
        (&[5], SackNeed::Delayed),
        // A gap that was filled within its packet.
        (&[7, 6], SackNeed::Now),
    ] {
        assert_eq!(packet(&mut inbound, tsns), need, "{tsns:?}");
        sent(&mut inbound);
    }
}

#[test]
fn rfc_7053_the_i_bit_is_answered_at_once() {
    let mut inbound = inbound(1);
    inbound.receive(&data(1, WHOLE | DataFlags::IMMEDIATE, 0, 0, b"x"), PLENTY);
    inbound.receive(&data(2, WHOLE, 0, 1, b"x"), PLENTY);
    inbound.end_of_packet(2);
    assert_eq!(inbound.sack(), SackNeed::Now);
}

/// Writes a SACK chunk with all the room there is.
fn sent(inbound: &mut Inbound) -> Report {
    report(inbound, 65_532).unwrap()
}

/// What a SACK chunk says: cumulative TSN, window, Gap Ack Blocks, duplicates.
type Report = (u32, u32, Vec<(u16, u16)>, Vec<u32>);

/// Writes a SACK chunk into a packet of at most `limit` bytes and reads it back.
fn report(inbound: &mut Inbound, limit: usize) -> Result<Report, Full> {
    use sctp_wire::{Chunk, CommonHeader, Packet};
    let mut buffer = alloc::vec![0; limit];
    let header = CommonHeader { source_port: 1, destination_port: 2, verification_tag: 3 };
    let mut writer = PacketWriter::new(&mut buffer, limit, header)?;
    inbound.emit_sack(70_000, &mut writer)?;
    let length = writer.finish();
    let packet = Packet::parse(&buffer[..length]).unwrap();
    let chunk = Chunk::parse(packet.chunks().next().unwrap().unwrap()).unwrap();
    let Chunk::Sack(sack) = chunk else { panic!("{chunk:?}") };
    let duplicates = sack.duplicates.iter().map(|tsn| tsn.0).collect();
    Ok((sack.cumulative_tsn.0, sack.a_rwnd, sack.gaps.iter().collect(), duplicates))
}

#[test]
fn section_3_3_4_a_sack_reports_gaps_and_duplicates_once() {
    let mut inbound = inbound(u32::MAX - 1);
    packet(&mut inbound, &[u32::MAX - 1, 0, 1, 3, 3, u32::MAX - 1]);
    let gaps = [(2, 3), (5, 5)];
    assert_eq!(sent(&mut inbound), (u32::MAX - 1, 70_000, gaps.to_vec(), [3, u32::MAX - 1].to_vec()));
    inbound.want_sack_now();
    assert_eq!(sent(&mut inbound), (u32::MAX - 1, 70_000, gaps.to_vec(), [].to_vec()));
}

#[test]
fn section_6_7_as_many_gaps_as_fit_are_reported_lowest_first() {
    let even: Vec<u32> = (1..=200).map(|n| 2 * n).collect();
    let blocks: Vec<(u16, u16)> = (1..=200).map(|n| (2 * n + 1, 2 * n + 1)).collect();
    // The common header and a SACK chunk of a fixed part take 28 bytes.
    for (limit, gaps, duplicates) in
        [(28, 0, 0), (27, 0, 0), (32, 1, 0), (828, 200, 0), (836, 200, 2), (2000, 200, 32)]
    {
        let mut inbound = inbound(0);
        packet(&mut inbound, &even);
        packet(&mut inbound, &even);
        match report(&mut inbound, limit) {
            Err(Full) => {
                assert_eq!(limit, 27);
                assert_eq!(inbound.sack(), SackNeed::Now);
            }
            Ok(report) => {
                assert_eq!(report.2, blocks[..gaps]);
                assert_eq!(report.3, even[..duplicates]);
                assert_eq!(inbound.sack(), SackNeed::None);
            }
        }
    }
}
