#include "lib/fork.h"

#include <pthread.h>
#include "lib/config.h"
#include "lib/drain.h"
#include "lib/lifecycle.h"
#include "lib/onstack.h"

static long before(void *unused)
{
	(void)unused;
	lt_drain_before_fork();
	return 0;
}

static bool is_watched(void)
{
	return lt_config.live && *lt_alive && !lt_sealed &&
	       (lt_mode == LT_MODE_ON || lt_mode == LT_MODE_PAUSED);
}

static void prepare(void)
{
	if (is_watched())
		lt_slowly(before, NULL);
}

static void in_parent(void)
{
	if (*lt_alive && !lt_sealed)
		lt_drain_after_fork();
}

void lt_fork_watch(void)
{
	pthread_atfork(prepare, in_parent, NULL);
}
