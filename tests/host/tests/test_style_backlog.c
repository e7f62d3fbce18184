/* How many associations a listener lets wait for accept(), on the built kext. */
#include "connections.h"

static int
try_connect(void)
{
	int fd = open_single();

	if (connect_to(fd, ADDRESS_1, PORT) == 0)
		return fd;
	NEED(errno == ECONNREFUSED && close(fd) == 0);
	return -1;
}

/* What is beyond the backlog never comes up. */
static void
refused(void)
{
	int head = open_head(2), first = try_connect(), second = try_connect();

	NEED(first >= 0 && second >= 0 && try_connect() == -1);
	/* Ended or not, what waits is what accept() will give. */
	NEED(close(first) == 0 && try_connect() == -1);
	int far = accept(head, NULL, NULL);
	NEED(far >= 0);
	int third = try_connect();
	NEED(third >= 0 && try_connect() == -1);
	/* A second call to listen() changes it, for the better or the worse. */
	NEED(listen(head, 3) == 0);
	int fourth = try_connect();
	NEED(fourth >= 0 && try_connect() == -1);
	NEED(listen(head, 1) == 0 && try_connect() == -1);
	for (int i = 0; i < 3; i++)
		NEED(accept(head, NULL, NULL) >= 0);
	NEED(try_connect() >= 0 && try_connect() == -1);
}

/* Each listener has its own, whichever called listen() last. */
static void
apart(void)
{
	int first = open_single(), second = open_single(), fd;

	NEED(bind_to(first, ADDRESS_1, PORT) == 0 && bind_to(second, ADDRESS_2, PORT) == 0);
	NEED(listen(first, 1) == 0 && listen(second, 2) == 0);
	NEED(try_connect() >= 0 && try_connect() == -1);
	for (int i = 0; i < 2; i++)
		NEED((fd = open_single()) >= 0 && connect_to(fd, ADDRESS_2, PORT) == 0);
	NEED_ERROR(connect_to(open_single(), ADDRESS_2, PORT), ECONNREFUSED);
	/* A listener that is gone before anybody came. */
	int third = open_single();
	NEED(bind_to(third, ADDRESS_1, PORT + 1) == 0 && listen(third, 1) == 0 && close(third) == 0);
	NEED_ERROR(connect_to(open_single(), ADDRESS_1, PORT + 1), ECONNREFUSED);
}

/* 0 is as many as there can be, and so is what is more than that. */
static void
bounds(void)
{
	enum { GREATEST = 128 };
	const int backlogs[] = {0, -1, GREATEST, 100000};

	for (size_t i = 0; i < sizeof(backlogs) / sizeof(backlogs[0]); i++) {
		int fds[GREATEST], head = open_head(backlogs[i]);

		for (int j = 0; j < GREATEST; j++) {
			fds[j] = try_connect();
			NEED(fds[j] >= 0);
		}
		NEED(try_connect() == -1);
		/* Those that nobody accepted go with their listener. */
		NEED(close(head) == 0);
		for (int j = 0; j < GREATEST; j++) {
			NEED_ERROR(recv(fds[j], &(char){0}, 1, 0), ECONNRESET);
			NEED(close(fds[j]) == 0);
		}
	}
}

PROGRAMS({"refused", refused}, {"apart", apart}, {"bounds", bounds})

TEST(backlog_is_what_may_wait)
{
	run_on_two_networks("refused");
}

TEST(backlog_is_each_listeners_own)
{
	run_on_two_networks("apart");
}

TEST(backlog_has_bounds)
{
	run_on_two_networks("bounds");
}
