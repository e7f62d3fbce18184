//! The names that scripts use for chunk types and error causes.

/// Chunk types by name.
pub const CHUNKS: [(&str, u8); 15] = [
    ("DATA", 0),
    ("INIT", 1),
    ("INIT-ACK", 2),
    ("SACK", 3),
    ("HEARTBEAT", 4),
    ("HEARTBEAT-ACK", 5),
    ("ABORT", 6),
    ("SHUTDOWN", 7),
    ("SHUTDOWN-ACK", 8),
    ("ERROR", 9),
    ("COOKIE-ECHO", 10),
    ("COOKIE-ACK", 11),
    ("ECNE", 12),
    ("CWR", 13),
    ("SHUTDOWN-COMPLETE", 14),
];

/// Error causes by name (RFC 9260 section 3.3.10).
pub const CAUSES: [(&str, u16); 13] = [
    ("invalid-stream", 1),
    ("missing-parameter", 2),
    ("stale-cookie", 3),
    ("out-of-resource", 4),
    ("unresolvable-address", 5),
    ("unrecognized-chunk", 6),
    ("invalid-parameter", 7),
    ("unrecognized-parameters", 8),
    ("no-user-data", 9),
    ("cookie-while-shutting-down", 10),
    ("restart-with-new-addresses", 11),
    ("user-abort", 12),
    ("protocol-violation", 13),
];

pub(crate) fn chunk_name(kind: u8) -> String {
    CHUNKS
        .iter()
        .find(|(_, number)| *number == kind)
        .map_or_else(|| format!("CHUNK-0x{kind:02x}"), |(name, _)| (*name).into())
}

pub(crate) fn cause_name(code: u16) -> String {
    CAUSES
        .iter()
        .find(|(_, number)| *number == code)
        .map_or_else(|| code.to_string(), |(name, _)| (*name).into())
}

/// The number behind a name of `list`, or the number itself.
pub(crate) fn number_of<T: Copy + TryFrom<i64>>(list: &[(&str, T)], name: &str) -> Result<T, String> {
    if let Some((_, number)) = list.iter().find(|(known, _)| *known == name) {
        return Ok(*number);
    }
    let number = crate::fields::number(name.strip_prefix("CHUNK-").unwrap_or(name))?;
    T::try_from(number).map_err(|_| format!("{name} is out of range"))
}
