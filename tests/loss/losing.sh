# Programs that are ended while they count, and dumps that must hold what they counted. Sourced after
# tests/lib.sh, by the tests of this directory and by tests/soak/kill.sh.
need_library
need jq timeout
counted=$top_builddir/tests/loss/counted
watch=$top_builddir/tests/loss/watch
[ -x "$counted" ] && [ -x "$watch" ] || skip "the programs are not built: make check TESTS="

# counted NAME MOST BEFORE THREADS MODE: a traced run under the shell command BEFORE (":" for none).
# Leaves $tmp/NAME.bin and sets status, allocations, frees, bytes.
run_counted()
{
	rm -f "$tmp/$1.bin"
	read -r status allocations frees bytes < <(timeout -k 5 100 "$watch" "$tmp/$1.count" "$2" bash -c "$3"'
		exec env LD_PRELOAD="$0" LEAKTRACE_OUT="$1" "${@:2}"' "$lib" "$tmp/$1.bin" \
		"$counted" "$tmp/$1.count" "$4" "$5" 2>"$tmp/$1.errors")
	[ -n "${bytes:-}" ] || { echo "the program did not run"; cat "$tmp/$1.errors"; return 1; }
}

report()
{
	timeout -k 5 60 "$leakreport" --format=json "$tmp/$1.bin" >"$tmp/$1.json" ||
		{ echo "leakreport: $?"; [ -z "${KEEP:-}" ] || cp "$tmp/$1.bin" "$KEEP"; cat "$tmp/$1.errors"; return 1; }
}

# What the threads cost before they begin: sets base_allocations, base_bytes.
base()
{
	run_counted base 0 : "$1" rest && report base || return 1
	read -r base_allocations base_frees base_bytes < <(
		jq -r '.summary | "\(.allocations) \(.frees) \(.allocated_bytes)"' "$tmp/base.json")
}

# holds NAME THREADS LARGEST: the dump holds everything counted, and at most what was in flight besides.
# An event in flight may have taken a number that then never came: a gap for each thread at most. After
# the finish mark of exit() events are counted as late, but for those that were in flight at that instant.
holds()
{
	jq -e --argjson threads "$2" --argjson largest "$3" --argjson status "$status" \
		--argjson a "$((allocations + base_allocations))" \
		--argjson f "$((frees + base_frees))" --argjson b "$((bytes + base_bytes))" '
		def within($low; $high): . >= $low and . <= $high;
		.coverage.late_events as $late |
		(if $late > 0 then $late + $threads else 0 end) as $missing |
		[if .summary.allocations | within($a - $missing; $a + $threads) then empty
			else "allocations" end,
		 if .summary.frees | within($f - $missing; $f + $threads) then empty else "frees" end,
		 if .summary.allocated_bytes | within($b - $missing * $largest; $b + $threads * $largest)
			then empty else "bytes" end,
		 if .summary.allocations + .summary.frees >= $a + $f - $missing then empty else "sum" end,
		 if $late > 0 and $status != 3 then "late_events" else empty end,
		 if .coverage.gaps <= $threads then empty else "gaps" end,
		 if .partial then "partial" else empty end,
		 (.coverage | to_entries[] | select(.key | IN("dropped_events", "nested_calls", "frees_of_unknown",
			"overlaps", "disordered", "undefined_sites", "damaged_events", "over_limit",
			"skipped_bytes", "damaged_runs", "dropped_records", "events_without_stack")) |
			select(.value != 0) | .key)] |
		if . == [] then true else error(join(", ")) end' "$tmp/$1.json" >/dev/null && return
	echo "status $status, counted $allocations allocations, $frees frees, $bytes bytes; before that" \
		"$base_allocations, $base_frees, $base_bytes; the dump says:"
	jq -c '.summary | del(.sizes, .lifetimes, .resources)' "$tmp/$1.json"
	cat "$tmp/$1.errors"
	[ -z "${KEEP:-}" ] || cp "$tmp/$1.bin" "$tmp/$1.json" "$KEEP"
	return 1
}

# killed THREADS TIMES: SIGKILL at random moments.
killed()
{
	local i
	base "$1" || return 1
	for ((i = 0; i < $2; i++)); do
		run_counted killed $((i % 4 ? 200000 : 5000)) : "$1" run || return 1
		[ "$status" = 137 ] || { echo "status $status"; cat "$tmp/killed.errors"; return 1; }
		report killed && holds killed "$1" 3000 || return 1
	done
	echo "the last of $2: $allocations allocations"
}

# limited THREADS MODE TIMES: a limit on its memory, then MODE. THREADS arenas of glibc need room too.
limited()
{
	local i
	base "$1" || return 1
	for ((i = 0; i < $3; i++)); do
		run_counted limited -1 "ulimit -c 0 -v $(($1 * 150000 + 200000));" "$1" "$2" || return 1
		case $2:$status in
		exit:3 | _exit:3 | abort:134 | segv:139) ;;
		*) echo "status $status"; cat "$tmp/limited.errors"; return 1 ;;
		esac
		report limited && holds limited "$1" 60000 || return 1
	done
	echo "the last of $3: $allocations allocations"
}

# starved THREADS TIMES: the OOM killer, of a control group.
starved()
{
	local i verdict=0
	make_group || tap_skip "no control group for memory can be made here"
	base "$1" || verdict=1
	for ((i = 0; verdict == 0 && i < $2; i++)); do
		run_counted starved -1 "$to_group" "$1" touch || verdict=1
		[ "$status" = 137 ] || { echo "status $status"; verdict=1; }
		report starved && holds starved "$1" 60000 || verdict=1
	done
	rmdir "$group" || { sleep 1; rmdir "$group"; }
	echo "the last of $2: $allocations allocations"
	return $verdict
}
