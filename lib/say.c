#include "lib/say.h"

#include <stdint.h>
#include "lib/config.h"
#include "lib/sys.h"

struct text {
	char *at, *end; /* end leaves room for the terminator */
};

static void put(struct text *t, char c)
{
	if (t->at < t->end)
		*t->at++ = c;
}

static void put_text(struct text *t, const char *s)
{
	for (s = s ? s : "(null)"; *s; s++)
		put(t, *s);
}

static void put_number(struct text *t, unsigned long v)
{
	char digits[20];
	int n = 0;
	do
		digits[n++] = (char)('0' + v % 10);
	while (v /= 10);
	while (n)
		put(t, digits[--n]);
}

static void put_conversion(struct text *t, char c, va_list *ap)
{
	int i;
	switch (c) {
	case 's':
		put_text(t, va_arg(*ap, const char *));
		break;
	case 'd':
		i = va_arg(*ap, int);
		if (i < 0)
			put(t, '-');
		put_number(t, i < 0 ? 0ul - (unsigned long)i : (unsigned long)i);
		break;
	case 'u':
		put_number(t, va_arg(*ap, unsigned));
		break;
	case 'l':
		put_number(t, va_arg(*ap, unsigned long));
		break;
	default:
		put(t, c);
	}
}

size_t lt_vformat(char *buf, size_t n, const char *format, va_list ap)
{
	struct text t = {buf, buf + n - 1};
	va_list copy;
	va_copy(copy, ap);
	for (; *format; format++) {
		if (*format != '%')
			put(&t, *format);
		else if (*++format)
			put_conversion(&t, *format, &copy);
		else
			break;
	}
	va_end(copy);
	*t.at = 0;
	return (size_t)(t.at - buf);
}

size_t lt_format(char *buf, size_t n, const char *format, ...)
{
	va_list ap;
	va_start(ap, format);
	size_t len = lt_vformat(buf, n, format, ap);
	va_end(ap);
	return len;
}

void lt_say(int level, const char *format, ...)
{
	char line[512];
	va_list ap;
	if (lt_config.verbose < level)
		return;
	size_t n = lt_format(line, sizeof(line) - 1, "leaktrace: ");
	va_start(ap, format);
	n += lt_vformat(line + n, sizeof(line) - 1 - n, format, ap);
	va_end(ap);
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)line[i] < ' ')
			line[i] = '?';
	line[n++] = '\n';
	lt_sys3(SYS_write, 2, line, n);
}
