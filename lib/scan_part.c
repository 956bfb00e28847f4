#include "lib/scan.h"
#include "lib/scan_in.h"

static bool overlap(const struct lt_scan_block *a, const struct lt_scan_block *b)
{
	return b->addr - a->addr < (a->size ? a->size : 1);
}

void lt_scan_part(struct lt_scan *s)
{
	uint32_t n = 0;

	lt_scan_sort((uint64_t *)s->blocks, s->n_blocks, sizeof(*s->blocks) / sizeof(uint64_t));
	for (uint32_t i = 0; i < s->n_blocks; i++) {
		struct lt_scan_block b = s->blocks[i];
		while (n && overlap(&s->blocks[n - 1], &b) &&
			(s->blocks[n - 1].flags & LT_SCAN_INHERITED))
			n--;
		if (!n || !overlap(&s->blocks[n - 1], &b) || !(b.flags & LT_SCAN_INHERITED))
			s->blocks[n++] = b;
	}
	s->n_blocks = n;
}
