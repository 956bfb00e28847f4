/* Asking a debuginfod server, when its client library is installed: it is loaded at run time, so
 * that nothing of it (a whole HTTP client) is started in a report that does not ask. */
#ifndef LR_DEBUGINFOD_H
#define LR_DEBUGINFOD_H

#include <stddef.h>
#include <stdint.h>

struct lr_debuginfod;

/* NULL when the client library is not there. */
struct lr_debuginfod *lr_debuginfod_open(void);
void lr_debuginfod_close(struct lr_debuginfod *);

/* A descriptor of the file with that build-id (debug information, or else the executable), or -1.
 * Waits for the network as long as DEBUGINFOD_TIMEOUT says. */
int lr_debuginfod_fetch(struct lr_debuginfod *, const uint8_t *build_id, size_t len);

#endif
