//! From text to the bytes of a packet, without help of the code that is under test, so that it may be as wrong as a
//! script wants it.

use crate::fields::{ChunkText, PacketText, number};
use crate::names::{CAUSES, CHUNKS, number_of};
use crate::symbols::{Symbols, absolute};

/// The bytes of a packet, with the right checksum unless the text says `checksum=bad`.
///
/// # Errors
/// What the text lacks.
pub fn packet_bytes(text: &PacketText, symbols: &Symbols, ports: (u16, u16)) -> Result<Vec<u8>, String> {
    let port = |name, default: u16| text.field(name).map_or(Ok(default), integer::<u16>);
    let mut bytes = Vec::new();
    bytes.extend(port("source-port", ports.0)?.to_be_bytes());
    bytes.extend(port("destination-port", ports.1)?.to_be_bytes());
    bytes.extend(symbols.tag(text.field("tag").unwrap_or("local"))?.to_be_bytes());
    bytes.extend([0; 4]);
    for chunk in &text.chunks {
        let chunk_bytes = chunk_bytes(chunk, symbols)?;
        bytes.extend(&chunk_bytes);
        pad(&mut bytes);
    }
    if let Some(size) = text.field("cut") {
        bytes.truncate(integer(size)?);
    }
    let bad = text.field("checksum") == Some("bad");
    let checksum = crc32c::crc32c(&bytes) ^ u32::from(bad);
    if let Some(field) = bytes.get_mut(8..12) {
        field.copy_from_slice(&checksum.to_le_bytes());
    }
    Ok(bytes)
}

/// The bytes of a chunk without padding; `length=N` puts another number into its length field.
///
/// # Errors
/// What the text lacks.
pub fn chunk_bytes(chunk: &ChunkText, symbols: &Symbols) -> Result<Vec<u8>, String> {
    let kind = number_of(&CHUNKS, &chunk.name)?;
    let value = match chunk.field("value") {
        Some(hex) => unhex(hex)?,
        None => value_of(chunk, kind, symbols)?,
    };
    let flags = match (chunk.field("flags"), kind) {
        (Some(letters), 0) => letters.chars().fold(0, |flags, letter| {
            flags
                | "EBUI".find(letter).and_then(|bit| 1_u8.checked_shl(u32::try_from(bit).ok()?)).unwrap_or(0)
        }),
        (None, 0) => 3,
        (Some(text), _) => integer(text)?,
        (None, _) => u8::from(chunk.field("t").is_some()),
    };
    let length = chunk.field("length").map_or(Ok(value.len() + 4), integer::<usize>)?;
    let mut bytes = vec![kind, flags];
    bytes.extend(u16::try_from(length).map_err(|_| "the chunk is too long")?.to_be_bytes());
    bytes.extend(value);
    Ok(bytes)
}

fn value_of(chunk: &ChunkText, kind: u8, symbols: &Symbols) -> Result<Vec<u8>, String> {
    let field = |name, default: &'static str| chunk.field(name).unwrap_or(default);
    let mut value = Vec::new();
    match kind {
        0 => {
            value.extend(absolute(field("tsn", "0"), symbols.peer_tsn)?.to_be_bytes());
            value.extend(integer::<u16>(field("stream", "0"))?.to_be_bytes());
            value.extend(integer::<u16>(field("ssn", "0"))?.to_be_bytes());
            value.extend(integer::<u32>(field("ppid", "0"))?.to_be_bytes());
            match chunk.field("len") {
                Some(length) => value.extend(payload(integer(length)?)),
                None => value.extend(field("text", "").bytes()),
            }
        }
        1 | 2 => {
            let tag = chunk.field("tag").map_or(Ok(symbols.peer_tag), |text| symbols.tag(text))?;
            value.extend(tag.to_be_bytes());
            value.extend(integer::<u32>(field("rwnd", "100000"))?.to_be_bytes());
            value.extend(integer::<u16>(field("os", "10"))?.to_be_bytes());
            value.extend(integer::<u16>(field("is", "10"))?.to_be_bytes());
            value.extend(absolute(field("tsn", "0"), symbols.peer_tsn)?.to_be_bytes());
            parameters(chunk, kind, &mut value)?;
        }
        3 => {
            let (gaps, duplicates) = (list(field("gaps", "[]")), list(field("dups", "[]")));
            value.extend(absolute(field("cum", "-1"), symbols.local_tsn)?.to_be_bytes());
            value.extend(integer::<u32>(field("rwnd", "100000"))?.to_be_bytes());
            value.extend(u16::try_from(gaps.len()).map_err(|_| "too many gaps")?.to_be_bytes());
            value.extend(u16::try_from(duplicates.len()).map_err(|_| "too many duplicates")?.to_be_bytes());
            for gap in gaps {
                let (start, end) = gap.split_once('-').unwrap_or((gap, gap));
                value.extend(integer::<u16>(start)?.to_be_bytes());
                value.extend(integer::<u16>(end)?.to_be_bytes());
            }
            for duplicate in duplicates {
                value.extend(absolute(duplicate, symbols.local_tsn)?.to_be_bytes());
            }
        }
        4 => {
            match chunk.field("len") {
                Some(length) => parameter(&mut value, 1, &payload(integer(length)?))?,
                None => parameter(&mut value, 1, field("info", "abc").as_bytes())?,
            }
            parameters(chunk, kind, &mut value)?;
        }
        5 => parameter(&mut value, 1, &echoed(chunk.field("info"), &symbols.info)?)?,
        6 | 9 => {
            for text in chunk.all("cause") {
                let (name, hex) = text.split_once(':').unwrap_or((text, ""));
                parameter(&mut value, number_of(&CAUSES, name)?, &unhex(hex)?)?;
            }
        }
        7 => value.extend(absolute(field("cum", "-1"), symbols.local_tsn)?.to_be_bytes()),
        10 => {
            let cookie = match chunk.field("cookie") {
                Some(name) if !name.contains(':') => &symbols.recall(name)?.cookie,
                _ => &symbols.cookie,
            };
            value = echoed(chunk.field("cookie").filter(|name| name.contains(':')), cookie)?;
        }
        12 | 13 => value.extend(absolute(field("tsn", "0"), symbols.local_tsn)?.to_be_bytes()),
        _ => {}
    }
    Ok(value)
}

/// What the engine wanted echoed: as it is, `flip:N` with a bit of byte N changed, `cut:N` to N bytes, `hex:...`.
fn echoed(text: Option<&str>, original: &[u8]) -> Result<Vec<u8>, String> {
    let mut bytes = original.to_vec();
    match text.and_then(|text| text.split_once(':')) {
        Some(("flip", place)) => {
            *bytes.get_mut(integer::<usize>(place)?).ok_or("there is no such byte")? ^= 1;
        }
        Some(("cut", length)) => bytes.truncate(integer(length)?),
        Some(("hex", hex)) => bytes = unhex(hex)?,
        Some((name, _)) => return Err(format!("{name} is nothing that can be done to an echo")),
        None => {}
    }
    Ok(bytes)
}

fn parameters(chunk: &ChunkText, kind: u8, value: &mut Vec<u8>) -> Result<(), String> {
    let cookie = chunk.field("cookie").or((kind == 2).then_some("peers-cookie"));
    if let Some(cookie) = cookie.filter(|text| *text != "none") {
        match cookie.strip_prefix("len:") {
            Some(length) => parameter(value, 7, &payload(integer(length)?))?,
            None => parameter(value, 7, cookie.as_bytes())?,
        }
    }
    for field in &chunk.fields {
        match field.name.as_str() {
            "ipv4" => {
                let parts: Result<Vec<u8>, _> = field.value.split('.').map(integer).collect();
                parameter(value, 5, &parts?)?;
            }
            "host-name" => parameter(value, 11, field.value.as_bytes())?,
            "param" => {
                let (kind, text) = field.value.split_once(':').unwrap_or((&field.value, ""));
                let bytes = match text.strip_prefix("len:") {
                    Some(length) => payload(integer(length)?),
                    None => unhex(text)?,
                };
                parameter(value, integer(kind)?, &bytes)?;
            }
            "raw" => value.extend(unhex(&field.value)?),
            _ => {}
        }
    }
    Ok(())
}

fn parameter(bytes: &mut Vec<u8>, kind: u16, value: &[u8]) -> Result<(), String> {
    pad(bytes);
    bytes.extend(kind.to_be_bytes());
    bytes.extend(u16::try_from(value.len() + 4).map_err(|_| "the parameter is too long")?.to_be_bytes());
    bytes.extend(value);
    Ok(())
}

fn pad(bytes: &mut Vec<u8>) {
    bytes.resize(bytes.len().next_multiple_of(4), 0);
}

/// The bytes of a message of which only the length matters.
pub(crate) fn payload(length: usize) -> Vec<u8> {
    (0..length).map(|place| u8::try_from(place % 251).unwrap_or_default()).collect()
}

pub(crate) fn integer<T: TryFrom<i64>>(text: &str) -> Result<T, String> {
    T::try_from(number(text)?).map_err(|_| format!("{text} is out of range"))
}

fn list(text: &str) -> Vec<&str> {
    text.trim_matches(['[', ']']).split(',').filter(|item| !item.is_empty()).collect()
}

fn unhex(text: &str) -> Result<Vec<u8>, String> {
    if !text.is_ascii() || !text.len().is_multiple_of(2) {
        return Err(format!("{text} is not hexadecimal"));
    }
    let bytes = (0..text.len() / 2).map(|place| u8::from_str_radix(&text[place * 2..place * 2 + 2], 16));
    bytes.collect::<Result<_, _>>().map_err(|_| format!("{text} is not hexadecimal"))
}
