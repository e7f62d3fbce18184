/* What a socket shows of its endpoint: counts, states, errors, wake-ups. All under the domain mutex. */
#ifndef SCTP_SOCKET_H
#define SCTP_SOCKET_H

#include "pcb.h"

/* sb_hiwat of the buffers: what soreserve would do, which is not exported. */
void sctp_socket_reserve(struct socket *so, uint32_t send, uint32_t receive);

/* Applies an update of the engine to the socket it is for. */
void sctp_socket_update(const struct sctp_update *update);

/* Tells the engine when sb_hiwat changed (SO_SNDBUF, SO_RCVBUF). */
void sctp_socket_follow_buffers(struct sctp_pcb *pcb);

/* Gives the socket of pcb, made for an association of from, what a program has set on from. */
void sctp_socket_inherit(struct socket *from, struct sctp_pcb *pcb);

/* Wakes who waits for sb: sleepers, select, poll, kevent. */
void sctp_socket_wake(struct sockbuf *sb);

/*
 * Sleeps until sb is woken. SO_RCVTIMEO or SO_SNDTIMEO is for the whole call, which began then: others may
 * wake sb often. EWOULDBLOCK when it is over, EBADF when the descriptor is being closed, EINTR, ERESTART.
 */
int sctp_socket_wait(struct socket *so, struct sockbuf *sb, sctp_nanoseconds began);

/* True if a call with these flags must not sleep. */
bool sctp_socket_nonblocking(struct socket *so, int flags);

/* Takes so_error; 0 if there is none. */
int sctp_socket_take_error(struct socket *so);

/* Before the endpoint goes: the kernel checks that nothing is left in the buffers. */
void sctp_socket_clear_counts(struct socket *so);

/* Shows whether a one-to-many socket has room for sending. To be called when so_snd may have changed. */
void sctp_socket_show_room(struct sctp_pcb *pcb);

#endif
