/* See debuginfod.h. Only four functions of the client are used, whose types have not changed since
 * its first version. */
#include "tools/symbols/debuginfod.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

typedef int find_fn(void *client, const unsigned char *build_id, int len, char **path);

struct lr_debuginfod {
	void *library, *client;
	find_fn *find_debuginfo, *find_executable;
	void (*end)(void *);
};

struct lr_debuginfod *lr_debuginfod_open(void)
{
	struct lr_debuginfod *d = calloc(1, sizeof(*d));
	if (!d)
		return NULL;
	d->library = dlopen("libdebuginfod.so.1", RTLD_NOW | RTLD_LOCAL);
	void *(*begin)(void) = NULL;
	if (d->library) {
		begin = (void *(*)(void))dlsym(d->library, "debuginfod_begin");
		d->end = (void (*)(void *))dlsym(d->library, "debuginfod_end");
		d->find_debuginfo = (find_fn *)dlsym(d->library, "debuginfod_find_debuginfo");
		d->find_executable = (find_fn *)dlsym(d->library, "debuginfod_find_executable");
	}
	if (begin && d->end && d->find_debuginfo && d->find_executable)
		d->client = begin();
	return d;
}

void lr_debuginfod_close(struct lr_debuginfod *d)
{
	if (!d)
		return;
	if (d->client)
		d->end(d->client);
	/* The library stays: its HTTP client does not like to be unloaded. */
	free(d);
}

int lr_debuginfod_fetch(struct lr_debuginfod *d, const uint8_t *build_id, size_t len)
{
	if (!d || !d->client)
		return -1;
	find_fn *const ways[] = {d->find_debuginfo, d->find_executable};
	for (size_t i = 0; i < 2; i++) {
		char *path = NULL;
		int fd = ways[i](d->client, build_id, (int)len, &path);
		free(path);
		if (fd >= 0)
			return fd;
	}
	return -1;
}
