/* A dump whose process has not ended says so in its header, and so does one of a process that was
 * killed: the process itself tells them apart. One that was forked or exec'd a moment ago may have
 * no dump yet; its environment has the run's id. Those that are not to be traced have it too: they
 * are waited for a moment only. */
#include "tools/launch/lasting.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#include "format/file.h"
#include "tools/launch/process.h"
#include "tools/launch/say.h"

enum {
	NAP_MS = 2,
	CALM = 2 /* looks that find nothing */,
	MOMENT_MS = 100,
	ENVIRONMENT_MAX = 1 << 20
};

static uint64_t now_ms(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

/* Whether the process that began this dump is still writing it. */
static bool is_running(const struct lr_listed *d)
{
	struct lr_process p;
	if (d->state != LTF_STATE_RUNNING || !lr_process_look(&p, (pid_t)d->pid) ||
		!lr_process_find_dump(&p))
		return false;
	bool its = p.header->run_id == d->run_id && p.header->start_mono == d->start;
	munmap((void *)(uintptr_t)p.header, sizeof(*p.header));
	return its;
}

static const struct lr_listed *first_running(const struct lr_dumplist *l, size_t *count)
{
	const struct lr_listed *first = NULL;
	*count = 0;
	for (size_t i = 0; i < l->count; i++)
		if (is_running(&l->dumps[i])) {
			first = first ? first : &l->dumps[i];
			++*count;
		}
	return first;
}

/* Whether the environment that a process was started with names the run. */
static bool is_of_run(const char *pid, const char *variable, char *room)
{
	char path[300];
	snprintf(path, sizeof(path), "/proc/%s/environ", pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	ssize_t n = 0, used = 0;
	while (used < ENVIRONMENT_MAX &&
		(n = read(fd, room + used, ENVIRONMENT_MAX - (size_t)used)) > 0)
		used += n;
	close(fd);
	return used > 0 && memmem(room, (size_t)used, variable, strlen(variable));
}

/* Any process of the run; between two programs it has no environment for a moment,
 * so that one look may miss it. */
static bool any_left(const struct lr_dumplist *l, const struct lr_run *run)
{
	for (size_t i = 0; i < l->count; i++)
		if (l->dumps[i].state == LTF_STATE_EXEC && kill((pid_t)l->dumps[i].pid, 0) == 0)
			return true;
	char variable[64];
	char *room = malloc(ENVIRONMENT_MAX);
	bool found = false;
	DIR *d = room ? opendir("/proc") : NULL;
	snprintf(variable, sizeof(variable), "LEAKTRACE_RUN=%016" PRIx64, run->id);
	for (struct dirent *e; d && !found && (e = readdir(d));)
		found = isdigit((unsigned char)e->d_name[0]) &&
			is_of_run(e->d_name, variable, room);
	if (d)
		closedir(d);
	free(room);
	return found;
}

static void tell(const struct lr_listed *d, size_t count, unsigned seconds)
{
	char name[64] = "?", path[64];
	snprintf(path, sizeof(path), "/proc/%u/comm", (unsigned)d->pid);
	FILE *f = fopen(path, "re");
	if (f && fgets(name, sizeof(name), f))
		name[strcspn(name, "\n")] = '\0';
	if (f)
		fclose(f);
	lr_say("%zu process%s of the run still run%s, %u s after the first one's end (%s, pid %u): "
	       "their counts are not final; end them in the test, leave them out (--programs=-%s), "
	       "or wait longer (--wait=SECONDS)",
		count, count == 1 ? "" : "es", count == 1 ? "s" : "", seconds, name,
		(unsigned)d->pid, name);
}

bool lr_lasting_wait(struct lr_dumplist *l, const struct lr_run *run, unsigned seconds)
{
	uint64_t start = now_ms();
	unsigned calm = 0;
	for (;;) {
		size_t count;
		lr_dumps_find(l, run);
		uint64_t passed = now_ms() - start;
		const struct lr_listed *d = first_running(l, &count);
		calm = !d && !any_left(l, run) ? calm + 1 : 0;
		if (calm == CALM || (!d && passed >= MOMENT_MS))
			return true;
		if (d && passed >= (uint64_t)seconds * 1000) {
			tell(d, count, seconds);
			return false;
		}
		lr_dumplist_free(l);
		struct timespec nap = {.tv_nsec = NAP_MS * 1000000};
		nanosleep(&nap, NULL);
	}
}
