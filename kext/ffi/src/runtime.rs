//! What a no_std program needs: an allocator, and a panic handler that must never be linked.

use crate::contract;
use core::alloc::{GlobalAlloc, Layout};

struct Kernel;

/// The alignment that sctp_kern_alloc gives.
const ALIGNMENT: usize = 16;

// SAFETY: sctp_kern_alloc gives memory of the asked size and alignment or null, and sctp_kern_free takes it back with
// the same size, as sctp_kern.h says.
unsafe impl GlobalAlloc for Kernel {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if layout.align() > ALIGNMENT {
            return core::ptr::null_mut();
        }
        // SAFETY: no conditions.
        unsafe { contract::sctp_kern_alloc(layout.size()) }.cast()
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: the memory came from alloc with this layout.
        unsafe { contract::sctp_kern_free(memory.cast(), layout.size()) }
    }
}

#[global_allocator]
static KERNEL: Kernel = Kernel;

unsafe extern "C" {
    /// Defined nowhere: a kext in which a panic can be reached does not link.
    fn sctp_kext_panic_must_not_be_linked() -> !;
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    // SAFETY: never linked, so never run.
    unsafe { sctp_kext_panic_must_not_be_linked() }
}
