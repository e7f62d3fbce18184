/* The installed headers, as the kernel may read them: netinet/sctp.h needs the address structures of xnu.h.
 */
#ifndef SCTP_USER_ABI_H
#define SCTP_USER_ABI_H

#include "xnu.h"

#ifndef SCTP_KERNEL_BUILD
#define SCTP_KERNEL_BUILD
#endif
#include <netinet/sctp.h>

#endif
