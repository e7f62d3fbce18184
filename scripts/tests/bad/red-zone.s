# A word below the stack pointer: an interrupt overwrites it.
	.globl _red_zone
_red_zone:
	movq %rdi, -8(%rsp)
	retq
