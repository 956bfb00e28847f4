/* Calls that begin or end a program image, or change what the tracer may rely on. */
#include <fcntl.h>
#include <linux/seccomp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>
#include "lib/foreign.h"
#include "lib/hook.h"
#include "lib/resume.h"
#include "lib/snapshot.h"
#include "lib/sys.h"
#include "lib/told.h"

LT_PUBLIC void _exit(int status)
{
	lt_finish((uint32_t)status & 0xff);
	if (lt_real._exit)
		lt_real._exit(status);
	lt_sys1(SYS_exit_group, status);
	__builtin_unreachable();
}

LT_PUBLIC void _Exit(int status)
{
	lt_finish((uint32_t)status & 0xff);
	if (lt_real._Exit)
		lt_real._Exit(status);
	lt_sys1(SYS_exit_group, status);
	__builtin_unreachable();
}

/* Whether envp is to get our run: it preloads us, and names no run, or ours with an older first
 * process. Another run's is somebody's purpose (a launcher under a launcher). */
static bool wants_run(char *const envp[], const char *run)
{
	enum { NAME = sizeof("LEAKTRACE_RUN=") - 1, ID = 16 };
	bool preloaded = false;
	for (; envp && *envp; envp++) {
		if (strncmp(*envp, run, NAME) == 0)
			return strncmp(*envp, run, NAME + ID) == 0 && strcmp(*envp, run) != 0;
		preloaded |= strncmp(*envp, "LD_PRELOAD=", 11) == 0 &&
			     strstr(*envp, "libleaktrace") != NULL;
	}
	return preloaded;
}

static size_t count(char *const v[])
{
	size_t n = 0;
	while (v && v[n])
		n++;
	return n;
}

/* envp with LEAKTRACE_RUN in it, in room for count(envp) + 2 pointers. */
static char **with_run(char *const envp[], char *run, char **room)
{
	size_t n = 0;
	for (; *envp; envp++)
		if (strncmp(*envp, "LEAKTRACE_RUN=", 14) != 0)
			room[n++] = *envp;
	room[n++] = run;
	room[n] = NULL;
	return room;
}

/* LD_PRELOAD's bytes in envp. */
static size_t preload_bytes(char *const envp[])
{
	size_t n = 0;
	for (; *envp; envp++)
		if (strncmp(*envp, "LD_PRELOAD=", 11) == 0)
			n = strlen(*envp) + 1;
	return n;
}

/* In the caller's frame, because the arrays must live until the exec. */
#define ENV_FOR_EXEC(dir, path, search, envp)                                                      \
	({                                                                                         \
		char *run_ = lt_run_variable();                                                    \
		char *const *e_ = (envp);                                                          \
		lt_foreign(dir, path, search, e_)                                                  \
			? lt_foreign_environment(e_,                                               \
				  __builtin_alloca((count(e_) + 1) * sizeof(char *)),              \
				  __builtin_alloca(preload_bytes(e_)))                             \
		: run_ &&wants_run(e_, run_)                                                       \
			? with_run(e_, run_, __builtin_alloca((count(e_) + 2) * sizeof(char *)))   \
			: (char **)e_;                                                             \
	})

#define DEFINE_EXEC(name, params, told, dir, path, search, env, call)                              \
	LT_PUBLIC int name params                                                                  \
	{                                                                                          \
		char **envp_ = ENV_FOR_EXEC(dir, path, search, env);                               \
		lt_exec_before(told);                                                              \
		int r = lt_real.call;                                                              \
		lt_exec_failed();                                                                  \
		return r;                                                                          \
	}

DEFINE_EXEC(execve, (const char *path, char *const argv[], char *const envp[]), path, AT_FDCWD,
	path, false, envp, execve(path, argv, envp_))
DEFINE_EXEC(execv, (const char *path, char *const argv[]), path, AT_FDCWD, path, false, environ,
	execve(path, argv, envp_))
DEFINE_EXEC(execvp, (const char *file, char *const argv[]), file, AT_FDCWD, file, true, environ,
	execvpe(file, argv, envp_))
DEFINE_EXEC(execvpe, (const char *file, char *const argv[], char *const envp[]), file, AT_FDCWD,
	file, true, envp, execvpe(file, argv, envp_))
DEFINE_EXEC(fexecve, (int fd, char *const argv[], char *const envp[]), "(descriptor)", fd, "",
	false, envp, fexecve(fd, argv, envp_))
DEFINE_EXEC(execveat,
	(int dir, const char *path, char *const argv[], char *const envp[], int flags), path, dir,
	path, false, envp, execveat(dir, path, argv, envp_, flags))

/* The arguments of execl and its kin, up to the null pointer. */
static size_t count_list(va_list ap)
{
	size_t n = 1;
	while (va_arg(ap, char *))
		n++;
	return n;
}

#define COLLECT(first, ap, argv)                                                                   \
	do {                                                                                       \
		va_list count_;                                                                    \
		va_copy(count_, ap);                                                               \
		size_t n_ = count_list(count_);                                                    \
		va_end(count_);                                                                    \
		argv = __builtin_alloca((n_ + 1) * sizeof(char *));                                \
		argv[0] = (char *)(first);                                                         \
		for (size_t i_ = 1; i_ <= n_; i_++)                                                \
			argv[i_] = va_arg(ap, char *);                                             \
	} while (0)

LT_PUBLIC int execl(const char *path, const char *arg, ...)
{
	char **argv;
	va_list ap;
	va_start(ap, arg);
	COLLECT(arg, ap, argv);
	va_end(ap);
	return execv(path, argv);
}

LT_PUBLIC int execlp(const char *file, const char *arg, ...)
{
	char **argv;
	va_list ap;
	va_start(ap, arg);
	COLLECT(arg, ap, argv);
	va_end(ap);
	return execvp(file, argv);
}

LT_PUBLIC int execle(const char *path, const char *arg, ...)
{
	char **argv;
	va_list ap;
	va_start(ap, arg);
	COLLECT(arg, ap, argv);
	char **envp = va_arg(ap, char **);
	va_end(ap);
	return execve(path, argv, envp);
}

#define DEFINE_SPAWN(name, search)                                                                 \
	LT_PUBLIC int name(pid_t *pid, const char *path,                                           \
		const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attr,          \
		char *const argv[], char *const envp[])                                            \
	{                                                                                          \
		return lt_real.name(pid, path, actions, attr, argv,                                \
			ENV_FOR_EXEC(AT_FDCWD, path, search, envp));                               \
	}
DEFINE_SPAWN(posix_spawn, false)
DEFINE_SPAWN(posix_spawnp, true)

LT_PUBLIC int prctl(int option, ...)
{
	long a[4];
	va_list ap;
	va_start(ap, option);
	for (int i = 0; i < 4; i++)
		a[i] = va_arg(ap, long);
	va_end(ap);
	if (option == PR_SET_SECCOMP)
		lt_seal();
	if (lt_real.prctl)
		return lt_real.prctl(option, a[0], a[1], a[2], a[3]);
	return (int)lt_real.syscall(SYS_prctl, option, a[0], a[1], a[2], a[3]);
}

/* syscall() must stay transparent to calls that return twice or on another stack: a jump, except
 * for seccomp, prctl(PR_SET_SECCOMP) and exit_group, and for waits with a timeout (resume.h). */
enum { SEEN_FRAMES = 256 }; /* bytes, at least, from here to the caller's frame */
void lt_syscall_seen(long number, long a);
__attribute__((used, visibility("hidden"))) void lt_syscall_seen(long number, long a)
{
	if (number == SYS_exit_group)
		lt_finish((uint32_t)a & 0xff);
	else if (number != SYS_seccomp && number != SYS_prctl)
		lt_wait_begins((uintptr_t)__builtin_frame_address(0) + SEEN_FRAMES);
	else if (number == SYS_seccomp ? a != SECCOMP_GET_ACTION_AVAIL : a == PR_SET_SECCOMP)
		lt_seal();
}

__attribute__((used, visibility("hidden"))) void *const lt_syscall_next = &lt_real.syscall;

/* lt_call_then_jump: calls r10 with the caller's own arguments, then goes on at *r11 as if nothing
 * had been. */
#define SAVE(reg)    "	pushq %" reg "\n	.cfi_adjust_cfa_offset 8\n"
#define RESTORE(reg) "	popq %" reg "\n	.cfi_adjust_cfa_offset -8\n"
__asm__(".pushsection .text\n"
	".globl lt_call_then_jump\n"
	".hidden lt_call_then_jump\n"
	".type lt_call_then_jump, @function\n"
	"lt_call_then_jump:\n"
	"	.cfi_startproc\n" SAVE("rdi") SAVE("rsi") SAVE("rdx") SAVE("rcx") SAVE("r8")
		SAVE("r9") SAVE("r11") "	call *%r10\n" RESTORE("r11") RESTORE("r9")
			RESTORE("r8") RESTORE("rcx") RESTORE("rdx") RESTORE("rsi")
				RESTORE("rdi") "	jmp *(%r11)\n"
					       "	.cfi_endproc\n"
					       ".size lt_call_then_jump, .-lt_call_then_jump\n"
					       ".globl syscall\n"
					       ".type syscall, @function\n"
					       "syscall:\n"
					       "	.cfi_startproc\n"
					       "	movq lt_syscall_next(%rip), %r11\n"
					       "	cmpl $317, %edi\n" /* SYS_seccomp */
					       "	je 1f\n"
					       "	cmpl $157, %edi\n" /* SYS_prctl */
					       "	je 1f\n"
					       "	cmpl $231, %edi\n" /* SYS_exit_group */
					       "	je 1f\n"
					       "	cmpl $7, %edi\n" /* SYS_poll */
					       "	je 1f\n"
					       "	cmpl $232, %edi\n" /* SYS_epoll_wait */
					       "	je 1f\n"
					       "	cmpl $281, %edi\n" /* SYS_epoll_pwait */
					       "	je 1f\n"
					       "	cmpl $441, %edi\n" /* SYS_epoll_pwait2 */
					       "	je 1f\n"
					       "	cmpl $35, %edi\n" /* SYS_nanosleep */
					       "	je 1f\n"
					       "	cmpl $230, %edi\n" /* SYS_clock_nanosleep */
					       "	je 1f\n"
					       "	cmpl $128, %edi\n" /* SYS_rt_sigtimedwait */
					       "	je 1f\n"
					       "	cmpl $220, %edi\n" /* SYS_semtimedop */
					       "	je 1f\n"
					       "	jmp *(%r11)\n"
					       "1:	leaq lt_syscall_seen(%rip), %r10\n"
					       "	jmp lt_call_then_jump\n"
					       "	.cfi_endproc\n"
					       ".size syscall, .-syscall\n"
					       ".popsection\n");

/* Every constructor has run, libc is ready, main comes next. A jump: no frame of ours stays on the
 * stack for the life of the program. */
void lt_main_is_next(void);
__attribute__((used, visibility("hidden"))) void lt_main_is_next(void)
{
	lt_before_main();
}

__attribute__((used, visibility("hidden"))) void *const lt_start_main_next =
	&lt_real.__libc_start_main;

__asm__(".pushsection .text\n"
	".globl __libc_start_main\n"
	".type __libc_start_main, @function\n"
	"__libc_start_main:\n"
	"	.cfi_startproc\n"
	"	leaq lt_main_is_next(%rip), %r10\n"
	"	movq lt_start_main_next(%rip), %r11\n"
	"	jmp lt_call_then_jump\n"
	"	.cfi_endproc\n"
	".size __libc_start_main, .-__libc_start_main\n"
	".popsection\n");

/* Whoever calls exit or quick_exit waits for ever, and what it holds stays alive. A jump, so that
 * what the handlers allocate has the stacks that it has without us. */
__attribute__((used, visibility("hidden"))) struct lt_caller lt_exit_caller;
__attribute__((used, visibility("hidden"))) void *const lt_exit_next = &lt_real.exit;
__attribute__((used, visibility("hidden"))) void *const lt_quick_exit_next = &lt_real.quick_exit;

#define KEEP(reg, at) "	movq %" reg ", lt_exit_caller+" at "(%rip)\n"
#define ENDING(name)                                                                               \
	".pushsection .text\n"                                                                     \
	".globl " name "\n"                                                                        \
	".type " name ", @function\n" name ":\n"                                                   \
	"	.cfi_startproc\n"                                                                        \
	"	leaq 8(%rsp), %rax\n" KEEP("rax", "0") "	movq (%rsp), %rax\n" KEEP(         \
		"rax", "8") "	movq %fs:0, %rax\n" KEEP("rax", "16") KEEP("rbx", "24")            \
		KEEP("rbp", "32") KEEP("r12", "40") KEEP("r13", "48") KEEP("r14", "56")            \
			KEEP("r15", "64") "	movq lt_" name "_next(%rip), %r11\n"               \
					  "	jmp *(%r11)\n"                                         \
					  "	.cfi_endproc\n"                                        \
					  ".size " name ", .-" name "\n"                           \
					  ".popsection\n"
__asm__(ENDING("exit") ENDING("quick_exit"));

LT_PUBLIC void leaktrace_tracer_pause(void)
{
	lt_pause();
}

LT_PUBLIC void leaktrace_tracer_resume(void)
{
	lt_resume();
}
