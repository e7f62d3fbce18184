# Nothing wrong: lea only computes, and %rbp may look downwards.
	.globl _stack
_stack:
	pushq %rbp
	movq %rsp, %rbp
	leaq -16(%rsp), %rsp
	movq %rdi, -8(%rbp)
	movq %rdi, 8(%rsp)
	movq %rbp, %rsp
	popq %rbp
	retq
