//! The engine as a whole: made, asked, thrown away.

use crate::contract::{sctp_engine, sctp_nanoseconds};
use crate::lent;
use ::sctp_engine::Engine;
use alloc::alloc::{Layout, alloc, dealloc};
use core::ptr;

/// # Safety
/// `seed` points to 32 bytes.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn sctp_engine_create(seed: *const u8) -> *mut sctp_engine {
    // SAFETY: the caller's promise.
    let Some(seed) = (unsafe { lent::bytes(seed, 32) }).first_chunk::<32>() else { return ptr::null_mut() };
    let Ok(engine) = Engine::new(*seed) else { return ptr::null_mut() };
    // SAFETY: Engine is not of size zero.
    let memory = unsafe { alloc(Layout::new::<Engine>()) }.cast::<Engine>();
    if !memory.is_null() {
        // SAFETY: fresh memory of Engine's layout.
        unsafe { memory.write(engine) };
    }
    memory.cast()
}

/// # Safety
/// `engine` came from [`sctp_engine_create`] and is not used again.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn sctp_engine_destroy(engine: *mut sctp_engine) {
    let engine = engine.cast::<Engine>();
    if !engine.is_null() {
        // SAFETY: the memory that sctp_engine_create made, dropped and freed once.
        unsafe {
            ptr::drop_in_place(engine);
            dealloc(engine.cast(), Layout::new::<Engine>());
        }
    }
}

/// # Safety
/// As [`lent::engine`].
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn sctp_engine_associations(engine: *const sctp_engine) -> u32 {
    // SAFETY: the caller's promise.
    unsafe { lent::engine_ref(engine) }.associations()
}

/// # Safety
/// As [`lent::engine`].
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn sctp_engine_quiesce(engine: *mut sctp_engine, _now: sctp_nanoseconds) {
    // SAFETY: the caller's promise.
    unsafe { lent::engine(engine) }.quiesce();
}
