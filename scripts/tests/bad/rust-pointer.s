// What Rust would emit to hand a C function to somebody: its address, not signed.
	.globl _hand_over
	.p2align 2
_hand_over:
	adrp x0, _callback@GOTPAGE
	ldr x0, [x0, _callback@GOTPAGEOFF]
	b _take
