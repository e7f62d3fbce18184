//! The generator that tags, TSNs, nonces and keys are drawn from: HMAC-SHA-256 of a counter under a secret seed.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Bytes of a seed, a key and a MAC.
pub(crate) const KEY_LENGTH: usize = 32;

/// HMAC-SHA-256 of the concatenation of `parts`.
#[must_use]
pub(crate) fn hmac_sha256(key: &[u8; KEY_LENGTH], parts: &[&[u8]]) -> [u8; KEY_LENGTH] {
    // A key of exactly one block length needs no error path; the trait's slice constructor would have one.
    let mut block = [0; 64];
    for (to, from) in block.iter_mut().zip(key) {
        *to = *from;
    }
    let mut mac = Hmac::<Sha256>::new(&block.into());
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// A cryptographic generator that is seeded once.
#[derive(Debug)]
pub(crate) struct Random {
    key: [u8; KEY_LENGTH],
    counter: u64,
    left: heapless::Deque<u32, 8>,
}

impl Random {
    /// A generator; whoever knows `seed` knows all it gives.
    #[must_use]
    pub(crate) const fn new(seed: [u8; KEY_LENGTH]) -> Self {
        Self { key: seed, counter: 0, left: heapless::Deque::new() }
    }

    /// The next 32 bytes.
    pub(crate) fn block(&mut self) -> [u8; KEY_LENGTH] {
        self.counter = self.counter.wrapping_add(1);
        hmac_sha256(&self.key, &[&self.counter.to_be_bytes()])
    }

    /// The next 32 bits.
    pub(crate) fn u32(&mut self) -> u32 {
        if let Some(word) = self.left.pop_front() {
            return word;
        }
        let block = self.block();
        let (words, _) = block.as_chunks::<4>();
        for word in words {
            // The queue was empty and holds as many words as a block has.
            let _ = self.left.push_back(u32::from_be_bytes(*word));
        }
        self.left.pop_front().unwrap_or_default()
    }

    /// The next 32 bits that are not all zero, as a verification tag must be (RFC 9260 section 5.3.1).
    pub(crate) fn nonzero(&mut self) -> u32 {
        loop {
            let value = self.u32();
            if value != 0 {
                return value;
            }
        }
    }

    /// The next 64 bits.
    pub(crate) fn u64(&mut self) -> u64 {
        u64::from(self.u32()) << 32 | u64::from(self.u32())
    }

    /// The next 64 bits that are not all zero: a nonce, where zero means none. All of its bits are random (section
    /// 3.3.5).
    pub(crate) fn nonzero64(&mut self) -> u64 {
        loop {
            let value = self.u64();
            if value != 0 {
                return value;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Random, hmac_sha256};

    #[test]
    fn section_5_1_3_the_mac_is_that_of_rfc_2104_with_sha_256() {
        // RFC 4231 test cases 1 and 2, their keys filled up with the zero bytes that HMAC adds anyway.
        for (key, text, expected) in [
            (&[0x0b; 20][..], &b"Hi There"[..], [0xb0, 0x34, 0x4c, 0x61, 0xd8, 0xdb, 0x38, 0x53]),
            (b"Jefe", b"what do ya want for nothing?", [0x5b, 0xdc, 0xc1, 0x46, 0xbf, 0x60, 0x75, 0x4e]),
        ] {
            let mut filled = [0; super::KEY_LENGTH];
            filled[..key.len()].copy_from_slice(key);
            let (start, end) = text.split_at(3);
            assert_eq!(hmac_sha256(&filled, &[start, end])[..8], expected);
        }
    }

    #[test]
    fn all_bits_of_a_nonce_are_random() {
        let mut random = Random::new([1; 32]);
        let (all, any) = (0..200)
            .map(|_| random.nonzero64())
            .fold((u64::MAX, 0), |(all, any), nonce| (all & nonce, any | nonce));
        assert_eq!((all, any), (0, u64::MAX), "a bit never changes");
    }
}
