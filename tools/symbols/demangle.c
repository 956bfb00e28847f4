/* libiberty does the work. A name of a hundred bytes can be made to unfold into gigabytes (each
 * substitution names the previous one twice), so the text is taken piece by piece and the demangler
 * is left by longjmp when it has become too long: nothing that it holds at that point needs to be
 * released. */
#include "tools/symbols/demangle.h"

#include <libiberty/demangle.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

enum {
	NAME_MAX_IN = 4096,      /* longer names are left as they are */
	NAME_MAX_OUT = 16 << 10, /* and so are those whose readable form is longer */
};

struct text {
	jmp_buf too_long;
	size_t used;
	char bytes[NAME_MAX_OUT];
};

static void append(const char *piece, size_t n, void *opaque)
{
	struct text *t = opaque;
	if (n >= sizeof(t->bytes) - t->used)
		longjmp(t->too_long, 1);
	memcpy(t->bytes + t->used, piece, n);
	t->used += n;
}

char *lr_demangle(const char *mangled)
{
	size_t n = strnlen(mangled, NAME_MAX_IN);
	if (mangled[0] != '_' || (mangled[1] != 'Z' && mangled[1] != 'R') || n == NAME_MAX_IN)
		return NULL;
	/* The recursion limit counts letters, and a thousand are not rare; NAME_MAX_IN holds. */
	int options = DMGL_PARAMS | DMGL_ANSI | DMGL_AUTO | DMGL_NO_RECURSE_LIMIT;
	char *result = NULL;
	struct text *t = malloc(sizeof(*t));
	if (!t)
		return NULL;
	t->used = 0;
	if (setjmp(t->too_long) == 0) {
		if (!rust_demangle_callback(mangled, options, append, t)) {
			t->used = 0;
			if (!cplus_demangle_v3_callback(mangled, options, append, t))
				t->used = 0;
		}
		if (t->used)
			result = strndup(t->bytes, t->used);
	}
	free(t);
	return result;
}
