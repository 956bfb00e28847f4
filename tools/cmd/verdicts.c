#include "tools/check/verdicts.h"

#include "tools/cmd/command.h"

static int status_of(const struct lr_verdicts *all, bool unread)
{
	if (all->of[LR_CHECK_FAILED])
		return LR_EXIT_FAILED;
	return unread || all->of[LR_CHECK_UNKNOWN] || !all->used ? LR_EXIT_DAMAGED : LR_EXIT_DONE;
}

static int run(const struct lr_command *c, const struct lr_options *o, char **paths, size_t count)
{
	struct lr_verdicts all = {.used = 0};
	bool unread = false;
	(void)c;
	(void)o;
	if (count == 0) {
		fputs("leakreport: no verdict is given; name files or a directory, as "
		      "LEAKTRACE_CHECK_DIR gathers them\n",
			stderr);
		return LR_EXIT_USAGE;
	}
	for (size_t i = 0; i < count; i++) {
		struct lr_error err = {{0}};
		if (lr_verdicts_add(&all, paths[i], &err) == 0)
			continue;
		lr_say(paths[i], err.text);
		unread = true;
	}
	lr_verdicts_sort(&all);
	if (all.used)
		lr_render_verdicts(stdout, &all);
	int status = status_of(&all, unread);
	lr_verdicts_free(&all);
	return status;
}

const struct lr_command lr_command_verdicts = {.name = "verdicts",
	.does = "what the checks of a suite came to, together; exits 1 if one failed",
	.help = "usage: leakreport verdicts FILE|DIRECTORY...\n\n"
		"Reads verdicts that `leakreport check` has written as JSON, or those that\n"
		"LEAKTRACE_CHECK_DIR has gathered, and lists those that did not pass.",
	.own_arguments = true,
	.run = run};
