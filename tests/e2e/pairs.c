/* What has a call of its own to release it (format/pairs.def): each is made five times and released
 * twice ("leaking"), or five times ("repaired"); and what is odd about some ("odd"). Prints key,
 * created, released for each: the truth.
 *     pairs leaking|repaired|odd CATALOG
 *     pairs rising|steady: expressions that are kept, ever more or sixteen at a time */
#include <dlfcn.h>
#include <fcntl.h>
#include <fts.h>
#include <glob.h>
#include <iconv.h>
#include <ifaddrs.h>
#include <locale.h>
#include <mntent.h>
#include <net/if.h>
#include <netdb.h>
#include <nl_types.h>
#include <pthread.h>
#include <regex.h>
#include <resolv.h>
#include <search.h>
#include <semaphore.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wordexp.h>

enum { TIMES = 5, RELEASED = 2 };
static const char *catalog;
static char semaphore_name[64];

/* Each makes one, and releases it or forgets it. True: it could be made. */
#define USE(name) static __attribute__((noinline)) bool name(bool release)

USE(addresses)
{
	struct addrinfo *list, hints = {.ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM};
	if (getaddrinfo("127.0.0.1", "80", &hints, &list) != 0)
		return false;
	if (release)
		freeaddrinfo(list);
	return true;
}

USE(regex)
{
	regex_t r;
	if (regcomp(&r, "a(b|c)*d", REG_EXTENDED) != 0)
		return false;
	if (release)
		regfree(&r);
	memset(&r, 0, sizeof(r));
	return true;
}

USE(conversion)
{
	iconv_t c = iconv_open("UTF-8", "ISO-8859-1");
	if (c != (iconv_t)-1 && release)
		iconv_close(c);
	return c != (iconv_t)-1;
}

USE(program)
{
	FILE *f = popen("exit 0", "r");
	if (f && release)
		pclose(f);
	return f;
}

USE(semaphore)
{
	sem_t *s = sem_open(semaphore_name, O_CREAT, 0600, 1);
	if (s != SEM_FAILED && release)
		sem_close(s);
	return s != SEM_FAILED;
}

USE(locale)
{
	locale_t l = newlocale(LC_CTYPE_MASK, "C.UTF-8", NULL);
	if (l && release)
		freelocale(l);
	return l;
}

USE(object)
{
	void *handle = dlopen("libm.so.6", RTLD_NOW);
	if (handle && release)
		dlclose(handle);
	return handle;
}

USE(paths)
{
	glob_t g;
	if (glob("/*", 0, NULL, &g) != 0)
		return false;
	if (release)
		globfree(&g);
	memset(&g, 0, sizeof(g));
	return true;
}

USE(words)
{
	wordexp_t w;
	if (wordexp("one two three", &w, WRDE_NOCMD) != 0)
		return false;
	if (release)
		wordfree(&w);
	memset(&w, 0, sizeof(w));
	return true;
}

USE(interfaces)
{
	struct ifaddrs *list;
	if (getifaddrs(&list) != 0 || !list)
		return false;
	if (release)
		freeifaddrs(list);
	return true;
}

USE(interface_names)
{
	struct if_nameindex *list = if_nameindex();
	if (list && release)
		if_freenameindex(list);
	return list;
}

USE(hash_table)
{
	struct hsearch_data h = {0};
	if (!hcreate_r(30, &h))
		return false;
	if (release)
		hdestroy_r(&h);
	memset(&h, 0, sizeof(h));
	return true;
}

USE(mounts)
{
	FILE *f = setmntent("/proc/self/mounts", "r");
	if (f && release)
		endmntent(f);
	return f;
}

USE(actions)
{
	posix_spawn_file_actions_t a;
	posix_spawn_file_actions_init(&a);
	for (int fd = 3; fd < 40; fd++)
		posix_spawn_file_actions_addclose(&a, fd);
	posix_spawn_file_actions_adddup2(&a, 1, 2);
	if (release)
		posix_spawn_file_actions_destroy(&a);
	memset(&a, 0, sizeof(a));
	return true;
}

USE(attributes)
{
	pthread_attr_t a;
	if (pthread_getattr_np(pthread_self(), &a) != 0)
		return false;
	if (release)
		pthread_attr_destroy(&a);
	memset(&a, 0, sizeof(a));
	return true;
}

USE(key)
{
	pthread_key_t k;
	if (pthread_key_create(&k, NULL) != 0)
		return false;
	if (release)
		pthread_key_delete(k);
	return true;
}

USE(tree_walk)
{
	char dot[] = "/dev/null", *paths[] = {dot, NULL};
	FTS *walk = fts_open(paths, FTS_PHYSICAL, NULL);
	if (walk && release)
		fts_close(walk);
	return walk;
}

USE(message_catalog)
{
	nl_catd c = catopen(catalog, 0);
	if (c != (nl_catd)-1 && release)
		catclose(c);
	return c != (nl_catd)-1;
}

USE(resolver)
{
	static struct __res_state states[TIMES];
	static int used;
	struct __res_state *s = &states[used++ % TIMES];
	if (res_ninit(s) != 0)
		return false;
	if (release)
		res_nclose(s);
	return true;
}

USE(memory_stream)
{
	static char *text[TIMES];
	static size_t size[TIMES];
	static int used;
	int i = used++ % TIMES;
	FILE *f = open_memstream(&text[i], &size[i]);
	if (!f || !release)
		return f;
	fclose(f);
	free(text[i]);
	text[i] = NULL;
	return true;
}

static const struct use {
	const char *key;
	bool (*one)(bool release);
} uses[] = {{"address_lists", addresses}, {"regular_expressions", regex},
	{"conversions", conversion}, {"popen_streams", program}, {"named_semaphores", semaphore},
	{"locales", locale}, {"shared_objects", object}, {"path_lists", paths},
	{"word_lists", words}, {"interface_lists", interfaces},
	{"interface_names", interface_names}, {"hash_tables", hash_table},
	{"mount_streams", mounts}, {"spawn_actions", actions}, {"thread_attributes", attributes},
	{"thread_keys", key}, {"tree_walks", tree_walk}, {"catalogs", message_catalog},
	{"resolver_states", resolver}, {"memory_streams", memory_stream}};

/* Nothing of them is left on the stack. */
static __attribute__((noinline)) void scrub(void)
{
	volatile char room[32768];
	for (size_t i = 0; i < sizeof(room); i++)
		room[i] = 0;
}

/* Those that could be made and were released: made == released in a repaired run. The compiler does
 * not know how often: it would make five calls of one. */
static void use_all(int releases)
{
	static volatile int times = TIMES;
	for (size_t u = 0; u < sizeof(uses) / sizeof(*uses); u++) {
		int made = 0, released = 0;
		for (int i = 0; i < times; i++) {
			bool release = i < releases, ok = uses[u].one(release);
			made += ok;
			released += ok && release;
			scrub();
		}
		printf("%s %d %d\n", uses[u].key, made, released);
	}
}

/* Between them there is other work. */
static void keep(bool release)
{
	enum { ALL = 3000, KEPT = 16 };
	static regex_t kept[ALL];
	int n = 0;
	for (int i = 0; i < ALL; i++) {
		char *volatile work = malloc(100);
		free(work);
		if (release && n >= KEPT)
			while (n > 0)
				regfree(&kept[--n]);
		n += regcomp(&kept[n], "ab*c", 0) == 0;
	}
	while (release && n > 0)
		regfree(&kept[--n]);
}

int pairs_odd(void); /* pairs_odd.c */

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "leaking";
	catalog = argc > 2 ? argv[2] : "none";
	snprintf(semaphore_name, sizeof(semaphore_name), "/leaktrace-pairs.%d", (int)getpid());
	if (strcmp(how, "odd") == 0)
		return pairs_odd();
	if (strcmp(how, "rising") == 0 || strcmp(how, "steady") == 0) {
		keep(strcmp(how, "steady") == 0);
		return 0;
	}
	use_all(strcmp(how, "repaired") == 0 ? TIMES : RELEASED);
	sem_unlink(semaphore_name);
	return 0;
}
