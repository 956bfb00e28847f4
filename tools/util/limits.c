#include "tools/util/limits.h"

const struct lr_limits lr_limits_default = {
	.live_blocks = (size_t)1 << 28,
	.nodes = (size_t)1 << 24,
	.cells = (size_t)1 << 22,
	.threads = (size_t)1 << 20,
	.modules = (size_t)1 << 16,
	.regions = (size_t)1 << 16,
	.resources = (size_t)1 << 20,
	.pending = (size_t)1 << 21,
	.blocks = (size_t)1 << 22,
	.meta = (size_t)64 << 20,
	.scans = (size_t)1 << 17,
	.scan_blocks = (size_t)1 << 27,
	.graph = (size_t)1 << 30,
};
