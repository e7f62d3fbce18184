/* The one table of structure offsets, read from the xnu sources of each tag. */
#include "layout.h"

struct xnu_layout xnu_layout;
struct xnu_tag xnu_running;

/* Tags at which an offset below changed, oldest first; 0 ends a row of ranges. */
enum epoch {
	END,
	XNU_4570_1,
	XNU_4903_221,
	XNU_6153_11,
	XNU_6153_101,
	XNU_7195_50,
	XNU_8019_41,
	XNU_8019_61,
	XNU_8792_41,
	XNU_8792_61,
	XNU_10002_1,
	XNU_10002_41,
	XNU_10063_101,
	EPOCHS,
};

static const struct xnu_tag epochs[EPOCHS] = {
    [XNU_4570_1] = {{4570, 1, 46}},          [XNU_4903_221] = {{4903, 221, 2}},
    [XNU_6153_11] = {{6153, 11, 26}},        [XNU_6153_101] = {{6153, 101, 6}},
    [XNU_8019_61] = {{8019, 61, 5}},         [XNU_8792_41] = {{8792, 41, 9}},
    [XNU_7195_50] = {{7195, 50, 7, 100, 1}}, [XNU_8019_41] = {{8019, 41, 5}},
    [XNU_8792_61] = {{8792, 61, 2}},         [XNU_10002_1] = {{10002, 1, 13}},
    [XNU_10002_41] = {{10002, 41, 9}},       [XNU_10063_101] = {{10063, 101, 15}},
};

#if defined(__x86_64__)
static const struct xnu_tag oldest = {{4570, 1, 46}};
#elif defined(__aarch64__)
static const struct xnu_tag oldest = {{7195, 60, 75}};
#else
#error "no layout for this architecture"
#endif

/* The newest major version whose sources were read. */
#define NEWEST_MAJOR 11417

struct range {
	uint16_t from; /* enum epoch */
	uint16_t offset;
};

#define RANGES 10

struct row {
	uint16_t member; /* its place in struct xnu_layout */
	struct range ranges[RANGES];
};

#define ROW(field, ...)                                                                                      \
	{                                                                                                    \
		offsetof(struct xnu_layout, field),                                                          \
		{                                                                                            \
			__VA_ARGS__                                                                          \
		}                                                                                            \
	}
#define SINCE(epoch, offset) {XNU_##epoch, offset}
#define ALWAYS(offset) {XNU_4570_1, offset}

/* clang-format off */
static const struct row rows[] = {
	/* the same on both architectures */
	ROW(so_type,    ALWAYS(4)),
	ROW(so_error,   ALWAYS(6),  SINCE(10063_101, 12)),
	ROW(so_options, ALWAYS(8),  SINCE(10063_101, 16)),
	ROW(so_linger,  ALWAYS(12), SINCE(10063_101, 20)),
	ROW(so_state,   ALWAYS(14), SINCE(10063_101, 22)),
	ROW(so_pcb,     ALWAYS(16), SINCE(10063_101, 24)),
	ROW(so_proto,   ALWAYS(24), SINCE(10063_101, 32)),
	ROW(so_head,    ALWAYS(32), SINCE(10063_101, 40)),
	ROW(so_incomp,  ALWAYS(40), SINCE(10063_101, 48)),
	ROW(so_comp,    ALWAYS(56), SINCE(10063_101, 64)),
	ROW(so_list,    ALWAYS(72), SINCE(10063_101, 80)),
	ROW(so_qlen,    ALWAYS(88), SINCE(10063_101, 96)),
	ROW(so_qlimit,  ALWAYS(92), SINCE(10063_101, 100)),
	ROW(so_timeo,   ALWAYS(94), SINCE(10063_101, 102)),
	ROW(so_rcv,     ALWAYS(104), SINCE(10063_101, 112)),
	ROW(sb_cc,      ALWAYS(0)),
	ROW(sb_hiwat,   ALWAYS(4)),
	ROW(sb_mbcnt,   ALWAYS(8)),
	ROW(sb_mbmax,   ALWAYS(12)),
	ROW(sb_lowat,   ALWAYS(20)),
	ROW(sb_so,      ALWAYS(48)),
	ROW(sb_sel,     ALWAYS(56)),
	ROW(pru_sosend,     ALWAYS(192), SINCE(10002_1, 184)),
	ROW(pru_socheckopt, ALWAYS(208), SINCE(10002_1, 200)),
	ROW(usrreqs_size,   ALWAYS(224), SINCE(8792_61, 232), SINCE(10002_1, 224)),
#if defined(__x86_64__)
	ROW(so_snd,     ALWAYS(288), SINCE(10002_41, 304), SINCE(10063_101, 312)),
	ROW(so_cred,    ALWAYS(496), SINCE(10002_41, 528), SINCE(10063_101, 536)),
	ROW(so_flags,   ALWAYS(584), SINCE(6153_11, 568), SINCE(7195_50, 552), SINCE(8019_41, 560),
	                SINCE(10002_41, 592), SINCE(10063_101, 600)),
	ROW(so_flags1,  ALWAYS(940), SINCE(4903_221, 956), SINCE(6153_11, 940), SINCE(6153_101, 960),
	                SINCE(7195_50, 936), SINCE(8019_41, 944), SINCE(8019_61, 928), SINCE(8792_41, 564),
	                SINCE(10002_41, 596), SINCE(10063_101, 604)),
	ROW(sb_timeo,   ALWAYS(120)),
	ROW(sb_flags,   ALWAYS(136)),
	ROW(sb_waiters, ALWAYS(164)),
	ROW(si_note,    ALWAYS(48)),
#elif defined(__aarch64__)
	ROW(so_snd,     ALWAYS(280), SINCE(10002_41, 296), SINCE(10063_101, 304)),
	ROW(so_cred,    ALWAYS(480), SINCE(10002_41, 512), SINCE(10063_101, 520)),
	ROW(so_flags,   ALWAYS(536), SINCE(8019_41, 544), SINCE(10002_41, 576), SINCE(10063_101, 584)),
	ROW(so_flags1,  ALWAYS(920), SINCE(8019_41, 928), SINCE(8019_61, 912), SINCE(8792_41, 548),
	                SINCE(10002_41, 580), SINCE(10063_101, 588)),
	ROW(sb_timeo,   ALWAYS(112)),
	ROW(sb_flags,   ALWAYS(128)),
	ROW(sb_waiters, ALWAYS(156)),
	ROW(si_note,    ALWAYS(40)),
#endif
};
/* clang-format on */
_Static_assert(sizeof(rows) / sizeof(rows[0]) == sizeof(struct xnu_layout) / sizeof(uint16_t),
	       "one row for every member of struct xnu_layout");

static int
compare(const struct xnu_tag *a, const struct xnu_tag *b)
{
	for (size_t i = 0; i < sizeof(a->part) / sizeof(a->part[0]); i++) {
		if (a->part[i] != b->part[i])
			return a->part[i] < b->part[i] ? -1 : 1;
	}
	return 0;
}

/* Finds "xnu-" and the numbers behind it: "...; root:xnu-7195.141.2~5/RELEASE_X86_64". */
static bool
parse_tag(const char *text, struct xnu_tag *tag)
{
	static const char prefix[] = "xnu-";
	size_t matched = 0;

	for (; *text != '\0' && prefix[matched] != '\0'; text++) {
		if (*text == prefix[matched])
			matched++;
		else
			matched = *text == prefix[0] ? 1 : 0;
	}
	if (prefix[matched] != '\0' || *text < '0' || *text > '9')
		return false;

	memset(tag, 0, sizeof(*tag));
	for (size_t i = 0; i < sizeof(tag->part) / sizeof(tag->part[0]); i++) {
		uint32_t value = 0;

		for (; *text >= '0' && *text <= '9'; text++) {
			value = value * 10 + (uint32_t)(*text - '0');
			if (value > UINT16_MAX)
				return false;
		}
		tag->part[i] = (uint16_t)value;
		if (*text != '.')
			break;
		text++;
	}
	return true;
}

const char *
xnu_layout_choose(void)
{
	enum epoch epoch = END;

	if (!parse_tag(version, &xnu_running))
		return "the kernel's version string names no xnu tag";
	if (compare(&xnu_running, &oldest) < 0)
		return "the kernel is older than any whose structures are known";
	if (xnu_running.part[0] > NEWEST_MAJOR)
		return "the kernel is newer than any whose structures are known";

	for (enum epoch i = XNU_4570_1; i < EPOCHS; i++) {
		if (compare(&epochs[i], &xnu_running) <= 0)
			epoch = i;
	}
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint16_t *member = (uint16_t *)(void *)((uint8_t *)&xnu_layout + rows[i].member);

		for (size_t j = 0; j < RANGES && rows[i].ranges[j].from != END; j++) {
			if (rows[i].ranges[j].from <= epoch)
				*member = rows[i].ranges[j].offset;
		}
	}
	return NULL;
}
