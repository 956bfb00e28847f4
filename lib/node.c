#include "lib/node.h"

struct lt_node *_Atomic lt_node_segments[LT_NODE_SEGMENTS];
_Atomic uint32_t lt_node_steps[256];

enum { PROBES = 16 };

unsigned lt_node_shape_of(uint32_t step)
{
	unsigned at = step * 0x9e3779b1u >> 24;
	for (int i = 0; step && i < PROBES; i++, at = (at + 1) & 255) {
		uint32_t none = 0;
		if (!at)
			continue;
		uint32_t have = atomic_load_explicit(&lt_node_steps[at], memory_order_relaxed);
		if (have == step || (!have && (atomic_compare_exchange_strong(
						       &lt_node_steps[at], &none, step) ||
						      none == step)))
			return at;
	}
	return 0;
}
