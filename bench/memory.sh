# Targets 4 and 3: memory that leaktrace adds to the traced process, at its peak, beside what it may: 16 MiB, 32 bytes
# for each distinct frame and 24 for each block that lives at once. Resident memory is the kernel's own account of the peak,
# with the tracer's code, libraries and mapped file; private memory is looked at every few milliseconds.

memory_works='
call tree 20          | bench-calls 20 600 1000000
1 thread              | bench-tree 1 20 1000000
8 threads             | bench-tree 8 20 250000
1000 threads          | bench-tree 1000 20 1000
'

# A frame is a caller and a place in it. The tracer may define one again, under another number: that counts once.
distinct_frames()
{
	"$leakreport" raw "$@" | awk '
		$1 == "node" {
			frame = ($4 in same ? same[$4] : $4) " " $6
			if (!(frame in first)) { first[frame] = $2; n++ }
			same[$2] = first[frame]
		}
		END { print n + 0 }'
}

# memory_of WORK MEASURE-COMMAND TOOLS COMMAND...
memory_of()
{
	local work=$1 how=$2 t bare_resident bare_private frames live
	local tools=$3
	shift 3
	for t in $(those $tools); do
		"$how" "$t" -m "$@"
		if [ "$status" != ok ]; then
			put memory "$work" "$t" resident_kib "$status"
			continue
		fi
		if [ "$t" = bare ]; then
			bare_resident=$resident bare_private=$private
			put memory "$work" bare resident_mib "$(calc "$resident / 1024")"
			continue
		fi
		put memory "$work" "$t" resident_kib "$(calc "$resident - $bare_resident")"
		put memory "$work" "$t" private_kib "$(calc "$private - $bare_private")"
		[ "$t" = leaktrace ] || continue
		frames=$(distinct_frames "$tmp"/dumps/*.bin)
		live=$(counted peak_blocks)
		put memory "$work" frames frames "$frames"
		put memory "$work" "live blocks" live "$live"
		put memory "$work" "may be" limit_kib "$(calc "16 * 1024 + ($frames * 32 + $live * 24) / 1024")"
	done
}

# Once each: what a program needs hardly differs from run to run.
memory_measure()
{
	local work command name
	while IFS='|' read -r work command; do
		work=$(echo $work)
		[ -n "$work" ] && wanted "memory $work" || continue
		note "memory: $work"
		read -ra command <<<"$command"
		memory_of "$work" measure "bare leaktrace lsan" "$build/bench/${command[0]}" "${command[@]:1}"
	done <<<"$memory_works"
	for name in "${programs_works[@]}"; do
		[ "$name" != redis ] && wanted "memory $name" || continue
		inputs_ready
		program "$name" || continue
		note "memory: $name"
		memory_of "$(programs_title "$name")" in_inputs "bare leaktrace lsan" "${command[@]}"
		own=()
	done
}

memory_show()
{
	table memory resident_kib %.0f \
		"Memory at its peak: the bare program's MiB; resident KiB that each tool adds, and what leaktrace may add" \
		bare:resident_mib:%.1f frames:frames:%.0f "live blocks:live:%.0f" "may be:limit_kib:%.0f" leaktrace lsan
	table memory private_kib %.0f "Private KiB that each tool adds" leaktrace lsan
}

memory_targets()
{
	local work one thousand each=''
	# What a thousand threads may have is target 3's.
	works memory | grep -v '^1000' | while read -r work; do
		target 4 "$work: resident KiB added at the peak" "$(median_of memory "$work" leaktrace resident_kib)" \
			"$(median_of memory "$work" "may be" limit_kib)" %.0f
	done
	works memory | grep -q '^1000 threads' || return 0
	one=$(median_of memory "1 thread" leaktrace private_kib)
	thousand=$(median_of memory "1000 threads" leaktrace private_kib)
	[ -z "$one" ] || [ -z "$thousand" ] || each=$(calc "($thousand - $one) / 999")
	target 3 "1000 threads: KiB of the tracer's memory for each" "$each" 64 %.1f
}
