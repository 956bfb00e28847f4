/* Counts what a program makes and releases by calls of its own, without any of the tracer's code:
 * to be preloaded behind it. At the end, into the file PAIRS_COUNT: key, created, released. */
#include <dlfcn.h>
#include <glob.h>
#include <iconv.h>
#include <ifaddrs.h>
#include <locale.h>
#include <netdb.h>
#include <pthread.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ADDRESSES, REGEX, CONVERSION, LOCALE, PATHS, PROGRAM, INTERFACES, KEY, KINDS };
static const char *const keys[KINDS] = {"address_lists", "regular_expressions", "conversions",
	"locales", "path_lists", "popen_streams", "interface_lists", "thread_keys"};
static int created[KINDS], released[KINDS];

#define NEXT(name)                                                                                 \
	static __typeof__(name) *next;                                                             \
	if (!next)                                                                                 \
	next = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)
#define MADE(kind, yes) __atomic_fetch_add(&created[kind], (yes) ? 1 : 0, __ATOMIC_RELAXED)
#define GONE(kind, yes) __atomic_fetch_add(&released[kind], (yes) ? 1 : 0, __ATOMIC_RELAXED)

int getaddrinfo(
	const char *host, const char *port, const struct addrinfo *hints, struct addrinfo **list)
{
	NEXT(getaddrinfo);
	int r = next(host, port, hints, list);
	MADE(ADDRESSES, r == 0);
	return r;
}

void freeaddrinfo(struct addrinfo *list)
{
	NEXT(freeaddrinfo);
	GONE(ADDRESSES, list);
	next(list);
}

int regcomp(regex_t *r, const char *pattern, int flags)
{
	NEXT(regcomp);
	int status = next(r, pattern, flags);
	MADE(REGEX, status == 0);
	return status;
}

const char *re_compile_pattern(const char *pattern, size_t n, struct re_pattern_buffer *r)
{
	NEXT(re_compile_pattern);
	int had = r->buffer != NULL;
	const char *error = next(pattern, n, r);
	MADE(REGEX, !had && r->buffer);
	GONE(REGEX, had && !r->buffer);
	return error;
}

void regfree(regex_t *r)
{
	NEXT(regfree);
	GONE(REGEX, r->buffer);
	next(r);
}

iconv_t iconv_open(const char *to, const char *from)
{
	NEXT(iconv_open);
	iconv_t c = next(to, from);
	MADE(CONVERSION, c != (iconv_t)-1);
	return c;
}

int iconv_close(iconv_t c)
{
	NEXT(iconv_close);
	GONE(CONVERSION, c && c != (iconv_t)-1);
	return next(c);
}

locale_t __newlocale(int mask, const char *name, locale_t base);
locale_t __duplocale(locale_t l);
void __freelocale(locale_t l);
#define LOCALES(new, dup, free)                                                                    \
	locale_t new (int mask, const char *name, locale_t base)                                   \
	{                                                                                          \
		NEXT(new);                                                                         \
		locale_t l = next(mask, name, base);                                               \
		MADE(LOCALE, l && !base);                                                          \
		return l;                                                                          \
	}                                                                                          \
	locale_t dup(locale_t from)                                                                \
	{                                                                                          \
		NEXT(dup);                                                                         \
		locale_t l = next(from);                                                           \
		MADE(LOCALE, l);                                                                   \
		return l;                                                                          \
	}                                                                                          \
	void free(locale_t l)                                                                      \
	{                                                                                          \
		NEXT(free);                                                                        \
		GONE(LOCALE, l &&l != LC_GLOBAL_LOCALE);                                           \
		next(l);                                                                           \
	}
LOCALES(newlocale, duplocale, freelocale)
LOCALES(__newlocale, __duplocale, __freelocale)

int glob(const char *pattern, int flags, int (*wrong)(const char *, int), glob_t *g)
{
	NEXT(glob);
	int had = flags & GLOB_APPEND && g->gl_pathv, r = next(pattern, flags, wrong, g);
	MADE(PATHS, r == 0 && !had);
	return r;
}

void globfree(glob_t *g)
{
	NEXT(globfree);
	GONE(PATHS, g->gl_pathv);
	next(g);
}

FILE *popen(const char *command, const char *mode)
{
	NEXT(popen);
	FILE *f = next(command, mode);
	MADE(PROGRAM, f);
	return f;
}

int pclose(FILE *f)
{
	NEXT(pclose);
	GONE(PROGRAM, f);
	return next(f);
}

int getifaddrs(struct ifaddrs **list)
{
	NEXT(getifaddrs);
	int r = next(list);
	MADE(INTERFACES, r == 0 && *list);
	return r;
}

void freeifaddrs(struct ifaddrs *list)
{
	NEXT(freeifaddrs);
	GONE(INTERFACES, list);
	next(list);
}

int pthread_key_create(pthread_key_t *k, void (*done)(void *))
{
	NEXT(pthread_key_create);
	int r = next(k, done);
	MADE(KEY, r == 0);
	return r;
}

int pthread_key_delete(pthread_key_t k)
{
	NEXT(pthread_key_delete);
	int r = next(k);
	GONE(KEY, r == 0);
	return r;
}

static __attribute__((destructor)) void tell(void)
{
	const char *path = getenv("PAIRS_COUNT");
	FILE *f = path ? fopen(path, "w") : NULL;
	for (int i = 0; f && i < KINDS; i++)
		fprintf(f, "%s %d %d\n", keys[i], created[i], released[i]);
	if (f)
		fclose(f);
}
