//! Each error of the engine as one Darwin errno.

use core::ffi::c_int;
use sctp_engine::Error;
use sctp_engine::memory::OutOfMemory;

/// Darwin's number for an error.
pub(crate) const fn errno(error: Error) -> c_int {
    match error {
        Error::NoSuchAssociation => 2,
        Error::NoMemory => 12,
        Error::Invalid => 22,
        Error::Pipe => 32,
        Error::WouldBlock => 35,
        Error::Already => 37,
        Error::DestinationRequired => 39,
        Error::MessageTooLong => 40,
        Error::NoSuchOption => 42,
        Error::FamilyNotSupported => 47,
        Error::AddressInUse => 48,
        Error::AddressNotAvailable => 49,
        Error::Aborted => 53,
        Error::Reset => 54,
        Error::IsConnected => 56,
        Error::NotConnected => 57,
        Error::TimedOut => 60,
        Error::Refused => 61,
        Error::NotSupported => 102,
    }
}

/// What a call gives to the shim: 0 or an errno.
pub(crate) trait ToErrno {
    fn to_errno(self) -> c_int;
}

impl ToErrno for Result<(), Error> {
    fn to_errno(self) -> c_int {
        self.err().map_or(0, errno)
    }
}

impl ToErrno for Result<(), OutOfMemory> {
    fn to_errno(self) -> c_int {
        self.map_err(Error::from).to_errno()
    }
}
