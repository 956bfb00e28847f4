#include "format/scan.h"

uint8_t *ltf_table_head(
	uint8_t *p, const struct ltf_table *t, const uint32_t *lengths, unsigned columns)
{
	p = ltf_put(ltf_put(ltf_put(p, t->scan), t->first), t->rows);
	p = ltf_put(p, columns);
	for (unsigned i = 0; i < columns; i++)
		p = ltf_put(p, lengths[i]);
	return p;
}

/* The lengths are gone over twice: the columns stand behind the last of them. */
static const uint8_t *open_columns(
	struct ltf_table *t, const uint8_t *lengths, const uint8_t *end, uint64_t columns)
{
	const uint8_t *column = lengths;
	uint64_t length;
	for (uint64_t i = 0; column && i < columns; i++)
		column = ltf_get(column, end, &length);
	for (uint64_t i = 0; column && i < columns; i++) {
		lengths = ltf_get(lengths, end, &length);
		if (length > (uint64_t)(end - column))
			return NULL;
		if (i < LTF_TABLE_COLUMNS && length) {
			t->at[i] = column;
			t->end[i] = column + length;
		}
		column += length;
	}
	return column;
}

int ltf_table_open(struct ltf_table *t, const uint8_t *body, size_t len)
{
	const uint8_t *p = body, *end = body + len;
	uint64_t columns;
	*t = (struct ltf_table){0};
	p = ltf_get(p, end, &t->scan);
	p = p ? ltf_get(p, end, &t->first) : NULL;
	p = p ? ltf_get(p, end, &t->rows) : NULL;
	p = p ? ltf_get(p, end, &columns) : NULL;
	if (!p || !open_columns(t, p, end, columns))
		return -1;
	/* So what a table makes its reader remember is bounded by its length. */
	return t->rows > (uint64_t)(t->end[0] - t->at[0]) ? -1 : 0;
}

int ltf_table_row(struct ltf_table *t, uint64_t values[LTF_TABLE_COLUMNS])
{
	if (t->rows == 0)
		return 0;
	t->rows--;
	for (unsigned i = 0; i < LTF_TABLE_COLUMNS; i++) {
		values[i] = 0;
		if (t->at[i] == NULL)
			continue;
		t->at[i] = ltf_get(t->at[i], t->end[i], &values[i]);
		if (!t->at[i]) {
			t->rows = 0;
			return -1;
		}
	}
	return 1;
}

uint8_t *ltf_figures_put(
	uint8_t *p, uint64_t scan, const uint64_t *values, unsigned from, unsigned to)
{
	p = ltf_put(p, scan);
	for (unsigned i = from; i <= to; i++)
		if (values[i])
			p = ltf_put(ltf_put(p, i), values[i]);
	return p;
}

int ltf_figures_get(
	const uint8_t *body, size_t len, uint64_t *scan, uint64_t values[LTF_SCAN_FIGURE_COUNT])
{
	const uint8_t *end = body + len, *p = ltf_get(body, end, scan);
	while (p && p < end) {
		uint64_t number, value;
		p = ltf_get(p, end, &number);
		p = p ? ltf_get(p, end, &value) : NULL;
		if (p && number < LTF_SCAN_FIGURE_COUNT)
			values[number] = value;
	}
	return p ? 0 : -1;
}
