//! The C face of the engine: the only crate that sees C types, and with crc32c's few lines the only one with `unsafe`.
//!
//! Every entry borrows what it was lent, converts, calls the engine and converts back. The functions are those of
//! shim-c/include/sctp_engine.h; what the engine needs of the kernel is shim-c/include/sctp_kern.h.
#![cfg_attr(kext, no_std)]

extern crate alloc;

mod address;
mod contract;
mod errno;
mod io;
mod lent;
mod lifetime;
mod list;
mod message;
mod notification;
mod options;
#[cfg(kext)]
mod runtime;
mod sockets;
mod statistics;
#[cfg(test)]
mod tests;
mod transfer;
mod variables;
