/*
 * The test host as programs, tests and the preload library see it: a Linux process that stands in for XNU
 * 7195.141.2 on x86_64. One process holds one kernel instance. All numbers of errors are Darwin's unless a
 * function says otherwise.
 */
#ifndef HOST_H
#define HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HOST_API __attribute__((visibility("default")))

/* ---- the whole ---- */

/*
 * Brings up clock, link, network and sockets, then loads and starts the kext.
 * kext_path: the .kext folder or its executable; NULL starts no kext (bare host).
 * The environment chooses the link (see "links" below) and may make life hard: SCTP_HOST_FAIL_EVERY=N
 * (allocations), SCTP_HOST_MBUF_FAIL_EVERY=N, SCTP_HOST_LOSE_ONE_IN=N (packets out), SCTP_HOST_SPLIT=N (bytes
 * an input mbuf), SCTP_HOST_SEED=N (random numbers and losses), SCTP_HOST_VERBOSE=1. Allocation failures
 * begin once the kext runs. Returns 0, or -1 with a sentence in error.
 */
HOST_API int host_start(const char *kext_path, char *error, size_t size);
/*
 * Stops and unloads the kext, then takes everything down. 0: done, or nothing ran. -1: the kext refused,
 * everything still runs. 1: done, but the kext left something behind, as the console says.
 */
HOST_API int host_stop(void);

/* ---- loader ---- */

struct kext;
/* path: the .kext folder or the executable in it. 0, or -1 with a sentence that names what is wrong with the
 * file. */
HOST_API int host_kext_load(const char *path, struct kext **kext, char *error, size_t size);
/* The kern_return_t of the kext's start function; 0 is success. */
HOST_API int host_kext_start(struct kext *kext);
/* The kern_return_t of the kext's stop function; anything but 0 means that it stays. */
HOST_API int host_kext_stop(struct kext *kext);
/* Unmaps the kext. Panics if it was started and not stopped. */
HOST_API void host_kext_unload(struct kext *kext);
/* CFBundleIdentifier and version as kmod_info has them, and where the image lies. */
HOST_API const char *host_kext_name(const struct kext *kext);
HOST_API const char *host_kext_version(const struct kext *kext);
HOST_API void *host_kext_base(const struct kext *kext, size_t *size);
/* Address of a symbol in the kext's symbol table ("_kmod_info"), NULL if there is none. */
HOST_API void *host_kext_symbol(const struct kext *kext, const char *name);

/* ---- clock: nanoseconds since boot ---- */

/* Real time is the default. Virtual time stands still but for host_clock_advance. Call before anything
 * sleeps. */
HOST_API void host_clock_set_virtual(bool is_virtual);
HOST_API bool host_clock_is_virtual(void);
HOST_API uint64_t host_clock_now(void);
/*
 * Virtual time only: moves to now + nanoseconds, stopping at every deadline of a sleep or thread call on the
 * way, and waits at each until every kernel thread is idle again (host_settle).
 */
HOST_API void host_clock_advance(uint64_t nanoseconds);
/* The next deadline of a sleep or thread call; false if there is none. */
HOST_API bool host_clock_next(uint64_t *deadline);
/* Returns when every kernel thread, thread call and packet queue of the host is idle. Not for kernel threads.
 */
HOST_API void host_settle(void);

/* ---- kernel memory ---- */

struct host_memory {
	uint64_t live; /* allocations not yet freed */
	uint64_t live_bytes;
	uint64_t total;  /* allocations made since the start */
	uint64_t failed; /* refused, injected failures included */
};
/* tag: the name given to OSMalloc_Tagalloc, or "type N" for _MALLOC; NULL sums up all. */
HOST_API void host_memory_count(const char *tag, struct host_memory *out);
/* Every nth allocation by the kext fails from now on; 0: none. */
HOST_API void host_memory_fail_every(uint64_t n);
/* Only the kth allocation by the kext from now on fails (1: the next); 0: none. */
HOST_API void host_memory_fail_at(uint64_t k);
/* Writes every live allocation of the kext to the console; how many there are. */
HOST_API uint64_t host_memory_report(void);
/* mbufs that are in use. */
HOST_API uint64_t host_mbuf_live(void);
/* Every nth mbuf allocation fails from now on; 0: none. */
HOST_API void host_mbuf_fail_every(uint64_t n);

/* ---- what a test may set before the kext starts ---- */

/* The kernel's exported version string. At most 511 characters; NULL: the default, XNU 7195.141.2. */
HOST_API void host_set_version(const char *version);
/* read_random and random_buf draw from a generator with this seed; 0: from the machine's random source
 * (default). */
HOST_API void host_random_seed(uint64_t seed);
/* Where printf, kprintf and os_log of the kernel go; NULL: standard error. */
HOST_API void host_console(void (*sink)(const char *text, void *context), void *context);
/* More words on the console; also set by SCTP_HOST_VERBOSE=1. */
HOST_API void host_set_verbose(bool verbose);

/* ---- links ---- */

/*
 * SCTP_HOST_LINK: "raw" (raw IP sockets, root), "udp" or "udp:PORT" (RFC 6951 on loopback), "unix:FOLDER"
 * (datagram sockets in a folder, one name an address), "memory" (this process only; the default).
 * SCTP_HOST_ADDRESS: comma-separated addresses of this host for unix and memory ("192.0.2.1,2001:db8::1").
 * SCTP_HOST_MTU: of the unix, udp and memory link; default 1500.
 */
/* The memory link hands every packet that is not for this host to the peer; packet starts at the IP header.
 */
typedef void (*host_link_peer)(void *context, const void *packet, size_t length);
HOST_API void host_memory_link_attach(host_link_peer peer, void *context);
/* A packet from the wire, from the IP header on; queued for the input thread. Any link. */
HOST_API void host_link_inject(const void *packet, size_t length);
/* Addresses of this host for the memory link, as SCTP_HOST_ADDRESS; call before host_start. */
HOST_API void host_memory_link_addresses(const char *list, unsigned mtu);

/* Every packet reaches IP filters as an mbuf for the IP header and one for every size bytes behind it; 0: one
 * mbuf. */
HOST_API void host_input_split(size_t size);
/* One packet in every n is lost on its way out, loopback included, by a generator with this seed; n = 0:
 * none. */
HOST_API void host_lose_packets(unsigned n, uint64_t seed);
/* An address appears or goes away while the host runs. text: "192.0.2.7/24". Interface en0. */
HOST_API int host_address_add(const char *text);
HOST_API int host_address_remove(const char *text);

/* ---- sysctl ---- */

/*
 * Reads and writes a variable registered by the kext ("net.sctp.debug"). old_length: room in, length
 * out. 0 or a Darwin errno; ENOENT (2) if there is no such name.
 */
HOST_API int host_sysctl(const char *name, void *old_value, size_t *old_length, const void *new_value,
			 size_t new_length);

#endif
