/* The C library's lists of threads, in this very process. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "lib/nptl.h"
#include "lib/real.h"

static const char *hidden;

const void *lt_real_data(const char *name)
{
	return hidden && strcmp(hidden, name) == 0 ? NULL
						   : dlvsym(RTLD_DEFAULT, name, "GLIBC_PRIVATE");
}

static bool readable(uintptr_t start, uintptr_t end)
{
	return start < end;
}

struct found {
	unsigned threads, lives, ended, cached, main, here;
	uintptr_t at; /* somewhere on a stack */
	const void *result;
	enum lt_nptl_state state;
};

static void look(void *arg, const struct lt_nptl_thread *t)
{
	struct found *f = arg;
	f->threads++;
	f->lives += t->state == LT_NPTL_LIVES;
	f->ended += t->state == LT_NPTL_ENDED;
	f->cached += t->state == LT_NPTL_CACHED;
	f->main += !t->low && t->tid == getpid();
	if (t->low) {
		assert_true(t->low <= t->tls && t->tls < t->end && t->end <= t->high);
		if (f->at >= t->low && f->at < t->tls) {
			f->here++;
			f->state = t->state;
			f->result = *(void *const *)t->result;
		}
	}
}

static int go[2], local;
static __thread int kept;

static void *wait_here(void *where)
{
	char c = 0;
	kept = 1;
	*(void *volatile *)where = &c;
	while (read(go[0], &c, 1) == 1 && c != 'e')
		;
	return &local;
}

static struct found ask(void *at)
{
	struct found f = {.at = (uintptr_t)at};
	assert_true(lt_nptl_each(readable, look, &f));
	assert_int_equal(f.main, 1);
	return f;
}

static void threads_come_and_go(void **state)
{
	pthread_t thread;
	void *volatile at = NULL;
	void *mine;
	(void)state;
	assert_int_equal(pipe(go), 0);
	assert_int_equal(pthread_create(&thread, NULL, wait_here, (void *)&at), 0);
	while (!at)
		usleep(1000);
	struct found f = ask(at);
	assert_int_equal(f.here, 1);
	assert_int_equal(f.state, LT_NPTL_LIVES);
	assert_int_equal(write(go[1], "e", 1), 1);
	for (unsigned i = 0; i < 5000 && f.state == LT_NPTL_LIVES; i++) {
		usleep(1000);
		f = ask(at);
	}
	assert_int_equal(f.state, LT_NPTL_ENDED);
	assert_ptr_equal(f.result, &local);
	assert_int_equal(pthread_join(thread, &mine), 0);
	f = ask(at);
	assert_int_equal(f.here, 1);
	assert_int_equal(f.state, LT_NPTL_CACHED);
}

/* On a stack of the program's own. */
static void a_given_stack(void **state)
{
	enum { SIZE = 1 << 18 };
	char *stack = malloc(SIZE);
	pthread_t thread;
	pthread_attr_t how;
	void *volatile at = NULL;
	(void)state;
	pthread_attr_init(&how);
	assert_int_equal(pthread_attr_setstack(&how, stack, SIZE), 0);
	assert_int_equal(pthread_create(&thread, &how, wait_here, (void *)&at), 0);
	while (!at)
		usleep(1000);
	struct found f = ask(at);
	assert_int_equal(f.here, 1);
	assert_int_equal(f.state, LT_NPTL_LIVES);
	assert_int_equal(write(go[1], "e", 1), 1);
	pthread_join(thread, NULL);
	assert_int_equal(ask(at).here, 0);
	free(stack);
}

static void another_library(void **state)
{
	static const char *const name[] = {"_thread_db_pthread_tid", "_thread_db_sizeof_pthread",
		"_rtld_global", "_dl_get_tls_static_info"};
	struct found f = {0};
	(void)state;
	for (unsigned i = 0; i < sizeof(name) / sizeof(name[0]); i++) {
		hidden = name[i];
		assert_false(lt_nptl_each(readable, look, &f));
	}
	hidden = NULL;
	assert_int_equal(f.threads, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(threads_come_and_go),
		cmocka_unit_test(a_given_stack),
		cmocka_unit_test(another_library),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
