# The table `programs`: reading it, and running a row as always the same. Sourced after tests/lib.sh.
. "$top_srcdir/tests/e2e/inputs.sh"

(inputs "$tmp/in") || fail "the inputs could not be made"
cc1plus=$(${CXX:-g++} -print-prog-name=cc1plus 2>/dev/null)
[ -x "$cc1plus" ] || cc1plus=$(g++ -print-prog-name=cc1plus 2>/dev/null)

# for_rows KIND FUNCTION: FUNCTION NAME NEEDS COMMAND is a test case for each row with that kind.
# CASES="name name" in the environment chooses some.
for_rows()
{
	local name needs command kinds
	while IFS= read -r -u 8 row; do
		row=${row//'\|'/$'\1'}
		IFS='|' read -r name needs command kinds <<<"$row"
		read -r name <<<"$name"
		read -r needs <<<"$needs"
		command=${command//$'\1'/'|'}
		command=${command//CC1PLUS/"$cc1plus"}
		[[ $kinds == *$1* ]] || continue
		[[ -z ${CASES:-} || " $CASES " == *" $name "* ]] || continue
		tap_case "$name" "$2" "$name" "$needs" "$command"
	done 8< <(grep -v '^#' "$top_srcdir/tests/e2e/programs")
}

# here NEEDS: skips the case unless its program is installed.
here()
{
	case $1 in
	CC1PLUS) [ -x "$cc1plus" ] || tap_skip "no cc1plus" ;;
	*) PATH=/usr/bin:/bin command -v "$1" >/dev/null || tap_skip "$1 is not installed" ;;
	esac
}

# run VARIABLE=VALUE... -- COMMAND: in the inputs' directory, with a fixed environment and layout.
# Redirections within COMMAND hold.
run()
{
	local fixed=()
	while [ "$1" != -- ]; do
		fixed+=("$1")
		shift
	done
	(exec 8<&- 9>&- && cd "$tmp/in" && eval "exec timeout --foreground 60 setarch -R env -i PATH=/usr/bin:/bin HOME=/nonexistent LC_ALL=C TZ=UTC \
		PYTHONMALLOC=malloc PYTHONHASHSEED=0 PERL_HASH_SEED=0 GIT_CONFIG_NOSYSTEM=1 \
		GIT_CONFIG_GLOBAL=/dev/null \"\${fixed[@]}\" $2")
}
