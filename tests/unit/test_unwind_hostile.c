/* Stacks that end badly, move, vanish or belong to others: no fault, no invention, no descriptor.
 */
#include "tests/unit/unwind_support.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>
#include "lib/onstack.h"

#define NOINLINE __attribute__((noinline, noclone))
enum { PAGE = 4096 };

static NOINLINE int nested(int depth, callee fn)
{
	int r = depth ? nested(depth - 1, fn) : fn();

	NOT_LAST();
	return r + 1;
}

static int take_nested(void)
{
	return nested(2, take);
}

static void test_no_tables(void **state)
{
	(void)state;
	asm_no_cfi(take_ours);
	assert_int_equal(seen.how, LT_WALK_UNSURE);
	assert_int_equal(seen.n, 1);
	assert_true(seen.frames[0].pc > (uintptr_t)asm_no_cfi &&
		    seen.frames[0].pc < (uintptr_t)asm_no_cfi + 32);
}

static void test_no_tables_but_frame_pointer(void **state)
{
	(void)state;
	uint64_t before = lt_unwind_stats.guessed;
	asm_no_cfi_bp(take_ours);
	assert_int_equal(seen.how, LT_WALK_ROOT);
	assert_int_equal(seen.frames[1].flags, LTF_NODE_GUESSED);
	uintptr_t here = (uintptr_t)test_no_tables_but_frame_pointer;
	assert_true(seen.frames[1].pc > here && seen.frames[1].pc < here + 300);
	assert_int_equal(seen.frames[2].flags, 0);
	assert_true(lt_unwind_stats.guessed > before);
}

static void jit(const void *code, size_t len)
{
	char *page = mmap(
		NULL, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(page, MAP_FAILED);
	memcpy(page, code, len);
	((int (*)(callee))(void *)page)(take_ours);
	assert_true(
		seen.frames[0].pc > (uintptr_t)page && seen.frames[0].pc < (uintptr_t)page + 64);
	assert_int_equal(seen.frames[0].module, 0);
	munmap(page, PAGE);
}

static void test_generated_code(void **state)
{
	(void)state;
	jit("\x55\x31\xed\xff\xd7\x5d\xc3", 7); /* push rbp; xor ebp,ebp; call *rdi; pop rbp; ret */
	assert_int_equal(seen.how, LT_WALK_UNSURE);
	assert_int_equal(seen.n, 1);
	jit("\x55\x48\x89\xe5\xff\xd7\x5d\xc3", 8); /* push rbp; mov rbp,rsp; call *rdi; ... */
	assert_int_equal(seen.how, LT_WALK_ROOT);
	assert_int_equal(seen.frames[1].flags, LTF_NODE_GUESSED);
}

static ucontext_t co_main, co;

static void co_body(void)
{
	take_nested();
}

static void run_coroutine(char *stack, size_t len)
{
	getcontext(&co);
	co.uc_stack.ss_sp = stack;
	co.uc_stack.ss_size = len;
	co.uc_link = &co_main;
	makecontext(&co, co_body, 0);
	swapcontext(&co_main, &co);
}

static void coroutines(void)
{
	char *heap = malloc(32 << 10);

	run_coroutine(heap, 32 << 10);
	assert_same();
	/* The last page before an unreadable one. */
	char *map = mmap(NULL, 16 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	for (unsigned low = 1; low < 12; low++) {
		mprotect(map + low * PAGE, 4 * PAGE, PROT_READ | PROT_WRITE);
		run_coroutine(map + low * PAGE, 4 * PAGE);
		assert_same();
		mprotect(map, 16 * PAGE, PROT_NONE);
		lt_unmap_epoch++;
	}
	munmap(map, 16 * PAGE);
	lt_unmap_epoch++;
	free(heap);
	take_nested();
	assert_same();
}

static void test_coroutines(void **state)
{
	(void)state;
	both_ways(coroutines);
}

static void *small_thread(void *arg)
{
	nested(2, take_ours);
	assert_int_equal(seen.how, LT_WALK_ROOT);
	assert_true(seen.n >= 4);
	return arg;
}

static void test_small_stack(void **state)
{
	(void)state;
	pthread_attr_t attr;
	pthread_t t;
	pthread_attr_init(&attr);
	assert_int_equal(pthread_attr_setstacksize(&attr, 16 << 10), 0);
	assert_int_equal(pthread_create(&t, &attr, small_thread, NULL), 0);
	pthread_join(t, NULL);
	pthread_attr_destroy(&attr);
}

/* Registers that cannot be true, beside memory that cannot be read. */
static void test_impossible_registers(void **state)
{
	(void)state;
	char *map =
		mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct lt_stack_bounds b = {0};
	struct lt_frame frames[64];
	enum lt_walk how;

	mprotect(map + 2 * PAGE, PAGE, PROT_NONE);
	mprotect(map + 6 * PAGE, 2 * PAGE, PROT_NONE);
	take_nested();
	srandom(1);
	for (unsigned i = 0; i < 200000; i++) {
		uintptr_t *word = (uintptr_t *)(map + 3 * PAGE) + random() % (3 * PAGE / 8);
		*word = random() % 3 ? seen.frames[random() % seen.n].pc
				     : (uintptr_t)map + (uintptr_t)random() % (8 * PAGE);
		struct lt_regs r = {.ip = seen.frames[random() % seen.n].pc,
			.sp = (uintptr_t)map + (uintptr_t)random() % (9 * PAGE),
			.bp = (uintptr_t)map + (uintptr_t)random() % (9 * PAGE)};
		if (random() % 8 == 0)
			r.bp = (uintptr_t)random() % 600 - 300;
		if (random() % 8 == 0)
			r.sp = (uintptr_t)random() % 600 - 300;
		if (random() % 8)
			r.sp &= ~7ul, r.bp &= ~7ul;
		if (random() % 1000 == 0)
			lt_unmap_epoch++;
		assert_true(lt_unwind(&b, &r, frames, 64, &how) <= 64);
	}
	munmap(map, 8 * PAGE);
	struct lt_regs wild[] = {{0, 0, 0}, {1, 8, 8}, {~0ul, ~7ul, ~7ul},
		{seen.frames[0].pc, 0, 0}, {seen.frames[0].pc, ~7ul, ~7ul},
		{seen.frames[0].pc, 1ul << 47, 1ul << 47}};
	for (unsigned i = 0; i < sizeof(wild) / sizeof(wild[0]); i++) {
		memset(&b, 0, sizeof(b));
		lt_unwind(&b, &wild[i], frames, 64, &how);
	}
}

static char *plugin(const char *name)
{
	static char path[PATH_MAX];
	const char *dir = getenv("top_builddir");

	snprintf(path, sizeof(path), "%s/.libs/unwindplugin%s.so", dir ? dir : ".", name);
	return path;
}

static void test_another_library_at_the_same_place(void **state)
{
	(void)state;
	int (*call[2])(callee);
	uint32_t module[2];

	for (int i = 0; i < 2; i++) {
		void *h = dlopen(plugin(i ? "b" : "a"), RTLD_NOW);
		if (!h) {
			print_message("%s\n", dlerror());
			skip();
		}
		call[i] = (int (*)(callee))dlsym(h, "plugin_call");
		call[i](take);
		assert_same();
		module[i] = seen.frames[0].module;
		const struct lt_module *m = lt_module_at((uintptr_t)call[i]);
		assert_int_equal(m->number, module[i]);
		assert_string_equal(strrchr(m->path, '/'), strrchr(plugin(i ? "b" : "a"), '/'));
		assert_int_equal(m->build_id_len, 20);
		/* Nothing has changed: the same number. */
		lt_modules_changed();
		call[i](take);
		assert_same();
		assert_int_equal(seen.frames[0].module, module[i]);
		dlclose(h);
		lt_modules_changed();
	}
	assert_int_not_equal(module[0], module[1]);
	if (call[0] == call[1])
		assert_true(unloaded > 0);
	else
		print_message("not at the same place\n");
}

static void test_modules(void **state)
{
	(void)state;
	struct dl_find_object o;
	const struct lt_module *m = lt_module_at((uintptr_t)take);
	assert_true(m->path[0] == '/');
	assert_int_equal(_dl_find_object((void *)take, &o), 0);
	assert_int_equal(m->start, (uintptr_t)o.dlfo_map_start);
	m = lt_module_at(getauxval(AT_SYSINFO_EHDR) + 64);
	if (m) {
		assert_int_equal(m->start, getauxval(AT_SYSINFO_EHDR));
		assert_non_null(strstr(m->path, "vdso"));
	}
	assert_null(lt_module_at(8));
	assert_null(lt_module_at((uintptr_t)&m));
}

static long take_on_stack(void *arg)
{
	(void)arg;
	return take_nested();
}

static long add_one(void *arg)
{
	return (long)arg + 1;
}

static void test_other_stack(void **state)
{
	(void)state;
	char *map =
		mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_int_equal(lt_on_stack(add_one, (void *)41, map + 16 * PAGE), 42);
	assert_int_equal(lt_slowly(add_one, (void *)1), 2);
	lt_on_stack(take_on_stack, NULL, map + 16 * PAGE);
	assert_same();
	lt_slowly(take_on_stack, NULL);
	assert_same();
	munmap(map, 16 * PAGE);
	lt_unmap_epoch++;
}

static void test_little_stack(void **state)
{
	(void)state;
#if !defined(__OPTIMIZE__) || defined(__SANITIZE_ADDRESS__)
	print_message("not with sanitizers or without optimisation\n");
	skip();
#endif
	/* Nothing is known yet: modules, rules and bounds are found out anew. */
	lt_modules_reset();
	memset(&bounds, 0, sizeof(bounds));
	nested(20, take_ours);
	print_message("first walk: %u bytes of stack\n", seen.stack_used);
	assert_in_range(seen.stack_used, 1, 511);
	asm_rbx_cfa(take_ours);
	print_message("walk with all registers: %u bytes\n", seen.stack_used);
	assert_in_range(seen.stack_used, 1, 511);
	asm_hard(take_ours);
	print_message("walk with an expression: %u bytes\n", seen.stack_used);
	assert_in_range(seen.stack_used, 1, 511);
	asm_no_cfi_bp(take_ours);
	assert_in_range(seen.stack_used, 1, 511);
}

static void test_sealed(void **state)
{
	(void)state;
	take_nested();
	lt_sealed = true;
	take_nested();
	lt_sealed = false;
	assert_same();
}

/* Nothing but read, write, exit and sigreturn is allowed any more. */
static void test_seccomp_strict(void **state)
{
	(void)state;
	pid_t pid = fork();
	if (pid == 0) {
		lt_unwind_child();
		memset(&bounds, 0, sizeof(bounds));
		take_nested();
		lt_sealed = true;
		prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
		nested(120, take); /* deeper, and with addresses that are new */
		bool good = is_same();
		asm_bp_lost(take);
		good = good && is_same();
		asm_no_cfi(take_ours);
		good = good && seen.how == LT_WALK_UNSURE;
		syscall(SYS_exit, good ? 0 : 1);
	}
	int status;
	waitpid(pid, &status, 0);
	assert_int_equal(status, 0);
}

static void test_fork(void **state)
{
	(void)state;
	take_nested();
	pid_t pid = fork();
	if (pid == 0) {
		lt_modules_reset();
		lt_unwind_child();
		memset(&bounds, 0, sizeof(bounds));
		unsigned was = announced;
		take_nested();
		bool good = is_same() && announced > was && seen.frames[0].module <= 3;
		asm_rbx_cfa(take);
		asm_hard(take);
		good = good && is_same();
		_exit(good ? 0 : 1);
	}
	int status;
	waitpid(pid, &status, 0);
	assert_int_equal(status, 0);
}

static void test_errno(void **state)
{
	(void)state;
	errno = 77;
	memset(&bounds, 0, sizeof(bounds));
	asm_hard(take_ours);
	assert_int_equal(errno, 77);
}

static _Atomic bool stop;
static _Atomic unsigned walks, wrong;

static void *walker(void *arg)
{
	while (!stop) {
		nested(arg ? 3 : 6, take);
		wrong += !is_same();
		asm_rbx_cfa(take);
		wrong += !is_same();
		walks++;
	}
	return NULL;
}

static void test_threads(void **state)
{
	(void)state;
	pthread_t t[4];
	for (int i = 0; i < 4; i++)
		pthread_create(&t[i], NULL, walker, (void *)(uintptr_t)(i & 1));
	for (int i = 0; i < 200; i++) {
		lt_modules_changed();
		void *h = dlopen(plugin(i & 1 ? "b" : "a"), RTLD_NOW);
		usleep(1000);
		if (h)
			dlclose(h);
	}
	stop = true;
	for (int i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	assert_true(walks > 100);
	assert_int_equal(wrong, 0);
}

static int lowest_free_fd(void)
{
	int fd = dup(0);

	close(fd);
	return fd;
}

static int fd_before;

static void test_no_descriptor(void **state)
{
	(void)state;
	assert_int_equal(lowest_free_fd(), fd_before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_tables),
		cmocka_unit_test(test_no_tables_but_frame_pointer),
		cmocka_unit_test(test_generated_code),
		cmocka_unit_test(test_coroutines),
		cmocka_unit_test(test_small_stack),
		cmocka_unit_test(test_impossible_registers),
		cmocka_unit_test(test_another_library_at_the_same_place),
		cmocka_unit_test(test_modules),
		cmocka_unit_test(test_other_stack),
		cmocka_unit_test(test_little_stack),
		cmocka_unit_test(test_sealed),
		cmocka_unit_test(test_seccomp_strict),
		cmocka_unit_test(test_fork),
		cmocka_unit_test(test_errno),
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_no_descriptor),
	};

	fd_before = lowest_free_fd();
	lt_unwind_init(true);
	return cmocka_run_group_tests_name("unwind, hostile", tests, NULL, NULL);
}
