//! Why bytes are not what they should be.

/// What is wrong with the structure of a chunk, a parameter or an error cause.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Malformed {
    /// A chunk length below 4 or past the end of the packet (RFC 9260 section 3.2).
    ChunkLength,
    /// A chunk of this type has a body that is too short, or not of the one length it may have.
    ChunkBody(u8),
    /// A parameter length below 4 or past the end of the chunk (section 3.2.1).
    ParameterLength,
    /// A parameter of this type has a value that is not of the length it must have.
    ParameterValue(u16),
    /// An error cause length below 4 or past the end of the chunk (section 3.3.10).
    CauseLength,
    /// An error cause of this code has a value that is not of the length it must have.
    CauseValue(u16),
}
