/* leakreport: dispatch, nothing else. */
#include <config.h>
#include <stdio.h>
#include <string.h>
#include "tools/cmd/command.h"
#include "tools/cmd/inputs.h"

#define COMMAND_ENTRY(name) &lr_command_##name,
static const struct lr_command *const commands[] = {LR_COMMANDS(COMMAND_ENTRY)};
enum { COMMANDS = sizeof(commands) / sizeof(*commands) };

static void help_all(void)
{
	fputs("usage: leakreport [COMMAND] [OPTIONS] DUMP|DIRECTORY...\n"
	      "Tells where a program's memory went, from the dumps that libleaktrace.so wrote.\n\n"
	      "Commands:\n",
		stdout);
	for (size_t i = 0; i < COMMANDS; i++)
		printf("  %-10s %s\n", commands[i]->name, commands[i]->does);
	fputc('\n', stdout);
	lr_options_help(stdout, LR_OPT_EVERY);
	fputs("\nA command's own --help says more. Exit status: 0 done, 1 a check failed, 2 wrong "
	      "usage,\n"
	      "3 a dump is unreadable or damaged (what could be read is reported).\n",
		stdout);
}

static void help_one(const struct lr_command *c)
{
	printf("usage: leakreport %s [OPTIONS] DUMP...\n%s\n", c->name, c->does);
	if (c->help)
		printf("\n%s\n", c->help);
	fputc('\n', stdout);
	lr_options_help(stdout, c->options);
}

/* The command that argv[at] names, taken out of argv; NULL when it names none. */
static const struct lr_command *take_command(int at, int *argc, char **argv)
{
	for (size_t i = 0; at < *argc && i < COMMANDS; i++)
		if (strcmp(argv[at], commands[i]->name) == 0) {
			memmove(argv + at, argv + at + 1, (size_t)(*argc - at) * sizeof(*argv));
			--*argc;
			return commands[i];
		}
	return NULL;
}

/* Arguments, and what --dumps-from names. Returns enum lr_exit. */
static int gather(
	struct lr_inputs *in, const struct lr_command *c, const struct lr_options *o, char **argv)
{
	if (o->dumps_from && !lr_inputs_from(in, o->dumps_from))
		return LR_EXIT_DAMAGED;
	for (; *argv; argv++)
		if (c->own_arguments)
			lr_inputs_add_plain(in, *argv);
		else
			lr_inputs_add(in, *argv);
	if (in->used || c->own_arguments)
		return LR_EXIT_DONE;
	fputs("leakreport: no dump is given; name one, or see --help\n", stderr);
	return LR_EXIT_USAGE;
}

/* Before a command is known, or when none is given, any format is taken. */
static bool has_format(const struct lr_command *c, const struct lr_options *o)
{
	if (o->format <= LR_FORMAT_json || c->options & (LR_OPT_OUTCOMES | LR_OPT_CHANGES))
		return true;
	fprintf(stderr,
		"leakreport: --format=%s is not understood; give text|json, or a command "
		"that has it: errors, check\n",
		lr_formats[o->format].name);
	return false;
}

int main(int argc, char **argv)
{
	const struct lr_command *named = take_command(1, &argc, argv), *c;
	struct lr_options options;
	int rest = 0;
	enum lr_parsed parsed = lr_options_parse(
		&options, named ? named->options : LR_OPT_EVERY, argc, argv, &rest);
	/* Options may also stand before the command. */
	if (parsed == LR_PARSED_RUN && !named && (named = take_command(rest, &argc, argv)))
		parsed = lr_options_parse(&options, named->options, argc, argv, &rest);
	c = named ? named : commands[0];
	switch (parsed) {
	case LR_PARSED_HELP:
		if (named)
			help_one(named);
		else
			help_all();
		return LR_EXIT_DONE;
	case LR_PARSED_THRESHOLDS:
		lr_options_thresholds(stdout);
		return LR_EXIT_DONE;
	case LR_PARSED_VERSION:
		puts("leakreport " PACKAGE_VERSION);
		return LR_EXIT_DONE;
	case LR_PARSED_WRONG:
		return LR_EXIT_USAGE;
	case LR_PARSED_RUN:
		break;
	}
	if (!has_format(c, &options))
		return LR_EXIT_USAGE;
	struct lr_inputs inputs = {.used = 0};
	int status = gather(&inputs, c, &options, argv + rest);
	if (status == LR_EXIT_DONE)
		status = c->run(c, &options, inputs.paths, inputs.used);
	lr_inputs_free(&inputs);
	if (fflush(stdout) || ferror(stdout)) {
		fputs("leakreport: the report could not be written; is the disk full?\n", stderr);
		return LR_EXIT_DAMAGED;
	}
	return status;
}
