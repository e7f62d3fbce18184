/* mbufs with the rules of xnu-7195, and what ipf_inject_output does to a badly made packet. */
#include "harness.h"
#include "host.h"
#include "kpi.h"
#include "mbuf.h"

#include <stdlib.h>

static unsigned char pattern[40000];

static void
fill_pattern(void)
{
	for (size_t i = 0; i < sizeof(pattern); i++)
		pattern[i] = (unsigned char)(i * 7 + i / 256);
}

static void
expect_bytes(struct mbuf *chain, size_t offset, size_t length, const unsigned char *wanted)
{
	unsigned char *seen = malloc(length);

	EXPECT_EQ(xnu_mbuf_copydata(chain, offset, length, seen), 0);
	EXPECT_EQ(memcmp(seen, wanted, length), 0);
	free(seen);
}

static unsigned
chain_count(struct mbuf *chain)
{
	unsigned count = 0;

	for (; chain != NULL; chain = xnu_mbuf_next(chain))
		count++;
	return count;
}

TEST(allocpacket_chunks)
{
	static const struct {
		size_t length;
		unsigned max, result, chunks;
		size_t first;
	} cases[] = {
	    {1, 0, 0, 1, MHLEN},           {MHLEN, 0, 0, 1, MHLEN},
	    {MHLEN + 1, 0, 0, 2, MHLEN},   {MHLEN + 1, 1, 0, 1, MCLBYTES},
	    {MINCLSIZE, 0, 0, 2, MHLEN},   {MINCLSIZE + 1, 0, 0, 1, MCLBYTES},
	    {1500, 1, 0, 1, MCLBYTES},     {MCLBYTES + 1, 1, 0, 1, MBIGCLBYTES},
	    {9000, 1, 0, 1, M16KCLBYTES},  {M16KCLBYTES + 1, 1, XNU_ENOBUFS, 0, 0},
	    {40000, 0, 0, 3, M16KCLBYTES}, {0, 0, XNU_EINVAL, 0, 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		unsigned chunks = cases[i].max;
		struct mbuf *packet;

		EXPECT_EQ(xnu_mbuf_allocpacket(0, cases[i].length, &chunks, &packet), cases[i].result);
		if (cases[i].result != 0)
			continue;
		EXPECT_EQ(chunks, cases[i].chunks);
		EXPECT_EQ(chain_count(packet), cases[i].chunks);
		EXPECT_EQ(xnu_mbuf_maxlen(packet), cases[i].first);
		EXPECT_EQ(xnu_mbuf_len(packet), 0);
		EXPECT_EQ(xnu_mbuf_pkthdr_len(packet), 0);
		EXPECT(xnu_mbuf_flags(packet) & XNU_MBUF_PKTHDR);
		xnu_mbuf_freem(packet);
	}
	EXPECT_EQ(host_mbuf_live(), 0);
}

TEST(prepend_into_leading_space_and_in_front)
{
	struct mbuf *packet;

	fill_pattern();
	packet = host_mbuf_packet(pattern, 1000);
	EXPECT_EQ(xnu_mbuf_prepend(&packet, 20, 0), 0);
	EXPECT_EQ(chain_count(packet), 2);
	EXPECT_EQ(xnu_mbuf_len(packet), 20);
	EXPECT_EQ(xnu_mbuf_pkthdr_len(packet), 1020);
	expect_bytes(packet, 20, 1000, pattern);
	xnu_mbuf_adj(packet, 8);
	EXPECT_EQ(xnu_mbuf_pkthdr_len(packet), 1012);
	EXPECT_EQ(xnu_mbuf_prepend(&packet, 8, 0), 0);
	EXPECT_EQ(chain_count(packet), 2);
	EXPECT_EQ(xnu_mbuf_pkthdr_len(packet), 1020);
	xnu_mbuf_freem(packet);
}

TEST(adj_from_both_ends)
{
	struct mbuf *packet;

	fill_pattern();
	packet = host_mbuf_packet(pattern, 20000);
	EXPECT_EQ(chain_count(packet), 2);
	xnu_mbuf_adj(packet, 100);
	xnu_mbuf_adj(packet, -4000);
	EXPECT_EQ(xnu_mbuf_pkthdr_len(packet), 15900);
	EXPECT_EQ(xnu_mbuf_len(xnu_mbuf_next(packet)), 0);
	expect_bytes(packet, 0, 15900, pattern + 100);
	xnu_mbuf_adj(packet, 20000);
	EXPECT_EQ(xnu_mbuf_pkthdr_len(packet), 0);
	xnu_mbuf_freem(packet);
}

TEST(pullup_gathers_small_pieces)
{
	struct mbuf *packet, *last;

	fill_pattern();
	packet = host_mbuf_packet(pattern, 6);
	last = packet;
	for (size_t at = 6; at < 60; at += 6) {
		struct mbuf *piece;

		EXPECT_EQ(xnu_mbuf_get(0, XNU_MBUF_TYPE_DATA, &piece), 0);
		memcpy(xnu_mbuf_data(piece), pattern + at, 6);
		xnu_mbuf_setlen(piece, 6);
		xnu_mbuf_setnext(last, piece);
		last = piece;
	}
	xnu_mbuf_pkthdr_setlen(packet, 60);
	EXPECT_EQ(xnu_mbuf_pullup(&packet, 20), 0);
	EXPECT_EQ(xnu_mbuf_len(packet), 20);
	EXPECT_EQ(xnu_mbuf_pkthdr_len(packet), 60);
	expect_bytes(packet, 0, 60, pattern);
	EXPECT_EQ(xnu_mbuf_pullup(&packet, 61), XNU_ENOMEM);
	EXPECT(packet == NULL);
	EXPECT_EQ(host_mbuf_live(), 0);
}

TEST(copyback_fills_the_last_mbuf_only)
{
	struct mbuf *packet;

	fill_pattern();
	EXPECT_EQ(xnu_mbuf_allocpacket(0, 20000, NULL, &packet), 0);
	EXPECT_EQ(xnu_mbuf_copyback(packet, 0, 3000, pattern, 0), 0);
	EXPECT_EQ(xnu_mbuf_len(packet), 0);
	EXPECT_EQ(xnu_mbuf_len(xnu_mbuf_next(packet)), 3000);
	EXPECT_EQ(xnu_mbuf_pkthdr_len(packet), 3000);
	expect_bytes(packet, 0, 3000, pattern);
	xnu_mbuf_freem(packet);
}

TEST(copyback_grows_the_chain)
{
	struct mbuf *packet;

	fill_pattern();
	EXPECT_EQ(xnu_mbuf_gethdr(0, XNU_MBUF_TYPE_DATA, &packet), 0);
	EXPECT_EQ(xnu_mbuf_copyback(packet, 100, 5000, pattern, 0), 0);
	EXPECT_EQ(xnu_mbuf_pkthdr_len(packet), 5100);
	expect_bytes(packet, 100, 5000, pattern);
	EXPECT_EQ(xnu_mbuf_copyback(packet, 2000, 10, pattern, 0), 0);
	expect_bytes(packet, 2000, 10, pattern);
	EXPECT_EQ(xnu_mbuf_pkthdr_len(packet), 5100);
	xnu_mbuf_freem(packet);
}

TEST(copydata_past_the_end)
{
	struct mbuf *packet = host_mbuf_packet("abcdef", 6);
	char out[8];

	EXPECT_EQ(xnu_mbuf_copydata(packet, 2, 4, out), 0);
	EXPECT_EQ(memcmp(out, "cdef", 4), 0);
	EXPECT_EQ(xnu_mbuf_copydata(packet, 2, 5, out), XNU_EINVAL);
	EXPECT_EQ(xnu_mbuf_copydata(packet, 7, 1, out), XNU_EINVAL);
	EXPECT_EQ(xnu_mbuf_copydata(packet, 6, 0, out), 0);
	xnu_mbuf_freem(packet);
}

TEST(copym_shares_clusters)
{
	struct mbuf *packet, *copy;

	fill_pattern();
	packet = host_mbuf_packet(pattern, 1500);
	EXPECT_EQ(xnu_mbuf_copym(packet, 100, 1000, 0, &copy), 0);
	expect_bytes(copy, 0, 1000, pattern + 100);
	EXPECT(xnu_mbuf_data(copy) == (unsigned char *)xnu_mbuf_data(packet) + 100);
	EXPECT_EQ(xnu_mbuf_trailingspace(packet), 0);
	xnu_mbuf_freem(packet);
	expect_bytes(copy, 0, 1000, pattern + 100);
	EXPECT(xnu_mbuf_trailingspace(copy) > 0);
	xnu_mbuf_freem(copy);
	EXPECT_EQ(host_mbuf_live(), 0);
}

TEST(dup_copies_all)
{
	struct mbuf *packet, *copy;

	fill_pattern();
	packet = host_mbuf_packet(pattern, 20000);
	EXPECT_EQ(xnu_mbuf_dup(packet, 0, &copy), 0);
	EXPECT_EQ(xnu_mbuf_pkthdr_len(copy), 20000);
	EXPECT(xnu_mbuf_data(copy) != xnu_mbuf_data(packet));
	xnu_mbuf_freem(packet);
	expect_bytes(copy, 0, 20000, pattern);
	xnu_mbuf_freem(copy);
}

TEST(failure_injection)
{
	struct mbuf *mbuf;
	unsigned failed = 0;

	host_mbuf_fail_every(2);
	for (int i = 0; i < 10; i++)
		failed += xnu_mbuf_get(0, XNU_MBUF_TYPE_DATA, &mbuf) == XNU_ENOMEM;
	EXPECT_EQ(failed, 5);
	EXPECT_EQ(host_mbuf_live(), 5);
	host_mbuf_fail_every(1);
	EXPECT_EQ(xnu_mbuf_allocpacket(0, 100, NULL, &mbuf), XNU_ENOMEM);
	EXPECT_EQ(host_mbuf_live(), 5);
}

TEST(setdata_stays_in_the_buffer)
{
	struct mbuf *packet = host_mbuf_packet("abcdef", 6);
	unsigned char *start = xnu_mbuf_datastart(packet);

	EXPECT_EQ(xnu_mbuf_setdata(packet, start + 2, 4), 0);
	EXPECT_EQ(xnu_mbuf_leadingspace(packet), 2);
	EXPECT_EQ(xnu_mbuf_setdata(packet, start + MHLEN, 1), XNU_EINVAL);
	EXPECT_EQ(xnu_mbuf_setdata(packet, start - 1, 1), XNU_EINVAL);
}

TEST_PANICS(setlen_leaves_the_buffer, "mbuf_setlen(81) leaves the buffer")
{
	xnu_mbuf_setlen(host_mbuf_packet("abcdef", 6), MHLEN + 1);
}

TEST_PANICS(use_after_free, "is used after it was freed")
{
	struct mbuf *packet = host_mbuf_packet("abcdef", 6);

	xnu_mbuf_freem(packet);
	xnu_mbuf_len(packet);
}

TEST_PANICS(mbuf_freed_twice, "is used after it was freed")
{
	struct mbuf *packet = host_mbuf_packet("abcdef", 6);

	xnu_mbuf_freem(packet);
	xnu_mbuf_freem(packet);
}

TEST_PANICS(header_field_of_a_plain_mbuf, "has no packet header")
{
	struct mbuf *mbuf;

	xnu_mbuf_get(0, XNU_MBUF_TYPE_DATA, &mbuf);
	xnu_mbuf_pkthdr_len(mbuf);
}

/* ---- the trap ---- */

static unsigned char header[20] = {0x45, 0, 0, 30, 0, 1, 0, 0, 64, 132, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2};

TEST_PANICS(the_trap_of_allocpacket_and_copyback, "mbuf trap")
{
	struct mbuf *packet;

	fill_pattern();
	EXPECT_EQ(xnu_mbuf_allocpacket(0, 20000, NULL, &packet), 0);
	EXPECT_EQ(xnu_mbuf_copyback(packet, 0, 20, header, 0), 0);
	xnu_ipf_inject_output(packet, NULL, NULL);
}

TEST_PANICS(the_trap_of_an_emptied_first_mbuf, "mbuf trap")
{
	struct mbuf *packet, *tail;

	EXPECT_EQ(xnu_mbuf_getpacket(0, &packet), 0);
	EXPECT_EQ(xnu_mbuf_get(0, XNU_MBUF_TYPE_DATA, &tail), 0);
	memcpy(xnu_mbuf_data(tail), header, 20);
	xnu_mbuf_setlen(tail, 20);
	xnu_mbuf_setnext(packet, tail);
	xnu_mbuf_pkthdr_setlen(packet, 20);
	xnu_ipf_inject_output(packet, NULL, NULL);
}

TEST_PANICS(header_length_differs, "ip_len 30, but the packet has 21 bytes")
{
	char error[128];
	unsigned char bytes[21];

	EXPECT_EQ(host_start(NULL, error, sizeof(error)), 0);
	memcpy(bytes, header, 20);
	bytes[20] = 0;
	xnu_ipf_inject_output(host_mbuf_packet(bytes, sizeof(bytes)), NULL, NULL);
}
