//! The state cookie (RFC 9260 sections 5.1.3 to 5.1.5): all that an association begins with, signed, kept by the peer.

use crate::address::{Address, Family};
use crate::path::MAX_PATHS;
use crate::random::{KEY_LENGTH, Random, hmac_sha256};
use crate::time::{Span, Time};
use sctp_wire::{Full, Reader, Truncated, Tsn, Writer};

/// The longest cookie, bytes.
pub(crate) const MAX_LENGTH: usize = 64 + (MAX_PATHS + 1) * ADDRESS_LENGTH + KEY_LENGTH;
const ADDRESS_LENGTH: usize = 23;
const VERSION: u8 = 1;
/// How long one key signs cookies. The key before it still opens them, so this must exceed the longest lifetime.
const KEY_LIFE: Span = Span::from_secs(3600);

/// What both sides agreed on in INIT and INIT ACK.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cookie {
    /// When the INIT ACK was sent.
    pub(crate) created: Time,
    /// How long the cookie is good.
    pub(crate) life: Span,
    /// The tag that packets to this side carry.
    pub(crate) local_tag: u32,
    /// The tag that packets to the peer carry.
    pub(crate) peer_tag: u32,
    /// Tie-Tags (section 5.2.2): those of an association that existed when the INIT came, or zero. The cookie is signed,
    /// not encrypted, so they are not its verification tags.
    pub(crate) tie_tags: (u32, u32),
    /// First TSN of this side.
    pub(crate) local_tsn: Tsn,
    /// First TSN of the peer.
    pub(crate) peer_tsn: Tsn,
    /// The peer's a_rwnd, bytes.
    pub(crate) peer_window: u32,
    /// Streams to the peer.
    pub(crate) outbound_streams: u16,
    /// Streams from the peer.
    pub(crate) inbound_streams: u16,
    /// Both sides take part in Explicit Congestion Notification.
    pub(crate) ecn: bool,
    /// The address and port that the INIT was sent to.
    pub(crate) local: Address,
    /// Addresses of the peer, the INIT's source first; all with the peer's port.
    pub(crate) peers: heapless::Vec<Address, MAX_PATHS>,
}

/// The cookie is not one of ours, or was changed on the way: dropped silently (section 5.1.5 step 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Forged;

/// The keys that cookies are signed with.
#[derive(Debug)]
pub(crate) struct Secrets {
    current: [u8; KEY_LENGTH],
    previous: [u8; KEY_LENGTH],
    changed: Time,
}

impl Secrets {
    /// Fresh keys.
    pub(crate) fn new(random: &mut Random) -> Self {
        Self { current: random.block(), previous: random.block(), changed: Time(0) }
    }

    fn rotate(&mut self, now: Time, random: &mut Random) {
        if now.since(self.changed) >= KEY_LIFE {
            self.previous = core::mem::replace(&mut self.current, random.block());
            self.changed = now;
        }
    }

    /// Writes the signed cookie.
    ///
    /// # Errors
    /// [`Full`] when `writer` has less room than [`MAX_LENGTH`].
    pub(crate) fn seal(
        &mut self,
        cookie: &Cookie,
        now: Time,
        random: &mut Random,
        buffer: &mut [u8; MAX_LENGTH],
    ) -> Result<usize, Full> {
        self.rotate(now, random);
        let mut writer = Writer::new(buffer);
        cookie.write(&mut writer)?;
        let length = writer.position();
        let mac = hmac_sha256(&self.current, &[buffer.get(..length).unwrap_or_default()]);
        let mut writer = Writer::new(buffer.get_mut(length..).unwrap_or_default());
        writer.bytes(&mac)?;
        Ok(length.saturating_add(KEY_LENGTH))
    }

    /// Checks the signature.
    ///
    /// # Errors
    /// [`Forged`].
    pub(crate) fn open(&self, bytes: &[u8]) -> Result<Cookie, Forged> {
        let (body, mac) = bytes.split_last_chunk::<KEY_LENGTH>().ok_or(Forged)?;
        let signed = [&self.current, &self.previous]
            .into_iter()
            .fold(false, |found, key| found | equal_in_constant_time(&hmac_sha256(key, &[body]), mac));
        if signed { Cookie::read(body).map_err(|Truncated| Forged) } else { Err(Forged) }
    }
}

fn equal_in_constant_time(a: &[u8; KEY_LENGTH], b: &[u8; KEY_LENGTH]) -> bool {
    core::hint::black_box(a.iter().zip(b).fold(0, |difference, (a, b)| difference | (a ^ b))) == 0
}

impl Cookie {
    /// By how much the cookie has outlived its lifetime, if it has (section 5.1.5 step 3).
    #[must_use]
    pub(crate) fn staleness(&self, now: Time) -> Option<Span> {
        let over = now.since(self.created).0.saturating_sub(self.life.0);
        (over > 0).then_some(Span(over))
    }

    fn write(&self, writer: &mut Writer<'_>) -> Result<(), Full> {
        writer.u8(VERSION)?;
        writer.bytes(&self.created.0.to_be_bytes())?;
        writer.bytes(&self.life.0.to_be_bytes())?;
        for word in [
            self.local_tag,
            self.peer_tag,
            self.tie_tags.0,
            self.tie_tags.1,
            self.local_tsn.0,
            self.peer_tsn.0,
            self.peer_window,
        ] {
            writer.u32(word)?;
        }
        writer.u16(self.outbound_streams)?;
        writer.u16(self.inbound_streams)?;
        writer.u8(u8::from(self.ecn))?;
        for address in core::iter::once(&self.local).chain(&self.peers) {
            writer.u8(match address.family {
                Family::None => 0,
                Family::V4 => 4,
                Family::V6 => 6,
            })?;
            writer.u16(address.port)?;
            writer.u32(address.scope)?;
            writer.bytes(&address.bytes)?;
        }
        Ok(())
    }

    fn read(bytes: &[u8]) -> Result<Self, Truncated> {
        let mut reader = Reader::new(bytes);
        if reader.u8()? != VERSION {
            return Err(Truncated);
        }
        let created = Time(u64::from_be_bytes(reader.array()?));
        let life = Span(u64::from_be_bytes(reader.array()?));
        let (local_tag, peer_tag) = (reader.u32()?, reader.u32()?);
        let tie_tags = (reader.u32()?, reader.u32()?);
        let (local_tsn, peer_tsn) = (Tsn(reader.u32()?), Tsn(reader.u32()?));
        let peer_window = reader.u32()?;
        let (outbound_streams, inbound_streams) = (reader.u16()?, reader.u16()?);
        let ecn = reader.u8()? != 0;
        let local = read_address(&mut reader)?;
        let mut peers = heapless::Vec::new();
        while !reader.is_empty() {
            peers.push(read_address(&mut reader)?).map_err(|_| Truncated)?;
        }
        Ok(Self {
            created,
            life,
            local_tag,
            peer_tag,
            tie_tags,
            local_tsn,
            peer_tsn,
            peer_window,
            outbound_streams,
            inbound_streams,
            ecn,
            local,
            peers,
        })
    }
}

fn read_address(reader: &mut Reader<'_>) -> Result<Address, Truncated> {
    let family = match reader.u8()? {
        0 => Family::None,
        4 => Family::V4,
        6 => Family::V6,
        _ => return Err(Truncated),
    };
    let (port, scope) = (reader.u16()?, reader.u32()?);
    Ok(Address { family, port, scope, bytes: reader.array()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Cookie {
        let peers = [Address::v4([192, 0, 2, 1], 5000), Address::v4([192, 0, 2, 9], 5000)];
        Cookie {
            created: Time(7_000_000_000),
            life: Span::from_secs(60),
            local_tag: 1,
            peer_tag: 2,
            tie_tags: (3, 4),
            local_tsn: Tsn(u32::MAX),
            peer_tsn: Tsn(6),
            peer_window: 100_000,
            outbound_streams: 10,
            inbound_streams: 20,
            ecn: true,
            local: Address::v4([192, 0, 2, 2], 6000),
            peers: heapless::Vec::from_slice(&peers).unwrap(),
        }
    }

    fn sealed() -> (Secrets, Random, [u8; MAX_LENGTH], usize) {
        let mut random = Random::new([1; 32]);
        let mut secrets = Secrets::new(&mut random);
        let mut buffer = [0; MAX_LENGTH];
        let length = secrets.seal(&sample(), Time(7_000_000_000), &mut random, &mut buffer).unwrap();
        (secrets, random, buffer, length)
    }

    #[test]
    fn what_was_sealed_is_opened_until_it_is_stale() {
        let (secrets, _, buffer, length) = sealed();
        let bytes = &buffer[..length];
        let cookie = secrets.open(bytes).unwrap();
        assert_eq!(cookie, sample());
        assert_eq!(cookie.staleness(Time(67_000_000_000)), None);
        assert_eq!(cookie.staleness(Time(68_000_000_000)), Some(Span::from_secs(1)));
    }

    #[test]
    fn every_changed_byte_and_every_shorter_cookie_is_forged() {
        let (secrets, _, buffer, length) = sealed();
        for at in 0..length {
            let mut changed = buffer;
            changed[at] ^= 0x10;
            assert_eq!(secrets.open(&changed[..length]), Err(Forged), "byte {at}");
            assert_eq!(secrets.open(&buffer[..at]), Err(Forged), "length {at}");
        }
    }

    #[test]
    fn a_cookie_outlives_one_change_of_keys_and_not_two() {
        let (mut secrets, mut random, buffer, length) = sealed();
        let mut other = [0; MAX_LENGTH];
        secrets.seal(&sample(), Time(3_700_000_000_000), &mut random, &mut other).unwrap();
        assert!(secrets.open(&buffer[..length]).is_ok());
        secrets.seal(&sample(), Time(7_400_000_000_000), &mut random, &mut other).unwrap();
        assert_eq!(secrets.open(&buffer[..length]), Err(Forged));
    }
}
