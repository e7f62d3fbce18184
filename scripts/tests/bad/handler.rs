#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    unsafe extern "C" {
        fn sctp_kext_panic_must_not_be_linked() -> !;
    }
    // SAFETY: nothing is linked that could be called.
    unsafe { sctp_kext_panic_must_not_be_linked() }
}
