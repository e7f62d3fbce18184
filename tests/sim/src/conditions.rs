//! What a packet meets on its way.

use crate::random::Random;
use sctp_engine::time::Span;

/// The state of a link in one direction. The default is a good one: 10 ms, and nothing goes wrong.
#[derive(Clone, Copy, Debug)]
pub struct Conditions {
    /// Of 1000 packets, how many are lost.
    pub loss: u64,
    /// Of 1000 packets, how many arrive twice.
    pub duplication: u64,
    /// Of 1000 packets, how many arrive with some bits changed.
    pub corruption: u64,
    /// How long every packet takes.
    pub delay: Span,
    /// How much longer a packet may take; more than the time between two packets reorders them.
    pub jitter: Span,
}

impl Default for Conditions {
    fn default() -> Self {
        Self { loss: 0, duplication: 0, corruption: 0, delay: Span::from_millis(10), jitter: Span::ZERO }
    }
}

impl Conditions {
    /// Nothing arrives.
    pub const CUT: Self =
        Self { loss: 1000, duplication: 0, corruption: 0, delay: Span::from_millis(10), jitter: Span::ZERO };

    /// A good link that loses `percent` of its packets.
    #[must_use]
    pub fn lossy(percent: u64) -> Self {
        Self { loss: percent * 10, ..Self::default() }
    }

    /// What becomes of a packet: the copies that arrive, each with the time it takes.
    pub(crate) fn carry(&self, random: &mut Random, packet: &[u8]) -> Vec<(Span, Vec<u8>)> {
        if random.chance(self.loss) {
            return Vec::new();
        }
        let copies = if random.chance(self.duplication) { 2 } else { 1 };
        (0..copies)
            .map(|_| {
                let mut bytes = packet.to_vec();
                if random.chance(self.corruption) {
                    damage(random, &mut bytes);
                }
                (Span(self.delay.0 + random.below(self.jitter.0 + 1)), bytes)
            })
            .collect()
    }
}

/// Changes a few bits, or cuts the packet short.
fn damage(random: &mut Random, bytes: &mut Vec<u8>) {
    let place = |random: &mut Random, length: usize| {
        usize::try_from(random.below(u64::try_from(length).unwrap_or(1).max(1))).unwrap_or(0)
    };
    if random.chance(100) {
        let length = place(random, bytes.len());
        bytes.truncate(length);
        return;
    }
    for _ in 0..=random.below(4) {
        let at = place(random, bytes.len());
        bytes[at] ^= 1 << random.below(8);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_fare_as_the_conditions_say() {
        let conditions = Conditions {
            loss: 200,
            duplication: 100,
            corruption: 50,
            delay: Span::from_millis(5),
            jitter: Span::from_millis(2),
        };
        let mut random = Random::new(1);
        let packet = [0x55; 100];
        let (mut lost, mut twice, mut damaged, mut copies) = (0, 0, 0, 0);
        for _ in 0..10_000 {
            let arrived = conditions.carry(&mut random, &packet);
            lost += usize::from(arrived.is_empty());
            twice += usize::from(arrived.len() == 2);
            for (delay, bytes) in arrived {
                copies += 1;
                damaged += usize::from(bytes != packet);
                assert!((Span::from_millis(5)..=Span::from_millis(7)).contains(&delay));
            }
        }
        assert!((1_900..2_100).contains(&lost), "{lost}");
        assert!((700..900).contains(&twice), "{twice}");
        // Two changes of one bit may cancel out.
        assert!((copies / 25..copies / 17).contains(&damaged), "{damaged}");
    }
}
