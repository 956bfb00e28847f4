/* Libraries come and go, two of them at the same address in turn: each block is charged to the one
 * that was there. And a library that is opened with RTLD_DEEPBIND calls the C library's functions
 * past ours.
 *
 * @case dlclose_same_address
 * @run t "$prog" turns "$here"
 * @check equal plug_a "$(calls 'counted_plug_a')" 50
 * @check equal plug_b "$(calls 'counted_plug_b')" 50
 * @case dlopen_deepbind
 * @run t "$prog" deepbind "$here"
 * @counts off
 * @may frees_of_unknown|overlaps
 * @case dlopen_while_others_allocate
 * @run t "$prog" threads "$here"
 */
#include <dlfcn.h>
#include <pthread.h>
#include "tests/hostile/hostile.h"

static volatile bool stop;

struct plug {
	void *handle;
	void *(*alloc)(size_t);
	void (*release)(void *);
};

static struct plug open_plug(const char *dir, const char *name, int flags)
{
	char path[4096];
	struct plug p;
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	p.handle = dlopen(path, RTLD_NOW | flags);
	must(p.handle != NULL, path);
	*(void **)&p.alloc = dlsym(p.handle, "plug_alloc");
	*(void **)&p.release = dlsym(p.handle, "plug_free");
	return p;
}

static void turns(const char *dir)
{
	uintptr_t last = 0;
	int same = 0;
	for (int i = 0; i < 100; i++) {
		struct plug p = open_plug(dir, i % 2 ? "libplug_b.so" : "libplug_a.so", 0);
		void *block = p.alloc(50);
		tally->allocs++;
		same += (uintptr_t)p.alloc == last;
		last = (uintptr_t)p.alloc;
		dlclose(p.handle);
		counted_free(block);
	}
	/* A mapping of the tracer's may have taken the place once. */
	say("at the same address: %s\n", same > 50 ? "mostly" : "seldom");
}

static void deepbind(const char *dir)
{
	struct plug p = open_plug(dir, "libplug_a.so", RTLD_DEEPBIND);
	for (int i = 0; i < 100; i++) {
		void *ours = malloc(100 + (size_t)i), *its = p.alloc(100 + (size_t)i);
		say("%zu %zu\n", malloc_usable_size(ours), malloc_usable_size(its));
		p.release(ours);
		free(its);
	}
	dlclose(p.handle);
}

static void *work(void *unused)
{
	(void)unused;
	while (!stop) {
		churn(20);
		usleep(20);
	}
	return NULL;
}

static void others(const char *dir)
{
	pthread_t thread[2];
	for (int i = 0; i < 2; i++)
		pthread_create(&thread[i], NULL, work, NULL);
	for (int i = 0; i < 100; i++) {
		struct plug p = open_plug(dir, i % 2 ? "libplug_b.so" : "libplug_a.so", 0);
		p.release(p.alloc(50));
		__atomic_add_fetch(&tally->allocs, 1, __ATOMIC_SEQ_CST);
		__atomic_add_fetch(&tally->frees, 1, __ATOMIC_SEQ_CST);
		dlclose(p.handle);
	}
	stop = true;
	for (int i = 0; i < 2; i++)
		pthread_join(thread[i], NULL);
}

int main(int argc, char **argv)
{
	const char *how = argc > 2 ? argv[1] : "";
	if (IS("turns"))
		turns(argv[2]);
	if (IS("deepbind"))
		deepbind(argv[2]);
	if (IS("threads"))
		others(argv[2]);
	return 0;
}
