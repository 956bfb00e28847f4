# What the sections of bench/run share: tools, measuring, and what is kept of it. Sourced by bench/run, which
# has set srcdir, rounds, all and only, and by bench/profile.
#
# Two files hold what was found, a line per value, tab-separated; table and target read them:
#   $tmp/values   section, work, tool, metric, value (a number, or a word where there is none: crashes)
#   $tmp/targets  number, what, measured, limit, met|missed|not measured

# begin: finds the build, and makes a directory that goes away in the end. Before anything else here.
begin()
{
	build=$PWD
	[ -x "$build/bench/bench-cost" ] || build=$srcdir/build
	[ -x "$build/bench/bench-cost" ] && [ -e "$build/.libs/libleaktrace.so" ] || {
		echo "$0: nothing built here nor in $srcdir/build; run it in the build directory, after make" >&2
		exit 2
	}
	library=$build/.libs/libleaktrace.so
	leakreport=$build/leakreport
	cost=$build/bench/bench-cost
	tmp=$(mktemp -d "${TMPDIR:-/tmp}/leaktrace-bench.XXXXXX")
	trap 'chmod -R u+rwX "$tmp"; rm -rf "$tmp"' EXIT
	trap 'exit 130' INT TERM HUP
	touch "$tmp/values" "$tmp/targets"
	export XDG_CACHE_HOME=$tmp/cache # where leakreport keeps symbols
}

lsan_library=$(${CC:-gcc} -print-file-name=liblsan.so 2>/dev/null || true)
limit=${BENCH_LIMIT:-120} # seconds; what takes longer is ended and told

# The tools, in the order of the tables' columns, and what a table calls them.
declare -A title=(
	[bare]='bare' [leaktrace]='leaktrace' [leaktrace_all]='all free stacks' [leaktrace_unscanned]='no scans'
	[heaptrack_raw]='heaptrack --raw' [heaptrack]='heaptrack' [lsan]='LSan' [memcheck]='memcheck'
)

have_tool()
{
	case $1 in
	bare | leaktrace*) ;;
	heaptrack*) command -v heaptrack >/dev/null ;;
	lsan) [ -e "$lsan_library" ] ;;
	memcheck) command -v valgrind >/dev/null ;;
	esac
}

# What peers and programs are in, for bench/run --install; a|b: whichever of the two this system has.
bench_packages=(
	heaptrack zstd gcc g++ valgrind binutils 'linux-perf|linux-tools-generic'
	sqlite3 python3 libxml2-utils perl git jq redis-tools
)

tell_missing()
{
	local t
	for t in heaptrack_raw lsan memcheck; do
		have_tool $t || note "${title[$t]} is not here and is left out (bench/run --install, or: apt-get install $(
			case $t in heap*) echo heaptrack zstd ;; lsan) echo gcc ;; *) echo valgrind ;; esac))"
	done
}

# those TOOL...: the ones that are here.
those()
{
	local t
	for t; do
		! have_tool "$t" || echo "$t"
	done
}

# wanted NAME: whether --only asks for it.
wanted()
{
	# shellcheck disable=SC2053
	[[ -z $only || $1 == *$only* ]]
}

note()
{
	echo "bench/run: $*" >&2
}

# calc EXPRESSION: of numbers; a word in it gives that word.
calc()
{
	awk "BEGIN { printf \"%.9g\", $1 }"
}

# put SECTION WORK TOOL METRIC VALUE
put()
{
	local IFS=$'\t'
	printf '%s\n' "$*" >>"$tmp/values"
}

# under TOOL: how a program is run by it: settings (its environment) and prefix (what stands before it).
# Both of the stacks' depths are the same, so that both keep whole stacks.
under()
{
	settings=() prefix=()
	case $1 in
	leaktrace*) settings=("LEAKTRACE_OUT=$tmp/dumps/%e.%p.bin" "LD_PRELOAD=$library") ;;&
	leaktrace_all) settings+=(LEAKTRACE_FREE_STACKS=all) ;;
	leaktrace_unscanned) settings+=(LEAKTRACE_SCAN=none) ;;
	heaptrack_raw) prefix=(heaptrack --raw -o "$tmp/dumps/heaptrack") ;;
	heaptrack)
		prefix=(heaptrack -o "$tmp/dumps/heaptrack")
		# Later versions would show what they recorded in a window.
		! heaptrack --help 2>&1 | grep -q record-only || prefix+=(--record-only)
		;;
	lsan) settings=(LSAN_OPTIONS=detect_leaks=0:malloc_context_size=128 "LD_PRELOAD=$lsan_library") ;;
	memcheck) prefix=(valgrind -q "--log-file=$tmp/memcheck.log") ;;
	esac
}

# Dumps by the hundred are put aside until the end: for some minutes after a file's removal ext4 does not use its
# inode again, and looks past all of these whenever a file is made, so that one run would slow the next.
clear_dumps()
{
	local dumps=("$tmp"/dumps/*)
	[ ${#dumps[@]} -lt 100 ] || mv "$tmp/dumps" "$(mktemp -d "$tmp/aside.XXXXXX")"
	rm -rf "$tmp/dumps"
	mkdir "$tmp/dumps"
}

# measure TOOL [-n TIMES] [-m] [-w WRAPPER] COMMAND...: runs the command by the tool, with the settings of the
# array `own`, if any. WRAPPER is a program that is itself not measured as the tool's, and is given
# the whole command. Sets status: ok, "crashes", or "over N s"; wall and cpu, in seconds, of all processes;
# resident and private, in KiB. What it printed is in $tmp/printed, dumps are in $tmp/dumps.
measure()
{
	local tool=$1 options=() wrapper=() setting code
	shift
	while :; do
		case $1 in
		-n) options+=(-n "$2"); shift 2 ;;
		-m) options+=(-m); shift ;;
		-w) wrapper=(bash "$2"); shift 2 ;;
		*) break ;;
		esac
	done
	clear_dumps
	rm -f "$tmp/cost"
	under "$tool"
	settings+=("${own[@]}")
	if [ ${#wrapper[@]} -gt 0 ]; then
		wrapper+=(env "${settings[@]}")
	else
		for setting in "${settings[@]}"; do options+=(-e "$setting"); done
	fi
	timeout -k 5 "$limit" "$cost" "${options[@]}" -o "$tmp/cost" "${wrapper[@]}" "${prefix[@]}" "$@" \
		>"$tmp/printed" 2>"$tmp/said" </dev/null && code=0 || code=$?
	wall=0 cpu=0 resident=0 private=0 status="over $limit s"
	[ $code != 124 ] && [ -s "$tmp/cost" ] || return 0
	local user sys
	read -r wall user sys resident private code <"$tmp/cost"
	cpu=$(calc "$user + $sys")
	status=ok
	[ "$code" = 0 ] || status=crashes
}

# medians SECTION WORK TOOL METRIC: median, lowest, highest of the values; or the word among them.
medians()
{
	awk -F '\t' -v s="$1" -v w="$2" -v t="$3" -v m="$4" \
		'$1 == s && $2 == w && $3 == t && $4 == m { print $5 }' "$tmp/values" | sort -g |
		awk '$1 !~ /^[-+0-9.e]+$/ { word = $0 }
			{ v[NR] = $1 }
			END {
				if (word != "")
					print word
				else if (NR)
					print (NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2), v[1], v[NR]
			}'
}

# works SECTION: in the order in which they were measured. SECTION may be a pattern of awk's.
works()
{
	awk -F '\t' -v s="^($1)$" '$1 ~ s && !seen[$2]++ { print $2 }' "$tmp/values"
}

# has SECTION TOOL METRIC: whether there is such a value.
has()
{
	awk -F '\t' -v s="$1" -v t="$2" -v m="$3" \
		'$1 == s && $3 == t && $4 == m { found = 1; exit } END { exit !found }' "$tmp/values"
}

# cell FORMAT MEDIAN LOWEST HIGHEST, or cell FORMAT WORD..
cell()
{
	# shellcheck disable=SC2059
	if [[ ! ${2:-} =~ ^[-+0-9.] ]]; then
		echo "${*:2}"
	elif [ "$3" = "$4" ]; then
		printf "$1" "$2"
	else
		printf "$1 ($1-$1)" "$2" "$3" "$4"
	fi
}

# table SECTION METRIC FORMAT TITLE COLUMN...: a line per work; a column is TOOL or TOOL:METRIC:FORMAT[:HEADING].
# Shown is the median (lowest-highest).
table()
{
	local section=$1 metric=$2 format=$3 work t m f heading column columns=()
	printf '\n%s\n  %-22s' "$4" ''
	shift 4
	for column; do
		IFS=: read -r t m f heading <<<"$column"
		has "$section" "$t" "${m:-$metric}" || continue
		columns+=("$t:${m:-$metric}:${f:-$format}")
		printf ' %22s' "${heading:-${title[$t]:-$t}}"
	done
	echo
	works "$section" | while read -r work; do
		printf '  %-22s' "$work"
		for column in "${columns[@]}"; do
			IFS=: read -r t m f <<<"$column"
			# shellcheck disable=SC2046
			printf ' %22s' "$(cell "$f" $(medians "$section" "$work" "$t" "$m"))"
		done
		echo
	done
}

# target NUMBER WHAT MEASURED LIMIT [FORMAT]: met where MEASURED is a number of at most LIMIT.
# target_at_least: of at least LIMIT.
target()
{
	judge "at most" "$@"
}

target_at_least()
{
	judge "at least" "$@"
}

judge()
{
	local side=$1 measured=$4 bound=$5 format=${6:-%.2f} verdict="not measured" shown=-
	# shellcheck disable=SC2059
	if [[ $measured =~ ^[-+0-9.e]+$ ]]; then
		verdict=$(awk -v a="$measured" -v b="$bound" -v side="$side" \
			'BEGIN { print (side == "at most" ? a + 0 <= b + 0 : a + 0 >= b + 0) ? "met" : "missed" }')
		shown=$(printf "$format" "$measured")
	fi
	# shellcheck disable=SC2059
	printf '%s\t%s\t%s\t%s %s\t%s\n' "$2" "$3" "$shown" "$side" "$(printf "$format" "$bound")" "$verdict" \
		>>"$tmp/targets"
}

# median_of SECTION WORK TOOL METRIC: the median alone, or nothing.
median_of()
{
	local m rest
	read -r m rest < <(medians "$@") || m=''
	[[ ! $m =~ ^[-+0-9.e]+$ ]] || echo "$m"
}

# In dumps/: what leakreport counted in the dumps there.
# counted PATH-IN-SUMMARY: a number of the JSON report's summary, by its last name.
counted()
{
	"$leakreport" --format=json summary "$tmp"/dumps/*.bin 2>/dev/null |
		awk -v key="\"$1\":" '$1 == key { sub(/,$/, "", $2); print $2; exit }'
}

# Bytes of all dumps, or of heaptrack's recording.
dump_bytes()
{
	cat "$tmp"/dumps/* 2>/dev/null | wc -c
}

# json: all medians and all targets, for --json.
json()
{
	awk -F '\t' -v rounds="$rounds" '
		function text(s) { gsub(/["\\]/, "\\\\&", s); return "\"" s "\"" }
		function value(s) { return s ~ /^-?[0-9]+(\.[0-9]+)?(e[-+]?[0-9]+)?$/ ? s : text(s) }
		FILENAME ~ /values$/ {
			key = $1 FS $2 FS $3 FS $4
			if (!(key in list)) order[++n] = key
			list[key] = list[key] (list[key] == "" ? "" : ", ") value($5)
			next
		}
		{
			targets = targets (targets == "" ? "" : ",") sprintf("\n    {\"target\": %s, \"what\": %s, " \
				"\"measured\": %s, \"limit\": %s, \"verdict\": %s}", $1, text($2), text($3), text($4), text($5))
		}
		END {
			printf "{\n  \"rounds\": %d,\n  \"values\": [", rounds
			for (i = 1; i <= n; i++) {
				split(order[i], k, FS)
				printf "%s\n    {\"section\": %s, \"work\": %s, \"tool\": %s, \"metric\": %s, \"values\": [%s]}",
					(i > 1 ? "," : ""), text(k[1]), text(k[2]), text(k[3]), text(k[4]), list[order[i]]
			}
			printf "\n  ],\n  \"targets\": [%s\n  ]\n}\n", targets
		}' "$tmp/values" "$tmp/targets"
}
