// Nothing wrong: names that only look like those of vector registers.
	.globl _general
	.p2align 2
_general:
	stp x29, x30, [sp, #-16]!
	bl _d0
	b.hs _general
	ldp x29, x30, [sp], #16
	ret
