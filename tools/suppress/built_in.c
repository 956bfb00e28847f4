/* What is kept on purpose until the process ends, and is no fault of the program's. Each entry says
 * whose it is, by the function that keeps the memory, so that nothing else falls under it. */
#include "tools/suppress/rules.h"

/* clang-format off */
static const char text[] =
	/* tsearch keeps a colour in the lowest bit of its pointers, so that nothing points to the
	 * beginning of a node. A tree that is lost is lost all the same: its root is definite. */
	"{\nthe C library: pointers with colours in the trees of tsearch\nMemcheck:Leak\n"
	"match-leak-kinds: possible\nfun:malloc\nfun:*tsearch\n}\n"

	/* The table of loaded objects that dlopen makes anew is aligned within its block. */
	"{\nthe loader: the table behind _dl_find_object\nMemcheck:Leak\n"
	"match-leak-kinds: possible\nfun:malloc\n...\nfun:_dl_find_object_update*\n}\n"
	"{\nthe loader: what it keeps of the objects that it has loaded\nMemcheck:Leak\n"
	"match-leak-kinds: possible\nfun:*alloc\nobj:*/ld-linux-x86-64.so.2\n}\n"

	/* A running thread's own: its registers lead to it. */
	"{\nthe C library: thread-local storage of a running thread\nMemcheck:Leak\n"
	"match-leak-kinds: definite,possible\nfun:calloc\n...\nfun:_dl_allocate_tls\n}\n"

	/* 71 KiB from which exceptions are thrown when there is no memory. */
	"{\nthe C++ runtime: its pool for exceptions\nMemcheck:Leak\n"
	"match-leak-kinds: reachable,possible\nfun:malloc\nobj:*/libstdc++.so.6*\nfun:call_init*\n}\n"
	"{\nthe C++ runtime: its pool for exceptions\nMemcheck:Leak\n"
	"match-leak-kinds: reachable,possible\nfun:malloc\nobj:*/libstdc++.so.6*\n"
	"obj:*/ld-linux-x86-64.so.2\n}\n";
/* clang-format on */

void lr_rules_add_built_in(struct lr_rules *r)
{
	struct lr_error err = {{0}};
	size_t before = r->used;
	lr_rules_add_text(r, "built-in", text, sizeof(text) - 1, &err);
	for (size_t i = before; i < r->used; i++)
		r->rules[i].built_in = true;
}
