/* How a running process is asked for a scan: by signal 32 (sigqueue) with one of these values. The
 * answer is in the header of its dump (file.h, struct ltf_scan_state). */
#ifndef LTF_CONTROL_H
#define LTF_CONTROL_H

#include <stdint.h>

#define LTF_CONTROL_SIGNAL 32
#define LTF_CONTROL_SCAN   UINT64_C(0x6c74736300000001)
/* Only look whether the last one has ended. */
#define LTF_CONTROL_LOOK UINT64_C(0x6c74736300000002)

#endif
