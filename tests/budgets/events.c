/* A dump of a given size, the same wherever it is made: events FILE SITES EVENTS. SITES call paths
 * below main allocate in turn, EVENTS times in all; of ten blocks one stays, the others are
 * released soon. */
#include <stdlib.h>
#include "tests/unit/dumpgen.h"

enum { FUNCTION_BYTES = 64, KEPT = 10, BEHIND = 32 };

static void write_frames(struct dg *g, uint32_t sites)
{
	static const uint64_t text = 0x555500001000;
	dg_node(g, 1, 0, text, 1, 0);
	for (uint32_t i = 0; i < sites; i++)
		dg_node(g, 2 + i, i < sites / 2 ? 1 : 2 + i / 4, text + (i + 1) * FUNCTION_BYTES, 1,
			0);
}

static void write_events(struct dg *g, uint32_t sites, uint64_t events)
{
	for (uint64_t i = 0; i < events; i++) {
		dg_alloc(g, 0x10000 + i * 64, 16 + i % 40, 2 + (uint32_t)(i % sites),
			LTF_API_MALLOC);
		if (i >= BEHIND && (i - BEHIND) % KEPT)
			dg_release(g, LTF_W_FREE, 0x10000 + (i - BEHIND) * 64, LTF_API_MALLOC);
		if (i % 1000 == 999) {
			dg_time(g, i);
			dg_drain(g, 1);
			dg_seal(g);
		}
	}
}

int main(int argc, char **argv)
{
	struct dg g;
	if (argc != 4)
		return 2;
	uint32_t sites = (uint32_t)strtoul(argv[2], NULL, 10);
	dg_init(&g, 0, 0);
	dg_meta(&g, "cmdline", "./events", 9);
	dg_meta(&g, "exe", "/opt/demo/bin/events", 20);
	dg_module(&g, 1, 0x555500000000, 0x555500000000, 0x555500100000,
		"00112233445566778899aabbccddeeff00112233", "/opt/demo/bin/events");
	dg_named(&g, 1, 1234, "main");
	write_frames(&g, sites);
	write_events(&g, sites, strtoull(argv[3], NULL, 10));
	dg_finish(&g, 0);
	dg_save(&g, argv[1]);
	dg_free(&g);
	return 0;
}
