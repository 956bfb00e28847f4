#include "lib/lifecycle.h"

#include <elf.h>
#include <errno.h>
#include <link.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>
#include "format/file.h"
#include "lib/allocator.h"
#include "lib/clock.h"
#include "lib/config.h"
#include "lib/control.h"
#include "lib/cut.h"
#include "lib/describe.h"
#include "lib/drain.h"
#include "lib/dump.h"
#include "lib/fatal.h"
#include "lib/fds.h"
#include "lib/fork.h"
#include "lib/judge.h"
#include "lib/mapped.h"
#include "lib/modules.h"
#include "lib/names.h"
#include "lib/onstack.h"
#include "lib/outname.h"
#include "lib/real.h"
#include "lib/ring.h"
#include "lib/rss.h"
#include "lib/say.h"
#include "lib/snapshot.h"
#include "lib/stacks.h"
#include "lib/sys.h"
#include "lib/thread.h"
#include "lib/tracer.h"
#include "lib/unwind.h"

enum {
	ALIVE = 64,
	SEAL_BLOCKS = 256,
	SAVED = 64 /* what a function keeps of its caller's registers, below its frame pointer */
};

LT_TOGETHER enum lt_mode lt_mode = LT_MODE_EARLY;
LT_TOGETHER int lt_pid;

static volatile uint32_t never_alive;
LT_TOGETHER volatile uint32_t *lt_alive = &never_alive;

LT_TOGETHER static struct {
	bool known;   /* the constructor has read the environment */
	bool further; /* not the first process of its run */
	uint64_t run_id;
	/* Copies, because programs write their title over their environment; one behind the other
	 * in text, which mostly touches one page. */
	const char *tmpdir, *exe, *pattern;
	const char *program; /* base name, within exe */
	char *variable;      /* LEAKTRACE_RUN=... */
	char **environment;  /* our copy of libc's, the program's from main on; NULL: there is none
			      */
	size_t environment_used; /* its words */
	size_t used;
} self;
static char text[4 * LT_PATH_MAX + 64];

/* Room for another text, of at most LT_PATH_MAX bytes (the last one: 64 more); end_text keeps it.
 */
static char *begin_text(void)
{
	return text + self.used;
}

static char *end_text(void)
{
	char *p = begin_text();
	self.used += strlen(p) + 1;
	return p;
}

void lt_mode_set(enum lt_mode mode)
{
	__atomic_store_n(&lt_mode, mode, __ATOMIC_SEQ_CST);
}

const char *lt_temporary_dir(void)
{
	return self.tmpdir;
}

char *lt_run_variable(void)
{
	return self.variable;
}

bool lt_environment_given(uintptr_t range[2])
{
	range[0] = (uintptr_t)self.environment;
	range[1] = (uintptr_t)(self.environment + self.environment_used);
	return self.environment != NULL;
}

static void find_program(char **argv)
{
	char *exe = begin_text();
	long n = lt_sys4(
		SYS_readlinkat, -100 /* AT_FDCWD */, "/proc/self/exe", exe, LT_PATH_MAX - 1);
	if (n > 0)
		exe[n] = 0;
	else
		lt_format(exe, LT_PATH_MAX, "%s", argv && argv[0] ? argv[0] : "unknown");
	self.exe = end_text();
	const char *slash = strrchr(self.exe, '/');
	self.program = slash ? slash + 1 : self.exe;
}

static uint64_t random_id(void)
{
	uint64_t id = 0;
	if (lt_sys3(SYS_getrandom, &id, sizeof(id), 1 /* GRND_NONBLOCK */) != sizeof(id))
		id = lt_clock_real() * 0x9e3779b97f4a7c15ull ^ (uint64_t)lt_pid;
	return id ? id : 1;
}

/* Who we are among the processes of a run. False: no output can be named. */
static bool join_run(bool wanted)
{
	struct lt_run_id run;
	if (lt_run_parse(lt_config.run, &run)) {
		self.further = run.first_pid != 0;
		self.run_id = run.id;
		lt_format(begin_text(), LT_PATH_MAX, "%s", run.pattern);
	} else {
		self.run_id = random_id();
		if (!lt_outname_absolute(begin_text(), LT_PATH_MAX, lt_config.out))
			return false;
		run.first_pid = 0;
	}
	run.id = self.run_id;
	run.pattern = self.pattern = end_text();
	if (wanted && !self.further)
		run.first_pid = lt_pid;
	if (lt_run_format(begin_text(), LT_PATH_MAX + 64, &run))
		self.variable = end_text();
	return true;
}

static bool start_recording(enum ltf_origin origin, int parent)
{
	struct lt_dump_who who = {.pattern = self.pattern,
		.program = self.program,
		.run_id = self.run_id,
		.pid = lt_pid,
		.parent_pid = parent,
		.first = origin == LTF_ORIGIN_FIRST,
		.origin = origin,
		.seconds = lt_clock_real() / 1000000000u};
	void *ring = lt_dump_open(&who, LT_RING_FIRST);
	if (!ring || !lt_ring_init(ring, LT_RING_FIRST))
		return false;
	lt_drain_prepare();
	*lt_alive = 1;
	return true;
}

static void at_exit(int status, void *unused)
{
	(void)unused;
	lt_finish((uint32_t)status & 0xff);
}

static void at_quick_exit_(void)
{
	lt_finish(LTF_STATUS_UNKNOWN);
}

static bool paused; /* the dump says that it was, once */

void lt_pause(void)
{
	if (lt_mode != LT_MODE_ON)
		return;
	if (!paused || *lt_alive == 0) /* or a child that has no dump yet */
		lt_trace_meta("paused", "", 0);
	paused = true;
	lt_mode_set(LT_MODE_PAUSED);
}

static bool start(int argc, char **argv, char **envp)
{
	const char *tmp = lt_env(envp, "TMPDIR");
	lt_format(begin_text(), LT_PATH_MAX, "%s", tmp && *tmp == '/' ? tmp : "/tmp");
	self.tmpdir = end_text();
	self.known = true;
	lt_pid = (int)lt_sys1(SYS_getpid, 0);
	if (getauxval(AT_SECURE))
		return false;
	lt_clock_init();
	lt_config_read(envp);
	find_program(argv);
	bool wanted = lt_config_wants(lt_config.programs, self.exe);
	if (!join_run(wanted)) {
		lt_say(0, "not tracing: the working directory cannot be found for %s",
			lt_config.out);
		return false;
	}
	if (!wanted || (self.further && lt_config.children == LT_CHILDREN_NONE))
		return false;
	lt_sys_reserve();
	void *page = lt_sys_map(ALIVE, true); /* in one page with what ring.c takes next */
	if (!page)
		return false;
	lt_alive = page;
	lt_modules_start(self.exe);
	lt_slowly_init();
	lt_judge_settings();
	lt_control_start();
	lt_fatal_start();
	lt_fds_look();
	if (!start_recording(self.further ? LTF_ORIGIN_EXEC : LTF_ORIGIN_FIRST,
		    self.further ? (int)lt_sys1(SYS_getppid, 0) : 0))
		return false;
	/* First registered, so run last: after every destructor. on_exit, because an atexit of a
	 * library's would run with that library's own destructors. */
	on_exit(at_exit, NULL);
	at_quick_exit(at_quick_exit_);
	struct lt_thread *t = lt_thread_enter();
	if (!t)
		return false;
	t->internal++; /* what dlsym allocates meanwhile is not the program's */
	lt_mode_set(LT_MODE_ON);
	lt_describe(argc, argv, self.exe, envp);
	lt_fds_tell();
	t->internal--;
	if (lt_config.paused)
		lt_pause();
	lt_fork_watch();
	return true;
}

__attribute__((constructor)) static void constructor(int argc, char **argv, char **envp)
{
	int saved = errno;
	lt_real_find();
	lt_allocator_find();
	if (!start(argc, argv, envp))
		lt_mode_set(LT_MODE_OFF);
	errno = saved;
}

/* Replaces or adds LEAKTRACE_RUN in libc's environment, for what system() and popen() start. */
static void pass_run_on(void)
{
	size_t n = 0;
	if (!environ || !self.variable)
		return;
	for (; environ[n]; n++)
		if (strncmp(environ[n], "LEAKTRACE_RUN=", 14) == 0) {
			environ[n] = self.variable;
			return;
		}
	char **copy = lt_sys_map(lt_sys_pages((n + 2) * sizeof(char *)), false);
	if (!copy)
		return;
	memcpy(copy, environ, n * sizeof(char *));
	copy[n] = self.variable;
	environ = self.environment = copy;
	self.environment_used = n + 2;
}

void lt_before_main(void)
{
	lt_snapshot_main((uintptr_t)__builtin_frame_address(0));
	int saved = errno;
	if (self.known)
		pass_run_on();
	struct lt_thread *t = lt_mode == LT_MODE_OFF ? NULL : lt_self;
	if (t) {
		t->internal++;
		lt_unwind_init(lt_config.unwind == LT_UNWIND_PLAIN);
		t->internal--;
	}
	errno = saved;
}

bool lt_child_start(void)
{
	int parent = lt_pid;
	lt_pid = (int)lt_sys1(SYS_getpid, 0);
	lt_rss_forget();
	lt_dump_forget();
	lt_drain_reset();
	lt_stacks_reset();
	lt_thread_reset();
	lt_names_reset();
	if (paused)
		paused = false;
	lt_modules_reset();
	lt_unwind_child();
	lt_tracer_reset();
	lt_snapshot_reset();
	lt_control_reset();
	lt_mapped_inherit();
	if (!self.further) /* a page that nobody else writes to */
		self.further = true;
	if (lt_config.children == LT_CHILDREN_NONE || !start_recording(LTF_ORIGIN_FORK, parent)) {
		*lt_alive = 1;
		lt_mode_set(LT_MODE_OFF);
		return false;
	}
	return true;
}

void lt_child_describe(void)
{
	lt_describe(0, NULL, self.exe, NULL);
	lt_fds_tell();
}

static bool is_recorded_process(void)
{
	return *lt_alive && (lt_mode == LT_MODE_ON || lt_mode == LT_MODE_PAUSED) &&
	       (lt_sealed || (int)lt_sys1(SYS_getpid, 0) == lt_pid);
}

/* What a short process with one thread has recorded stays where it is, in the ring: draining it
 * would take longer than recording it. */
static bool may_leave(const struct lt_thread *t)
{
	return !lt_numbered && t && t->ready == LT_READY && lt_dump_is_empty();
}

static long finish(void *arg)
{
	uint32_t status = *(uint32_t *)arg, blocks = 0;
	struct lt_thread *t = lt_self;
	lt_thread_sweep(); /* may need a block, so before draining stops */
	lt_snapshot_stop();
	bool leave = may_leave(t);
	if (leave)
		lt_drain_note(t);
	if (lt_mode == LT_MODE_PAUSED)
		lt_drain_gap();
	lt_mode_set(LT_MODE_ENDED);
	if (leave && may_leave(t))
		blocks = lt_ring_close(t);
	if (blocks && (lt_config.scan == LT_SCAN_NONE || lt_drain_none()))
		lt_dump_leave(status, blocks);
	else
		lt_dump_finish(status, lt_drain_all(true));
	lt_cut_go();
	return 0;
}

LT_TOGETHER static _Atomic bool finishing;

void lt_finish(uint32_t status)
{
	if (!is_recorded_process() || atomic_exchange(&finishing, true))
		return;
	if (lt_sealed) { /* the ring is in the file; nothing more may be called */
		lt_mode_set(LT_MODE_ENDED);
		lt_header->exit_status = status;
		lt_header->end_mono = lt_clock_mono();
		lt_header->scan.at_end =
			lt_config.scan == LT_SCAN_NONE ? LTF_END_NONE : LTF_END_SEALED;
	} else {
		struct lt_regs regs;
		LT_REGS_CALLER(&regs);
		lt_snapshot_end((uintptr_t)__builtin_frame_address(0) - SAVED, &regs);
		lt_slowly(finish, &status);
		lt_mode_set(LT_MODE_ENDED);
	}
}

void lt_finish_by_signal(int sig, const struct lt_moment_thread *here)
{
	uint32_t status = LTF_STATUS_UNKNOWN;
	const struct lt_thread *t = lt_self;
	char number[16];
	if (lt_sealed || !is_recorded_process() || atomic_exchange(&finishing, true))
		return;
	lt_trace_meta("signal", number, lt_format(number, sizeof(number), "%d", sig));
	lt_snapshot_end_here(here, t && t->moving);
	lt_slowly(finish, &status);
	lt_mode_set(LT_MODE_ENDED);
}

/* What a short process has recorded may stay in the ring, as if it were killed now: most children
 * are forked only to call exec. */
static long drain_for_exec(void *path)
{
	lt_trace_meta("exec", path, strlen(path));
	if (lt_header->stream_end > lt_header->stream_start)
		lt_drain_all(false);
	return 0;
}

static long end_pause(void *unused)
{
	(void)unused;
	lt_drain_gap();
	return 0;
}

void lt_resume(void)
{
	if (lt_mode != LT_MODE_PAUSED)
		return;
	if (lt_config.live && !lt_sealed && *lt_alive)
		lt_slowly(end_pause, NULL);
	lt_mode_set(LT_MODE_ON);
}

void lt_tell_untraced(const char *path)
{
	const char *slash = strrchr(path, '/'), *program = slash ? slash + 1 : path;
	if (!self.known || !self.pattern || lt_config.children == LT_CHILDREN_NONE ||
		!lt_config_wants(lt_config.programs, path))
		return;
	struct lt_dump_who who = {.pattern = self.pattern,
		.program = program,
		.run_id = self.run_id,
		.pid = (int)lt_sys1(SYS_getpid, 0),
		.parent_pid = (int)lt_sys1(SYS_getppid, 0),
		.origin = LTF_ORIGIN_EXEC,
		.seconds = lt_clock_real() / 1000000000u};
	lt_dump_stub(&who, LTF_STOP_SANITIZER);
}

void lt_exec_before(const char *path)
{
	if (lt_sealed || !is_recorded_process() || !path)
		return;
	lt_slowly(drain_for_exec, (void *)path);
	lt_header->end_mono = lt_clock_mono();
	lt_header->state = LTF_STATE_EXEC;
}

void lt_exec_failed(void)
{
	if (lt_sealed || !is_recorded_process() || lt_header->state != LTF_STATE_EXEC)
		return;
	lt_header->end_mono = 0;
	lt_header->state = LTF_STATE_RUNNING;
	lt_trace_meta("exec_failed", "", 0);
}

static long grow_for_seal(void *unused)
{
	(void)unused;
	lt_drain_all(false);
	while (lt_ring_blocks() < SEAL_BLOCKS && lt_ring_grow())
		;
	return 0;
}

void lt_seal(void)
{
	if (lt_sealed || !is_recorded_process())
		return;
	lt_rss_open();
	lt_slowly(grow_for_seal, NULL);
	lt_slowly_before_seal();
	atomic_store(&lt_sealed, true);
}
