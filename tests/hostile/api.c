/* The allocation functions at their edges: results, errno and usable sizes are those of the
 * allocator itself, whatever the tracer makes of them; and what it records is what took place.
 *
 * @case api
 * @case api_errno
 * @run t "$prog" errno
 * @case api_sizes
 * @run t "$prog" sizes
 * @counts off
 */
#include <limits.h>
#include "tests/hostile/hostile.h"

static void *volatile hidden; /* keeps the compiler from knowing what is asked */
static volatile size_t zero, huge = (size_t)PTRDIFF_MAX - 64, odd = 24, wrap = (size_t)1 << 32;

static void result(const char *what, const void *p)
{
	say("%s: %s, error %d\n", what, p ? "a block" : "NULL", p ? 0 : errno);
	errno = 0;
}

static void edges(void)
{
	void *p = counted_malloc(zero), *q;
	say("malloc(0): usable %zu\n", malloc_usable_size(p));
	q = counted_realloc(p, zero); /* releases */
	result("realloc(p, 0)", q);
	p = counted_realloc(NULL, 100);
	q = counted_realloc(p, huge);
	result("realloc too large", q);
	p = counted_realloc(p, 200);
	p = counted_realloc(p, 100000);
	p = counted_realloc(p, 300000);
	p = counted_realloc(p, 10);
	say("usable %zu\n", malloc_usable_size(p));
	counted_free(p);
	result("malloc too large", counted_malloc(huge));
	result("calloc too large", counted_calloc(huge, 1));
	result("calloc overflows", counted_calloc(huge, 16));
	result("calloc wraps to 0", calloc(wrap, wrap));
	p = counted_calloc(zero, 5);
	say("calloc(0, 5): usable %zu\n", malloc_usable_size(p));
	counted_free(p);
	result("reallocarray overflows", reallocarray(NULL, huge, 16));
	counted_free(NULL);
	free(NULL);
}

static void alignments(void)
{
	void *p = NULL;
	hidden = NULL;
	say("posix_memalign(3): %d\n", posix_memalign(&p, 3, 10));
	say("posix_memalign(0): %d\n", posix_memalign(&p, 0, 10));
	say("posix_memalign too large: %d\n", posix_memalign(&p, 64, huge));
	say("untouched: %d\n", p == NULL);
	result("aligned_alloc too large", aligned_alloc(64, huge));
	result("memalign too large", memalign(64, huge));
	result("valloc too large", valloc(huge));
	result("pvalloc too large", pvalloc(huge));
	for (size_t align = 8; align <= 1 << 16; align *= 2) {
		p = counted_memalign(align, odd);
		say("align %zu: %d\n", align, ((uintptr_t)p & (align - 1)) == 0);
		p = counted_realloc(p, 2 * odd);
		counted_free(p);
	}
	void *several[] = {aligned_alloc(64, odd), memalign(64, odd), valloc(odd), pvalloc(odd),
		reallocarray(NULL, 3, odd)};
	for (unsigned i = 0; i < sizeof(several) / sizeof(several[0]); i++) {

		if (i != 4) /* the heap's own alignment says nothing */
			must(((uintptr_t)several[i] & 63) == 0, "alignment");
		free(several[i]);
	}
}

static void keeps_errno(void)
{
	void *p;
	for (int i = 0; i < 20000; i++) { /* many: the slow paths too */
		errno = 77;
		p = counted_malloc(50);
		p = counted_realloc(p, 60);
		counted_free(p);
		p = counted_calloc(1, 10);
		counted_free(p);
		free(NULL);
		if (errno != 77) {
			say("errno became %d at %d\n", errno, i);
			errno = 77;
		}
	}
	say("done\n");
}

static void sizes(void)
{
	for (size_t n = 0; n < 300; n++) {
		void *a = malloc(n), *b = calloc(1, n), *c = realloc(NULL, n * 37);
		void *d = aligned_alloc(32, n * 32);
		say("%zu: %zu %zu %zu %zu\n", n, malloc_usable_size(a), malloc_usable_size(b),
			malloc_usable_size(c), malloc_usable_size(d));
		if (n % 2) {
			free(a), free(b);
			free(c), free(d);
		}
	}
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "";
	if (IS("errno")) {
		keeps_errno();
	} else if (IS("sizes")) {
		sizes();
	} else {
		edges();
		alignments();
	}
	return 0;
}
