/* Memory and string functions of libkern: libc's where the two agree. */
#include "kpi.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

KPI(memcpy, memcpy);
KPI(memmove, memmove);
KPI(memset, memset);
KPI(memcmp, memcmp);
KPI(bcmp, memcmp);
KPI(strlen, strlen);
KPI(strnlen, strnlen);
KPI(strcmp, strcmp);
KPI(strncmp, strncmp);
KPI(strncpy, strncpy);
KPI(strncat, strncat);
KPI(strcasecmp, strcasecmp);
KPI(strncasecmp, strncasecmp);
KPI(strchr, strchr);
KPI(strtol, strtol);
KPI(strtoul, strtoul);
KPI(strtoq, strtoll);
KPI(strtouq, strtoull);
KPI(snprintf, snprintf);
KPI(vsnprintf, vsnprintf);

static void
xnu_bzero(void *memory, size_t length)
{
	memset(memory, 0, length);
}
KPI(bzero, xnu_bzero);
KPI(__bzero, xnu_bzero);

static void
xnu_bcopy(const void *from, void *to, size_t length)
{
	memmove(to, from, length);
}
KPI(bcopy, xnu_bcopy);

static int
xnu_memset_s(void *memory, size_t room, int byte, size_t length)
{
	if (memory == NULL)
		return XNU_EINVAL;
	explicit_bzero(memory, length < room ? length : room);
	memset(memory, byte, length < room ? length : room);
	return length > room ? XNU_EOVERFLOW : 0;
}
KPI(memset_s, xnu_memset_s);

static size_t
xnu_strlcpy(char *out, const char *text, size_t room)
{
	size_t length = strlen(text);

	if (room > 0) {
		size_t count = length < room ? length : room - 1;

		memcpy(out, text, count);
		out[count] = '\0';
	}
	return length;
}
KPI(strlcpy, xnu_strlcpy);

static size_t
xnu_strlcat(char *out, const char *text, size_t room)
{
	size_t used = strnlen(out, room);

	return used + xnu_strlcpy(out + used, text, room - used);
}
KPI(strlcat, xnu_strlcat);

/* ---- what a compiler makes of them with fortified sources ---- */

static void
check_room(size_t length, size_t room, const char *what)
{
	if (length > room)
		xnu_panic("%s writes %zu bytes into %zu", what, length, room);
}

static void *
xnu___memcpy_chk(void *out, const void *from, size_t length, size_t room)
{
	check_room(length, room, "memcpy");
	return memcpy(out, from, length);
}
KPI(__memcpy_chk, xnu___memcpy_chk);

static void *
xnu___memmove_chk(void *out, const void *from, size_t length, size_t room)
{
	check_room(length, room, "memmove");
	return memmove(out, from, length);
}
KPI(__memmove_chk, xnu___memmove_chk);

static void *
xnu___memset_chk(void *out, int byte, size_t length, size_t room)
{
	check_room(length, room, "memset");
	return memset(out, byte, length);
}
KPI(__memset_chk, xnu___memset_chk);

static size_t
xnu___strlcpy_chk(char *out, const char *text, size_t length, size_t room)
{
	check_room(length, room, "strlcpy");
	return xnu_strlcpy(out, text, length);
}
KPI(__strlcpy_chk, xnu___strlcpy_chk);
