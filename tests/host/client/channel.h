/* The calling thread's connection to the daemon. */
#ifndef CLIENT_CHANNEL_H
#define CLIENT_CHANNEL_H

#include <stdbool.h>

void channel_set_path(const char *path);
/* Connects at the first call of a thread; -1 and errno. */
int channel_of_thread(void);

#endif
