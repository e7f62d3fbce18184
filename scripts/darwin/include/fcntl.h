#ifndef DARWIN_FCNTL_H
#define DARWIN_FCNTL_H

#define F_GETFL 3
#define F_SETFL 4
#define O_NONBLOCK 0x0004

int fcntl(int descriptor, int command, ...);

#endif
