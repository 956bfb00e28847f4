# shellcheck shell=sh
# Budgets for the programs that a shell script runs. Source it:
#
#   . /usr/share/leaktrace/check.sh
#   leaktrace_check parse-large  ./parse --all large.conf
#   leaktrace_check parse-empty  ./parse /dev/null
#   leaktrace_check_end
#
# prints TAP, for `prove` or a harness, and ends with 1 where something failed. A check runs its command once, under
# leaktrace, and holds it to $LEAKTRACE_BUDGETS/NAME.json (budgets/NAME.json). It fails where the command fails, too; one
# that ends with 77 is skipped. LEAKTRACE_CHECK_UPDATE=1 writes the budgets. For any POSIX shell.
#
# LEAKTRACE: the command, with options for all checks if there are any ("leaktrace --suppressions=my.supp").

leaktrace_checks=0
leaktrace_checks_failed=0

# leaktrace_check NAME COMMAND [ARGUMENT]...: its status is 0 when the check has passed or is skipped.
leaktrace_check()
{
	leaktrace_checks=$((leaktrace_checks + 1))
	leaktrace_check_name=$1
	shift
	leaktrace_check_log=$(mktemp "${TMPDIR:-/tmp}/leaktrace-check.XXXXXX") || return 99
	leaktrace_check_budget=${LEAKTRACE_BUDGETS:-budgets}/$leaktrace_check_name.json
	if [ -e "$leaktrace_check_budget" ] || [ "${LEAKTRACE_CHECK_UPDATE:-}" = 1 ]; then
		# shellcheck disable=SC2086 # LEAKTRACE may hold options
		${LEAKTRACE:-leaktrace} "--check=$leaktrace_check_budget" -- "$@" >"$leaktrace_check_log" 2>&1
	else
		"$@" >"$leaktrace_check_log" 2>&1 && {
			echo "$leaktrace_check_budget is not there; LEAKTRACE_CHECK_UPDATE=1 writes it" >>"$leaktrace_check_log"
			false
		}
	fi
	leaktrace_check_status=$?
	sed 's/^/# /' "$leaktrace_check_log"
	rm -f "$leaktrace_check_log"
	case $leaktrace_check_status in
	0) echo "ok $leaktrace_checks - $leaktrace_check_name" ;;
	77) echo "ok $leaktrace_checks - $leaktrace_check_name # SKIP the command ended with 77" ;;
	*)
		echo "# status $leaktrace_check_status"
		echo "not ok $leaktrace_checks - $leaktrace_check_name"
		leaktrace_checks_failed=$((leaktrace_checks_failed + 1))
		return 1
		;;
	esac
}

# leaktrace_check_end: prints how many checks there were. A script that ends before it has no plan, and so fails.
leaktrace_check_end()
{
	echo "1..$leaktrace_checks"
	[ "$leaktrace_checks_failed" = 0 ] || exit 1
}
