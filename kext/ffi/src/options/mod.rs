//! Options of level IPPROTO_SCTP: the structures of netinet/sctp.h to and from what the engine knows.

mod addresses;
mod congestion;
mod extensions;
mod ip;
mod parts;
mod paths;
pub(crate) mod plain;
mod receiving;
mod sending;
mod set_up;
pub(crate) mod status;
mod switch;
mod value;

use crate::contract::{self, sctp_endpoint, sctp_engine, sctp_nanoseconds};
use crate::errno::{ToErrno, errno};
use crate::lent;
use ::sctp_engine::address::Address;
use ::sctp_engine::options::Settings;
use ::sctp_engine::time::Time;
use ::sctp_engine::{EndpointId, Engine, Error, Scope, Style};
use core::ffi::{c_int, c_void};
pub(crate) use ip::{sctp_engine_get_ip_option, sctp_engine_set_ip_option};
use plain::Plain;

/// One call, for handlers to work on.
struct Call<'a> {
    engine: &'a mut Engine,
    endpoint: EndpointId,
    now: Time,
}

impl Call<'_> {
    /// The settings of the associations to come, or of the one that `assoc_id` names.
    fn settings(&self, assoc_id: u32) -> Result<Settings, Error> {
        self.engine.settings(self.endpoint, Scope::from(assoc_id)).copied()
    }

    /// Changes the settings of all that `assoc_id` names.
    fn change(
        &mut self,
        assoc_id: u32,
        change: impl FnMut(&mut Settings) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.engine.change_settings(self.now, self.endpoint, Scope::from(assoc_id), change)
    }

    /// Changes the settings of the one association that `assoc_id` names, or of those to come.
    fn change_single(
        &mut self,
        assoc_id: u32,
        change: impl FnMut(&mut Settings) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.engine.change_single(self.now, self.endpoint, Scope::from(assoc_id), change)
    }

    /// Changes the settings of the whole socket, for an option that names no association.
    fn change_everywhere(&mut self, mut change: impl FnMut(&mut Settings)) -> Result<(), Error> {
        self.engine.change_everywhere(self.now, self.endpoint, |settings| {
            change(settings);
            Ok(())
        })
    }

    /// An address as the user is to see it.
    fn storage(&mut self, address: &Address) -> Result<contract::sockaddr_storage, Error> {
        let address = self.engine.options(self.endpoint)?.shown(*address);
        Ok(crate::address::to_storage(&address))
    }

    /// Refuses an option that is for the other style of socket.
    fn needs(&self, style: Style) -> Result<(), Error> {
        if self.engine.style(self.endpoint)? == style { Ok(()) } else { Err(Error::Invalid) }
    }

    /// Refuses an option that is for a socket which is not bound yet.
    fn needs_no_port(&self) -> Result<(), Error> {
        if self.engine.local_address(self.endpoint)?.port == 0 { Ok(()) } else { Err(Error::Invalid) }
    }

    /// Refuses an option of associations to come for any other.
    fn needs_future(&self, assoc_id: u32) -> Result<(), Error> {
        match self.engine.association(self.endpoint, Scope::from(assoc_id)) {
            Err(Error::Invalid) => Ok(()),
            Err(error) => Err(error),
            Ok(_) => Err(Error::Invalid),
        }
    }

    /// The settings of the whole socket.
    fn future(&mut self) -> Result<&Settings, Error> {
        Ok(&self.engine.options(self.endpoint)?.future)
    }
}

type Get = fn(&mut Call<'_>, &mut [u8]) -> Result<usize, Error>;
type Set = fn(&mut Call<'_>, &[u8]) -> Result<(), Error>;

/// An option: its number, and what to do.
struct Row {
    name: u32,
    get: Option<Get>,
    set: Option<Set>,
}

/// The options, a file a subject.
const TABLES: [&[Row]; 9] = [
    addresses::ROWS,
    set_up::ROWS,
    sending::ROWS,
    receiving::ROWS,
    parts::ROWS,
    paths::ROWS,
    congestion::ROWS,
    status::ROWS,
    extensions::ROWS,
];

/// An option that can only be set is asked for, or the other way round (RFC 6458 sections 8.2 and 8.3).
const WRONG_DIRECTION: Error = Error::NotSupported;

fn row(name: c_int) -> Result<&'static Row, Error> {
    let mut rows = TABLES.into_iter().flatten();
    rows.find(|row| u32::try_from(name).is_ok_and(|name| name == row.name)).ok_or(Error::NoSuchOption)
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
        row(name).and_then(|row| row.get.ok_or(WRONG_DIRECTION)).and_then(|get| get(&mut call, room));
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
    row(name).and_then(|row| row.set.ok_or(WRONG_DIRECTION)).and_then(|set| set(&mut call, bytes)).to_errno()
}
