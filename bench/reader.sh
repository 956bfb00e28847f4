# Target 7: leakreport on a dump, to the full default report, beside heaptrack_print on heaptrack's own recording of the
# same run. leakreport's first run finds an empty cache of symbols, the others what it left there.

reader_works=("call tree 20" "8 threads" sqlite3 python3 xmllint cc1plus)

reader_record()
{
	local tool=$1 work=$2
	case $work in
	"call tree 20") measure "$tool" "$build/bench/bench-calls" 20 600 2000000 ;;
	"8 threads") measure "$tool" "$build/bench/bench-tree" 8 20 250000 ;;
	*)
		inputs_ready
		program "$work" || return 1
		in_inputs "$tool" "${command[@]}"
		own=()
		;;
	esac
	[ "$status" = ok ]
}

# heaptrack_reads WORK: from a raw recording heaptrack_interpret makes one that heaptrack_print can read.
heaptrack_reads()
{
	local interpret=/usr/lib/heaptrack/libexec/heaptrack_interpret spent
	[ -x "$interpret" ] || interpret=$(dirname "$(command -v heaptrack)")/../lib/heaptrack/libexec/heaptrack_interpret
	zstd -qd --rm -o "$tmp/raw" "$tmp/dumps/heaptrack.raw.zst"
	measure bare bash -c 'exec "$1" <"$2"' - "$interpret" "$tmp/raw"
	rm -f "$tmp/raw"
	if [ "$status" != ok ]; then
		put reader "$1" heaptrack_interpret cpu_s "$status"
		return
	fi
	put reader "$1" heaptrack_interpret cpu_s "$cpu"
	spent=$cpu
	zstd -qc "$tmp/printed" >"$tmp/interpreted.zst"
	measure bare heaptrack_print "$tmp/interpreted.zst"
	if [ "$status" != ok ]; then
		put reader "$1" heaptrack_print cpu_s "$status"
		return
	fi
	put reader "$1" heaptrack_print cpu_s "$cpu"
	put reader "$1" heaptrack both_s "$(calc "$cpu + $spent")"
}

reader_of()
{
	local work=$1 i events dump=$tmp/read.bin
	reader_record leaktrace "$work" || return 0
	events=$(calc "$(counted allocations) + $(counted frees)")
	put reader "$work" events events "$events"
	mv "$tmp"/dumps/*.bin "$dump"
	rm -rf "$tmp/cache"
	own=()
	for ((i = 0; i <= rounds; i++)); do
		measure bare "$leakreport" "$dump"
		[ "$status" = ok ] || cpu=$status
		if [ $i = 0 ]; then
			put reader "$work" "first time" cpu_s "$cpu"
			continue
		fi
		put reader "$work" leakreport cpu_s "$cpu"
		put reader "$work" leakreport resident_mib "$(calc "$resident / 1024")"
		[ "$status" != ok ] || put reader "$work" leakreport rate "$(calc "$events / $cpu / 1e6")"
	done
	# heaptrack's interpreter needs more than a minute for a call tree, and fails.
	[[ -n $all || $work != call* ]] || return 0
	have_tool heaptrack_raw && reader_record heaptrack_raw "$work" || return 0
	heaptrack_reads "$work"
}

reader_measure()
{
	local work
	for work in "${reader_works[@]}"; do
		wanted "reader $work" || continue
		note "reader: $work"
		reader_of "$work"
	done
}

reader_show()
{
	table reader cpu_s %.3f "Reading a dump to the full default report: CPU seconds, million events per second, MiB" \
		events:events:%.0f "first time" leakreport leakreport:rate:%.1fM:rate leakreport:resident_mib:%.0f:resident \
		heaptrack_interpret heaptrack_print
}

reader_targets()
{
	local work ours theirs
	works reader | while read -r work; do
		target_at_least 7 "$work: million events per second read" "$(median_of reader "$work" leakreport rate)" 10 %.1f
		ours=$(median_of reader "$work" leakreport cpu_s)
		theirs=$(median_of reader "$work" heaptrack_print cpu_s)
		[ -n "$theirs" ] || continue
		target 7 "$work: leakreport's time, of heaptrack_print's" "$(calc "$ours / $theirs")" 0.1 %.3f
		theirs=$(median_of reader "$work" heaptrack both_s)
		target 7 "$work: the same, of heaptrack_interpret's too" "$(calc "$ours / $theirs")" 0.1 %.3f
	done
}
