#include "tools/symbols/globals.h"

#include <dwarf.h>
#include <stdlib.h>
#include <string.h>
#include "tools/symbols/scopes.h"

enum { DEPTH_MAX = 64, GLOBALS_MAX = 16 << 20 };

static void note(struct lr_globals *g, Dwarf_Die *die, uint64_t addr, bool tls)
{
	if (g->count == g->room) {
		size_t room = g->room ? 2 * g->room : 256;
		void *bigger = room <= GLOBALS_MAX ? realloc(g->globals, room * sizeof(*g->globals))
						   : NULL;
		g->poor |= !bigger;
		if (!bigger)
			return;
		g->globals = bigger;
		g->room = room;
	}
	g->globals[g->count++] = (struct lr_global){.addr = addr, .die = *die, .tls = tls};
}

static bool makes_tls(const Dwarf_Op *op)
{
	return op->atom == DW_OP_GNU_push_tls_address || op->atom == DW_OP_form_tls_address;
}

static void note_variable(struct lr_globals *g, Dwarf_Die *die)
{
	Dwarf_Attribute attr, operand;
	Dwarf_Op *op;
	size_t n;
	Dwarf_Addr addr;
	if (!dwarf_attr(die, DW_AT_location, &attr) || dwarf_getlocation(&attr, &op, &n) != 0)
		return;
	if (n == 2 && makes_tls(&op[1]))
		note(g, die, op[0].number, true);
	else if (n == 1 && op[0].atom == DW_OP_addr)
		note(g, die, op[0].number, false);
	else if (n == 1 && (op[0].atom == DW_OP_addrx || op[0].atom == DW_OP_GNU_addr_index) &&
		 dwarf_getlocation_attr(&attr, &op[0], &operand) == 0 &&
		 dwarf_formaddr(&operand, &addr) == 0)
		note(g, die, addr, false);
}

static bool may_hold_variables(int tag)
{
	return tag == DW_TAG_subprogram || tag == DW_TAG_lexical_block || tag == DW_TAG_namespace ||
	       tag == DW_TAG_module;
}

void lr_globals_add(struct lr_globals *g, const Dwarf_Die *unit)
{
	Dwarf_Die stack[DEPTH_MAX], top = *unit;
	int depth = 0;
	if (dwarf_child(&top, &stack[0]) != 0)
		return;
	while (depth >= 0) {
		int tag = dwarf_tag(&stack[depth]);
		if (tag == DW_TAG_variable)
			note_variable(g, &stack[depth]);
		if (may_hold_variables(tag) && depth + 1 < DEPTH_MAX &&
			dwarf_child(&stack[depth], &stack[depth + 1]) == 0) {
			depth++;
			continue;
		}
		while (depth >= 0 && !lr_next_sibling(&stack[depth]))
			depth--;
	}
}

static int by_address(const void *x, const void *y)
{
	const struct lr_global *a = x, *b = y;
	if (a->tls != b->tls)
		return a->tls ? 1 : -1;
	return a->addr < b->addr ? -1 : a->addr > b->addr;
}

void lr_globals_sort(struct lr_globals *g)
{
	if (g->count)
		qsort(g->globals, g->count, sizeof(*g->globals), by_address);
}

void lr_globals_free(struct lr_globals *g)
{
	free(g->globals);
	*g = (struct lr_globals){.count = 0};
}

struct lr_global *lr_globals_at(const struct lr_globals *g, uint64_t addr, bool tls)
{
	const struct lr_global wanted = {.addr = addr, .tls = tls};
	size_t low = 0, high = g->count;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (by_address(&g->globals[mid], &wanted) <= 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low && g->globals[low - 1].tls == tls ? &g->globals[low - 1] : NULL;
}

uint64_t lr_global_size(struct lr_global *g)
{
	Dwarf_Attribute attr;
	Dwarf_Die type;
	Dwarf_Word size;
	if (!dwarf_formref_die(dwarf_attr_integrate(&g->die, DW_AT_type, &attr), &type))
		return 0;
	return dwarf_aggregate_size(&type, &size) == 0 ? size : 0;
}
