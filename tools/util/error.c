#include "tools/util/error.h"

#include <stdarg.h>
#include <stdio.h>

int lr_error_set(struct lr_error *e, const char *fmt, ...)
{
	if (e->text[0])
		return -1;
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	return -1;
}
