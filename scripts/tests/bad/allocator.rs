struct Allocator;

unsafe extern "C" {
    fn kernel_alloc(size: usize) -> *mut u8;
    fn kernel_free(memory: *mut u8);
}

// SAFETY: only looked at, never run.
unsafe impl core::alloc::GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: core::alloc::Layout) -> *mut u8 {
        // SAFETY: see above.
        unsafe { kernel_alloc(layout.size()) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, _: core::alloc::Layout) {
        // SAFETY: see above.
        unsafe { kernel_free(memory) }
    }
}

#[global_allocator]
static ALLOCATOR: Allocator = Allocator;
