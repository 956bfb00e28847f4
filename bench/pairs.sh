# Targets 1 and 3: what a malloc/free pair costs in CPU time, of all of a tool's processes and threads, added to
# the bare program's of the same round. What a tool needs to start is measured by a run of one pair,
# and taken off.

# name | pairs | program and arguments, the last of them the pairs of a thread
pairs_works='
call tree 20          | 1000000 | bench-calls 20 600 1000000
call tree 40          | 1000000 | bench-calls 40 270 1000000
1 thread              | 1000000 | bench-tree 1 20 1000000
8 threads             | 2000000 | bench-tree 8 20 250000
call tree 20, fp      | 1000000 | bench-calls-fp 20 600 1000000
call tree 40, fp      | 1000000 | bench-calls-fp 40 270 1000000
1 thread, fp          | 1000000 | bench-tree-fp 1 20 1000000
'

# pairs_round WORK PAIRS PROGRAM ARGUMENT...
pairs_round()
{
	local work=$1 pairs=$2 program=$build/bench/$3 t spent
	local -A added=()
	shift 3
	for t in $(those $pairs_tools); do
		measure "$t" "$program" "${@:1:$#-1}" 1
		spent=$cpu
		measure "$t" "$program" "$@"
		if [ "$status" != ok ]; then
			put pairs "$work" "$t" added_ns "$status"
			put pairs "$work" "$t" times "$status"
			continue
		fi
		spent=$(calc "($cpu - $spent) / $pairs * 1e9")
		[ "$t" != bare ] || local bare_ns=$spent bare_wall=$wall
		added[$t]=$(calc "$spent - $bare_ns")
		put pairs "$work" "$t" wall_s "$wall"
		put pairs "$work" "$t" times "$(calc "$wall / $bare_wall")"
		if [ "$t" = bare ]; then
			put pairs "$work" bare added_ns "$bare_ns"
			continue
		fi
		put pairs "$work" "$t" added_ns "${added[$t]}"
		case $t in
		leaktrace* | heaptrack_raw) put pairs "$work" "$t" event_bytes "$(calc "$(dump_bytes) / $pairs / 2")" ;;
		esac
	done
	for t in "${!added[@]}"; do
		[ "$t" = bare ] || [ "$t" = leaktrace ] ||
			put pairs "$work" "leaktrace/$t" ratio "$(calc "${added[leaktrace]} / ${added[$t]}")"
	done
}

pairs_measure()
{
	local i work count command
	pairs_tools="bare leaktrace leaktrace_all leaktrace_unscanned heaptrack_raw lsan"
	[ -z "$all" ] || pairs_tools="$pairs_tools heaptrack memcheck"
	for ((i = 1; i <= rounds; i++)); do
		while IFS='|' read -r work count command; do
			work=$(echo $work)
			[ -n "$work" ] && wanted "pairs $work" || continue
			note "pairs, round $i of $rounds: $work"
			pairs_round "$work" $count $command
		done <<<"$pairs_works"
	done
}

pairs_show()
{
	table pairs added_ns %.0f \
		"CPU ns per malloc/free pair: the bare program's own, and what each tool adds (fp: built with frame pointers)" \
		$pairs_tools
	table pairs times %.2fx "Wall time: the bare program's seconds, and each tool's as a multiple of them" \
		${pairs_tools/bare/bare:wall_s:%.2fs}
	table pairs event_bytes %.2f "Bytes of dump per event" leaktrace leaktrace_all heaptrack_raw
}

pairs_targets()
{
	local work ratio
	works pairs | while read -r work; do
		ratio=$(median_of pairs "$work" leaktrace/heaptrack_raw ratio)
		if [[ $work != *fp ]]; then
			target 1 "$work: added CPU, of heaptrack --raw's (first 1/6)" "$ratio" "$(calc 1/6)" %.3f
			target 1 "$work: added CPU, of heaptrack --raw's (then 1/12)" "$ratio" "$(calc 1/12)" %.3f
			target 1 "$work: added CPU, of LSan's" "$(median_of pairs "$work" leaktrace/lsan ratio)" 1.5
		else
			target 1 "$work: added CPU, of LSan's" "$(median_of pairs "$work" leaktrace/lsan ratio)" 1
		fi
	done
	if works pairs | grep -q threads; then
		ratio=
		local one eight
		one=$(median_of pairs "1 thread" leaktrace added_ns)
		eight=$(median_of pairs "8 threads" leaktrace added_ns)
		[ -z "$one" ] || [ -z "$eight" ] || ratio=$(calc "$eight / $one")
		target 3 "8 threads' added CPU per pair, of 1 thread's" "$ratio" 1.2
	fi
	works pairs | grep -v fp | while read -r work; do
		ratio=
		one=$(median_of pairs "$work" leaktrace event_bytes)
		eight=$(median_of pairs "$work" heaptrack_raw event_bytes)
		[ -z "$one" ] || [ -z "$eight" ] || ratio=$(calc "$one / $eight")
		target 5 "$work: dump, of heaptrack --raw's file" "$ratio" 1
	done
}
