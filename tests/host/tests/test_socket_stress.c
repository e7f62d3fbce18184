/* Many threads on the same few sockets: nothing to compare, but locks, counts and memory must hold. */
#include "test_socket_stub.h"

enum { THREADS = 8, SOCKETS = 6, ROUNDS = 3000 };

static _Atomic int shared[SOCKETS];

static void
replace(int slot, int fd)
{
	int old = shared[slot];
	if (__atomic_compare_exchange_n((int *)&shared[slot], &old, fd, false, __ATOMIC_SEQ_CST,
					__ATOMIC_SEQ_CST))
		bsd_close(old);
	else
		bsd_close(fd);
}

static void
renew(int slot, unsigned choice)
{
	struct xnu_sockaddr_in name = stub_address((uint16_t)(5000 + choice % 2));
	int fd = bsd_socket(XNU_AF_INET, BSD_SOCK_STREAM, STUB);
	if (fd < 0)
		return;
	bsd_fcntl(fd, BSD_F_SETFL, BSD_O_NONBLOCK);
	if (choice % 3 == 0 && !bsd_bind(fd, (struct xnu_sockaddr *)&name, sizeof(name)))
		bsd_listen(fd, 3);
	else
		bsd_connect(fd, (struct xnu_sockaddr *)&name, sizeof(name));
	replace(slot, fd);
}

static void
do_something(unsigned random, int queue)
{
	char bytes[64] = {0};
	int slot = (int)(random >> 8) % SOCKETS, fd = shared[slot];
	struct bsd_pollfd polls[2] = {{fd, BSD_POLLIN | BSD_POLLOUT, 0}, {shared[0], BSD_POLLIN, 0}};
	struct bsd_kevent event = {(uint64_t)fd, BSD_EVFILT_READ, BSD_EV_ADD | BSD_EV_CLEAR, 0, 0, NULL};
	struct timespec none = {0, 0};
	switch (random % 9) {
	case 0:
		renew(slot, random >> 16);
		break;
	case 1:
		bsd_write(fd, bytes, sizeof(bytes));
		break;
	case 2:
		bsd_read(fd, bytes, sizeof(bytes));
		break;
	case 3:
		bsd_poll(polls, 2, (int)(random >> 16) % 3);
		break;
	case 4: {
		int child = bsd_accept(fd, NULL, NULL);
		if (child >= 0)
			replace(slot, child);
		break;
	}
	case 5:
		bsd_kevent(queue, &event, 1, &event, 1, &none);
		break;
	case 6:
		bsd_shutdown(fd, (int)(random >> 16) % 3);
		break;
	case 7: {
		int copy = bsd_dup(fd);
		if (copy >= 0)
			bsd_close(copy);
		break;
	}
	default:
		stub_set_number(fd, BSD_SO_RCVLOWAT, (int)(random >> 16) % 100 + 1);
	}
}

static void *
stress(void *argument)
{
	unsigned seed = (unsigned)(uintptr_t)argument + 1;
	int queue = bsd_kqueue();
	for (int i = 0; i < ROUNDS; i++)
		do_something((unsigned)rand_r(&seed) * 7919u, queue);
	bsd_close(queue);
	return NULL;
}

TEST_LIMIT(threads_may_do_anything_at_once, 120)
{
	pthread_t threads[THREADS];
	stub_start();
	unsigned live = sockets_live();
	for (int i = 0; i < SOCKETS; i++)
		shared[i] = -1;
	for (uintptr_t i = 0; i < THREADS; i++)
		EXPECT_EQ(pthread_create(&threads[i], NULL, stress, (void *)i), 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < SOCKETS; i++)
		bsd_close(shared[i]);
	host_settle();
	EXPECT_EQ(bsd_open_count(), 0);
	EXPECT_EQ(sockets_live(), live);
	EXPECT_EQ(stub_stop(), 0);
}
