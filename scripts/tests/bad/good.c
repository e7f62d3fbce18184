/* The smallest kext, with nothing wrong: what the bad inputs are linked with. */
int printf(const char *format, ...);

static int
good_start(void)
{
	return printf("start\n");
}

struct kmod_info {
	int (*start)(void);
} kmod_info = {good_start};
