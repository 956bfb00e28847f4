#!/bin/bash
# What a scan of a large heap costs (bench/heap.c): at the end of the process beside LeakSanitizer's and memcheck's, and in
# the running process: how long it stands still, and what is added to its processor time until the copy has ended.
#
#     bench/heap.sh [BLOCKS [MIB]]       in the build directory; 10000000 blocks of 1024 MiB
# PEERS="lsan memcheck" chooses the peers; memcheck takes some minutes.
set -u
blocks=${1:-10000000}
mib=${2:-1024}
here=$(cd "$(dirname "$0")" && pwd)
build=${top_builddir:-.}
lib=$build/.libs/libleaktrace.so
heap=$build/bench/bench-heap
tmp=$(mktemp -d "${TMPDIR:-/tmp}/leaktrace-heap.XXXXXX") || exit 99
trap 'rm -rf "$tmp"' EXIT
[ -x "$heap" ] || { echo "build it first: make bench/bench-heap"; exit 99; }

# took NAME COMMAND...: processor and wall seconds, and the most memory, of all processes.
took()
{
	local name=$1
	shift
	/usr/bin/time -f "%U %S %e %M" -o "$tmp/time" timeout "${BENCH_LIMIT:-900}" "$@" >/dev/null 2>"$tmp/err"
	[ $? -lt 124 ] || { printf '%-28s over %s s\n' "$name" "${BENCH_LIMIT:-900}"; return; }
	tail -1 "$tmp/time" | awk -v name="$name" '{ printf "%-28s %8.2f s CPU %8.2f s wall %6d MiB\n", name, $1 + $2, $3, $4 / 1024 }'
}

echo "at the end: $blocks blocks, $mib MiB"
took "alone" "$heap" "$blocks" "$mib" exit
took "leaktrace, no scan" env LD_PRELOAD="$lib" LEAKTRACE_SCAN=none LEAKTRACE_OUT="$tmp/none.bin" "$heap" "$blocks" "$mib" exit
took "leaktrace" env LD_PRELOAD="$lib" LEAKTRACE_SCAN=exit LEAKTRACE_OUT="$tmp/exit.bin" "$heap" "$blocks" "$mib" exit
"$build/leakreport" raw "$tmp/exit.bin" | grep -a '^scan [0-9]* reason' | sed 's/^/    /'
for peer in ${PEERS:-lsan memcheck}; do
	case $peer in
	lsan)
		lsan=$(ls /usr/lib/gcc/x86_64-linux-gnu/*/liblsan.so 2>/dev/null | tail -1)
		[ -n "$lsan" ] || continue
		took "LeakSanitizer, no search" env LD_PRELOAD="$lsan" LSAN_OPTIONS=detect_leaks=0 "$heap" "$blocks" "$mib" exit
		took "LeakSanitizer" env LD_PRELOAD="$lsan" "$heap" "$blocks" "$mib" exit
		;;
	memcheck)
		command -v valgrind >/dev/null || continue
		took "memcheck, no search" valgrind -q --leak-check=no "$heap" "$blocks" "$mib" exit
		took "memcheck" valgrind -q --leak-check=full "$heap" "$blocks" "$mib" exit
		;;
	esac
done

echo "in the running process, which writes to all its blocks meanwhile"
env LD_PRELOAD="$lib" LEAKTRACE_SCAN=exit LEAKTRACE_OUT="$tmp/serve.bin" "$heap" "$blocks" "$mib" serve 60 >"$tmp/rounds" &
pid=$!
until grep -q filled "$tmp/rounds"; do sleep 0.2; done
sleep 3
usual=$(tail -n +2 "$tmp/rounds" | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }')
from=$(wc -l <"$tmp/rounds")
"$build/leaktrace" scan "$pid"
tail -n +$((from + 1)) "$tmp/rounds" | awk -v usual="$usual" '$1 > usual { more += $1 - usual }
	END { printf "a round of writes takes %.0f ms; added to them until the copy had ended: %.0f ms\n", usual / 1000, more / 1000 }'
kill "$pid"
