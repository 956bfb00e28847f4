# Traced runs of handover.c, and which allocation the replay gives each release. Sourced after
# tests/lib.sh, by order.tap and by tests/soak/order.sh.
need_library
need timeout
handover=$top_builddir/tests/order/handover
pairs=$top_builddir/tests/order/pairs
[ -x "$handover" ] && [ -x "$pairs" ] || skip "the programs are not built: make check TESTS="

# library FILE: its path, or the case is skipped.
library()
{
	local path
	path=$(ldconfig -p | awk -v name="$1" '$1 == name { print $NF; exit }')
	[ -n "$path" ] || tap_skip "$1 is not installed"
	echo "$path"
}

# pairing ROUNDS CALLS [VARIABLE=VALUE | PRELOAD=FILE]...: all pairs are right.
pairing()
{
	local rounds=$1 calls=$2 setting preload=$lib vars=()
	shift 2
	for setting; do
		case $setting in
		PRELOAD=*) preload="$lib $(library "${setting#*=}")" || exit 77 ;;
		*) vars+=("$setting") ;;
		esac
	done
	rm -f "$tmp"/order.*
	timeout --foreground 60 env LD_PRELOAD="$preload" LEAKTRACE_OUT="$tmp/order.bin" LEAKTRACE_LIVE=yes "${vars[@]}" \
		"$handover" "$tmp/order.log" 8 "$rounds" "$calls" || return 1
	timeout 60 "$pairs" "$tmp/order.bin" "$tmp/order.log" && live_agrees "$tmp/order.bin" && [ $live_told = 1 ]
}

# killed_pairing ROUNDS CALLS VARIABLE=VALUE...: the same when the threads are killed at work.
killed_pairing()
{
	local pid
	rm -f "$tmp"/order.*
	timeout --foreground 60 env LD_PRELOAD="$lib" LEAKTRACE_OUT="$tmp/order.bin" LEAKTRACE_LIVE=yes "${@:3}" \
		"$handover" "$tmp/order.log" 8 "$1" "$2" 2>/dev/null &
	pid=$!
	sleep "0.$((RANDOM % 9 + 1))"
	pkill -KILL -P $pid
	wait $pid 2>/dev/null
	timeout 60 "$pairs" "$tmp/order.bin" "$tmp/order.log" killed
}

# signalled CALLS: the same when signal handlers allocate and release in between.
signalled()
{
	local safe=$top_builddir/tests/order/.libs/safe.so
	rm -f "$tmp"/order.*
	timeout --foreground 60 env LD_PRELOAD="$lib $safe" LEAKTRACE_OUT="$tmp/order.bin" LEAKTRACE_LIVE=yes \
		"$handover" "$tmp/order.log" 8 1 "$1" signals || return 1
	timeout 60 "$pairs" "$tmp/order.bin" "$tmp/order.log" signals && live_agrees "$tmp/order.bin" && [ $live_told = 1 ]
}
