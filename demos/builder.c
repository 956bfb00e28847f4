/* builder: the fields of a table are written as strings of their own, each in a block, and then
 * joined to a line.
 *
 * 500 lines of 40 fields: 20000 blocks of 16 bytes, each for the time of one copy.
 *
 * expect: ends=exit:0
 * expect: finding=churn.temporary site=format_field count=20000 bytes=320000
 * expect: allocated site=format_field count=20000 bytes=320000
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINES = 500, FIELDS = 40, FIELD = 16 };

static char *format_field(int line, int field)
{
	char *text = malloc(FIELD);
	if (!text)
		abort();
	snprintf(text, FIELD, "%d:%d;", line, field);
	return text;
}

static size_t write_line(int line, char *out)
{
	size_t length = 0;
	for (int field = 0; field < FIELDS; field++) {
		char *text = format_field(line, field);
		strcpy(out + length, text);
		length += strlen(text);
		free(text);
	}
	return length;
}

int main(void)
{
	static char line[FIELDS * FIELD];
	size_t length = 0;
	for (int i = 0; i < LINES; i++)
		length += write_line(i, line);
	printf("%zu bytes, the last line %.6s..\n", length, line);
	return 0;
}
