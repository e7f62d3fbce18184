#ifndef DARWIN_UNISTD_H
#define DARWIN_UNISTD_H

#include <sys/types.h>

int close(int descriptor);
unsigned int alarm(unsigned int seconds);

#endif
