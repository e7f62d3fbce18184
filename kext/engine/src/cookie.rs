//! The state cookie (RFC 9260 sections 5.1.3 to 5.1.5): all that an association begins with, signed, kept by the peer.
//!
//! It is no larger than it has to be, for anybody can have one sent to anybody (section 12.4): each address takes the
//! bytes that it has, the two ports stand there once, Tie-Tags only if there are any.

use crate::address::{Address, Family};
use crate::path::MAX_PATHS;
use crate::random::{KEY_LENGTH, Random, hmac_sha256};
use crate::time::{Span, Time};
use sctp_wire::{Full, Reader, Truncated, Tsn, Writer};

/// The longest cookie, bytes.
pub(crate) const MAX_LENGTH: usize = 64 + (MAX_PATHS + 1) * ADDRESS_LENGTH + MAC_LENGTH;
/// The longest address: kind, IPv6 address, zone.
const ADDRESS_LENGTH: usize = 1 + 16 + 4;
/// HMAC-SHA-256-128 (RFC 4868): half of it is as hard to forge.
const MAC_LENGTH: usize = 16;

/// The first byte.
mod head {
    /// The form of the rest.
    pub(super) const VERSION: u8 = 2 << 4;
    pub(super) const ECN: u8 = 1;
    pub(super) const TIE_TAGS: u8 = 1 << 1;
    pub(super) const ADAPTATION: u8 = 1 << 2;
    pub(super) const ALL: u8 = VERSION | ECN | TIE_TAGS | ADAPTATION;
}

/// Kinds of addresses.
mod kind {
    pub(super) const V4: u8 = 4;
    pub(super) const V6: u8 = 6;
    /// With a zone behind it.
    pub(super) const V6_ZONE: u8 = 7;
}

/// What both sides agreed on in INIT and INIT ACK.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cookie {
    /// When the INIT ACK was sent.
    pub(crate) created: Time,
    /// How long the cookie is good; whole milliseconds.
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
    /// The peer's Adaptation Layer Indication (RFC 5061 section 4.2.6).
    pub(crate) adaptation: Option<u32>,
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

    /// Takes a new key if the current one has signed cookies for `life`. What it signed is good as long again, so `life`
    /// should exceed the longest lifetime of a cookie. Returns whether it did.
    pub(crate) fn rotate(&mut self, now: Time, life: Span, random: &mut Random) -> bool {
        let due = now.since(self.changed) >= life;
        if due {
            self.previous = core::mem::replace(&mut self.current, random.block());
            self.changed = now;
        }
        due
    }

    /// Writes the signed cookie.
    ///
    /// # Errors
    /// [`Full`] when `writer` has less room than [`MAX_LENGTH`].
    pub(crate) fn seal(&self, cookie: &Cookie, buffer: &mut [u8; MAX_LENGTH]) -> Result<usize, Full> {
        let mut writer = Writer::new(buffer);
        cookie.write(&mut writer)?;
        let length = writer.position();
        let mac = mac(&self.current, buffer.get(..length).unwrap_or_default());
        let mut writer = Writer::new(buffer.get_mut(length..).unwrap_or_default());
        writer.bytes(&mac)?;
        Ok(length.saturating_add(MAC_LENGTH))
    }

    /// Checks the signature.
    ///
    /// # Errors
    /// [`Forged`].
    pub(crate) fn open(&self, bytes: &[u8]) -> Result<Cookie, Forged> {
        let (body, given) = bytes.split_last_chunk::<MAC_LENGTH>().ok_or(Forged)?;
        let signed = [&self.current, &self.previous]
            .into_iter()
            .fold(false, |found, key| found | equal_in_constant_time(&mac(key, body), given));
        if signed { Cookie::read(body).map_err(|Truncated| Forged) } else { Err(Forged) }
    }
}

fn mac(key: &[u8; KEY_LENGTH], body: &[u8]) -> [u8; MAC_LENGTH] {
    hmac_sha256(key, &[body]).first_chunk().copied().unwrap_or_default()
}

fn equal_in_constant_time(a: &[u8; MAC_LENGTH], b: &[u8; MAC_LENGTH]) -> bool {
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
        let tied = self.tie_tags != (0, 0);
        let ecn = if self.ecn { head::ECN } else { 0 };
        let adaptation = if self.adaptation.is_some() { head::ADAPTATION } else { 0 };
        writer.u8(head::VERSION | ecn | adaptation | if tied { head::TIE_TAGS } else { 0 })?;
        writer.bytes(&self.created.0.to_be_bytes())?;
        writer.u32(self.life.as_millis())?;
        for word in [self.local_tag, self.peer_tag, self.local_tsn.0, self.peer_tsn.0, self.peer_window] {
            writer.u32(word)?;
        }
        if tied {
            writer.u32(self.tie_tags.0)?;
            writer.u32(self.tie_tags.1)?;
        }
        if let Some(code) = self.adaptation {
            writer.u32(code)?;
        }
        let peer_port = self.peers.first().map_or(0, |peer| peer.port);
        for number in [self.outbound_streams, self.inbound_streams, self.local.port, peer_port] {
            writer.u16(number)?;
        }
        core::iter::once(&self.local).chain(&self.peers).try_for_each(|address| write_host(address, writer))
    }

    fn read(bytes: &[u8]) -> Result<Self, Truncated> {
        let mut reader = Reader::new(bytes);
        let head = reader.u8()?;
        if head & !(head::ALL ^ head::VERSION) != head::VERSION {
            return Err(Truncated);
        }
        let created = Time(u64::from_be_bytes(reader.array()?));
        let life = Span::from_millis(u64::from(reader.u32()?));
        let (local_tag, peer_tag) = (reader.u32()?, reader.u32()?);
        let (local_tsn, peer_tsn) = (Tsn(reader.u32()?), Tsn(reader.u32()?));
        let peer_window = reader.u32()?;
        let tie_tags = if head & head::TIE_TAGS == 0 { (0, 0) } else { (reader.u32()?, reader.u32()?) };
        let adaptation = if head & head::ADAPTATION == 0 { None } else { Some(reader.u32()?) };
        let (outbound_streams, inbound_streams) = (reader.u16()?, reader.u16()?);
        let (local_port, peer_port) = (reader.u16()?, reader.u16()?);
        let local = read_host(&mut reader)?.with_port(local_port);
        let mut peers = heapless::Vec::new();
        while !reader.is_empty() {
            peers.push(read_host(&mut reader)?.with_port(peer_port)).map_err(|_| Truncated)?;
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
            ecn: head & head::ECN != 0,
            adaptation,
            local,
            peers,
        })
    }
}

/// An address without its port.
fn write_host(address: &Address, writer: &mut Writer<'_>) -> Result<(), Full> {
    match (address.family, address.bytes) {
        (Family::None, _) => Err(Full),
        (Family::V4, [a, b, c, d, ..]) => {
            writer.u8(kind::V4)?;
            writer.bytes(&[a, b, c, d])
        }
        (Family::V6, bytes) => {
            writer.u8(if address.scope == 0 { kind::V6 } else { kind::V6_ZONE })?;
            writer.bytes(&bytes)?;
            if address.scope == 0 { Ok(()) } else { writer.u32(address.scope) }
        }
    }
}

fn read_host(reader: &mut Reader<'_>) -> Result<Address, Truncated> {
    match reader.u8()? {
        kind::V4 => Ok(Address::v4(reader.array()?, 0)),
        kind::V6 => Ok(Address::v6(reader.array()?, 0, 0)),
        kind::V6_ZONE => {
            let bytes = reader.array()?;
            Ok(Address::v6(bytes, reader.u32()?, 0))
        }
        _ => Err(Truncated),
    }
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
            adaptation: Some(7),
            local: Address::v4([192, 0, 2, 2], 6000),
            peers: heapless::Vec::from_slice(&peers).unwrap(),
        }
    }

    fn sealed() -> (Secrets, Random, [u8; MAX_LENGTH], usize) {
        let mut random = Random::new([1; 32]);
        let secrets = Secrets::new(&mut random);
        let mut buffer = [0; MAX_LENGTH];
        let length = secrets.seal(&sample(), &mut buffer).unwrap();
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
    fn section_5_1_3_a_cookie_has_no_byte_that_it_does_not_need() {
        let measure = |cookie: &Cookie| {
            let mut random = Random::new([1; 32]);
            let mut buffer = [0; MAX_LENGTH];
            let secrets = Secrets::new(&mut random);
            let length = secrets.seal(cookie, &mut buffer).unwrap();
            assert_eq!(secrets.open(&buffer[..length]).as_ref(), Ok(cookie));
            length
        };
        let peers = |list: &[Address]| heapless::Vec::from_slice(list).unwrap();
        let peer = peers(&sample().peers[..1]);
        let least = Cookie { tie_tags: (0, 0), adaptation: None, peers: peer, ..sample() };
        // Head, time, life, five words, four numbers of 16 bits, two addresses, MAC.
        assert_eq!(measure(&least), 1 + 8 + 4 + 5 * 4 + 4 * 2 + 2 * 5 + 16);
        assert_eq!(measure(&Cookie { tie_tags: (3, 4), ..least.clone() }), measure(&least) + 8);
        assert_eq!(measure(&Cookie { adaptation: Some(0), ..least.clone() }), measure(&least) + 4);
        assert_eq!(measure(&Cookie { peers: sample().peers, ..least.clone() }), measure(&least) + 5);
        for scope in [0, 3] {
            let v6 = Address::v6([0xfe; 16], scope, 5000);
            let zone = if scope == 0 { 0 } else { 4 };
            assert_eq!(
                measure(&Cookie { peers: peers(&[v6]), ..least.clone() }),
                measure(&least) + 12 + zone
            );
        }
        let longest = Address::v6([0xfe; 16], 3, 5000);
        let cookie = Cookie {
            tie_tags: (3, 4),
            local: longest.with_port(6000),
            peers: peers(&[longest; MAX_PATHS]),
            ..sample()
        };
        assert!(measure(&cookie) <= MAX_LENGTH);
    }

    #[test]
    fn security_12_signatures_are_compared_to_the_last_bit() {
        let mac = mac(&[7; KEY_LENGTH], b"cookie");
        assert!(equal_in_constant_time(&mac, &mac));
        for bit in 0..MAC_LENGTH * 8 {
            let mut other = mac;
            other[bit / 8] ^= 1 << (bit % 8);
            assert!(!equal_in_constant_time(&mac, &other), "bit {bit}");
        }
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
        let life = Span::from_secs(3600);
        let current = secrets.current;
        assert!(!secrets.rotate(Time(3_599_999_999_999), life, &mut random));
        assert_eq!(secrets.current, current);
        assert!(secrets.rotate(Time(3_600_000_000_000), life, &mut random));
        assert_ne!(secrets.current, current);
        assert!(secrets.open(&buffer[..length]).is_ok());
        assert!(secrets.rotate(Time(7_200_000_000_000), life, &mut random));
        assert_eq!(secrets.open(&buffer[..length]), Err(Forged));
    }
}
