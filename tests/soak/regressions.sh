# jansson's whole test suite (some 220 processes, started by its own scripts) held to the budget of its first run, TIMES
# times, built by gcc and by clang, at each level of optimisation, and with each edit of tests/e2e/projects.sh:
#   TEST_SOURCES=DIR bash tests/soak/regressions.sh [TIMES]          10 by default; ./run-tests tells how DIR is filled
. "$(dirname "$0")/../lib.sh"
. "$top_srcdir/tests/e2e/projects.sh"
need perl timeout
need_library
need_sources jansson
export TMPDIR=$tmp # where the dumps of checks that fail are kept
times=${1:-10}

# whole LIBRARY OPTION..: its suites under a check.
whole()
{
	ln -sfn "$tmp/$1" "$tmp/use"
	shift
	(cd "$tmp/jansson" && LEAKTRACE_PROGRAMS='test_*,json_process' top_srcdir=. timeout 300 \
		"$leaktrace" --check="$tmp/$CC.json" "$@" sh test/run-suites >"$tmp/said" 2>&1)
}

ends_with()
{
	local status=$?
	[ $status = "$1" ] && return
	echo "status $status, not $1"
	tail -n 40 "$tmp/said"
	return 1
}

passes()
{
	whole "$1"
	ends_with 0
}

fails()
{
	local library=$1 name
	shift
	whole "$library"
	ends_with 1 || return 1
	for name; do
		grep -q "$name" "$tmp/said" || { echo "not named: $name"; cat "$tmp/said"; return 1; }
	done
}

first_run()
{
	whole jansson --update
	ends_with 0
}

at_each_level()
{
	local level
	for level in -O0 -O1 -O2 -O3 -Os; do
		jansson_unrelated $level && passes elsewhere/far/away || { echo "at $level"; return 1; }
	done
}

for CC in gcc clang; do
	command -v $CC >/dev/null || continue
	rm -rf "$tmp"/*
	jansson_sources jansson && jansson_objects jansson -O2 -- $(cd "$sources/src" && echo *.c) && jansson_library jansson &&
		jansson_programs jansson || fail "jansson was not built by $CC"
	tap_case "$CC: a budget from the first run" first_run
	for ((i = 1; i <= times; i++)); do
		tap_case "$CC: run $i" passes jansson
	done
	jansson_more && tap_case "$CC: more" fails more parse_object
	jansson_less && tap_case "$CC: less" passes less
	jansson_renamed && tap_case "$CC: renamed" passes renamed
	jansson_leak definite && tap_case "$CC: a leak" fails definite jsonp_error_vset definite
	tap_case "$CC: moved, at each level of optimisation" at_each_level
done
tap_end
