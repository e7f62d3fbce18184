/* Open files that programs hold by one end of a pair of local sockets each (border.h). */
#ifndef DAEMON_OPEN_H
#define DAEMON_OPEN_H

#include "../bsd/file.h"

/* What programs' descriptor tables are filled from. */
extern const struct foreign_files open_files;

/* Starts the thread that watches for ends that hang up; 0 or an errno of Linux's. */
int open_start(void);
/* Closes all that programs still hold, and returns when every close is done; linger is cut short. */
void open_stop(void);

/* BORDER_CLOSING and BORDER_CLOSED of the calling thread, which is a program's: 0 or a Darwin errno. */
int open_closing(int fd);
int open_closed(int fd);
/* A program ended between the two. */
void open_never_closed(int fd);

#endif
