/* Regions, marks and names of threads where they are least expected.
 *
 * @case regions_in_handlers
 * @run t "$prog" handlers
 * @may uncertain_stacks|truncated_stacks
 * @check equal regions "$(regions_by_records "$dump" | grep -c '^handler 1 24$')" 200
 * @case regions_in_threads
 * @run t "$prog" threads
 * @check equal regions "$(regions_by_records "$dump" | grep -c '^work 3 ')" 1000
 * @case regions_unbalanced
 * @run t "$prog" unbalanced
 * @dumps 2
 * @case regions_names
 * @run t "$prog" names
 * @check regions_by_records "$dump" >"$tmp/regions"
 * @check equal regions "$(wc -l <"$tmp/regions")" 100000
 * @check equal names "$(sort -u "$tmp/regions" | wc -l)" 16384
 * @case regions_fork
 * @run t "$prog" fork
 * @dumps 21
 * @check for d in "$dumps"/x.*.bin; do regions_by_records "$d"; done | uniq -c >"$tmp/regions"
 * @check equal regions "$(sort -u "$tmp/regions" | paste -sd, | tr -d ' ')" 1child384,1outer384
 * @case regions_vfork
 * @run t "$prog" vfork
 * @check equal regions "$(regions_by_records "$dump" | paste -sd,)" 'vfork 0 0,outer 3 84'
 * @case regions_last
 * @run t "$prog" last
 * @check equal destructors "$(regions_by_records "$dump" | grep -c '^destructor 3 84$')" 10
 * @check equal exit "$(regions_by_records "$dump" | grep -c '^exit 3 84$')" 1
 * @case regions_after_seccomp
 * @run t "$prog" seccomp
 * @counts off
 */
#include <linux/seccomp.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include "leaktrace.h"
#include "tests/hostile/hostile.h"

enum { SIGNALS = 200, THREADS = 1000, AT_ONCE = 50, NAMES = 100000, ERRNO = 77 };

/* Before any constructor. */
static void before_all(int argc, char **argv, char **envp)
{
	(void)argc;
	(void)argv;
	(void)envp;
	leaktrace_mark("early");
	leaktrace_thread_name("early");
}
__attribute__((section(".preinit_array"), used)) static void (*const preinit)(
	int, char **, char **) = before_all;

static volatile int signals;

static void handler(int sig)
{
	char name[] = "handler";
	(void)sig;
	if (signals >= SIGNALS)
		return;
	signals = signals + 1;
	leaktrace_region_begin(name);
	counted_free(counted_malloc(24));
	leaktrace_region_end(name);
	leaktrace_mark("in a handler");
	leaktrace_thread_name(signals % 2 ? "odd" : "even");
}

static void in_handlers(void)
{
	struct sigaction action = {.sa_handler = handler};
	struct itimerval often = {{0, 300}, {0, 300}}, never = {{0, 0}, {0, 0}};
	char name[20];
	leaktrace_is_traced(); /* the first call looks it up, which is nothing for a handler */
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	for (int i = 0; signals < SIGNALS; i++) {
		snprintf(name, sizeof(name), "main %d", i % 3000);
		leaktrace_region_begin(name);
		counted_free(counted_malloc(16));
		leaktrace_region_end(name);
	}
	setitimer(ITIMER_REAL, &never, NULL);
}

static void *work(void *arg)
{
	uintptr_t i = (uintptr_t)arg;
	leaktrace_region_end("what another thread began");
	leaktrace_region_begin("work");
	churn(1);
	if (i % 2)
		leaktrace_region_end(i % 4 == 1 ? "work" : NULL);
	leaktrace_thread_name("a worker");
	return NULL;
}

static void in_threads(void)
{
	pthread_t t[AT_ONCE];
	for (uintptr_t i = 0; i < THREADS; i += AT_ONCE) {
		for (uintptr_t k = 0; k < AT_ONCE; k++)
			must(pthread_create(&t[k], NULL, work, (void *)(i + k)) == 0, "a thread");
		for (int k = 0; k < AT_ONCE; k++)
			pthread_join(t[k], NULL);
	}
}

static void unbalanced(void)
{
	errno = ERRNO;
	for (int i = 0; i < 10000; i++)
		leaktrace_region_end(i % 2 ? "never begun" : NULL);
	for (int i = 0; i < NAMES; i++)
		leaktrace_region_begin(i % 2 ? "never ended" : "");
	churn(1);
	leaktrace_region_end("never begun");
	must(errno == ERRNO, "errno");
	pid_t pid = fork();
	if (pid == 0) {
		churn(1);
		_exit(0);
	}
	reap("child", pid);
}

static void names(void)
{
	char name[300];
	memset(name, 'n', sizeof(name));
	for (int i = 0; i < NAMES; i++) {
		name[snprintf(name, sizeof(name), "%d", i)] = 'n';
		name[10] = 0;
		leaktrace_region_begin(name);
		leaktrace_region_end(name);
	}
	churn(1);
}

static void children(void)
{
	LEAKTRACE_REGION("outer")
	{
		for (int i = 0; i < 20; i++) {
			pid_t pid = fork();
			if (pid == 0) {
				leaktrace_region_begin("child");
				churn(1);
				leaktrace_region_end("child");
				_exit(0);
			}
			reap("child", pid);
		}
	}
}

static void share_memory(void)
{
	leaktrace_region_begin("outer");
	pid_t pid = vfork();
	if (pid == 0) {
		leaktrace_region_begin("vfork");
		leaktrace_region_end("vfork");
		_exit(0);
	}
	churn(1);
	leaktrace_region_end("outer");
	reap("vfork child", pid);
}

static void destroy(void *unused)
{
	(void)unused;
	leaktrace_thread_name("nearly gone");
	leaktrace_region_begin("destructor");
	churn(1);
	leaktrace_region_end("destructor");
}

static pthread_key_t key;

static void *ends(void *arg)
{
	pthread_setspecific(key, arg);
	return NULL;
}

static void at_exit(void)
{
	leaktrace_region_begin("exit");
	churn(1);
}

static void last(void)
{
	pthread_t t;
	atexit(at_exit);
	pthread_key_create(&key, destroy);
	for (int i = 0; i < 10; i++) {
		pthread_create(&t, NULL, ends, &key);
		pthread_join(t, NULL);
	}
}

/* No new system call is allowed, and names are new. */
static void sealed(void)
{
	leaktrace_is_traced();
	must(prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) == 0, "seccomp");
	for (int i = 0; i < 20000; i++) {
		char name[] = {(char)('a' + i % 26), (char)('a' + i / 26 % 26), 0};
		leaktrace_region_begin(name);
		leaktrace_region_end(name);
	}
	leaktrace_thread_name("sealed");
	say("sealed\n");
	syscall(SYS_exit, 0);
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "";
	IS("handlers") ? in_handlers() : (void)0;
	IS("threads") ? in_threads() : (void)0;
	IS("unbalanced") ? unbalanced() : (void)0;
	IS("names") ? names() : (void)0;
	IS("fork") ? children() : (void)0;
	IS("vfork") ? share_memory() : (void)0;
	IS("last") ? last() : (void)0;
	IS("seccomp") ? sealed() : (void)0;
	say("done\n");
	return 0;
}
