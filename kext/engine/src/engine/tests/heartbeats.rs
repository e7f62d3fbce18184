//! Heartbeats between two engines (RFC 9260 section 8.3).

use super::*;

#[test]
fn section_8_3_answered_heartbeats_go_with_jitter() {
    let (mut wire, _, _) = Wire::connected();
    let deadline = |wire: &Wire| wire.association(0).paths[0].heartbeat.deadline;
    wire.advance(Span::from_secs(40));
    let waits: [u32; 8] = core::array::from_fn(|_| {
        let sent = deadline(&wire);
        wire.advance(sent.since(wire.now));
        deadline(&wire).since(sent).as_millis()
    });
    // The RTO is RTO.Min, 1 s.
    assert!(waits.iter().all(|wait| (30_500..=31_501).contains(wait)), "{waits:?}");
    assert!(waits.iter().any(|wait| *wait != waits[0]), "{waits:?}");
}
