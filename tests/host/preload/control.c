#include "control.h"

#include <string.h>

#include "../bsd/abi.h"

static int
darwin_level(int level)
{
	return level == SOL_SOCKET ? BSD_SOL_SOCKET : level;
}

static int
linux_level(int level)
{
	return level == BSD_SOL_SOCKET ? SOL_SOCKET : level;
}

int64_t
control_to_darwin(const struct msghdr *message, void *out)
{
	const char *at = message->msg_control;
	size_t left = message->msg_controllen;
	uint32_t used = 0;
	while (left >= sizeof(struct cmsghdr)) {
		struct cmsghdr from;
		memcpy(&from, at, sizeof(from));
		if (from.cmsg_len < sizeof(from) || from.cmsg_len > left)
			return -1;
		uint32_t data = (uint32_t)(from.cmsg_len - sizeof(from));
		struct bsd_cmsghdr to = {BSD_CMSG_LEN(data), darwin_level(from.cmsg_level), from.cmsg_type};
		char *place = (char *)out + used;
		memset(place, 0, BSD_CMSG_SPACE(data));
		memcpy(place, &to, sizeof(to));
		memcpy(place + sizeof(to), at + sizeof(from), data);
		used += BSD_CMSG_SPACE(data);
		size_t step = CMSG_ALIGN(from.cmsg_len);
		at += step < left ? step : left;
		left -= step < left ? step : left;
	}
	return used;
}

void
control_to_linux(const void *darwin, uint32_t length, struct msghdr *message)
{
	const char *at = darwin;
	size_t room = message->msg_controllen, used = 0;
	while (length >= sizeof(struct bsd_cmsghdr)) {
		struct bsd_cmsghdr from;
		memcpy(&from, at, sizeof(from));
		/* The kernel cut the last one short if the buffer was too small, and has set MSG_CTRUNC. */
		uint32_t whole = from.cmsg_len < length ? from.cmsg_len : length;
		size_t data = whole - sizeof(from), header = sizeof(struct cmsghdr);
		if (room - used < header) {
			message->msg_flags |= MSG_CTRUNC;
			break;
		}
		if (data > room - used - header) {
			message->msg_flags |= MSG_CTRUNC;
			data = room - used - header;
		}
		struct cmsghdr to = {.cmsg_len = header + data,
				     .cmsg_level = linux_level(from.cmsg_level),
				     .cmsg_type = from.cmsg_type};
		char *place = (char *)message->msg_control + used;
		memcpy(place, &to, header);
		memcpy(place + header, at + sizeof(from), data);
		used += CMSG_ALIGN(header + data);
		used = used < room ? used : room;
		uint32_t step = BSD_CMSG_ALIGN(whole);
		at += step;
		length -= step < length ? step : length;
	}
	message->msg_controllen = used;
}
