# Hostile programs, one per source file, beside themselves without the tracer. A file's opening comment
# says what the program does; its lines that begin with @ are its rows:
#   @case NAME       a row begins (without it: one row, named as the program)
#   @run COMMAND     what is run, a shell line: `t PROGRAM ARGS` runs one with the preload; $prog is the
#                    program, $here the folder of built programs, $dumps where dumps go. Default: t $prog
#   @env NAME=VALUE  settings for t
#   @dumps N         dumps that are left (1)
#   @counts WHAT     exact: the counted blocks of the report are those that the program counted (the
#                    default); atleast: no fewer allocations; lossy: what is missing is counted as such; off
#   @says REGEX      lines of the tracer's on stderr that are to be there
#   @may REGEX       things in the coverage that may be other than 0 (a regex of their names)
#   @check COMMAND   shell, after all else: `field NAME` prints a number of the report, $dump is the dump
#   @needs COMMAND   the row is skipped unless this succeeds
# Sourced by the scripts that run the rows, after tests/lib.sh.
here=$top_builddir/tests/hostile
sources=$top_srcdir/tests/hostile
chmod 711 "$tmp" # some rows run as another user

# rows: NUL-free lines "name<TAB>program<TAB>key value..." with 0x1f between the directives.
hostile_rows()
{
	local source
	for source in $(find "$sources" -name "*.c" -o -name "*.cc" | sort); do
		awk -v program="$(basename "${source%.c*}")" '
			/^#/ { exit }
			$2 == "@case" { if (row) print row; row = $3 "\t" program "\t"; next }
			$1 == "*" && $2 ~ /^@/ {
				if (!row) row = program "\t" program "\t"
				sub(/^ \* @/, ""); row = row $0 "\037"
			}
			END { if (row) print row }' "$source"
	done
}

# Closes what the shell has from make (a job server's pipe) and from the harness.
only_standard()
{
	local fd
	for fd in /proc/self/fd/*; do
		fd=${fd##*/}
		[ "$fd" -le 2 ] || eval "exec $fd>&-"
	done
}

# t PROGRAM ARGS: run it, traced where this is the traced run.
t()
{
	local preload=()
	[ "$traced" = yes ] && preload=("LD_PRELOAD=$lib")
	timeout --foreground -k 1 "${LIMIT:-40}" ${as:-} env "${settings[@]}" "${preload[@]}" "$@"
}

# The interpreter itself: what is in the path may be a script around it.
python_path()
{
	python3 -c 'import sys; print(sys.executable)'
}

# as_nobody COMMAND: without root's rights.
as_nobody()
{
	if [ "$1" = t ]; then
		shift
		as='setpriv --reuid 65534 --regid 65534 --clear-groups' t "$@"
	else
		setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
	fi
}

# on_small_disk SIZE PROGRAM ARGS: its directory, and its dump's, are on a disk of that size; the dump is
# brought out afterwards.
on_small_disk()
{
	local size=$1
	shift
	export -f t
	export size dumps lib traced
	dumps=$dumps settings_text="${settings[*]}" unshare -m bash -c '
		mkdir -p small && mount -t tmpfs -o size=$size none small || exit 99
		settings=($settings_text LEAKTRACE_OUT=$PWD/small/x.bin TMPDIR=$PWD/small)
		(cd small && t "$@")
		status=$?
		cp small/*.bin "$dumps" 2>/dev/null
		exit $status' small "$@"
}

# observe DIRECTORY: runs $run in it; leaves output, errors, status and tally beside it.
observe()
{
	local to=$1
	mkdir -p "$to/cwd" "$to/dumps"
	chmod 777 "$to" "$to/cwd" "$to/dumps"
	dumps=$to/dumps
	head -c 24 /dev/zero >"$to/tally"
	chmod 666 "$to/tally"
	settings=(LEAKTRACE_OUT="$dumps/x.bin" HOSTILE_TALLY="$to/tally" TMPDIR="$to/cwd" $env)
	(
		cd "$to/cwd" && ulimit -c 0
		eval "$run"
	) >"$to/output" 2>"$to/errors" </dev/null 9>&-
	echo $? >"$to/status"
	# A shell that reports on a killed process names its number and its line.
	sed -i -E '/^leaktrace: /!s/^.*: line [0-9]+: +[0-9]+ ([A-Z][a-z ]+) .*/\1/' "$to/errors"
}

# field NAME: the first number of that name behind the line that opens the part (summary, total ...).
field()
{
	awk -F'[:, ]+' -v part="\"$1\"" -v name="\"$2\"" '
		$2 == part { on = 1 }
		on && $2 == name { print $3; exit }' "$json"
}

# calls FUNCTION: the allocations whose stack holds it.
calls()
{
	"$leakreport" --format=json --limit=1 --function="$1" "$dump" >"$tmp/calls.json"
	json=$tmp/calls.json field total allocations
}

# equal WHAT SAW WANTED
equal()
{
	[ "$2" = "$3" ] || { echo "$1: $2 instead of $3"; return 1; }
}

# Coverage: nothing but zeros and yes, except for what @may names.
check_coverage()
{
	awk '/"coverage": \{/ { on = 1; next } on && /\}/ { exit } on' "$json" |
		grep -vE '"(complete|finished|unknown_records|frees_of_inherited|damaged)":|: 0,?$' |
		{ if [ -n "$may" ]; then grep -vE "$may"; else cat; fi; } | { ! grep .; }
}

check_counts()
{
	local allocs frees inherited saw
	read -r allocs frees inherited < <(od -An -v -w24 -t d8 "$1/tally")
	saw=$(field total allocations)
	case $counts in
	exact)
		equal allocations "$saw" "$allocs" && equal frees "$(field total frees)" "$frees" &&
			equal "frees of inherited blocks" "$(field coverage frees_of_inherited)" "$inherited" ;;
	atleast) [ "$saw" -ge "$allocs" ] || { echo "only $saw of $allocs allocations"; return 1; } ;;
	lossy)
		[ "$saw" -le "$allocs" ] || { echo "$saw allocations, but only $allocs made"; return 1; }
		[ "$saw" = "$allocs" ] || [ "$(field coverage dropped_events)" -gt 0 ] ||
			[ "$(field coverage events_without_stack)" -gt 0 ] ||
			[ "$(field coverage late_events)" -gt 0 ] ||
			{ echo "$saw of $allocs allocations, and nothing is said to be missed"; return 1; } ;;
	esac
}

# check_dumps DIRECTORY: as many as there should be, each readable, together as the program counted.
check_dumps()
{
	local list=("$1"/dumps/*.bin "$1"/cwd/*.bin "$1"/cwd/leaktrace-*/*.bin) found=() d
	for d in "${list[@]}"; do
		[ -e "$d" ] && found+=("$d")
	done
	[ "$want_dumps" = any ] || equal dumps ${#found[@]} "$want_dumps" || return 1
	[ ${#found[@]} = 0 ] && return
	dump=${found[0]}
	json=$1/report.json
	timeout 30 "$leakreport" --format=json --limit=1 --function='counted_*' "${found[@]}" \
		>"$json" 2>"$1/report.errors" ||
		{ echo "leakreport ends with $?"; cat "$1/report.errors"; return 1; }
	grep -q '"partial": false' "$json" || { echo "the report is partial"; return 1; }
	check_coverage && check_counts "$1"
}

# hostile_row NAME PROGRAM DIRECTIVES: the test of a row, RUNS times.
hostile_row()
{
	local name=$1 line key value i
	local run='t "$prog"' env= want_dumps=1 counts=exact says= may= checks=() traced json dump dumps
	local prog=$here/$2
	while IFS= read -r -d $'\037' line; do
		key=${line%% *} value=${line#* }
		case $key in
		run) run=$value ;;
		env) env="$env $value" ;;
		dumps) want_dumps=$value ;;
		counts) counts=$value ;;
		says) says=$value ;;
		may) may=$value ;;
		check) checks+=("$value") ;;
		needs) (eval "$value") >/dev/null 2>&1 || tap_skip "needs: $value" ;;
		*) echo "unknown directive: $line"; return 1 ;;
		esac
	done <<<"$3"
	[ -x "$prog" ] || tap_skip "$2 is not built"
	rm -rf "$tmp/plain" "$tmp/traced"
	traced=no
	observe "$tmp/plain"
	for ((i = 0; i < ${RUNS:-1}; i++)); do
		rm -rf "$tmp/traced"
		traced=yes
		observe "$tmp/traced"
		if [ -n "$says" ]; then
			grep -qE "^leaktrace: .*($says)" "$tmp/traced/errors" ||
				{ echo "nothing was said of: $says"; cat "$tmp/traced/errors"; return 1; }
			sed -i -E "/^leaktrace: .*($says)/d" "$tmp/traced/errors"
		fi
		for line in output errors status; do
			diff "$tmp/plain/$line" "$tmp/traced/$line" || { echo "its $line differs"; return 1; }
		done
		[ "$(<"$tmp/traced/status")" != 124 ] || { echo 'it hangs'; return 1; }
		grep -q '^broken' "$tmp/plain/output" && { cat "$tmp/plain/output"; return 1; }
		check_dumps "$tmp/traced" || return 1
		for line in "${checks[@]}"; do
			eval "$line" || { echo "check failed: $line"; return 1; }
		done
	done
}

# run_rows: a TAP line for each row; ROWS="name ..." in the environment picks some.
run_rows()
{
	local name program rest
	while IFS=$'\t' read -r name program rest; do
		[ -z "${ROWS:-}" ] || [[ " $ROWS " == *" $name "* ]] || continue
		tap_case "$name" hostile_row "$name" "$program" "$rest"
	done < <(hostile_rows)
}
