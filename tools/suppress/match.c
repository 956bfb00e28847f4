/* Which rule matches a stack. Valgrind's rules are held against the stack that Valgrind would have
 * seen: its allocation function stands in front, and what lies below main is called so. Its names
 * are those of the symbol table; those for people are accepted, too. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "format/ring.h"
#include "tools/suppress/rules_parts.h"

static const char valgrinds_object[] = "/usr/libexec/valgrind/vgpreload_memcheck-amd64-linux.so";

/* The functions that Valgrind names for an api, by LTF_API_... */
static const char *const api_functions[LTF_API_COUNT][16] = {
	[LTF_API_MALLOC] = {"malloc"},
	[LTF_API_CALLOC] = {"calloc"},
	[LTF_API_REALLOC] = {"realloc"},
	[LTF_API_MEMALIGN] = {"memalign", "posix_memalign", "aligned_alloc", "valloc", "pvalloc"},
	[LTF_API_NEW] = {"_Znwm", "_ZnwmRKSt9nothrow_t", "_ZnwmSt11align_val_t",
		"_ZnwmSt11align_val_tRKSt9nothrow_t", "operator new(unsigned long)"},
	[LTF_API_NEW_ARRAY] = {"_Znam", "_ZnamRKSt9nothrow_t", "_ZnamSt11align_val_t",
		"_ZnamSt11align_val_tRKSt9nothrow_t", "operator new[](unsigned long)"},
};

/* In Valgrind, all that align call memalign, and may stand second. */
static const char *const calling_functions[LTF_API_COUNT][16] = {
	[LTF_API_MEMALIGN] = {"posix_memalign", "aligned_alloc", "valloc", "pvalloc"},
};

static const char *const release_functions[LTF_API_COUNT][16] = {
	[LTF_API_MALLOC] = {"free", "cfree"},
	[LTF_API_REALLOC] = {"realloc"},
	[LTF_API_NEW] = {"_ZdlPv", "_ZdlPvm", "_ZdlPvRKSt9nothrow_t", "_ZdlPvSt11align_val_t",
		"_ZdlPvmSt11align_val_t", "operator delete(void*)"},
	[LTF_API_NEW_ARRAY] = {"_ZdaPv", "_ZdaPvm", "_ZdaPvRKSt9nothrow_t", "_ZdaPvSt11align_val_t",
		"_ZdaPvmSt11align_val_t", "operator delete[](void*)"},
	[LTF_API_FREE_SIZED] = {"free_sized", "free_aligned_sized", "free"},
};

bool lr_rules_glob(const char *p, const char *s)
{
	const char *star = NULL, *back = NULL;
	while (*s) {
		if (*p == '*') {
			star = p++;
			back = s;
		} else if (*p == '?' || (*p && *p == *s)) {
			p++;
			s++;
		} else if (star) {
			p = star + 1;
			s = ++back;
		} else {
			return false;
		}
	}
	while (*p == '*')
		p++;
	return !*p;
}

bool lr_rules_template(const char *p, const char *s)
{
	bool at_start = *p == '^', starred = false;
	if (!*s)
		return false;
	p += at_start;
	while (*p) {
		if (*p == '*') {
			at_start = false;
			starred = true;
			p++;
			continue;
		}
		if (*p == '$')
			return !*s || starred;
		size_t n = strcspn(p, "*$");
		/* A piece in front of the end is looked for there. */
		const char *found =
			p[n] == '$' && !at_start && strlen(s) >= n ? s + strlen(s) - n : s;
		while (*found && strncmp(found, p, n) != 0)
			found = at_start ? "" : found + 1;
		if (!*found)
			return false;
		s = found + n;
		p += n;
		at_start = starred = false;
	}
	return true;
}

static bool glob_or_unknown(const char *pattern, const char *name)
{
	return lr_rules_glob(pattern, name ? name : "???");
}

static bool is_below_main(const char *name)
{
	return name && (strncmp(name, "__libc_start_", 13) == 0 || strcmp(name, "_start") == 0 ||
			       strcmp(name, "generic_start_main") == 0);
}

static bool match_function(const char *pattern, const struct lr_rule_frame *f)
{
	if (f->symbol && lr_rules_glob(pattern, f->symbol))
		return true;
	return glob_or_unknown(pattern, f->function) ||
	       (is_below_main(f->function) && lr_rules_glob(pattern, "(below main)"));
}

/* /lib is /usr/lib on most systems: either name will do. */
static bool match_object(const char *pattern, const char *path)
{
	char other[4096];
	if (!path || !*path)
		return lr_rules_glob(pattern, "???");
	if (lr_rules_glob(pattern, path))
		return true;
	if (strncmp(path, "/usr/lib", 8) == 0)
		return lr_rules_glob(pattern, path + 4);
	if (strncmp(path, "/lib", 4) != 0 || strlen(path) + 5 > sizeof(other))
		return false;
	snprintf(other, sizeof(other), "/usr%s", path);
	return lr_rules_glob(pattern, other);
}

static bool match_source(const struct lr_rule_line *l, const struct lr_rule_frame *f)
{
	if (!f->file || (l->line && l->line != f->line))
		return false;
	const char *slash = strrchr(f->file, '/');
	return lr_rules_glob(l->pattern, f->file) ||
	       (slash && lr_rules_glob(l->pattern, slash + 1));
}

static bool match_line(const struct lr_rule_line *l, const struct lr_rule_frame *f)
{
	switch (l->kind) {
	case LR_RULE_FUNCTION:
		return match_function(l->pattern, f);
	case LR_RULE_OBJECT:
		return match_object(l->pattern, f->module);
	case LR_RULE_SOURCE:
		return match_source(l, f);
	default:
		return true;
	}
}

static bool is_one_of(const char *pattern, const char *const *names)
{
	for (; *names; names++)
		if (lr_rules_glob(pattern, *names))
			return true;
	return false;
}

/* The frame of the allocation function itself, of which nothing but the api is known. */
static bool match_allocator(
	const struct lr_rule_line *l, unsigned apis, const char *const (*functions)[16])
{
	if (l->kind == LR_RULE_OBJECT)
		return lr_rules_glob(l->pattern, valgrinds_object);
	if (l->kind == LR_RULE_SOURCE)
		return lr_rules_glob(l->pattern, "vg_replace_malloc.c");
	for (unsigned api = 0; api < LTF_API_COUNT; api++)
		if ((apis >> api & 1) && is_one_of(l->pattern, functions[api]))
			return true;
	return false;
}

/* own: how many frames are Valgrind's, 1 or 2. */
static bool match_at(
	const struct lr_rule_line *l, const struct lr_rule_stack *s, size_t at, size_t own)
{
	if (at >= own)
		return match_line(l, &s->frames[at - own]);
	return match_allocator(l, s->apis,
		at == 1      ? calling_functions
		: s->release ? release_functions
			     : api_functions);
}

/* As a glob whose characters are frames and whose * is "...", with one at its end. */
static bool match_lines(const struct lr_rule *rule, const struct lr_rule_stack *s, size_t own)
{
	size_t n = rule->line_count, line = 0, at = 0, star = n, back = 0, frames = s->count + own;
	while (line < n) {
		if (rule->lines[line].kind == LR_RULE_ANY) {
			star = line++;
			back = at;
		} else if (at < frames && match_at(&rule->lines[line], s, at, own)) {
			line++;
			at++;
		} else if (star < n && back < frames) {
			line = star + 1;
			at = ++back;
		} else {
			return false;
		}
	}
	return true;
}

static bool may_be_two(const struct lr_rule *rule, const struct lr_rule_stack *s)
{
	return !s->release && (s->apis & 1U << LTF_API_MEMALIGN) && match_lines(rule, s, 2);
}

static bool match_anywhere(const char *pattern, const struct lr_rule_stack *s)
{
	for (size_t i = 0; i < s->count; i++) {
		const struct lr_rule_frame *f = &s->frames[i];
		const char *const texts[] = {f->module, f->function, f->file, f->symbol};
		for (size_t k = 0; k < sizeof(texts) / sizeof(*texts); k++)
			if (texts[k] && lr_rules_template(pattern, texts[k]))
				return true;
	}
	return false;
}

/* Functions of the C library that stand in front in Valgrind's stacks of resources. Others are
 * "..." to such a rule. */
static bool is_c_library(const struct lr_rule_line *l)
{
	static const char *const functions[] = {"open", "open64", "__open64", "openat", "openat64",
		"__open_nocancel", "__open64_nocancel", "creat", "creat64", "socket", "socketpair",
		"accept", "accept4", "pipe", "pipe2", "dup", "dup2", "dup3", "fcntl", "fcntl64",
		"__fcntl64_nocancel_adjusted", "eventfd", "epoll_create", "epoll_create1",
		"timerfd_create", "signalfd", "inotify_init", "inotify_init1", "memfd_create",
		"recvmsg", "mkstemp", "mkstemp64", "mkostemp", "opendir", "__opendir_common",
		"fdopendir", "fopen", "fopen64", "fopen@@GLIBC_2.2.5", "fdopen",
		"fdopen@@GLIBC_2.2.5", "tmpfile", "popen", "popen@@GLIBC_2.2.5", "__fopen_internal",
		"_IO_file_open", "_IO_file_fopen", "_IO_file_fopen@@GLIBC_2.2.5", "close",
		"__close", "__close_nocancel", "fclose", "fclose@@GLIBC_2.2.5", "_IO_file_close",
		"_IO_file_close_it", "_IO_file_close_it@@GLIBC_2.2.5", "closedir", "timer_create",
		"timer_create@@GLIBC_2.34", "pthread_create", "pthread_create@@GLIBC_2.34", "mmap",
		"mmap64", "shmat", "shmget", NULL};
	if (l->kind == LR_RULE_OBJECT)
		return match_object(l->pattern, "/lib/x86_64-linux-gnu/libc.so.6");
	return l->kind == LR_RULE_FUNCTION && is_one_of(l->pattern, functions);
}

static bool match_resource(const struct lr_rule *rule, const struct lr_rule_stack *s)
{
	struct lr_rule rest = *rule;
	for (; rest.line_count; rest.lines++, rest.line_count--) {
		if (match_lines(&rest, s, 0))
			return true;
		if (!is_c_library(rest.lines))
			return false;
	}
	return false;
}

static bool match_rule(const struct lr_rule *rule, unsigned kind, const struct lr_rule_stack *s)
{
	if (rule->anywhere)
		return match_anywhere(rule->anywhere, s);
	if (kind & LR_SUPPRESS_RESOURCES)
		return match_resource(rule, s);
	return match_lines(rule, s, 1) || may_be_two(rule, s);
}

bool lr_rules_have(const struct lr_rules *r, unsigned kind)
{
	for (size_t i = 0; r && i < r->used; i++)
		if (r->rules[i].kinds & kind)
			return true;
	return false;
}

struct lr_rule *lr_rules_match(
	const struct lr_rules *r, unsigned kind, const struct lr_rule_stack *s)
{
	for (size_t i = 0; r && i < r->used; i++) {
		struct lr_rule *rule = &r->rules[i];
		if ((rule->kinds & kind) == 0)
			continue;
		if (match_rule(rule, kind, s))
			return rule;
	}
	return NULL;
}
