# A hook uses less than 1 KiB of the program's stack: beyond what the function uses untraced, both in a
# thread's first call and at the worst of many (when the ring is full, when a stack is new).
. "$top_srcdir/tests/lib.sh"
need_library
probe=$top_builddir/tests/contracts/stack_probe

"$probe" >"$tmp/plain" || fail "stack_probe ends with $?"
LD_PRELOAD=$lib LEAKTRACE_OUT=$tmp/probe.bin "$probe" >"$tmp/traced" || fail "traced, stack_probe ends with $?"
[ -s "$tmp/probe.bin" ] || fail "no dump was made"
paste "$tmp/plain" "$tmp/traced" | awk '
	{ printf "%-16s first call %5d more bytes, at most %5d more\n", $1, $5 - $2, $6 - $3 }
	$5 - $2 >= 1024 || $6 - $3 >= 1024 { bad = 1 }
	END { exit bad || NR == 0 }' || fail "a hook uses 1 KiB of stack or more"
exit 0
