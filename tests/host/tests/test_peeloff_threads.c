/* sctp_peeloff beside other threads' calls on the same sockets, on the built kext. */
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "peeloff.h"

/* A call in a thread of its own. */
struct call {
	pthread_t thread;
	int64_t (*function)(struct call *call);
	int fd;
	sctp_assoc_t id;
	int to; /* a fresh socket */
	int64_t result;
	bool about_to; /* it has come as far as the call that is to sleep */
};

static void *
run_call(void *context)
{
	struct call *call = context;

	call->result = call->function(call);
	return NULL;
}

static void
start_call(struct call *call, int64_t (*function)(struct call *), int fd, sctp_assoc_t id)
{
	*call = (struct call){.function = function, .fd = fd, .id = id, .to = call->to};
	EXPECT_EQ(pthread_create(&call->thread, NULL, run_call, call), 0);
}

static int64_t
end_call(struct call *call)
{
	pthread_join(call->thread, NULL);
	return call->result;
}

/* Until the call has begun, and had time to fall asleep. Passes too if it has not. */
static void
let_sleep(struct call *call)
{
	while (!__atomic_load_n(&call->about_to, __ATOMIC_ACQUIRE))
		usleep(1000);
	usleep(50000);
}

static int64_t
read_one(struct call *call)
{
	char bytes[100];

	__atomic_store_n(&call->about_to, true, __ATOMIC_RELEASE);
	return bsd_read(call->fd, bytes, sizeof(bytes));
}

/* What it is ready for. */
static int64_t
poll_one(struct call *call)
{
	struct bsd_pollfd entry = {call->fd, BSD_POLLIN, 0};

	__atomic_store_n(&call->about_to, true, __ATOMIC_RELEASE);
	return bsd_poll(&entry, 1, 10000) == 1 ? entry.revents : 0;
}

/* The peer does not read, so that one of these finds no room. */
static int64_t
send_until_refused(struct call *call)
{
	static char data[10000];
	int64_t result;

	__atomic_store_n(&call->about_to, true, __ATOMIC_RELEASE);
	do
		result = send_over(call->fd, call->id, data, sizeof(data));
	while (result > 0);
	return result;
}

TEST(a_sender_that_waits_for_room_hears_that_its_association_went)
{
	struct site site = open_site();
	struct call call = {0};
	int fd;

	start_call(&call, send_until_refused, site.server, site.ids[0]);
	let_sleep(&call);
	fd = need_peel_off(site.server, site.ids[0]);
	/* As far as the old socket is concerned, it is over; or not there, to a call that comes after. */
	(void)end_call(&call);
	EXPECT(call.result == -XNU_ECONNRESET || call.result == -XNU_ENOENT);
	/* There is room for others at once. */
	EXPECT_EQ(send_over(site.server, site.ids[1], "x", 1), 1);
	expect_text(site.clients[1], "x");
	EXPECT_EQ(bsd_close(site.clients[0]), 0);
	site.clients[0] = fd;
	close_site(&site);
}

TEST(a_reader_of_the_old_socket_waits_on_for_the_others)
{
	struct site site = open_site();
	struct call call = {0};
	int fd;

	start_call(&call, read_one, site.server, 0);
	let_sleep(&call);
	fd = need_peel_off(site.server, site.ids[0]);
	send_text(site.clients[0], "not this");
	expect_text(fd, "not this");
	send_text(site.clients[1], "this");
	EXPECT_EQ(end_call(&call), 4);
	EXPECT_EQ(bsd_close(fd), 0);
	close_site(&site);
}

/* ---- a reader whose memory is slow to come ---- */

enum { PAGE = 4096, LENGTH = 10000 };

static char *page;

/* A page that is there only once it is given: who touches it before sleeps, as for a page from the disk. */
static int
withhold_page(void)
{
	struct uffdio_api api = {.api = UFFD_API};
	int faults = (int)syscall(SYS_userfaultfd, O_CLOEXEC | UFFD_USER_MODE_ONLY);

	if (faults < 0)
		SKIP("no userfaultfd");
	page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	EXPECT(page != MAP_FAILED);
	struct uffdio_register range = {.range = {(uintptr_t)page, PAGE},
					.mode = UFFDIO_REGISTER_MODE_MISSING};
	EXPECT_EQ(ioctl(faults, UFFDIO_API, &api), 0);
	EXPECT_EQ(ioctl(faults, UFFDIO_REGISTER, &range), 0);
	return faults;
}

static void
await_touch(int faults)
{
	struct uffd_msg message;

	EXPECT_EQ(read(faults, &message, sizeof(message)), sizeof(message));
	EXPECT_EQ(message.event, UFFD_EVENT_PAGEFAULT);
}

static void
give_page(int faults)
{
	struct uffdio_zeropage zeros = {.range = {(uintptr_t)page, PAGE}};

	EXPECT_EQ(ioctl(faults, UFFDIO_ZEROPAGE, &zeros), 0);
}

static int64_t
read_page(struct call *call)
{
	return bsd_read(call->fd, page, PAGE);
}

static int64_t
peel_off_once(struct call *call)
{
	__atomic_store_n(&call->about_to, true, __ATOMIC_RELEASE);
	return peel_off_to(call->fd, call->id, call->to);
}

TEST(a_peel_off_waits_until_a_reader_has_given_its_message_back)
{
	static char data[LENGTH];
	int faults = withhold_page();
	struct site site = open_site();
	struct call reader = {0}, peeler = {.to = open_socket(BSD_SOCK_STREAM)};

	fill(data, LENGTH, 3);
	EXPECT_EQ(bsd_write(site.clients[0], data, LENGTH), LENGTH);
	await_readable(site.server, LENGTH);
	start_call(&reader, read_page, site.server, 0);
	await_touch(faults);
	start_call(&peeler, peel_off_once, site.server, site.ids[0]);
	let_sleep(&peeler);
	EXPECT_EQ(associations_of(site.server), CLIENTS);
	give_page(faults);
	EXPECT_EQ(end_call(&reader), PAGE);
	EXPECT(memcmp(page, data, PAGE) == 0);
	EXPECT_EQ(end_call(&peeler), 0);
	EXPECT_EQ(readable(site.server), 0);
	expect_message(peeler.to, data + PAGE, LENGTH - PAGE);
	EXPECT_EQ(bsd_close(peeler.to), 0);
	close_site(&site);
}

TEST(who_polls_the_new_socket_hears_of_what_moves_there)
{
	struct site site = open_site();
	int fd = open_socket(BSD_SOCK_STREAM);
	struct call call = {0};

	send_text(site.clients[0], "waiting");
	await_readable(site.server, 7);
	start_call(&call, poll_one, fd, 0);
	let_sleep(&call);
	EXPECT_EQ(peel_off_to(site.server, site.ids[0], fd), 0);
	EXPECT_EQ(end_call(&call), BSD_POLLIN);
	expect_text(fd, "waiting");
	EXPECT_EQ(bsd_close(fd), 0);
	close_site(&site);
}

/* ---- many at once ---- */

enum { ROUNDS = 40 };

/* 0 for the one that has it. */
static int64_t
peel_off_and_send(struct call *call)
{
	int fd = open_socket(BSD_SOCK_STREAM), error;

	error = peel_off_to(call->fd, call->id, fd);
	if (error == 0)
		send_text(fd, "peeled off");
	EXPECT_EQ(bsd_close(fd), 0);
	return error;
}

TEST_LIMIT(of_threads_that_want_the_same_association_one_has_it, 60)
{
	start_kext();
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct site left = open_site_at(7000), right = open_site_at(7001);
		struct call calls[8] = {0};
		unsigned done = 0;

		for (unsigned i = 0; i < 8; i++) {
			const struct site *site = i & 1 ? &left : &right;

			start_call(&calls[i], peel_off_and_send, site->server, site->ids[i >> 1 & 1]);
		}
		for (unsigned i = 0; i < 8; i++) {
			int64_t result = end_call(&calls[i]);

			EXPECT(result == 0 || result == -XNU_ENOENT);
			done += result == 0;
		}
		EXPECT_EQ(done, 4);
		for (unsigned i = 0; i < CLIENTS; i++) {
			expect_text(left.clients[i], "peeled off");
			expect_text(right.clients[i], "peeled off");
			EXPECT_EQ(bsd_close(left.clients[i]), 0);
			EXPECT_EQ(bsd_close(right.clients[i]), 0);
		}
		EXPECT_EQ(bsd_close(left.server), 0);
		EXPECT_EQ(bsd_close(right.server), 0);
	}
	stop_kext();
}

/* A close takes the lock of the descriptors and then the socket's, while others read and peel off. */
TEST_LIMIT(the_old_socket_may_be_closed_meanwhile, 60)
{
	start_kext();
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct site site = open_site_at(7000);
		struct call reader = {0}, peelers[CLIENTS];

		/* Made before, lest one has the number of the one that is closed. */
		for (unsigned i = 0; i < CLIENTS; i++)
			peelers[i].to = open_socket(BSD_SOCK_STREAM);
		start_call(&reader, read_one, site.server, 0);
		while (!__atomic_load_n(&reader.about_to, __ATOMIC_ACQUIRE))
			usleep(100);
		for (unsigned i = 0; i < CLIENTS; i++)
			start_call(&peelers[i], peel_off_once, site.server, site.ids[i]);
		EXPECT_EQ(bsd_close(site.server), 0);
		EXPECT_EQ(end_call(&reader), -XNU_EBADF);
		for (unsigned i = 0; i < CLIENTS; i++) {
			int64_t result = end_call(&peelers[i]);

			EXPECT(result == 0 || result == -XNU_EBADF);
			EXPECT_EQ(bsd_close(peelers[i].to), 0);
			EXPECT_EQ(read_next(site.clients[i])->length, 0);
			EXPECT_EQ(bsd_close(site.clients[i]), 0);
		}
	}
	stop_kext();
}
