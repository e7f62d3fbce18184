//! Options of the levels IPPROTO_IP and IPPROTO_IPV6: what packets say to IP, and which family peers have. A socket of
//! family V6 has those of both, as it has peers of both.

use super::{Call, Plain};
use crate::contract::{self, sctp_endpoint, sctp_engine, sctp_nanoseconds};
use crate::errno::{ToErrno, errno};
use crate::lent;
use ::sctp_engine::options::{IpHeader, IpSettings};
use ::sctp_engine::time::Time;
use ::sctp_engine::{EndpointId, Error};
use core::ffi::{c_int, c_void};

/// An option: an int.
struct Row {
    level: u32,
    name: u32,
    kept: Kept,
}

/// Where the value is kept.
enum Kept {
    /// In a byte of what packets say to IP.
    Header(Byte),
    /// By the endpoint: IPV6_V6ONLY (RFC 3493 section 5.3).
    V6Only,
}

struct Byte {
    least: u8,
    /// What -1 stands for (RFC 3493 section 5.1, RFC 3542 section 6.5).
    usual: Option<fn(&IpHeader) -> u8>,
    field: fn(&mut IpSettings) -> &mut u8,
}

const fn header(
    level: u32,
    name: u32,
    least: u8,
    usual: Option<fn(&IpHeader) -> u8>,
    field: fn(&mut IpSettings) -> &mut u8,
) -> Row {
    Row { level, name, kept: Kept::Header(Byte { least, usual, field }) }
}

const ROWS: [Row; 5] = [
    header(contract::IPPROTO_IP, contract::IP_TOS, 0, None, |ip| &mut ip.v4.tos),
    header(contract::IPPROTO_IP, contract::IP_TTL, 1, None, |ip| &mut ip.v4.hops),
    header(contract::IPPROTO_IPV6, contract::IPV6_TCLASS, 0, Some(|header| header.tos), |ip| &mut ip.v6.tos),
    header(contract::IPPROTO_IPV6, contract::IPV6_UNICAST_HOPS, 0, Some(|header| header.hops), |ip| {
        &mut ip.v6.hops
    }),
    Row { level: contract::IPPROTO_IPV6, name: contract::IPV6_V6ONLY, kept: Kept::V6Only },
];

fn row(level: c_int, name: c_int) -> Result<&'static Row, Error> {
    let same = |number: c_int, other: u32| u32::try_from(number).is_ok_and(|number| number == other);
    let mut rows = ROWS.iter();
    rows.find(|row| same(level, row.level) && same(name, row.name)).ok_or(Error::NoSuchOption)
}

fn byte(kept: &Byte, value: i32) -> Result<u8, Error> {
    match (value, kept.usual) {
        (-1, Some(usual)) => Ok(usual(&IpHeader::default())),
        _ => u8::try_from(value).ok().filter(|byte| *byte >= kept.least).ok_or(Error::Invalid),
    }
}

fn get(call: &mut Call<'_>, kept: &Kept) -> Result<i32, Error> {
    match kept {
        Kept::Header(byte) => {
            let mut ip = call.future()?.protocol.ip;
            Ok(i32::from(*(byte.field)(&mut ip)))
        }
        Kept::V6Only => Ok(i32::from(call.engine.options(call.endpoint)?.v6_only)),
    }
}

fn set(call: &mut Call<'_>, kept: &Kept, value: i32) -> Result<(), Error> {
    match kept {
        Kept::Header(kept) => {
            let new = byte(kept, value)?;
            call.change_everywhere(|settings| *(kept.field)(&mut settings.protocol.ip) = new)
        }
        Kept::V6Only => {
            // Whether others may have the port for IPv4 was decided when it was bound.
            call.needs_no_port()?;
            call.engine.options(call.endpoint)?.v6_only = value != 0;
            Ok(())
        }
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
    let mut call = Call { engine, endpoint: EndpointId(endpoint), now: Time(0) };
    let value = row(level, name).and_then(|row| get(&mut call, &row.kept));
    match value.and_then(|value| value.write(room)) {
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
    row(level, name).and_then(|row| set(&mut call, &row.kept, i32::read(bytes)?)).to_errno()
}
