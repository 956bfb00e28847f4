#include "tools/view/waiting.h"

#include <stdlib.h>
#include <string.h>
#include "format/ring.h"
#include "tools/util/mem.h"

/* Linux's numbers on x86-64; those of lib/waiting.c. */
static const struct call {
	uint16_t number;
	bool fd;
	const char *name;
} calls[] = {{0, true, "read"}, {1, true, "write"}, {7, false, "poll"}, {19, true, "readv"},
	{20, true, "writev"}, {23, false, "select"}, {34, false, "pause"}, {35, false, "nanosleep"},
	{42, true, "connect"}, {43, true, "accept"}, {44, true, "sendto"}, {45, true, "recvfrom"},
	{46, true, "sendmsg"}, {47, true, "recvmsg"}, {61, false, "wait4"}, {65, false, "semop"},
	{69, false, "msgsnd"}, {70, false, "msgrcv"}, {72, true, "fcntl"}, {73, true, "flock"},
	{128, false, "rt_sigtimedwait"}, {130, false, "rt_sigsuspend"}, {202, false, "futex"},
	{208, false, "io_getevents"}, {219, false, "restart_syscall"}, {220, false, "semtimedop"},
	{230, false, "clock_nanosleep"}, {232, true, "epoll_wait"}, {242, true, "mq_timedsend"},
	{243, true, "mq_timedreceive"}, {247, false, "waitid"}, {270, false, "pselect6"},
	{271, false, "ppoll"}, {281, true, "epoll_pwait"}, {288, true, "accept4"},
	{299, true, "recvmmsg"}, {441, true, "epoll_pwait2"}};
enum { FUTEX = 202 };

static const struct call *find(uint32_t call)
{
	for (size_t i = 0; call && i < sizeof(calls) / sizeof(*calls); i++)
		if (calls[i].number == call - 1)
			return &calls[i];
	return NULL;
}

const char *lr_call_name(uint32_t call)
{
	const struct call *c = find(call);
	return c ? c->name : NULL;
}

bool lr_call_has_fd(uint32_t call)
{
	const struct call *c = find(call);
	return c && c->fd;
}

static const struct lr_load *load_at(const struct lr_dump *d, uint64_t addr)
{
	for (size_t i = d->loads_used; i-- > 0;)
		if (!d->loads[i].unloaded && addr >= d->loads[i].start && addr < d->loads[i].end)
			return &d->loads[i];
	return NULL;
}

/* A thread that joins another waits for the kernel to clear the other's id, which stands in its
 * descriptor: at the handle, or not far behind. */
static void find_joined(struct lr_waits *w)
{
	enum { DESCRIPTOR_SHIFT = 11 };
	const struct lr_scan *s = w->scan;
	struct lr_map near = {.used = 0};
	for (size_t i = 0; i < s->pthreads_used; i++)
		*lr_map_put(&near, s->pthreads[i].handle >> DESCRIPTOR_SHIFT, NULL) =
			(uint32_t)i + 1;
	for (size_t i = 0; i < s->pthreads_used; i++) {
		const struct lr_scan_pthread *t = &s->pthreads[i];
		for (uint64_t k = 0; t->call == FUTEX + 1 && k < 2; k++) {
			const uint32_t *at =
				lr_map_find(&near, (t->call_arg >> DESCRIPTOR_SHIFT) - k);
			if (at && t->call_arg - s->pthreads[*at - 1].handle <
					  UINT64_C(1) << DESCRIPTOR_SHIFT)
				w->joined[*at - 1] = true;
		}
	}
	lr_map_free(&near);
}

void lr_waits_open(struct lr_waits *w, const struct lr_scan *s)
{
	lr_waits_close(w);
	w->scan = s;
	if (!s)
		return;
	w->joined = lr_calloc(s->pthreads_used, sizeof(*w->joined));
	for (size_t i = s->pthreads_used; i-- > 0;)
		*lr_map_put(&w->rows, s->pthreads[i].handle, NULL) = (uint32_t)i + 1;
	for (size_t i = s->frames_used; i-- > 0;)
		*lr_map_put(&w->frames, s->frames[i].tid, NULL) = (uint32_t)i + 1;
	find_joined(w);
}

void lr_waits_close(struct lr_waits *w)
{
	lr_map_free(&w->rows);
	lr_map_free(&w->frames);
	free(w->joined);
	*w = (struct lr_waits){.scan = NULL};
}

const struct lr_scan_pthread *lr_waits_row(const struct lr_waits *w, uint64_t handle)
{
	const uint32_t *at = w->scan ? lr_map_find(&w->rows, handle) : NULL;
	return at ? &w->scan->pthreads[*at - 1] : NULL;
}

bool lr_waits_joined(const struct lr_waits *w, const struct lr_scan_pthread *row)
{
	return w->joined[row - w->scan->pthreads];
}

static size_t first_frame(const struct lr_waits *w, uint32_t tid)
{
	const uint32_t *at = lr_map_find(&w->frames, tid);
	return at ? *at - 1 : w->scan->frames_used;
}

/* The C library's, below what the program wants to run. */
static bool is_start(const char *function)
{
	static const char *const names[] = {
		"start_thread", "clone", "clone3", "__clone", "__clone3", "thread_start"};
	for (size_t i = 0; function && i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(function, names[i]) == 0)
			return true;
	return false;
}

/* Of the functions that a library waits in only the one that was called is of interest. */
static void leave_out_inner(struct lr_line *lines, size_t *used)
{
	size_t inner = 0;
	while (inner + 1 < *used && lines[0].at.module && lines[inner + 1].at.module &&
		strcmp(lines[inner + 1].at.module, lines[0].at.module) == 0)
		inner++;
	if (inner + 1 == *used)
		return;
	memmove(lines, lines + inner, (*used - inner) * sizeof(*lines));
	*used -= inner;
}

enum { INLINED_MAX = 16 };

/* The functions at an address, innermost first; at least one. */
static size_t locate(const struct lr_model *m, struct lr_names *names, const struct lr_dump *d,
	uint64_t pc, bool returns, struct lr_location *at)
{
	const struct lr_load *l = load_at(d, pc);
	size_t n = 0;
	at[0] = (struct lr_location){.offset = pc};
	if (l)
		n = lr_names_code(names, l->module, pc - l->bias, returns, at, INLINED_MAX);
	if (l && n == 0)
		at[0] = (struct lr_location){
			.module = m->modules[l->module - 1].path, .offset = pc - l->bias};
	return n ? n : 1;
}

struct lr_line *lr_waiting_lines(const struct lr_model *m, struct lr_names *names,
	const struct lr_dump *d, const struct lr_waits *w, uint32_t tid, size_t max, size_t *used)
{
	const struct lr_scan *s = w->scan;
	struct lr_location at[INLINED_MAX];
	struct lr_line *lines = NULL;
	size_t room = 0;
	bool whole = false;
	*used = 0;
	for (size_t i = first_frame(w, tid); i < s->frames_used && s->frames[i].tid == tid; i++) {
		bool returns = !(s->frames[i].flags & LTF_NODE_SIGNAL);
		size_t n = locate(m, names, d, s->frames[i].pc, returns, at);
		if (at[0].module && lr_module_is_tracer(at[0].module))
			continue;
		for (size_t k = 0; k < n && !whole; k++) {
			whole = is_start(at[k].function);
			LR_GROW(lines, *used, room);
			lines[*used] = (struct lr_line){.at = at[k]};
			*used += !whole;
		}
	}
	leave_out_inner(lines, used);
	*used = *used < max ? *used : max;
	return lines;
}

const char *lr_waiting_function(
	const struct lr_model *m, struct lr_names *names, const struct lr_dump *d, uint64_t addr)
{
	struct lr_location at[INLINED_MAX];
	size_t n = addr ? locate(m, names, d, addr, false, at) : 0;
	return n && !at[n - 1].nearest ? at[n - 1].function : NULL;
}

uint64_t lr_waiting_stack(const struct lr_waits *w, uint32_t tid)
{
	const struct lr_scan *s = w->scan;
	uint64_t hash = 0;
	for (size_t i = first_frame(w, tid); i < s->frames_used && s->frames[i].tid == tid; i++)
		hash = (hash ^ s->frames[i].pc) * 0x9e3779b97f4a7c15u + 1;
	return hash;
}

const char *lr_waiting_fd(const struct lr_scan *s, uint64_t fd)
{
	for (size_t i = 0; i < s->fds_used; i++)
		if (s->fds[i].number == fd)
			return lr_scan_text(s, s->fds[i].name);
	return "";
}
