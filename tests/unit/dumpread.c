#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/unit/dumpread.h"
#include "tools/replay.h"

struct bytes {
	const uint8_t *data;
	size_t n;
};

static ssize_t read_at(void *ctx, void *buf, size_t n, uint64_t off)
{
	const struct bytes *b = ctx;
	if (off >= b->n)
		return 0;
	if (n > b->n - off)
		n = b->n - off;
	memcpy(buf, b->data + off, n);
	return (ssize_t)n;
}

static uint64_t size_of(void *ctx)
{
	return ((const struct bytes *)ctx)->n;
}

struct lr_source *dr_open(const uint8_t *data, size_t n, struct lr_error *err)
{
	struct bytes *b = malloc(sizeof(*b));
	if (!b)
		abort();
	*b = (struct bytes){data, n};
	struct lr_reader reader = {.read_at = read_at, .size = size_of, .close = free, .ctx = b};
	return lr_source_over(&reader, &lr_limits_default, err);
}

struct lr_tally *dr_replay(const uint8_t *data, size_t n, struct lr_source_status *status)
{
	struct lr_error err = {{0}};
	struct lr_source *s = dr_open(data, n, &err);
	if (!s)
		fail_msg("%s", err.text);
	struct lr_tally *t = lr_tally_new(&lr_selection_all, &lr_limits_default);
	lr_replay_source(s, t, NULL, NULL);
	if (status)
		*status = *lr_source_status(s);
	lr_source_close(s);
	return t;
}
