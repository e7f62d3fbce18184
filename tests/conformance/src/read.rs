//! From the bytes of a packet that the engine sent to text.

use crate::fields::{ChunkText, Field, PacketText};
use crate::names::{cause_name, chunk_name};
use crate::symbols::{Symbols, relative};
use core::fmt::Write;
use sctp_wire::{Chunk, Data, DataFlags, Init, Packet, Parameter, Sack};

/// The packet, whose ports and destination the caller adds. What does not parse shows as `BROKEN`.
#[must_use]
pub fn packet_text(bytes: &[u8], symbols: &Symbols) -> PacketText {
    let Ok(packet) = Packet::parse(bytes) else {
        return PacketText { fields: Vec::new(), chunks: vec![broken()] };
    };
    let tag = symbols.tag_name(packet.header.verification_tag);
    let chunks = packet.chunks().map(|raw| {
        raw.and_then(|raw| Chunk::parse(raw).map(|chunk| chunk_text(raw.kind, &chunk, symbols)))
            .unwrap_or_else(|_| broken())
    });
    PacketText { fields: vec![Field::is("tag", tag)], chunks: chunks.collect() }
}

fn broken() -> ChunkText {
    ChunkText { name: "BROKEN".into(), fields: Vec::new() }
}

fn chunk_text(kind: u8, chunk: &Chunk<'_>, symbols: &Symbols) -> ChunkText {
    let mut fields = Vec::new();
    let mut add = |name: &str, value: String| fields.push(Field::is(name, value));
    match chunk {
        Chunk::Data(data) => data_fields(data, symbols, &mut add),
        Chunk::Init(init) | Chunk::InitAck(init) => init_fields(init, &mut add),
        Chunk::Sack(sack) => sack_fields(sack, symbols, &mut add),
        Chunk::Heartbeat(heartbeat) | Chunk::HeartbeatAck(heartbeat) => {
            add("info", readable(heartbeat.info));
            if !heartbeat.others.is_empty() {
                add("others", hex(heartbeat.others));
            }
        }
        Chunk::Abort(abort) => {
            if abort.reflected {
                add("t", "yes".into());
            }
            abort.causes.iter().flatten().for_each(|cause| add("cause", cause_text(&cause)));
        }
        Chunk::Error(error) => {
            error.causes.iter().flatten().for_each(|cause| add("cause", cause_text(&cause)));
        }
        Chunk::Shutdown(shutdown) => {
            add("cum", relative(shutdown.cumulative_tsn.0, symbols.peer_tsn).to_string());
        }
        Chunk::ShutdownComplete(complete) if complete.reflected => add("t", "yes".into()),
        Chunk::CookieEcho(echo) => add("cookie", readable(echo.cookie)),
        Chunk::Ecne(ecne) => add("tsn", relative(ecne.lowest_tsn.0, symbols.peer_tsn).to_string()),
        Chunk::Cwr(cwr) => add("tsn", relative(cwr.lowest_tsn.0, symbols.peer_tsn).to_string()),
        Chunk::ShutdownComplete(_) | Chunk::ShutdownAck | Chunk::CookieAck | Chunk::Unrecognized(_) => {}
    }
    ChunkText { name: chunk_name(kind), fields }
}

fn data_fields(data: &Data<'_>, symbols: &Symbols, add: &mut impl FnMut(&str, String)) {
    let letters = [
        (DataFlags::BEGIN, 'B'),
        (DataFlags::END, 'E'),
        (DataFlags::UNORDERED, 'U'),
        (DataFlags::IMMEDIATE, 'I'),
    ];
    let flags: String =
        letters.iter().filter(|(flag, _)| data.flags.contains(*flag)).map(|(_, c)| *c).collect();
    add("tsn", relative(data.tsn.0, symbols.local_tsn).to_string());
    add("stream", data.stream.to_string());
    add("ssn", data.ssn.0.to_string());
    add("ppid", data.ppid.to_string());
    add("flags", if flags.is_empty() { "-".into() } else { flags });
    add("len", data.payload.len().to_string());
    if data.payload.len() <= 32 {
        add("text", readable(data.payload));
    }
}

fn init_fields(init: &Init<'_>, add: &mut impl FnMut(&str, String)) {
    add("tag", format!("{:#x}", init.initiate_tag));
    add("rwnd", init.a_rwnd.to_string());
    add("os", init.outbound_streams.to_string());
    add("is", init.inbound_streams.to_string());
    for raw in init.parameters.iter().flatten() {
        match Parameter::parse(raw) {
            Ok(Parameter::StateCookie(_)) => add("cookie", "yes".into()),
            Ok(Parameter::UnrecognizedParameter(bytes)) => add("unrecognized", hex(bytes)),
            Ok(Parameter::HostName(_)) => add("host-name", "yes".into()),
            _ => add("param", format!("{:#x}:{}", raw.kind, hex(raw.value))),
        }
    }
}

fn sack_fields(sack: &Sack<'_>, symbols: &Symbols, add: &mut impl FnMut(&str, String)) {
    let gaps: Vec<_> = sack.gaps.iter().map(|(start, end)| format!("{start}-{end}")).collect();
    let duplicates = sack.duplicates.iter().map(|tsn| relative(tsn.0, symbols.peer_tsn).to_string());
    add("cum", relative(sack.cumulative_tsn.0, symbols.peer_tsn).to_string());
    add("rwnd", sack.a_rwnd.to_string());
    add("gaps", format!("[{}]", gaps.join(",")));
    add("dups", format!("[{}]", duplicates.collect::<Vec<_>>().join(",")));
}

/// The name alone for causes whose value is words.
fn cause_text(cause: &sctp_wire::RawCause<'_>) -> String {
    let name = cause_name(cause.code);
    match cause.code {
        1 | 2 | 3 | 6 | 8 | 9 | 11 if !cause.value.is_empty() => format!("{name}:{}", hex(cause.value)),
        _ => name,
    }
}

fn readable(bytes: &[u8]) -> String {
    let plain = bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-');
    if plain { String::from_utf8_lossy(bytes).into_owned() } else { hex(bytes) }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
