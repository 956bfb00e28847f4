/* What is odd about some pairs: calls that fail, that take over what was made before, that are
 * released by another function, copies. Each prints key, created, released. */
#include <dlfcn.h>
#include <fcntl.h>
#include <glob.h>
#include <iconv.h>
#include <locale.h>
#include <netdb.h>
#include <pthread.h>
#include <regex.h>
#include <semaphore.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <threads.h>
#include <unistd.h>
#include <wordexp.h>

int pairs_odd(void);

static void tell(const char *key, int created, int released)
{
	printf("%s %d %d\n", key, created, released);
}

static int fails(int failed, const char *what)
{
	if (!failed)
		printf("%s should have failed\n", what);
	return 0;
}

static void regex(void)
{
	regex_t a, b;
	fails(regcomp(&a, "a(", REG_EXTENDED), "regcomp");
	regcomp(&a, "one", 0);
	memcpy(&b, &a, sizeof(a)); /* a copy is released in its place */
	regcomp(&a, "two", 0);
	regfree(&b);
	regfree(&a);
	regfree(&a); /* released already: nothing */
	struct re_pattern_buffer p = {0};
	re_set_syntax(RE_SYNTAX_POSIX_EXTENDED);
	re_compile_pattern("three", 5, &p);
	re_compile_pattern("four", 4, &p); /* in its place */
	fails(re_compile_pattern("a(", 2, &p) != NULL, "re_compile_pattern");
	regfree(&p);
	tell("regular_expressions", 3, 3); /* the one that failed released that of before */
}

static void addresses(void)
{
	struct addrinfo *list = NULL, hints = {.ai_flags = AI_NUMERICHOST};
	fails(getaddrinfo("no number", NULL, &hints, &list), "getaddrinfo");
	freeaddrinfo(NULL);
	tell("address_lists", 0, 0);
}

static void conversions(void)
{
	iconv_t c = iconv_open("NO-SUCH-SET", "UTF-8");
	fails(c == (iconv_t)-1, "iconv_open");
	fails(iconv_close(c), "iconv_close");
	tell("conversions", 0, 0);
}

static void locales(void)
{
	locale_t c = newlocale(LC_ALL_MASK, "C", NULL), d = duplocale(c);
	d = newlocale(LC_CTYPE_MASK, "C.UTF-8", d); /* "C" is one object: counted */
	freelocale(d);
	freelocale(c);
	locale_t l = newlocale(LC_CTYPE_MASK, "C.UTF-8", NULL);
	l = newlocale(LC_TIME_MASK, "C.UTF-8", l); /* the same one goes on */
	fails(newlocale(LC_TIME_MASK, "no-such-locale", l) == NULL, "newlocale");
	d = duplocale(l);
	locale_t g = duplocale(LC_GLOBAL_LOCALE);
	freelocale(g);
	freelocale(l);
	freelocale(d);
	tell("locales", 5, 5);
}

static void paths(void)
{
	glob_t g;
	fails(glob("/no-such-file*", 0, NULL, &g) == GLOB_NOMATCH, "glob");
	glob("/*", 0, NULL, &g);
	glob("/usr/*", GLOB_APPEND, NULL, &g);
	glob("/dev/*", GLOB_APPEND, NULL, &g);
	globfree(&g);
	globfree(&g);
	g.gl_offs = 2; /* room is made also where nothing is found */
	glob("/no-such-file*", GLOB_DOOFFS, NULL, &g);
	globfree(&g);
	tell("path_lists", 2, 2);
}

static void words(void)
{
	wordexp_t w;
	fails(wordexp("a | b", &w, WRDE_NOCMD), "wordexp");
	wordexp("one", &w, 0);
	wordexp("two three four", &w, WRDE_APPEND);
	wordexp("five", &w, WRDE_REUSE);
	wordfree(&w);
	tell("word_lists", 1, 1); /* all along the same */
}

static void semaphores(void)
{
	char name[64];
	snprintf(name, sizeof(name), "/leaktrace-odd.%d", (int)getpid());
	sem_t *a = sem_open(name, O_CREAT, 0600, 0), *b = sem_open(name, 0);
	fails(sem_open(name, O_CREAT | O_EXCL, 0600, 0) == SEM_FAILED, "sem_open");
	fails(a == b, "two of a name");
	sem_close(a);
	sem_close(b);
	sem_unlink(name);
	tell("named_semaphores", 2, 2);
}

static void objects(void)
{
	void *self = dlopen(NULL, RTLD_NOW), *m = dlopen("libm.so.6", RTLD_NOW);
	void *n = dlopen("libm.so.6", RTLD_LAZY), *o = dlmopen(LM_ID_BASE, "libm.so.6", RTLD_NOW);
	fails(dlopen("no-such-object.so", RTLD_NOW) == NULL, "dlopen");
	fails(strstr(dlerror(), "no-such-object") != NULL, "dlerror");
	fails(dlopen("$ORIGIN/no-such-object.so", RTLD_NOW) == NULL, "dlopen");
	dlclose(m);
	dlclose(o);
	dlclose(self);
	dlclose(n);
	tell("shared_objects", 4, 4);
}

static ssize_t write_nothing(void *cookie, const char *text, size_t n)
{
	(void)cookie;
	(void)text;
	return (ssize_t)n;
}

static void streams(void)
{
	char room[64];
	FILE *f = popen("exit 3", "r");
	int (*volatile close)(FILE *) = fclose; /* as pclose, but the compiler would warn */
	int status = close(f);
	f = popen("cat >/dev/null", "we");
	status |= pclose(f);
	fails(status == 0x300, "a program's status");
	tell("popen_streams", 2, 2);
	fclose(fmemopen(room, sizeof(room), "w"));
	f = fopencookie(NULL, "w", (cookie_io_functions_t){.write = write_nothing});
	fails(fputs("text", f) >= 0, "fputs");
	fails(fclose(f) == 0, "fclose");
	tell("memory_streams", 2, 2);
}

static void attributes(void)
{
	pthread_attr_t a;
	cpu_set_t all;
	memset(&all, 0xff, sizeof(all));
	pthread_attr_init(&a); /* nothing is allocated */
	pthread_attr_destroy(&a);
	pthread_attr_init(&a);
	pthread_attr_setaffinity_np(&a, sizeof(all), &all);
	pthread_attr_setaffinity_np(&a, sizeof(all) / 2, &all);
	pthread_attr_destroy(&a);
	tell("thread_attributes", 1, 1);
	posix_spawn_file_actions_t actions; /* the same */
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_destroy(&actions);
	tell("spawn_actions", 0, 0);
}

static void keys(void)
{
	pthread_key_t k[8];
	tss_t t;
	for (int i = 0; i < 8; i++)
		pthread_key_create(&k[i], NULL);
	for (int i = 0; i < 8; i++)
		pthread_key_delete(k[i]);
	fails(pthread_key_delete(k[0]), "pthread_key_delete");
	tss_create(&t, NULL);
	tss_delete(t);
	tell("thread_keys", 9, 9);
}

int pairs_odd(void)
{
	addresses();
	regex();
	conversions();
	locales();
	paths();
	words();
	semaphores();
	objects();
	streams();
	attributes();
	keys();
	return 0;
}
