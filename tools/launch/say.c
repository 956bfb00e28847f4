#include "tools/launch/say.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

void lr_say(const char *format, ...)
{
	char line[8192];
	int n = snprintf(line, sizeof(line), "leaktrace: ");
	va_list args;
	va_start(args, format);
	int more = vsnprintf(line + n, sizeof(line) - (size_t)n - 1, format, args);
	va_end(args);
	if (more < 0)
		return;
	n += more;
	if (n > (int)sizeof(line) - 2)
		n = (int)sizeof(line) - 2;
	for (int i = 0; i < n; i++)
		if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
			line[i] = '?';
	line[n++] = '\n';
	if (write(STDERR_FILENO, line, (size_t)n) < 0)
		return; /* nowhere to say so */
}
