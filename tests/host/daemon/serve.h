/* Threads of programs, each served by a thread here. */
#ifndef DAEMON_SERVE_H
#define DAEMON_SERVE_H

/* Serves the connection, which it owns from now on, until it ends. */
void serve(int channel);
/* Ends all connections and returns when the last thread is gone. */
void serve_stop(void);
/* Sends fd, which it owns from now on, with the reply to the calling thread's program. */
void serve_give(int fd);

#endif
