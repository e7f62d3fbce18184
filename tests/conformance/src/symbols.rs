//! What the names in a script stand for: tags and TSNs count from the ones that both sides began with.

use crate::fields::number;
use sctp_wire::{Chunk, Packet, Parameter};
use std::collections::BTreeMap;

/// The peer's first TSN unless the script says otherwise: close to the end of the numbers, so that every script that
/// sends more than a few chunks passes through zero.
const PEER_TSN: u32 = 0xffff_fffe;
const PEER_TAG: u32 = 0x0b0b_0b0b;

/// What both sides said in INIT and INIT ACK, as far as the scripts saw it.
#[derive(Clone, Debug)]
pub struct Symbols {
    /// The tag that packets to the engine carry.
    pub local_tag: u32,
    /// The engine's first TSN.
    pub local_tsn: u32,
    /// The tag that packets from the engine carry.
    pub peer_tag: u32,
    /// The peer's first TSN.
    pub peer_tsn: u32,
    /// The last State Cookie.
    pub cookie: Vec<u8>,
    /// The Heartbeat Info of the last HEARTBEAT.
    pub info: Vec<u8>,
    remembered: BTreeMap<String, Self>,
}

impl Default for Symbols {
    fn default() -> Self {
        Self {
            local_tag: 0,
            local_tsn: 0,
            peer_tag: PEER_TAG,
            peer_tsn: PEER_TSN,
            cookie: Vec::new(),
            info: Vec::new(),
            remembered: BTreeMap::new(),
        }
    }
}

impl Symbols {
    /// Keeps all that is known now under a name.
    pub fn remember(&mut self, name: &str) {
        let kept = Self { remembered: BTreeMap::new(), ..self.clone() };
        self.remembered.insert(name.into(), kept);
    }

    /// Takes note of what a packet of the side that is tested says.
    pub(crate) fn learn(&mut self, bytes: &[u8]) {
        let Ok(packet) = Packet::parse(bytes) else { return };
        for chunk in packet.chunks().flatten().flat_map(Chunk::parse) {
            match chunk {
                Chunk::Init(init) | Chunk::InitAck(init) => {
                    self.local_tag = init.initiate_tag;
                    self.local_tsn = init.initial_tsn.0;
                    for raw in init.parameters.iter().flatten() {
                        if let Ok(Parameter::StateCookie(cookie)) = Parameter::parse(raw) {
                            self.cookie = cookie.to_vec();
                        }
                    }
                }
                Chunk::Heartbeat(heartbeat) => self.info = heartbeat.info.to_vec(),
                _ => {}
            }
        }
    }

    /// Makes what was remembered hold again.
    pub(crate) fn return_to(&mut self, name: &str) -> Result<(), String> {
        let kept = self.recall(name)?.clone();
        *self = Self { remembered: core::mem::take(&mut self.remembered), ..kept };
        Ok(())
    }

    pub(crate) fn recall(&self, name: &str) -> Result<&Self, String> {
        self.remembered.get(name).ok_or_else(|| format!("nothing is remembered as {name}"))
    }

    /// A verification tag: `local`, `peer`, `NAME.local`, `NAME.peer`, or a number.
    pub(crate) fn tag(&self, text: &str) -> Result<u32, String> {
        match text.split_once('.') {
            Some((name, which)) => self.recall(name)?.tag(which),
            None if text == "local" => Ok(self.local_tag),
            None if text == "peer" => Ok(self.peer_tag),
            None => u32::try_from(number(text)?).map_err(|_| format!("{text} is no tag")),
        }
    }

    /// A tag by its name, for messages.
    pub(crate) fn tag_name(&self, tag: u32) -> String {
        match tag {
            0 => "0".into(),
            _ if tag == self.peer_tag => "peer".into(),
            _ if tag == self.local_tag => "local".into(),
            _ => format!("{tag:#x}"),
        }
    }
}

/// `tsn` counted from `first`.
pub(crate) fn relative(tsn: u32, first: u32) -> i32 {
    tsn.wrapping_sub(first).cast_signed()
}

/// The TSN that is `text` behind `first`.
pub(crate) fn absolute(text: &str, first: u32) -> Result<u32, String> {
    let offset = number(text)?.rem_euclid(1 << 32);
    Ok(first.wrapping_add(u32::try_from(offset).unwrap_or_default()))
}
