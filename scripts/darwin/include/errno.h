#ifndef DARWIN_ERRNO_H
#define DARWIN_ERRNO_H

int *__error(void);
#define errno (*__error())

#define ENOENT 2
#define ENOMEM 12
#define EINVAL 22
#define EINPROGRESS 36
#define EPROTOTYPE 41
#define EPROTONOSUPPORT 43
#define EOPNOTSUPP 102

#endif
