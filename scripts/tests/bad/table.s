# Nothing wrong: bytes of a jump table that would be a vector instruction if they were code.
	.globl _table
_table:
	retq
	.data_region jt32
	.byte 0x0f, 0x10, 0x07, 0xc3, 0x0f, 0x10, 0x07, 0xc3
	.end_data_region
