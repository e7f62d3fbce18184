/*
 * The kernel as the engine sees it: functions of shim-c/kern, called by kext/ffi. Nothing else is called
 * upwards.
 */
#ifndef SCTP_KERN_H
#define SCTP_KERN_H

#include <stddef.h>

/*
 * size bytes aligned to 16, or NULL. A size up to SCTP_KERN_NOWAIT never blocks, so that the input path may
 * call it; a larger one may wait for pages.
 */
#define SCTP_KERN_NOWAIT 8192
void *sctp_kern_alloc(size_t size);
/* size: as it was asked for. */
void sctp_kern_free(void *memory, size_t size);

#endif
