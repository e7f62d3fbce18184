//! Messages while the shim holds them.

use crate::contract::sctp_message;
use crate::errno::errno;
use crate::lent;
use alloc::alloc::{Layout, alloc, dealloc};
use core::ffi::c_int;
use core::ptr;
use sctp_engine::{Error, Message, Queued, memory};

/// What a `struct sctp_message *` points to.
#[derive(Debug)]
pub(crate) enum Held {
    /// To be sent.
    Outgoing(Message),
    /// Taken out of an endpoint's queue.
    Incoming(Queued),
}

impl Held {
    /// Gives the message to the shim.
    ///
    /// # Errors
    /// The message comes back when memory is short.
    pub(crate) fn lend(self) -> Result<*mut sctp_message, Self> {
        // SAFETY: Held is not of size zero.
        let memory = unsafe { alloc(Layout::new::<Self>()) }.cast::<Self>();
        if memory.is_null() {
            return Err(self);
        }
        // SAFETY: fresh memory of Held's layout.
        unsafe { memory.write(self) };
        Ok(memory.cast())
    }

    /// Takes the message back; `None` for a null pointer.
    ///
    /// # Safety
    /// `message` is null or came from [`Held::lend`] and is not used again.
    pub(crate) unsafe fn take_back(message: *mut sctp_message) -> Option<Self> {
        let message = message.cast::<Self>();
        if message.is_null() {
            return None;
        }
        // SAFETY: the memory that lend made, read and freed once.
        unsafe {
            let held = message.read();
            dealloc(message.cast(), Layout::new::<Self>());
            Some(held)
        }
    }

    /// A message that is to be sent; `None` for a null pointer.
    ///
    /// # Safety
    /// `message` is null or came from [`Held::lend`], and nobody else uses it while the reference lives.
    pub(crate) unsafe fn outgoing<'a>(message: *mut sctp_message) -> Option<&'a mut Message> {
        // SAFETY: the caller's promise.
        match unsafe { message.cast::<Self>().as_mut() } {
            Some(Self::Outgoing(outgoing)) => Some(outgoing),
            Some(Self::Incoming(_)) | None => None,
        }
    }

    const fn message(&self) -> Option<&Message> {
        match self {
            Self::Outgoing(message) => Some(message),
            Self::Incoming(queued) => queued.message(),
        }
    }
}

/// # Safety
/// `message` and `bytes` point to places for the results.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn sctp_message_create(
    length: usize,
    message: *mut *mut sctp_message,
    bytes: *mut *mut u8,
) -> c_int {
    let Ok(memory) = memory::zeroed(length) else { return errno(Error::NoMemory) };
    let mut fresh = Message::new(memory);
    // The bytes stay where they are when the message moves: they are on the heap.
    let first = fresh.bytes_mut().as_mut_ptr();
    let Ok(held) = Held::Outgoing(fresh).lend() else { return errno(Error::NoMemory) };
    // SAFETY: the caller's promise.
    unsafe {
        lent::store(message, held);
        lent::store(bytes, first);
    }
    0
}

/// # Safety
/// `message` came from this crate; `length` points to a place for the result.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn sctp_message_span(
    message: *const sctp_message,
    offset: usize,
    length: *mut usize,
) -> *const u8 {
    // SAFETY: the caller's promise.
    let held = unsafe { message.cast::<Held>().as_ref() };
    let span = held.and_then(Held::message).map_or(&[][..], |message| message.span(offset));
    // SAFETY: the caller's promise.
    unsafe { lent::store(length, span.len()) };
    if span.is_empty() { ptr::null() } else { span.as_ptr() }
}

/// # Safety
/// `message` is null or came from this crate, and is not used again.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn sctp_message_destroy(message: *mut sctp_message) {
    // SAFETY: the caller's promise.
    drop(unsafe { Held::take_back(message) });
}
