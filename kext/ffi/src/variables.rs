//! What an administrator may set.

use crate::contract::{sctp_engine, sctp_variable};
use crate::errno::ToErrno;
use crate::lent;
use core::ffi::c_int;

/// # Safety
/// As [`lent::engine`]; `out` points to a place for the result.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn sctp_engine_variable(
    engine: *const sctp_engine,
    index: u32,
    out: *mut sctp_variable,
) -> bool {
    // SAFETY: the caller's promise.
    let Some((row, value)) = (unsafe { lent::engine_ref(engine) }).variable(index) else { return false };
    let variable = sctp_variable {
        name: row.name.as_ptr(),
        description: row.description.as_ptr(),
        value,
        least: row.least,
        greatest: row.greatest,
    };
    // SAFETY: the caller's promise.
    unsafe { lent::store(out, variable) };
    true
}

/// # Safety
/// As [`lent::engine`].
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn sctp_engine_set_variable(
    engine: *mut sctp_engine,
    index: u32,
    value: u32,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { lent::engine(engine) }.set_variable(index, value).to_errno()
}

/// # Safety
/// As [`lent::engine`]; `send` and `receive` point to places for the results.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn sctp_engine_socket_buffers(
    engine: *const sctp_engine,
    send: *mut u32,
    receive: *mut u32,
) {
    // SAFETY: the caller's promise.
    unsafe {
        let (for_sending, for_receiving) = lent::engine_ref(engine).socket_buffers();
        lent::store(send, for_sending);
        lent::store(receive, for_receiving);
    }
}
