# Targets 2 and 5: what programs of everyday use cost, on the inputs that inputs.sh makes, and how large their dumps are.

programs_works=(sqlite3 python3 cc1plus xmllint perl git jq redis)
programs_title() { [ "$1" = python3 ] && echo "python3, malloc" || echo "$1"; }

# program NAME: sets command, own (settings) and wrapper; false where it is not installed.
program()
{
	own=() wrapper=()
	case $1 in
	sqlite3) command=(sqlite3 "$tmp/db" ".read query.sql") ;;
	python3) command=(/usr/bin/python3 -S script.py) own=(PYTHONMALLOC=malloc) ;;
	cc1plus) command=("$(g++ -print-prog-name=cc1plus)" -quiet -std=c++17 -fpreprocessed unit.ii -o /dev/null) ;;
	xmllint)
		command=(xmllint --xpath 'count(//item[@kind="k3"]/name[contains(., "7")])')
		command+=(data.xml data.xml data.xml data.xml data.xml data.xml)
		;;
	perl) command=(perl script.pl text.txt) ;;
	git) command=(git -C repo --no-pager log -p --stat main) ;;
	jq)
		command=(jq '[.items[] | select(.n % 3 == 0) | {name, t: (.tags | length)}] | group_by(.t) | map(length)')
		command+=(data.json data.json data.json)
		;;
	redis)
		wrapper=(-w "$srcdir/bench/redis-load")
		command=(redis-server)
		if ! command -v redis-server >/dev/null && command -v redis-check-rdb >/dev/null; then
			# redis-tools alone has the server, under another name.
			ln -sf "$(command -v redis-check-rdb)" "$tmp/redis-server"
			command=("$tmp/redis-server")
		fi
		command -v redis-benchmark >/dev/null || return 1
		;;
	esac
	command -v "${command[0]}" >/dev/null
}

inputs_ready()
{
	[ -d "$tmp/inputs" ] && return
	. "$srcdir/bench/inputs.sh"
	note "making inputs"
	(bench_inputs "$tmp/inputs") || note "not all inputs could be made"
}

# in_inputs MEASURE-ARGUMENT...: measure, where the inputs are.
in_inputs()
{
	rm -f "$tmp"/db*
	pushd "$tmp/inputs" >/dev/null
	measure "$@"
	popd >/dev/null
}

# A program that ends well but says something else than alone did not work either. heaptrack adds lines of its own.
same_result()
{
	tail -n 1 "$tmp/printed" >"$tmp/last"
	if [ "$1" = bare ]; then
		cp "$tmp/last" "$tmp/expected"
	elif [ "$status" = ok ] && [ -s "$tmp/expected" ] && ! grep -qFx -f "$tmp/expected" "$tmp/printed"; then
		status=differs
	fi
}

programs_sizes()
{
	local work=$1 t=$2 size events
	size=$(dump_bytes)
	if [ "$t" = leaktrace ]; then
		events=$(calc "$(counted allocations) + $(counted frees)")
		[ -n "$(median_of programs "$work" events events)" ] || put programs "$work" events events "$events"
		put programs "$work" leaktrace event_bytes "$(calc "$size / $events")"
		leaktrace_size=$size leaktrace_events=$events
	elif [ "$t" = heaptrack_raw ]; then
		put programs "$work" heaptrack_raw event_bytes "$(calc "$size / $leaktrace_events")"
		put programs "$work" leaktrace/heaptrack_raw size_ratio "$(calc "$leaktrace_size / $size")"
	fi
}

programs_round()
{
	local name=$1 work t bare_wall bare_cpu leaktrace_size leaktrace_events leaktrace_wall
	work=$(programs_title "$name")
	for t in $(those $programs_tools); do
		in_inputs "$t" "${wrapper[@]}" "${command[@]}"
		same_result "$t"
		if [ "$status" != ok ]; then
			put programs "$work" "$t" times "$status"
			put programs "$work" "$t" cpu_times "$status"
			[ "$t" != bare ] || return 0
			continue
		fi
		case $t in
		bare) bare_wall=$wall bare_cpu=$cpu ;;
		leaktrace) leaktrace_wall=$wall ;;
		lsan) put programs "$work" leaktrace/lsan wall_ratio "$(calc "$leaktrace_wall / $wall")" ;;
		esac
		put programs "$work" "$t" wall_s "$wall"
		put programs "$work" "$t" cpu_s "$cpu"
		put programs "$work" "$t" times "$(calc "$wall / $bare_wall")"
		put programs "$work" "$t" cpu_times "$(calc "$cpu / $bare_cpu")"
		programs_sizes "$work" "$t"
	done
}

programs_measure()
{
	local i name repeats=$((rounds < 3 ? rounds : 3))
	programs_tools="bare leaktrace heaptrack_raw lsan"
	[ -z "$all" ] || programs_tools="$programs_tools heaptrack memcheck"
	for ((i = 1; i <= repeats; i++)); do
		for name in "${programs_works[@]}"; do
			wanted "programs $name" || continue
			inputs_ready
			if ! program "$name"; then
				[ $i -gt 1 ] || note "$name is not installed (bench/run --install)"
				continue
			fi
			note "programs, round $i of $repeats: $name"
			programs_round "$name"
		done
	done
	own=()
}

programs_show()
{
	table programs times %.2fx "Programs, wall time: the bare program's seconds, and each tool's as a multiple of them" \
		${programs_tools/bare/bare:wall_s:%.2fs}
	table programs cpu_times %.2fx "Programs, CPU time of all processes, likewise" \
		${programs_tools/bare/bare:cpu_s:%.2fs}
	table programs event_bytes %.2f "Programs, events (allocations and releases), and bytes of dump per event" \
		events:events:%.0f leaktrace heaptrack_raw
}

programs_targets()
{
	local work most
	works programs | while read -r work; do
		case $work in python3* | xmllint) most=1.5 ;; *) most=1.15 ;; esac
		target 2 "$work: wall time, of bare" "$(median_of programs "$work" leaktrace times)" $most
		if [ -n "$(median_of programs "$work" lsan times)" ]; then
			target 2 "$work: wall time, of LSan's" "$(median_of programs "$work" leaktrace/lsan wall_ratio)" 1
		fi
		target 5 "$work: bytes of dump per event" "$(median_of programs "$work" leaktrace event_bytes)" 2.5
		target 5 "$work: dump, of heaptrack --raw's file" \
			"$(median_of programs "$work" leaktrace/heaptrack_raw size_ratio)" 1
	done
}
