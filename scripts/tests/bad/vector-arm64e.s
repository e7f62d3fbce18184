// Floating-point and vector registers of arm64.
	.globl _vector
	.p2align 2
_vector:
	VECTOR
	ret
