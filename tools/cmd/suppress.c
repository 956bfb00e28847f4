#include "tools/cmd/command.h"

#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>

/* The arguments begin with dumps; what is no file is a site. There is at least one dump. */
static size_t dumps_in(char **arguments, size_t count)
{
	struct stat st;
	size_t n = 1;
	while (n < count && stat(arguments[n], &st) == 0 && S_ISREG(st.st_mode))
		n++;
	return n;
}

static int run(
	const struct lr_command *c, const struct lr_options *o, char **arguments, size_t count)
{
	struct lr_session s;
	size_t dumps = dumps_in(arguments, count);
	(void)c;
	if (!lr_session_open(&s, o, arguments, dumps, LR_SCANS_NONE))
		return s.status;
	struct lr_query q = lr_query_of(o, LR_SORT_UNFREED, SIZE_MAX, SIZE_MAX);
	q.group = LR_GROUP_SITE;
	struct lr_leak_query asked = lr_leak_query_of(&s, o, &q);
	asked.bare = true;
	struct lr_leaks *leaks = lr_leaks_make(s.model, s.names, &asked);
	struct lr_new_rules *rules = lr_rules_for(s.model, s.names, s.suppressor, leaks,
		(enum lr_rule_form)o->rule_form, arguments + dumps, count - dumps, q.stack_max);
	lr_render_rules(stdout, rules);
	if (leaks->judged == 0) {
		fputs("leakreport: there are no verdicts on the blocks of this run, and so nothing "
		      "to suppress\n",
			stderr);
		s.status = LR_EXIT_DAMAGED;
	} else if (rules->unnamed) {
		fprintf(stderr,
			"leakreport: for %zu sites no rule can be made: nothing is known of their "
			"stacks\n",
			rules->unnamed);
	}
	lr_new_rules_free(rules);
	lr_leaks_free(leaks);
	lr_session_close(&s);
	return s.status;
}

const struct lr_command lr_command_suppress = {.name = "suppress",
	.does = "writes suppressions for what is lost, as Valgrind or LeakSanitizer have them",
	.help = "Behind the dumps sites can stand (a function, FILE:LINE, or a glob): then only "
		"for\n"
		"these. --kinds says which verdicts (definite,possible).",
	.options = LR_OPT_LIMIT | LR_OPT_SELECT | LR_OPT_NAMES | LR_OPT_SUPPRESS | LR_OPT_KINDS |
		   LR_OPT_SCAN | LR_OPT_RULES,
	.run = run};
