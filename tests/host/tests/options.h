/*
 * What the options of level IPPROTO_SCTP have in common, checked for each through the built kext: lengths of
 * values, whom an option may be about, who may set or get it, and what a get gives after a set.
 *
 * A file has a row for each option of its subject, OPTION(), which is a test of its own.
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stddef.h>
#include <stdio.h>

#include "peers.h"

/* A one-to-many socket with two associations, and the one-to-one sockets at the other ends. */
struct scene {
	int many;
	int one[2];
	sctp_assoc_t id[2];
};

/* Directions. */
enum { GET = 1, SET = 2 };
/* Whom it may be about on a one-to-many socket; MANY: SCTP_CURRENT_ASSOC and SCTP_ALL_ASSOC. */
enum { FUTURE = 1, ONE = 2, MANY = 4 };

/* What a set comes to. */
struct outcome {
	const void *value;
	int error;
	const void *got; /* by a get after it; NULL: the same */
	int only;        /* FUTURE or ONE: refused by the other; 0: both */
};

enum { OUTCOMES = 16, LONGEST = 256, NOBODY = 0x7fffffff };

struct option {
	int name;
	uint32_t size;        /* of its structure */
	int directions;       /* GET, SET */
	int whom;             /* 0: names no association, and is about the whole socket */
	int whom_set;         /* where fewer may be set than asked for; 0: the same */
	size_t id_at;         /* where the structure has its sctp_assoc_t */
	int one_to_one;       /* the error of any call on a one-to-one socket; 0: it works */
	int one_to_many;      /* likewise */
	int future;           /* the error where SCTP_FUTURE_ASSOC may not be named; 0: EINVAL */
	const void *template; /* what a get hands in, and a set if there are no outcomes; NULL: zeros */
	const void *mask;     /* the bits of a value that are compared; NULL: all */
	struct outcome outcomes[OUTCOMES]; /* until one has no value */
};

/* A value: a structure, or a number. */
#define V(type, ...) &(const struct type){__VA_ARGS__}
#define N(number) &(const uint32_t){number}
/* The two fields that tell which structure an option has, and whom it is about. */
#define OF(type, id) .size = sizeof(struct type), .id_at = offsetof(struct type, id)
/* The fields of an option that is on or off for a whole socket. */
#define SWITCH .size = 4, .directions = GET | SET, .outcomes = {{N(1)}, {N(0)}, {N(77), .got = N(1)}, {N(0)}}

static inline int
get_option(int fd, int name, void *value, uint32_t *length)
{
	return bsd_getsockopt(fd, IPPROTO_SCTP, name, value, length);
}

/* Until there is something to read. */
static inline void
await_data(int fd)
{
	struct bsd_pollfd wanted = {fd, BSD_POLLIN, 0};

	EXPECT_EQ(bsd_poll(&wanted, 1, 10000), 1);
}

static inline struct scene
open_scene(void)
{
	struct {
		uint32_t count;
		sctp_assoc_t id[2];
	} list;
	uint32_t length = sizeof(list);
	struct scene scene = {open_listener(BSD_SOCK_SEQPACKET, SERVER_PORT), {-1, -1}, {0, 0}};

	for (unsigned i = 0; i < 2; i++) {
		scene.one[i] = open_socket(BSD_SOCK_STREAM);
		connect_to(scene.one[i], SERVER_PORT);
	}
	EXPECT_EQ(get_option(scene.many, SCTP_GET_ASSOC_ID_LIST, &list, &length), 0);
	EXPECT_EQ(list.count, 2);
	memcpy(scene.id, list.id, sizeof(scene.id));
	return scene;
}

static inline void
close_scene(const struct scene *scene)
{
	EXPECT_EQ(bsd_close(scene->one[0]), 0);
	EXPECT_EQ(bsd_close(scene->one[1]), 0);
	EXPECT_EQ(bsd_close(scene->many), 0);
}

/* ---- one call ---- */

static inline void
name_association(const struct option *option, void *value, sctp_assoc_t id)
{
	if (option->whom)
		memcpy((char *)value + option->id_at, &id, sizeof(id));
}

/* Sets a value with another association in it. */
static inline int
set_for(const struct option *option, int fd, sctp_assoc_t id, const void *value)
{
	char bytes[LONGEST];

	memcpy(bytes, value, option->size);
	name_association(option, bytes, id);
	return set_option(fd, option->name, bytes, option->size);
}

/* Gets a value into bytes, which has no association's name then. */
static inline int
get_for(const struct option *option, int fd, sctp_assoc_t id, char *bytes)
{
	uint32_t length = option->size;

	memset(bytes, 0, LONGEST);
	if (option->template)
		memcpy(bytes, option->template, option->size);
	name_association(option, bytes, id);
	int error = get_option(fd, option->name, bytes, &length);
	if (error == 0)
		EXPECT_EQ(length, option->size);
	name_association(option, bytes, 0);
	return error;
}

static inline void
expect_value(const struct option *option, int fd, sctp_assoc_t id, const void *value, const char *when)
{
	char wanted[LONGEST] = {0}, got[LONGEST], mask[LONGEST];

	memset(mask, 0xff, sizeof(mask));
	if (option->mask)
		memcpy(mask, option->mask, option->size);
	memcpy(wanted, value, option->size);
	name_association(option, wanted, 0);
	EXPECT_EQ(get_for(option, fd, id, got), 0);
	for (uint32_t i = 0; i < option->size; i++) {
		if ((got[i] ^ wanted[i]) & mask[i])
			FAIL("option 0x%x, association %u, %s: byte %u is %d, not %d", option->name, id, when,
			     i, got[i], wanted[i]);
	}
}

/* ---- what holds for all ---- */

static inline int
whom_may_set(const struct option *option)
{
	return option->whom_set ? option->whom_set : option->whom;
}

static inline const void *
some_value(const struct option *option)
{
	static const char zeros[LONGEST];

	for (const struct outcome *row = option->outcomes; row->value; row++) {
		if (row->error == 0 && row->only != FUTURE)
			return row->value;
	}
	return option->template ? option->template : zeros;
}

/* An errno of a call that is right but for what the row says. */
static inline void
check_directions(const struct option *option, const struct scene *scene)
{
	char bytes[LONGEST];

	EXPECT(option->directions);
	if (!(option->directions & GET))
		EXPECT_EQ(get_for(option, scene->many, scene->id[0], bytes), -XNU_EOPNOTSUPP);
	if (!(option->directions & SET))
		EXPECT_EQ(set_for(option, scene->many, scene->id[0], some_value(option)), -XNU_EOPNOTSUPP);
}

/* A value that is too short is refused, one that is too long is cut; what lies behind is not touched. */
static inline void
check_lengths(const struct option *option, int fd, sctp_assoc_t id)
{
	char bytes[LONGEST + 8];
	uint32_t length;

	if (option->directions & SET && option->size > 0) {
		EXPECT_EQ(set_option(fd, option->name, NULL, option->size), -XNU_EFAULT);
		EXPECT_EQ(set_option(fd, option->name, NULL, 0), -XNU_EINVAL);
		memcpy(bytes, some_value(option), option->size);
		name_association(option, bytes, id);
		EXPECT_EQ(set_option(fd, option->name, bytes, option->size - 1), -XNU_EINVAL);
		EXPECT_EQ(set_option(fd, option->name, bytes, UINT32_MAX), -XNU_EINVAL);
	}
	if (!(option->directions & GET))
		return;
	EXPECT_EQ(get_for(option, fd, id, bytes), 0);
	name_association(option, bytes, id);
	EXPECT_EQ(get_option(fd, option->name, NULL, &length), -XNU_EINVAL);
	length = option->size - 1;
	EXPECT_EQ(get_option(fd, option->name, bytes, &length), -XNU_EINVAL);
	memset(bytes + option->size, 0x5a, 8);
	length = option->size + 8;
	EXPECT_EQ(get_option(fd, option->name, bytes, &length), 0);
	EXPECT_EQ(length, option->size);
	for (unsigned i = 0; i < 8; i++)
		EXPECT_EQ(bytes[option->size + i], 0x5a);
}

/* Names of associations that may not be given, on a one-to-many socket. */
static inline void
check_names(const struct option *option, const struct scene *scene)
{
	const struct {
		int kind;
		sctp_assoc_t id;
	} names[] = {{FUTURE, SCTP_FUTURE_ASSOC},
		     {MANY, SCTP_CURRENT_ASSOC},
		     {MANY, SCTP_ALL_ASSOC},
		     {ONE, scene->id[0]},
		     {0, NOBODY},
		     {0, UINT32_MAX}};
	int whom_set = whom_may_set(option);
	char bytes[LONGEST];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		int error = names[i].kind == 0                          ? XNU_ENOENT
			    : names[i].kind == FUTURE && option->future ? option->future
									: XNU_EINVAL;
		bool may_get = option->whom & ~MANY & names[i].kind, may_set = whom_set & names[i].kind;

		if (option->directions & GET && !may_get)
			EXPECT_EQ(get_for(option, scene->many, names[i].id, bytes), -error);
		if (option->directions & SET && !may_set)
			EXPECT_EQ(set_for(option, scene->many, names[i].id, some_value(option)), -error);
	}
}

/* The next value that any association takes and a get gives back, NULL if there is none. */
static inline const void *
plain_value(const struct option *option, unsigned number)
{
	for (const struct outcome *row = option->outcomes; row->value; row++) {
		if (row->error == 0 && row->got == NULL && row->only == 0 && number-- == 0)
			return row->value;
	}
	return NULL;
}

/* RFC 6458 section 7.2: who has changed by a set, and who has not. */
static inline void
check_scopes(const struct option *option, const struct scene *scene)
{
	const void *value = plain_value(option, 0), *other = plain_value(option, 1);
	int whom = whom_may_set(option), many = scene->many;

	if (!(whom & FUTURE) || !(whom & ONE) || option->directions != (GET | SET))
		return;
	EXPECT(value && other);
	EXPECT_EQ(set_for(option, many, scene->id[0], value), 0);
	EXPECT_EQ(set_for(option, many, scene->id[1], value), 0);
	EXPECT_EQ(set_for(option, many, SCTP_FUTURE_ASSOC, other), 0);
	expect_value(option, many, SCTP_FUTURE_ASSOC, other, "after a set of those to come");
	expect_value(option, many, scene->id[0], value, "after a set of those to come");
	EXPECT_EQ(set_for(option, many, scene->id[0], other), 0);
	expect_value(option, many, scene->id[0], other, "after a set of one");
	expect_value(option, many, scene->id[1], value, "after a set of one");
	if (!(whom & MANY))
		return;
	EXPECT_EQ(set_for(option, many, SCTP_CURRENT_ASSOC, value), 0);
	expect_value(option, many, SCTP_FUTURE_ASSOC, other, "after a set of all there are");
	expect_value(option, many, scene->id[0], value, "after a set of all there are");
	expect_value(option, many, scene->id[1], value, "after a set of all there are");
	EXPECT_EQ(set_for(option, many, SCTP_ALL_ASSOC, other), 0);
	expect_value(option, many, SCTP_FUTURE_ASSOC, other, "after a set of all");
	expect_value(option, many, scene->id[0], other, "after a set of all");
	expect_value(option, many, scene->id[1], other, "after a set of all");
}

/* Each outcome in turn, for one association or for those to come (kind). A refused set changes nothing. */
static inline void
check_outcomes(const struct option *option, int fd, int kind, sctp_assoc_t id)
{
	char before[LONGEST], when[64];
	unsigned number = 1;

	for (const struct outcome *row = option->outcomes; row->value; row++, number++) {
		int error = row->error == 0 && row->only & ~kind ? XNU_EINVAL : row->error;

		snprintf(when, sizeof(when), "after value number %u", number);
		if (option->directions & GET)
			EXPECT_EQ(get_for(option, fd, id, before), 0);
		int result = set_for(option, fd, id, row->value);
		if (result != -error)
			FAIL("option 0x%x, association %u, value number %u: %d, not %d", option->name, id,
			     number, result, -error);
		if (option->directions & GET)
			expect_value(option, fd, id, error ? before : row->got ? row->got : row->value, when);
	}
}

/* A one-to-one socket has no choice: whatever association is named, its own is meant. */
static inline void
check_one_to_one(const struct option *option, int fd)
{
	static const sctp_assoc_t names[] = {SCTP_FUTURE_ASSOC, SCTP_CURRENT_ASSOC, SCTP_ALL_ASSOC, NOBODY};
	const void *value = plain_value(option, 0), *other = plain_value(option, 1);
	bool may_set = whom_may_set(option) == 0 || whom_may_set(option) & ONE;
	char bytes[LONGEST];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (option->one_to_one) {
			if (option->directions & GET)
				EXPECT_EQ(get_for(option, fd, names[i], bytes), -option->one_to_one);
			if (option->directions & SET)
				EXPECT_EQ(set_for(option, fd, names[i], some_value(option)),
					  -option->one_to_one);
			continue;
		}
		if (option->directions & GET)
			EXPECT_EQ(get_for(option, fd, names[i], bytes), 0);
		if (option->directions & SET && !may_set)
			EXPECT_EQ(set_for(option, fd, names[i], some_value(option)), -XNU_EINVAL);
		if (option->directions != (GET | SET) || !may_set || !value || !other)
			continue;
		EXPECT_EQ(set_for(option, fd, names[i], i % 2 ? value : other), 0);
		expect_value(option, fd, NOBODY - 1, i % 2 ? value : other, "on a one-to-one socket");
	}
}

static inline void
check_option(const struct option *option)
{
	int whom = whom_may_set(option);
	struct scene scene;
	int fresh;

	start_kext();
	scene = open_scene();
	fresh = open_socket(BSD_SOCK_STREAM);
	if (option->one_to_many == 0) {
		int kind = whom == 0 || whom & FUTURE ? FUTURE : ONE;
		sctp_assoc_t id = kind == FUTURE ? SCTP_FUTURE_ASSOC : scene.id[0];

		check_directions(option, &scene);
		check_lengths(option, scene.many, id);
		if (option->whom)
			check_names(option, &scene);
		check_scopes(option, &scene);
		check_outcomes(option, scene.many, kind, id);
		if (whom & ONE)
			check_outcomes(option, scene.many, ONE, scene.id[0]);
	}
	check_one_to_one(option, scene.one[0]);
	if (option->one_to_one == 0) {
		if (whom == 0 || whom & ONE)
			check_outcomes(option, scene.one[0], ONE, 0);
		if (whom == 0 || whom & FUTURE)
			check_outcomes(option, fresh, FUTURE, 0);
	}
	EXPECT_EQ(bsd_close(fresh), 0);
	close_scene(&scene);
	stop_kext();
}

#define OPTION(id, ...)                                                                                      \
	static const struct option row_of_##id = {.name = id, __VA_ARGS__};                                  \
	TEST(option_##id)                                                                                    \
	{                                                                                                    \
		check_option(&row_of_##id);                                                                  \
	}

#endif
