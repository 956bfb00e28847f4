#include "lib/describe.h"

#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include "lib/config.h"
#include "lib/outname.h"
#include "lib/real.h"
#include "lib/say.h"
#include "lib/sys.h"
#include "lib/tracer.h"

enum { VALUE_MAX = 1900 };

static void text(const char *key, const char *value)
{
	lt_trace_meta(key, value, strlen(value));
}

static __attribute__((noinline)) void command_line(int argc, char **argv)
{
	char buf[VALUE_MAX];
	size_t n = 0;
	for (int i = 0; i < argc && argv[i]; i++) {
		size_t len = strlen(argv[i]) + 1;
		if (len > sizeof(buf) - n)
			len = sizeof(buf) - n;
		memcpy(buf + n, argv[i], len);
		n += len;
	}
	if (n)
		lt_trace_meta("cmdline", buf, n - 1);
}

static size_t put_limit(char *buf, size_t n, const char *name, int resource)
{
	struct rlimit rl = {0};
	lt_sys4(SYS_prlimit64, 0, resource, NULL, &rl);
	if (rl.rlim_cur == RLIM_INFINITY)
		return lt_format(buf, n, "%s=unlimited ", name);
	return lt_format(buf, n, "%s=%l ", name, (unsigned long)rl.rlim_cur);
}

static __attribute__((noinline)) void limits(void)
{
	static const struct {
		const char *name;
		int resource;
	} rows[] = {{"as", RLIMIT_AS}, {"data", RLIMIT_DATA}, {"stack", RLIMIT_STACK},
		{"fsize", RLIMIT_FSIZE}, {"nofile", RLIMIT_NOFILE}, {"core", RLIMIT_CORE}};
	char buf[512];
	size_t n = 0;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		n += put_limit(buf + n, sizeof(buf) - n, rows[i].name, rows[i].resource);
	lt_trace_meta("limits", buf, n ? n - 1 : 0);
}

static __attribute__((noinline)) void settings(char **envp)
{
	char buf[VALUE_MAX];
	size_t n = 0;
	for (; envp && *envp; envp++) {
		if (strncmp(*envp, "LEAKTRACE_", 10) != 0 ||
			strncmp(*envp, "LEAKTRACE_RUN=", 14) == 0)
			continue;
		if (n + strlen(*envp) + 2 > sizeof(buf))
			break;
		n += lt_format(buf + n, sizeof(buf) - n, n ? " %s" : "%s", *envp);
	}
	if (n)
		lt_trace_meta("settings", buf, n);
}

static __attribute__((noinline)) void host(void)
{
	struct utsname u;
	char buf[64];
	if (lt_sys1(SYS_uname, &u) == 0) {
		text("host", u.nodename);
		text("kernel", u.release);
	}
	lt_format(buf, sizeof(buf), "%u", (unsigned)lt_sys1(SYS_geteuid, 0));
	text("uid", buf);
}

/* Allocators that hand out blocks past our hooks: a malloc before us in the search order (in the
 * program itself), or entry points of an allocator's own. */
static __attribute__((noinline)) void allocators(void)
{
	static const char *const own[] = {"mallocx", "tc_malloc", "mi_malloc", "je_malloc"};
	char buf[VALUE_MAX];
	size_t n = 0;
	text("allocator", lt_real_object((const void *)lt_real.malloc));
	if (lt_seen.behind)
		n += lt_format(buf + n, sizeof(buf) - n, "malloc of %s; ",
			lt_real_object((const void *)lt_seen.malloc));
	for (unsigned i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
		void *f = lt_real_default(own[i]);
		if (f)
			n += lt_format(
				buf + n, sizeof(buf) - n, "%s of %s; ", own[i], lt_real_object(f));
	}
	if (n)
		lt_trace_meta("unhooked", buf, n - 2);
}

void lt_describe(int argc, char **argv, const char *exe, char **envp)
{
	char cwd[VALUE_MAX + 1];
	text("exe", exe);
	if (argv)
		command_line(argc, argv);
	long n = lt_sys2(SYS_getcwd, cwd, sizeof(cwd));
	if (n > 1 && n < VALUE_MAX)
		lt_trace_meta("cwd", cwd, (size_t)n - 1);
	host();
	limits();
	settings(envp);
	if (argv)
		allocators();
}
