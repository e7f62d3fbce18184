# A vector register, which the kernel does not save.
	.globl _vector
_vector:
	pushq %rbp
	movups (%rdi), %xmm7
	popq %rbp
	retq
