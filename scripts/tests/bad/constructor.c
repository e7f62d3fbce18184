/* A constructor, which nobody would run in a kernel. */
int printf(const char *format, ...);

__attribute__((constructor)) static void
constructor(void)
{
	printf("constructed\n");
}
