//! Sending and receiving messages.

use crate::contract::{
    SCTP_ENGINE_ABORT, SCTP_ENGINE_ADDR_OVER, SCTP_ENGINE_EOF, SCTP_ENGINE_SACK_IMMEDIATELY,
    SCTP_ENGINE_UNORDERED, sctp_endpoint, sctp_engine, sctp_message, sctp_nanoseconds, sctp_receive,
    sctp_send,
};
use crate::errno::{ToErrno, errno};
use crate::message::Held;
use crate::{address, lent, notification};
use ::sctp_engine::memory::OutOfMemory;
use ::sctp_engine::options::{Events, Switches};
use ::sctp_engine::time::Time;
use ::sctp_engine::{AssociationId, Close, EndpointId, Error, Item, Message, Rest, SendInfo};
use core::ffi::c_int;

fn has(flags: u16, flag: u32) -> bool {
    u32::from(flags) & flag != 0
}

fn send_info(info: &sctp_send) -> SendInfo {
    SendInfo {
        to: address::from_c(&info.to),
        association: (info.assoc_id != 0).then_some(AssociationId(info.assoc_id)),
        stream: info.stream,
        ppid: u32::from_be(info.ppid),
        context: info.context,
        unordered: has(info.flags, SCTP_ENGINE_UNORDERED),
        immediate: has(info.flags, SCTP_ENGINE_SACK_IMMEDIATELY),
        to_this_address: has(info.flags, SCTP_ENGINE_ADDR_OVER),
        finish: has(info.flags, SCTP_ENGINE_EOF),
        use_defaults: info.use_defaults,
    }
}

/// # Safety
/// As [`lent::engine`]; `info` is valid; `message` is null or came from `sctp_message_create`, and is not used again
/// when the result is 0.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn sctp_engine_send(
    engine: *mut sctp_engine,
    now: sctp_nanoseconds,
    endpoint: sctp_endpoint,
    info: *const sctp_send,
    message: *mut sctp_message,
) -> c_int {
    // SAFETY: the caller's promise.
    let (engine, info) = unsafe { (lent::engine(engine), &*info) };
    let (now, endpoint) = (Time(now), EndpointId(endpoint));
    let send = send_info(info);
    if has(info.flags, SCTP_ENGINE_ABORT) {
        let result = engine.finish(now, endpoint, &send, Close::Abort);
        if result.is_ok() {
            // SAFETY: the caller's promise; the text of the message is not sent along.
            drop(unsafe { Held::take_back(message) });
        }
        return result.to_errno();
    }
    let end = has(info.flags, SCTP_ENGINE_EOF);
    // SAFETY: the caller's promise: it came from lend, and nobody else looks at it now.
    let length = unsafe { message.cast::<Held>().as_ref() }.map_or(0, Held::length);
    if length > 0 || !end {
        // SAFETY: the caller's promise. On failure the place gets its message back below.
        let outgoing = unsafe { Held::swap_out(message) };
        if let Err((error, refused)) = engine.send(now, endpoint, &send, outgoing) {
            // SAFETY: as above.
            unsafe { Held::swap_in(message, refused) };
            return errno(error);
        }
    } else if let Err(error) = engine.finish(now, endpoint, &send, Close::Graceful) {
        return errno(error);
    }
    // SAFETY: the caller's promise; only the empty place is left.
    drop(unsafe { Held::take_back(message) });
    0
}

/// # Safety
/// As [`lent::engine`]; `message` and `info` point to places for the results.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn sctp_engine_receive(
    engine: *mut sctp_engine,
    now: sctp_nanoseconds,
    endpoint: sctp_endpoint,
    message: *mut *mut sctp_message,
    info: *mut sctp_receive,
) -> c_int {
    // SAFETY: the caller's promise.
    let engine = unsafe { lent::engine(engine) };
    let id = EndpointId(endpoint);
    let options = match engine.options(id) {
        Ok(options) => *options,
        Err(error) => return errno(error),
    };
    let mut received = match engine.receive(id) {
        Ok(received) => received,
        Err(error) => return errno(error),
    };
    if let Item::Notification(notification) = &received.queued.item {
        match notification::lay_out(notification, received.association, &options) {
            Ok(message) => received.queued.item = Item::LaidOut(message),
            Err(OutOfMemory) => {
                engine.unreceive(Time(now), id, received.queued, 0);
                return errno(Error::NoMemory);
            }
        }
    }
    let mut about = sctp_receive {
        from: address::to_c(&received.from),
        length: received.queued.message().map_or(0, Message::remaining),
        assoc_id: received.association.0,
        ppid: 0,
        tsn: 0,
        cumtsn: received.cumulative_tsn.0,
        context: received.queued.context,
        stream: 0,
        ssn: 0,
        flags: 0,
        end_of_record: true,
        notification: true,
        want_rcvinfo: false,
        want_sndrcv: false,
    };
    if let Item::Data(delivery) = &received.queued.item {
        let unordered = if delivery.unordered { SCTP_ENGINE_UNORDERED } else { 0 };
        about.ppid = delivery.ppid.to_be();
        about.tsn = delivery.tsn.0;
        about.stream = delivery.stream;
        about.ssn = delivery.ssn.0;
        about.flags = u16::try_from(unordered).unwrap_or_default();
        about.end_of_record = delivery.rest == Rest::Nothing;
        about.notification = false;
        about.want_rcvinfo = options.switches.contains(Switches::RECVRCVINFO);
        about.want_sndrcv = options.future.events.contains(Events::DATA_IO);
    }
    match Held::Incoming(received.queued).lend() {
        Ok(held) => {
            // SAFETY: the caller's promise.
            unsafe {
                lent::store(message, held);
                lent::store(info, about);
            }
            0
        }
        Err(held) => {
            if let Held::Incoming(queued) = held {
                engine.unreceive(Time(now), id, queued, 0);
            }
            errno(Error::NoMemory)
        }
    }
}

/// # Safety
/// As [`lent::engine`]; `message` came from [`sctp_engine_receive`] and is not used again.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn sctp_engine_unreceive(
    engine: *mut sctp_engine,
    now: sctp_nanoseconds,
    endpoint: sctp_endpoint,
    message: *mut sctp_message,
    consumed: usize,
) {
    // SAFETY: the caller's promise.
    if let Some(Held::Incoming(queued)) = unsafe { Held::take_back(message) } {
        // SAFETY: the caller's promise.
        unsafe { lent::engine(engine) }.unreceive(Time(now), EndpointId(endpoint), queued, consumed);
    }
}

/// # Safety
/// As [`lent::engine`]; `message` came from [`sctp_engine_receive`] and is not used again.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn sctp_engine_consumed(
    engine: *mut sctp_engine,
    now: sctp_nanoseconds,
    endpoint: sctp_endpoint,
    message: *mut sctp_message,
) {
    // SAFETY: the caller's promise.
    if let Some(Held::Incoming(queued)) = unsafe { Held::take_back(message) } {
        // SAFETY: the caller's promise.
        unsafe { lent::engine(engine) }.consumed(Time(now), EndpointId(endpoint), &queued);
    }
}
