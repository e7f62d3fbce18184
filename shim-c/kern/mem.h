/* Memory. The engine's half of it is declared in sctp_kern.h. */
#ifndef SCTP_MEM_H
#define SCTP_MEM_H

#include "sctp_kern.h"
#include "xnu.h"

int sctp_mem_start(void);
/* Prints a line when anything is still allocated: it would be lost for good. */
void sctp_mem_stop(void);

/* Like sctp_kern_alloc, for threads that may wait. The memory is zeroed and goes back with sctp_kern_free. */
void *sctp_mem_alloc(size_t size);

#endif
