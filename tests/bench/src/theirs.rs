//! usrsctp through `usrsctp/pair.c`.

use crate::pair::{BUFFER, Cycle, PACKET, Packets, Pair, Side};
use core::ffi::{c_int, c_long, c_void};
use std::sync::Once;

#[repr(C)]
#[derive(Default)]
struct Counts {
    packets: u64,
    longest: u64,
}

unsafe extern "C" {
    fn usrsctp_pair_start(buffer: u32);
    fn usrsctp_pair_open(associations: usize, packet: usize, nodelay: c_int) -> c_int;
    fn usrsctp_pair_close();
    fn usrsctp_pair_send(side: c_int, association: usize, bytes: *const c_void, length: usize) -> c_int;
    fn usrsctp_pair_receive(side: c_int, buffer: *mut c_void, capacity: usize) -> c_long;
    fn usrsctp_pair_pump();
    fn usrsctp_pair_listen(packet: usize) -> c_int;
    fn usrsctp_pair_cycle() -> c_int;
    fn usrsctp_pair_count(counts: *mut Counts);
}

fn start() {
    static START: Once = Once::new();
    // SAFETY: called once, and from the only thread.
    START.call_once(|| unsafe { usrsctp_pair_start(BUFFER) });
}

const fn number(side: Side) -> c_int {
    match side {
        Side::A => 0,
        Side::B => 1,
    }
}

/// The pair that is open; there is one at a time.
#[derive(Debug)]
pub(crate) struct Theirs(());

impl Theirs {
    pub(crate) fn open(associations: usize, no_delay: bool) -> Self {
        start();
        // SAFETY: the library is started; this thread is the only one.
        let status = unsafe { usrsctp_pair_open(associations, PACKET, c_int::from(no_delay)) };
        assert_eq!(status, 0, "usrsctp set no association up");
        Self(())
    }
}

impl Drop for Theirs {
    fn drop(&mut self) {
        // SAFETY: the pair is open.
        unsafe { usrsctp_pair_close() }
    }
}

impl Pair for Theirs {
    fn send(&mut self, side: Side, association: usize, message: &[u8]) -> bool {
        // SAFETY: the pair is open, and `message` is as long as it says.
        let taken =
            unsafe { usrsctp_pair_send(number(side), association, message.as_ptr().cast(), message.len()) };
        assert!(taken >= 0, "usrsctp refused a message: {}", std::io::Error::last_os_error());
        taken == 1
    }

    fn receive(&mut self, side: Side, buffer: &mut [u8]) -> Option<usize> {
        // SAFETY: the pair is open, and `buffer` is as long as it says.
        let length = unsafe { usrsctp_pair_receive(number(side), buffer.as_mut_ptr().cast(), buffer.len()) };
        let length = usize::try_from(length).expect("usrsctp could not read");
        (length > 0).then_some(length)
    }

    fn pump(&mut self) {
        // SAFETY: the library is started; this thread is the only one.
        unsafe { usrsctp_pair_pump() }
    }

    fn packets(&self) -> Packets {
        let mut counts = Counts::default();
        // SAFETY: `counts` is a place for the result.
        unsafe { usrsctp_pair_count(&raw mut counts) }
        Packets { count: counts.packets, longest: usize::try_from(counts.longest).unwrap_or(usize::MAX) }
    }
}

/// The listener of [`Cycle`]: one for the whole process, as the library frees its port only some time after a close.
#[derive(Debug)]
pub(crate) struct TheirListener(());

impl TheirListener {
    pub(crate) fn open() -> Self {
        start();
        static LISTEN: Once = Once::new();
        LISTEN.call_once(|| {
            // SAFETY: the library is started; this thread is the only one.
            assert_eq!(unsafe { usrsctp_pair_listen(PACKET) }, 0, "usrsctp cannot listen");
        });
        Self(())
    }
}

impl Cycle for TheirListener {
    fn cycle(&mut self) {
        // SAFETY: the listener is open.
        assert_eq!(unsafe { usrsctp_pair_cycle() }, 0, "usrsctp set no association up");
    }
}
