/* What is kept on purpose until the process ends, and is no fault of the program. Each entry says
 * whose it is; a pattern names the function that keeps the memory, so that nothing else falls under
 * it. */
#include <string.h>
#include "tools/suppress/rules.h"

static const char text[] =
	/* Thread-local storage of a thread that still ran: the vector of its blocks, and the
	 * blocks of libraries, found only through the thread's own registers. */
	"{\n"
	"glibc: the vector of thread-local storage of a running thread\n"
	"Memcheck:Leak\n"
	"match-leak-kinds: possible,definite\n"
	"fun:calloc\n"
	"...\n"
	"fun:_dl_allocate_tls\n"
	"}\n";

void lr_rules_add_built_in(struct lr_rules *r)
{
	struct lr_error err = {{0}};
	size_t before = r->used;
	lr_rules_add_text(r, "built-in", text, sizeof(text) - 1, &err);
	for (size_t i = before; i < r->used; i++)
		r->rules[i].built_in = true;
}
