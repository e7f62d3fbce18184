//! Sending and receiving messages.

use crate::contract::{
    SCTP_ALL_ASSOC, SCTP_ENGINE_ABORT, SCTP_ENGINE_ADDR_OVER, SCTP_ENGINE_EOF, SCTP_ENGINE_EOR,
    SCTP_ENGINE_SACK_IMMEDIATELY, SCTP_ENGINE_SENDALL, SCTP_ENGINE_UNORDERED, SCTP_PR_SCTP_RTX,
    sctp_endpoint, sctp_engine, sctp_message, sctp_nanoseconds, sctp_next, sctp_receive, sctp_send,
    sctp_send_room,
};
use crate::errno::{ToErrno, errno};
use crate::message::Held;
use crate::{address, lent, notification};
use ::sctp_engine::address::{Address, Family};
use ::sctp_engine::memory::{self, OutOfMemory};
use ::sctp_engine::options::{Events, Switches};
use ::sctp_engine::time::{Span, Time};
use ::sctp_engine::{
    AssociationId, Close, EndpointId, Engine, Error, Item, Message, Queued, Rest, SendInfo, SetUp, Style,
};
use alloc::vec::Vec;
use core::ffi::c_int;

/// Flags that a message may be sent with, besides a policy of PR-SCTP in the low four bits.
const SEND_FLAGS: u32 = SCTP_ENGINE_EOF
    | SCTP_ENGINE_ABORT
    | SCTP_ENGINE_UNORDERED
    | SCTP_ENGINE_ADDR_OVER
    | SCTP_ENGINE_SENDALL
    | SCTP_ENGINE_EOR
    | SCTP_ENGINE_SACK_IMMEDIATELY;
/// The low four bits: SCTP_PR_SCTP_NONE to SCTP_PR_SCTP_RTX.
const POLICIES: u32 = 0xf;

fn has(flags: u16, flag: u32) -> bool {
    u32::from(flags) & flag != 0
}

fn send_info(info: &sctp_send) -> Result<SendInfo, Error> {
    let to = address::from_c(&info.to);
    let flags = u32::from(info.flags);
    let known = flags & !(SEND_FLAGS | POLICIES) == 0 && flags & POLICIES <= SCTP_PR_SCTP_RTX;
    if !known || (has(info.flags, SCTP_ENGINE_ADDR_OVER) && to.family == Family::None) {
        return Err(Error::Invalid);
    }
    Ok(SendInfo {
        to,
        association: (info.assoc_id > SCTP_ALL_ASSOC).then_some(AssociationId(info.assoc_id)),
        stream: info.stream,
        ppid: u32::from_be(info.ppid),
        context: info.context,
        unordered: has(info.flags, SCTP_ENGINE_UNORDERED),
        immediate: has(info.flags, SCTP_ENGINE_SACK_IMMEDIATELY),
        to_this_address: has(info.flags, SCTP_ENGINE_ADDR_OVER),
        finish: has(info.flags, SCTP_ENGINE_EOF),
        use_defaults: info.use_defaults,
        end_of_record: has(info.flags, SCTP_ENGINE_EOR),
        more: info.more,
    })
}

/// Other addresses of the peer that a message may set an association up with.
///
/// # Safety
/// As [`lent::addresses`].
unsafe fn further(info: &sctp_send) -> Result<Vec<Address>, Error> {
    let mut list = Vec::new();
    // SAFETY: the caller's promise.
    for address in unsafe { lent::addresses(info.further, info.further_count) } {
        memory::push(&mut list, address::from_c(address))?;
    }
    Ok(list)
}

fn set_up<'a>(info: &sctp_send, further: &'a [Address]) -> SetUp<'a> {
    SetUp {
        outbound_streams: info.outbound_streams,
        inbound_streams: info.inbound_streams,
        max_attempts: info.max_attempts,
        max_timeout: Span::from_millis(u64::from(info.max_timeout)),
        further,
    }
}

/// Sends `message`, which is taken out of its place on success only.
fn send(
    engine: &mut Engine,
    now: Time,
    endpoint: EndpointId,
    info: &sctp_send,
    further: &[Address],
    message: &mut Message,
) -> Result<(), Error> {
    let send = send_info(info)?;
    let abort = has(info.flags, SCTP_ENGINE_ABORT);
    let end = has(info.flags, SCTP_ENGINE_EOF);
    if has(info.flags, SCTP_ENGINE_SENDALL) && engine.style(endpoint)? == Style::OneToMany {
        let how = if abort { Some(Close::Abort) } else { end.then_some(Close::Graceful) };
        return engine.send_all(now, endpoint, &send, message, how);
    }
    if abort {
        return engine.abort(endpoint, &send, message);
    }
    if message.length() == 0 && end {
        return engine.finish(now, endpoint, &send);
    }
    engine.send_from(now, endpoint, &send, &set_up(info, further), message)
}

/// # Safety
/// As [`lent::engine`]; `info` is valid, with `further_count` addresses at `further`; `message` is null or came from
/// `sctp_message_create`, and is not used again when the result is 0.
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
    // SAFETY: the caller's promise.
    let further = match unsafe { further(info) } {
        Ok(further) => further,
        Err(error) => return errno(error),
    };
    let mut nothing = Message::default();
    // SAFETY: the caller's promise: nobody else looks at it now.
    let outgoing = unsafe { Held::outgoing(message) }.unwrap_or(&mut nothing);
    let result = send(engine, Time(now), EndpointId(endpoint), info, &further, outgoing);
    if result.is_ok() {
        // SAFETY: the caller's promise; only the empty place is left.
        drop(unsafe { Held::take_back(message) });
    }
    result.to_errno()
}

/// # Safety
/// As [`sctp_engine_send`]; `out` points to a place for the result.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn sctp_engine_send_room(
    engine: *mut sctp_engine,
    endpoint: sctp_endpoint,
    info: *const sctp_send,
    out: *mut sctp_send_room,
) -> c_int {
    // SAFETY: the caller's promise.
    let (engine, info) = unsafe { (lent::engine(engine), &*info) };
    // SAFETY: the caller's promise.
    let further = unsafe { further(info) };
    let room = further.and_then(|further| {
        engine.send_room(EndpointId(endpoint), &send_info(info)?, &set_up(info, &further))
    });
    match room {
        Ok(room) => {
            let room = sctp_send_room {
                assoc_id: room.association.map_or(0, |association| association.0),
                bytes: room.bytes,
                explicit_eor: room.explicit,
            };
            // SAFETY: the caller's promise.
            unsafe { lent::store(out, room) };
            0
        }
        Err(error) => errno(error),
    }
}

/// No message behind this one.
const NOTHING: sctp_next = sctp_next {
    assoc_id: 0,
    ppid: 0,
    length: 0,
    stream: 0,
    there: false,
    unordered: false,
    notification: false,
    complete: false,
};

fn next_to_c((queued, association): (&Queued, AssociationId)) -> sctp_next {
    let length = u32::try_from(queued.readable()).unwrap_or(u32::MAX);
    let there = sctp_next { assoc_id: association.0, length, there: true, ..NOTHING };
    match &queued.item {
        Item::Data(delivery) => sctp_next {
            ppid: delivery.ppid.to_be(),
            stream: delivery.stream,
            unordered: delivery.unordered,
            complete: delivery.rest == Rest::Nothing,
            ..there
        },
        Item::Notification(_) | Item::LaidOut(_) => sctp_next { notification: true, complete: true, ..there },
    }
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
        want_nxtinfo: false,
        want_sndrcv: false,
        want_extrcv: false,
        next: NOTHING,
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
        about.want_nxtinfo = options.switches.contains(Switches::RECVNXTINFO);
        about.want_sndrcv = options.future.events.contains(Events::DATA_IO);
        about.want_extrcv = options.switches.contains(Switches::USE_EXT_RCVINFO);
        if about.want_nxtinfo || about.want_extrcv {
            about.next = engine.next(id).ok().flatten().map_or(NOTHING, next_to_c);
        }
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
