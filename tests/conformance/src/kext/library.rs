//! The test host as a library: libsctphost.so (tests/host/include/host.h and bsd/syscalls.h), found at run time.

use core::ffi::{CStr, c_char, c_int, c_long, c_void};
use core::mem::transmute_copy;
use std::ffi::CString;

unsafe extern "C" {
    fn dlopen(path: *const c_char, flags: c_int) -> *mut c_void;
    fn dlsym(library: *mut c_void, name: *const c_char) -> *mut c_void;
    fn dlerror() -> *const c_char;
}

const RTLD_NOW: c_int = 2;

/// struct bsd_msghdr.
#[repr(C)]
pub(super) struct MessageHeader {
    pub(super) name: *const c_void,
    pub(super) name_length: u32,
    pub(super) parts: *const Part,
    pub(super) part_count: c_int,
    pub(super) control: *mut c_void,
    pub(super) control_length: u32,
    pub(super) flags: c_int,
}

/// struct iovec.
#[repr(C)]
pub(super) struct Part {
    pub(super) bytes: *mut c_void,
    pub(super) length: usize,
}

/// host_link_peer: what takes the packets that leave.
pub(super) type Peer = unsafe extern "C" fn(context: *mut c_void, packet: *const c_void, length: usize);

macro_rules! functions {
    ($($name:ident: fn($($argument:ty),*) $(-> $result:ty)?,)*) => {
        /// Its functions under their names.
        pub(super) struct Library {
            $(pub(super) $name: unsafe extern "C" fn($($argument),*) $(-> $result)?,)*
        }

        impl Library {
            /// # Errors
            /// Why it cannot be used.
            pub(super) fn open(path: &str) -> Result<Self, String> {
                let path = CString::new(path).map_err(|error| error.to_string())?;
                // SAFETY: the path is a string, and the library runs nothing when it is loaded.
                let library = unsafe { dlopen(path.as_ptr(), RTLD_NOW) };
                if library.is_null() {
                    return Err(problem());
                }
                Ok(Self {
                    $($name: {
                        let name = CString::new(stringify!($name)).map_err(|error| error.to_string())?;
                        // SAFETY: the library is open, the name is a string.
                        let address = unsafe { dlsym(library, name.as_ptr()) };
                        if address.is_null() {
                            return Err(problem());
                        }
                        // SAFETY: the headers of the test host declare the function with this type, and a pointer to
                        // data is as large as one to a function.
                        unsafe { transmute_copy(&address) }
                    },)*
                })
            }
        }
    };
}

functions! {
    host_start: fn(*const c_char, *mut c_char, usize) -> c_int,
    host_clock_set_virtual: fn(bool),
    host_clock_advance: fn(u64),
    host_settle: fn(),
    host_random_seed: fn(u64),
    host_memory_link_attach: fn(Peer, *mut c_void),
    host_memory_link_addresses: fn(*const c_char, u32),
    host_link_inject: fn(*const c_void, usize),
    host_sysctl: fn(*const c_char, *mut c_void, *mut usize, *const c_void, usize) -> c_int,
    bsd_socket: fn(c_int, c_int, c_int) -> c_int,
    bsd_bind: fn(c_int, *const c_void, u32) -> c_int,
    bsd_listen: fn(c_int, c_int) -> c_int,
    bsd_connect: fn(c_int, *const c_void, u32) -> c_int,
    bsd_close: fn(c_int) -> c_int,
    bsd_fcntl: fn(c_int, c_int, c_long) -> c_int,
    bsd_sendmsg: fn(c_int, *const MessageHeader, c_int) -> i64,
    bsd_recvmsg: fn(c_int, *mut MessageHeader, c_int) -> i64,
    bsd_setsockopt: fn(c_int, c_int, c_int, *const c_void, u32) -> c_int,
    bsd_getsockopt: fn(c_int, c_int, c_int, *mut c_void, *mut u32) -> c_int,
}

fn problem() -> String {
    // SAFETY: called after a call has failed, so that there is a text.
    unsafe { CStr::from_ptr(dlerror()) }.to_string_lossy().into_owned()
}
