#include "tools/view/sitename.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include "tools/util/text.h"

/* Functions that hand out memory in somebody else's name. */
static const char *const passing_on[] = {"*malloc*", "*calloc*", "*realloc*", "*zalloc*",
	"*strdup*", "*strndup*", "*memdup*", "*asprintf*", "operator new*", "*_alloc",
	"*::allocate*", "*allocator*", "void* operator new*", "PyMem_*", "_PyMem_*", "g_slice_*",
	"std::*", "__gnu_cxx::*"};

bool lr_passes_on(const char *function)
{
	for (size_t i = 0; i < sizeof(passing_on) / sizeof(*passing_on); i++)
		if (fnmatch(passing_on[i], function, 0) == 0)
			return true;
	return false;
}

/* All of a frame's functions do, the inlined ones too. */
static bool frame_passes_on(struct lr_names *names, uint32_t frame)
{
	size_t count;
	const struct lr_location *at = lr_names_at(names, frame, &count);
	for (size_t i = 0; i < count; i++)
		if (!at[i].function || !lr_passes_on(at[i].function))
			return false;
	return true;
}

uint32_t lr_site_frame(const struct lr_model *m, struct lr_names *names, uint32_t site)
{
	uint32_t frame = site;
	while (frame && frame_passes_on(names, frame))
		frame = m->frames[frame].parent;
	return frame ? frame : site;
}

size_t lr_site_lines_before(const struct lr_line *lines, size_t n)
{
	size_t i = 0;
	while (i < n && lines[i].at.inlined && lines[i].at.function &&
		lr_passes_on(lines[i].at.function))
		i++;
	return i < n ? i : 0;
}

static bool location_matches(const struct lr_location *at, const char *pattern)
{
	char place[4096];
	if (at->function && fnmatch(pattern, at->function, 0) == 0)
		return true;
	if (!at->file)
		return false;
	const char *file = strchr(pattern, '/') ? at->file : lr_base_name(at->file);
	snprintf(place, sizeof(place), "%s:%u", file, at->line);
	return fnmatch(pattern, file, 0) == 0 || fnmatch(pattern, place, 0) == 0;
}

static bool frame_matches(struct lr_names *names, uint32_t frame, const char *pattern)
{
	size_t count;
	const struct lr_location *at = lr_names_at(names, frame, &count);
	for (size_t i = 0; i < count; i++)
		if (location_matches(&at[i], pattern))
			return true;
	return false;
}

bool lr_site_matches(const struct lr_model *m, struct lr_names *names, uint32_t site,
	const char *pattern, bool anywhere)
{
	uint32_t meant = lr_site_frame(m, names, site);
	for (uint32_t frame = site; frame; frame = m->frames[frame].parent) {
		if (frame_matches(names, frame, pattern))
			return true;
		if (frame == meant && !anywhere)
			return false;
	}
	return false;
}
