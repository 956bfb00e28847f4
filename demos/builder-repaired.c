/* builder, repaired: each field is written to where it is needed, at the end of the line.
 *
 * expect: ends=exit:0
 * absent: finding=churn.temporary
 * expect: allocated site=write_line count=0 bytes=0
 */
#include <stdio.h>

enum { LINES = 500, FIELDS = 40, FIELD = 16 };

static size_t format_field(char *out, size_t room, int line, int field)
{
	return (size_t)snprintf(out, room, "%d:%d;", line, field);
}

static size_t write_line(int line, char *out, size_t room)
{
	size_t length = 0;
	for (int field = 0; field < FIELDS; field++)
		length += format_field(out + length, room - length, line, field);
	return length;
}

int main(void)
{
	static char line[FIELDS * FIELD];
	size_t length = 0;
	for (int i = 0; i < LINES; i++)
		length += write_line(i, line, sizeof(line));
	printf("%zu bytes, the last line %.6s..\n", length, line);
	return 0;
}
