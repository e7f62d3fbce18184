/*
 * What a program's epoll descriptor watches of the host's sockets: a kqueue beside it, which tells of
 * changes, and for each socket what was asked for. Linux's part is in the epoll descriptor as ever.
 */
#ifndef PRELOAD_EPOLL_SET_H
#define PRELOAD_EPOLL_SET_H

#include <stdbool.h>
#include <sys/epoll.h>

/* As epoll_ctl, for a socket of the host. */
int epoll_set_control(int epoll, int operation, int fd, const struct epoll_event *event);
/* The descriptor that is readable when collect may find something; -1: no socket of the host is watched. */
int epoll_set_descriptor(int epoll);
/* Events of the host's sockets, how many; none waits for. -1 and errno. */
int epoll_set_collect(int epoll, struct epoll_event *events, int count);
/* The number is no longer that epoll descriptor's. Keeps errno. */
void epoll_set_forget(int epoll);

#endif
