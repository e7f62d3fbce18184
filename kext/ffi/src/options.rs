//! Options of level IPPROTO_SCTP: the structures of netinet/sctp.h to and from what the engine knows.

use crate::contract::{self, sctp_endpoint, sctp_engine, sctp_nanoseconds};
use crate::errno::{ToErrno, errno};
use crate::lent;
use ::sctp_engine::options::{Events, SendDefaults};
use ::sctp_engine::time::{Span, Time};
use ::sctp_engine::{AssociationId, EndpointId, Engine, Error};
use core::ffi::{c_int, c_void};
use core::mem::size_of;

/// A C structure of numbers only: every pattern of bytes is a value.
///
/// # Safety
/// Only for `repr(C)` types without padding that matters, pointers, references or bools.
unsafe trait Plain: Copy {
    fn read(bytes: &[u8]) -> Result<Self, Error> {
        if bytes.len() < size_of::<Self>() {
            return Err(Error::Invalid);
        }
        // SAFETY: long enough, and any bytes are a value; read_unaligned asks no alignment.
        Ok(unsafe { bytes.as_ptr().cast::<Self>().read_unaligned() })
    }

    fn write(self, room: &mut [u8]) -> Result<usize, Error> {
        if room.len() < size_of::<Self>() {
            return Err(Error::Invalid);
        }
        // SAFETY: long enough; write_unaligned asks no alignment.
        unsafe { room.as_mut_ptr().cast::<Self>().write_unaligned(self) };
        Ok(size_of::<Self>())
    }
}

macro_rules! plain {
    ($($type:ty),*) => {
        $(
            // SAFETY: numbers only.
            unsafe impl Plain for $type {}
        )*
    };
}

plain!(
    u32,
    contract::sctp_rtoinfo,
    contract::sctp_initmsg,
    contract::sctp_event_subscribe,
    contract::sctp_event,
    contract::sctp_paddrinfo,
    contract::sctp_sndinfo,
    contract::sctp_status
);

/// One call, for handlers to work on.
struct Call<'a> {
    engine: &'a mut Engine,
    endpoint: EndpointId,
    now: Time,
}

type Get = fn(&mut Call<'_>, &mut [u8]) -> Result<usize, Error>;
type Set = fn(&mut Call<'_>, &[u8]) -> Result<(), Error>;

/// An option: its number, and what to do.
struct Row {
    name: u32,
    get: Option<Get>,
    set: Option<Set>,
}

const TABLE: [Row; 10] = [
    Row { name: contract::SCTP_RTOINFO, get: Some(get_rtoinfo), set: Some(set_rtoinfo) },
    Row { name: contract::SCTP_INITMSG, get: Some(get_initmsg), set: Some(set_initmsg) },
    Row { name: contract::SCTP_NODELAY, get: Some(get_nodelay), set: Some(set_nodelay) },
    Row { name: contract::SCTP_EVENTS, get: Some(get_events), set: Some(set_events) },
    Row { name: contract::SCTP_EVENT, get: Some(get_event), set: Some(set_event) },
    Row { name: contract::SCTP_GET_PEER_ADDR_INFO, get: Some(get_path), set: None },
    Row { name: contract::SCTP_RECVRCVINFO, get: Some(get_recvrcvinfo), set: Some(set_recvrcvinfo) },
    Row { name: contract::SCTP_DEFAULT_SNDINFO, get: Some(get_sndinfo), set: Some(set_sndinfo) },
    Row { name: contract::SCTP_STATUS, get: Some(get_status), set: None },
    Row { name: contract::SCTP_GET_ASSOC_NUMBER, get: Some(get_association_number), set: None },
];

fn row(name: c_int) -> Result<&'static Row, Error> {
    TABLE.iter().find(|row| u32::try_from(name).is_ok_and(|name| name == row.name)).ok_or(Error::NoSuchOption)
}

fn keep<T: Default + PartialEq>(new: T, old: T) -> T {
    if new == T::default() { old } else { new }
}

fn get_rtoinfo(call: &mut Call<'_>, room: &mut [u8]) -> Result<usize, Error> {
    let rto = call.engine.options(call.endpoint)?.protocol.rto;
    contract::sctp_rtoinfo {
        srto_assoc_id: 0,
        srto_initial: rto.initial.as_millis(),
        srto_max: rto.max.as_millis(),
        srto_min: rto.min.as_millis(),
    }
    .write(room)
}

fn set_rtoinfo(call: &mut Call<'_>, bytes: &[u8]) -> Result<(), Error> {
    let new = contract::sctp_rtoinfo::read(bytes)?;
    let rto = &mut call.engine.options(call.endpoint)?.protocol.rto;
    let span = |millis: u32, old: Span| Span::from_millis(u64::from(keep(millis, old.as_millis())));
    let (initial, min, max) =
        (span(new.srto_initial, rto.initial), span(new.srto_min, rto.min), span(new.srto_max, rto.max));
    if min > initial || initial > max {
        return Err(Error::Invalid);
    }
    (rto.initial, rto.min, rto.max) = (initial, min, max);
    Ok(())
}

fn get_initmsg(call: &mut Call<'_>, room: &mut [u8]) -> Result<usize, Error> {
    let protocol = call.engine.options(call.endpoint)?.protocol;
    contract::sctp_initmsg {
        sinit_num_ostreams: protocol.outbound_streams,
        sinit_max_instreams: protocol.inbound_streams,
        sinit_max_attempts: protocol.max_init_retransmits,
        sinit_max_init_timeo: u16::try_from(protocol.max_init_timeout.as_millis()).unwrap_or(u16::MAX),
    }
    .write(room)
}

fn set_initmsg(call: &mut Call<'_>, bytes: &[u8]) -> Result<(), Error> {
    let new = contract::sctp_initmsg::read(bytes)?;
    let protocol = &mut call.engine.options(call.endpoint)?.protocol;
    protocol.outbound_streams = keep(new.sinit_num_ostreams, protocol.outbound_streams);
    protocol.inbound_streams = keep(new.sinit_max_instreams, protocol.inbound_streams);
    protocol.max_init_retransmits = keep(new.sinit_max_attempts, protocol.max_init_retransmits);
    if new.sinit_max_init_timeo != 0 {
        protocol.max_init_timeout = Span::from_millis(u64::from(new.sinit_max_init_timeo));
    }
    Ok(())
}

fn get_nodelay(call: &mut Call<'_>, room: &mut [u8]) -> Result<usize, Error> {
    u32::from(call.engine.options(call.endpoint)?.protocol.no_delay).write(room)
}

fn set_nodelay(call: &mut Call<'_>, bytes: &[u8]) -> Result<(), Error> {
    let on = u32::read(bytes)? != 0;
    call.engine.set_no_delay(call.now, call.endpoint, on)
}

fn get_events(call: &mut Call<'_>, room: &mut [u8]) -> Result<usize, Error> {
    let events = call.engine.options(call.endpoint)?.events;
    let on = |event: Events| u8::from(events.contains(event));
    contract::sctp_event_subscribe {
        sctp_data_io_event: on(Events::DATA_IO),
        sctp_association_event: on(Events::ASSOCIATION),
        sctp_address_event: on(Events::ADDRESS),
        sctp_send_failure_event: on(Events::SEND_FAILURE),
        sctp_peer_error_event: on(Events::PEER_ERROR),
        sctp_shutdown_event: on(Events::SHUTDOWN),
        sctp_partial_delivery_event: on(Events::PARTIAL_DELIVERY),
        sctp_adaptation_layer_event: on(Events::ADAPTATION),
        sctp_authentication_event: on(Events::AUTHENTICATION),
        sctp_sender_dry_event: on(Events::SENDER_DRY),
        sctp_stream_reset_event: on(Events::STREAM_RESET),
    }
    .write(room)
}

/// Programs built for older headers hand in fewer bytes: what they leave out stays off.
fn set_events(call: &mut Call<'_>, bytes: &[u8]) -> Result<(), Error> {
    if bytes.is_empty() {
        return Err(Error::Invalid);
    }
    let mut events = Events::empty();
    for (event, byte) in Events::all().iter().zip(bytes) {
        events.set(event, *byte != 0);
    }
    call.engine.options(call.endpoint)?.events = events;
    Ok(())
}

/// The subscription of a notification type (RFC 6458 section 6.2.2).
fn event_of(kind: u16) -> Result<Events, Error> {
    let table = [
        (contract::SCTP_ASSOC_CHANGE, Events::ASSOCIATION),
        (contract::SCTP_PEER_ADDR_CHANGE, Events::ADDRESS),
        (contract::SCTP_REMOTE_ERROR, Events::PEER_ERROR),
        (contract::SCTP_SEND_FAILED, Events::SEND_FAILURE),
        (contract::SCTP_SHUTDOWN_EVENT, Events::SHUTDOWN),
        (contract::SCTP_ADAPTATION_INDICATION, Events::ADAPTATION),
        (contract::SCTP_PARTIAL_DELIVERY_EVENT, Events::PARTIAL_DELIVERY),
        (contract::SCTP_AUTHENTICATION_EVENT, Events::AUTHENTICATION),
        (contract::SCTP_STREAM_RESET_EVENT, Events::STREAM_RESET),
        (contract::SCTP_SENDER_DRY_EVENT, Events::SENDER_DRY),
    ];
    let mut rows = table.into_iter();
    rows.find(|(number, _)| *number == u32::from(kind)).map(|(_, event)| event).ok_or(Error::NotSupported)
}

fn get_event(call: &mut Call<'_>, room: &mut [u8]) -> Result<usize, Error> {
    let mut asked = contract::sctp_event::read(room)?;
    let event = event_of(asked.se_type)?;
    asked.se_on = u8::from(call.engine.options(call.endpoint)?.events.contains(event));
    asked.write(room)
}

fn set_event(call: &mut Call<'_>, bytes: &[u8]) -> Result<(), Error> {
    let new = contract::sctp_event::read(bytes)?;
    let event = event_of(new.se_type)?;
    call.engine.options(call.endpoint)?.events.set(event, new.se_on != 0);
    Ok(())
}

/// The path is the one that `spinfo_address` names on the way in.
fn get_path(call: &mut Call<'_>, room: &mut [u8]) -> Result<usize, Error> {
    let asked = contract::sctp_paddrinfo::read(room)?;
    let address = crate::address::from_storage(&asked.spinfo_address).ok_or(Error::Invalid)?;
    let name = (asked.spinfo_assoc_id != 0).then_some(AssociationId(asked.spinfo_assoc_id));
    let (association, path) = call.engine.path_status(call.endpoint, name, &address)?;
    path_info(association, &path).write(room)
}

fn path_info(association: AssociationId, path: &::sctp_engine::PathStatus) -> contract::sctp_paddrinfo {
    contract::sctp_paddrinfo {
        spinfo_address: crate::address::to_storage(&path.address),
        spinfo_assoc_id: association.0,
        spinfo_state: path_state(path),
        spinfo_cwnd: path.cwnd,
        spinfo_srtt: path.srtt.as_millis(),
        spinfo_rto: path.rto.as_millis(),
        spinfo_mtu: path.mtu,
    }
}

fn get_recvrcvinfo(call: &mut Call<'_>, room: &mut [u8]) -> Result<usize, Error> {
    u32::from(call.engine.options(call.endpoint)?.want_rcvinfo).write(room)
}

fn set_recvrcvinfo(call: &mut Call<'_>, bytes: &[u8]) -> Result<(), Error> {
    let on = u32::read(bytes)? != 0;
    call.engine.options(call.endpoint)?.want_rcvinfo = on;
    Ok(())
}

fn get_sndinfo(call: &mut Call<'_>, room: &mut [u8]) -> Result<usize, Error> {
    let defaults = call.engine.options(call.endpoint)?.send_defaults;
    contract::sctp_sndinfo {
        snd_sid: defaults.stream,
        snd_flags: if defaults.unordered { unordered() } else { 0 },
        snd_ppid: defaults.ppid.to_be(),
        snd_context: defaults.context,
        snd_assoc_id: 0,
    }
    .write(room)
}

fn set_sndinfo(call: &mut Call<'_>, bytes: &[u8]) -> Result<(), Error> {
    let new = contract::sctp_sndinfo::read(bytes)?;
    call.engine.options(call.endpoint)?.send_defaults = SendDefaults {
        stream: new.snd_sid,
        ppid: u32::from_be(new.snd_ppid),
        context: new.snd_context,
        unordered: new.snd_flags & unordered() != 0,
    };
    Ok(())
}

fn unordered() -> u16 {
    u16::try_from(contract::SCTP_UNORDERED).unwrap_or_default()
}

fn get_association_number(call: &mut Call<'_>, room: &mut [u8]) -> Result<usize, Error> {
    call.engine.association_count(call.endpoint)?.write(room)
}

/// The association is the one that `sstat_assoc_id` names on the way in.
fn get_status(call: &mut Call<'_>, room: &mut [u8]) -> Result<usize, Error> {
    let asked = contract::sctp_status::read(room)?.sstat_assoc_id;
    let status = call.engine.status(call.endpoint, (asked != 0).then_some(AssociationId(asked)))?;
    contract::sctp_status {
        sstat_assoc_id: status.association.0,
        sstat_state: association_state(status.state),
        sstat_rwnd: status.peer_window,
        sstat_unackdata: status.unacknowledged,
        sstat_penddata: status.pending,
        sstat_instrms: status.inbound_streams,
        sstat_outstrms: status.outbound_streams,
        sstat_fragmentation_point: status.fragmentation_point,
        sstat_primary: path_info(status.association, &status.primary),
    }
    .write(room)
}

fn association_state(state: ::sctp_engine::StateName) -> c_int {
    use ::sctp_engine::StateName as Name;
    let state = match state {
        Name::CookieWait => contract::SCTP_COOKIE_WAIT,
        Name::CookieEchoed => contract::SCTP_COOKIE_ECHOED,
        Name::Established => contract::SCTP_ESTABLISHED,
        Name::ShutdownPending => contract::SCTP_SHUTDOWN_PENDING,
        Name::ShutdownSent => contract::SCTP_SHUTDOWN_SENT,
        Name::ShutdownReceived => contract::SCTP_SHUTDOWN_RECEIVED,
        Name::ShutdownAckSent => contract::SCTP_SHUTDOWN_ACK_SENT,
    };
    c_int::try_from(state).unwrap_or_default()
}

fn path_state(path: &::sctp_engine::PathStatus) -> c_int {
    let state = match (path.confirmed, path.active) {
        (false, _) => contract::SCTP_UNCONFIRMED,
        (true, true) => contract::SCTP_ACTIVE,
        (true, false) => contract::SCTP_INACTIVE,
    };
    c_int::try_from(state).unwrap_or_default()
}

/// # Safety
/// As [`lent::engine`]; `value` points to `*length` initialised bytes.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn sctp_engine_get_option(
    engine: *mut sctp_engine,
    endpoint: sctp_endpoint,
    name: c_int,
    value: *mut c_void,
    length: *mut usize,
) -> c_int {
    // SAFETY: the caller's promise.
    let (engine, room) = unsafe { (lent::engine(engine), lent::bytes_mut(value.cast(), length.read())) };
    let mut call = Call { engine, endpoint: EndpointId(endpoint), now: Time(0) };
    let result =
        row(name).and_then(|row| row.get.ok_or(Error::NoSuchOption)).and_then(|get| get(&mut call, room));
    match result {
        Ok(used) => {
            // SAFETY: the caller's promise.
            unsafe { lent::store(length, used) };
            0
        }
        Err(error) => errno(error),
    }
}

/// # Safety
/// As [`lent::engine`]; `value` points to `length` initialised bytes.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn sctp_engine_set_option(
    engine: *mut sctp_engine,
    now: sctp_nanoseconds,
    endpoint: sctp_endpoint,
    name: c_int,
    value: *const c_void,
    length: usize,
) -> c_int {
    // SAFETY: the caller's promise.
    let (engine, bytes) = unsafe { (lent::engine(engine), lent::bytes(value.cast(), length)) };
    let mut call = Call { engine, endpoint: EndpointId(endpoint), now: Time(now) };
    row(name)
        .and_then(|row| row.set.ok_or(Error::NoSuchOption))
        .and_then(|set| set(&mut call, bytes))
        .to_errno()
}
