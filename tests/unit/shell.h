/* Shell commands in a test's own directory, which the including file names: static char tmp[]. */
#ifndef TESTS_SHELL_H
#define TESTS_SHELL_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { COMMAND_MAX = 4096 };

__attribute__((format(printf, 2, 0))) static void command_here(
	char command[COMMAND_MAX], const char *format, va_list args)
{
	int n = snprintf(command, COMMAND_MAX, "cd %s && ", tmp);
	vsnprintf(command + n, COMMAND_MAX - (size_t)n, format, args);
}

/* 0 when it succeeded. */
__attribute__((format(printf, 1, 2))) static int run(const char *format, ...)
{
	char command[COMMAND_MAX];
	va_list args;
	va_start(args, format);
	command_here(command, format, args);
	va_end(args);
	return system(command);
}

#endif
