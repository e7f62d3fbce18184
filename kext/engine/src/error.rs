//! Why a call was refused. Each error has one errno, given in `ffi`.

use crate::memory::OutOfMemory;

/// A refused call; the state is as before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// No such endpoint, or an argument out of range (EINVAL).
    Invalid,
    /// The user names an association or a peer's address that is not there (ENOENT).
    NoSuchAssociation,
    /// Memory is short (ENOMEM).
    NoMemory,
    /// No port or address like this can be had (EADDRINUSE).
    AddressInUse,
    /// The address is none that an association may have (EADDRNOTAVAIL).
    AddressNotAvailable,
    /// The address is of another family than the endpoint (EAFNOSUPPORT).
    FamilyNotSupported,
    /// There is an association already (EISCONN).
    IsConnected,
    /// Set-up is under way already (EALREADY).
    Already,
    /// There is no association (ENOTCONN).
    NotConnected,
    /// One-to-many needs an address or an association (EDESTADDRREQ).
    DestinationRequired,
    /// Nothing more may be sent (EPIPE).
    Pipe,
    /// The message cannot be sent whole (EMSGSIZE).
    MessageTooLong,
    /// Nothing there now (EWOULDBLOCK).
    WouldBlock,
    /// The call makes no sense for this style of endpoint (EOPNOTSUPP).
    NotSupported,
    /// No such option (ENOPROTOOPT).
    NoSuchOption,
    /// The peer refused set-up (ECONNREFUSED).
    Refused,
    /// The peer aborted (ECONNRESET).
    Reset,
    /// The peer did not answer (ETIMEDOUT).
    TimedOut,
    /// The association was aborted from this side (ECONNABORTED).
    Aborted,
}

impl From<OutOfMemory> for Error {
    fn from(_: OutOfMemory) -> Self {
        Self::NoMemory
    }
}
