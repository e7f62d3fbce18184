//! Options of the levels IPPROTO_IP and IPPROTO_IPV6: what packets say to IP. A socket of family V6 has those of both, as
//! it has peers of both.

use super::{Call, Plain};
use crate::contract::{self, sctp_endpoint, sctp_engine, sctp_nanoseconds};
use crate::errno::{ToErrno, errno};
use crate::lent;
use ::sctp_engine::options::{IpHeader, IpSettings};
use ::sctp_engine::time::Time;
use ::sctp_engine::{EndpointId, Error};
use core::ffi::{c_int, c_void};

/// An option: an int, kept in a byte.
struct Row {
    level: u32,
    name: u32,
    least: u8,
    /// What -1 stands for (RFC 3493 section 5.1, RFC 3542 section 6.5).
    usual: Option<fn(&IpHeader) -> u8>,
    field: fn(&mut IpSettings) -> &mut u8,
}

const ROWS: [Row; 4] = [
    Row {
        level: contract::IPPROTO_IP,
        name: contract::IP_TOS,
        least: 0,
        usual: None,
        field: |ip| &mut ip.v4.tos,
    },
    Row {
        level: contract::IPPROTO_IP,
        name: contract::IP_TTL,
        least: 1,
        usual: None,
        field: |ip| &mut ip.v4.hops,
    },
    Row {
        level: contract::IPPROTO_IPV6,
        name: contract::IPV6_TCLASS,
        least: 0,
        usual: Some(|header| header.tos),
        field: |ip| &mut ip.v6.tos,
    },
    Row {
        level: contract::IPPROTO_IPV6,
        name: contract::IPV6_UNICAST_HOPS,
        least: 0,
        usual: Some(|header| header.hops),
        field: |ip| &mut ip.v6.hops,
    },
];

fn row(level: c_int, name: c_int) -> Result<&'static Row, Error> {
    let same = |number: c_int, other: u32| u32::try_from(number).is_ok_and(|number| number == other);
    let mut rows = ROWS.iter();
    rows.find(|row| same(level, row.level) && same(name, row.name)).ok_or(Error::NoSuchOption)
}

fn byte(row: &Row, value: i32) -> Result<u8, Error> {
    match (value, row.usual) {
        (-1, Some(usual)) => Ok(usual(&IpHeader::default())),
        _ => u8::try_from(value).ok().filter(|byte| *byte >= row.least).ok_or(Error::Invalid),
    }
}

/// # Safety
/// As [`lent::engine`]; `value` points to `*length` initialised bytes.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn sctp_engine_get_ip_option(
    engine: *mut sctp_engine,
    endpoint: sctp_endpoint,
    level: c_int,
    name: c_int,
    value: *mut c_void,
    length: *mut usize,
) -> c_int {
    // SAFETY: the caller's promise.
    let (engine, room) = unsafe { (lent::engine(engine), lent::bytes_mut(value.cast(), length.read())) };
    let call = Call { engine, endpoint: EndpointId(endpoint), now: Time(0) };
    let get = |row: &Row| {
        let mut ip = call.settings(contract::SCTP_FUTURE_ASSOC)?.protocol.ip;
        i32::from(*(row.field)(&mut ip)).write(room)
    };
    match row(level, name).and_then(get) {
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
pub(crate) unsafe extern "C" fn sctp_engine_set_ip_option(
    engine: *mut sctp_engine,
    now: sctp_nanoseconds,
    endpoint: sctp_endpoint,
    level: c_int,
    name: c_int,
    value: *const c_void,
    length: usize,
) -> c_int {
    // SAFETY: the caller's promise.
    let (engine, bytes) = unsafe { (lent::engine(engine), lent::bytes(value.cast(), length)) };
    let mut call = Call { engine, endpoint: EndpointId(endpoint), now: Time(now) };
    let set = |row: &Row| {
        let new = byte(row, i32::read(bytes)?)?;
        call.change_everywhere(|settings| *(row.field)(&mut settings.protocol.ip) = new)
    };
    row(level, name).and_then(set).to_errno()
}
