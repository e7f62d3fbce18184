/* Time: nanoseconds since boot, real (CLOCK_MONOTONIC) or virtual. Absolute time units are nanoseconds, as on
 * Intel. */
#include "host.h"
#include "scheduler.h"

#include <stdatomic.h>

enum { NANOSECONDS = 1000000000, MICROSECOND = 1000 };
/* Virtual machines boot at this time: not 0, which too much code takes for "never". */
#define VIRTUAL_BOOT ((uint64_t)NANOSECONDS)
#define VIRTUAL_CALENDAR 1700000000

static _Atomic bool is_virtual_;
static _Atomic uint64_t virtual_now = VIRTUAL_BOOT;

void
host_clock_set_virtual(bool is_virtual)
{
	is_virtual_ = is_virtual;
}

bool
host_clock_is_virtual(void)
{
	return is_virtual_;
}

void
clock_set(uint64_t now)
{
	if (now < virtual_now)
		xnu_panic("virtual time runs backwards");
	virtual_now = now;
}

static uint64_t
read_clock(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * NANOSECONDS + (uint64_t)now.tv_nsec;
}

uint64_t
host_clock_now(void)
{
	return is_virtual_ ? virtual_now : read_clock(CLOCK_MONOTONIC);
}

static uint64_t
calendar_now(void)
{
	return is_virtual_ ? (uint64_t)VIRTUAL_CALENDAR * NANOSECONDS + virtual_now
			   : read_clock(CLOCK_REALTIME);
}

struct timespec
clock_timespec(uint64_t deadline)
{
	return (struct timespec){.tv_sec = (time_t)(deadline / NANOSECONDS),
				 .tv_nsec = (long)(deadline % NANOSECONDS)};
}

static struct xnu_timeval
timeval(uint64_t nanoseconds)
{
	return (struct xnu_timeval){.tv_sec = (int64_t)(nanoseconds / NANOSECONDS),
				    .tv_usec = (int32_t)(nanoseconds % NANOSECONDS / MICROSECOND)};
}

uint64_t
xnu_mach_absolute_time(void)
{
	return host_clock_now();
}
KPI(mach_absolute_time, xnu_mach_absolute_time);
KPI(mach_continuous_time, xnu_mach_absolute_time);

static void
xnu_clock_get_uptime(uint64_t *out)
{
	*out = host_clock_now();
}
KPI(clock_get_uptime, xnu_clock_get_uptime);

static void
xnu_absolutetime_to_nanoseconds(uint64_t absolute, uint64_t *out)
{
	*out = absolute;
}
KPI(absolutetime_to_nanoseconds, xnu_absolutetime_to_nanoseconds);
KPI(nanoseconds_to_absolutetime, xnu_absolutetime_to_nanoseconds);

static void
xnu_clock_interval_to_deadline(uint32_t interval, uint32_t scale, uint64_t *out)
{
	*out = host_clock_now() + (uint64_t)interval * scale;
}
KPI(clock_interval_to_deadline, xnu_clock_interval_to_deadline);

static void
xnu_clock_interval_to_absolutetime_interval(uint32_t interval, uint32_t scale, uint64_t *out)
{
	*out = (uint64_t)interval * scale;
}
KPI(clock_interval_to_absolutetime_interval, xnu_clock_interval_to_absolutetime_interval);

static void
xnu_clock_absolutetime_interval_to_deadline(uint64_t interval, uint64_t *out)
{
	*out = host_clock_now() + interval;
}
KPI(clock_absolutetime_interval_to_deadline, xnu_clock_absolutetime_interval_to_deadline);
KPI(clock_continuoustime_interval_to_deadline, xnu_clock_absolutetime_interval_to_deadline);

static void
split(uint64_t now, uint64_t unit, uint64_t *seconds, uint32_t *fraction)
{
	*seconds = now / NANOSECONDS;
	*fraction = (uint32_t)(now % NANOSECONDS / unit);
}

static void
xnu_clock_get_system_microtime(uint64_t *seconds, uint32_t *microseconds)
{
	split(host_clock_now(), MICROSECOND, seconds, microseconds);
}
KPI(clock_get_system_microtime, xnu_clock_get_system_microtime);

static void
xnu_clock_get_system_nanotime(uint64_t *seconds, uint32_t *nanoseconds)
{
	split(host_clock_now(), 1, seconds, nanoseconds);
}
KPI(clock_get_system_nanotime, xnu_clock_get_system_nanotime);

static void
xnu_clock_get_calendar_microtime(uint64_t *seconds, uint32_t *microseconds)
{
	split(calendar_now(), MICROSECOND, seconds, microseconds);
}
KPI(clock_get_calendar_microtime, xnu_clock_get_calendar_microtime);

static void
xnu_clock_get_calendar_nanotime(uint64_t *seconds, uint32_t *nanoseconds)
{
	split(calendar_now(), 1, seconds, nanoseconds);
}
KPI(clock_get_calendar_nanotime, xnu_clock_get_calendar_nanotime);

void
xnu_microuptime(struct xnu_timeval *out)
{
	*out = timeval(host_clock_now());
}
KPI(microuptime, xnu_microuptime);

void
xnu_nanouptime(struct timespec *out)
{
	*out = clock_timespec(host_clock_now());
}
KPI(nanouptime, xnu_nanouptime);

void
xnu_microtime(struct xnu_timeval *out)
{
	*out = timeval(calendar_now());
}
KPI(microtime, xnu_microtime);

void
xnu_nanotime(struct timespec *out)
{
	*out = clock_timespec(calendar_now());
}
KPI(nanotime, xnu_nanotime);

static uint64_t
xnu_tvtoabstime(const struct xnu_timeval *time)
{
	return (uint64_t)time->tv_sec * NANOSECONDS + (uint64_t)time->tv_usec * MICROSECOND;
}
KPI(tvtoabstime, xnu_tvtoabstime);
