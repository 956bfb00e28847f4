# A large dump: how long leakreport takes over it, and how much memory.   bash tests/soak/big.sh [EVENTS]
. "$(dirname "$0")/../lib.sh"
need_library
need jq timeout
[ -x /usr/bin/time ] || skip "/usr/bin/time is not installed"
events=${1:-20000000}
"${CC:-cc}" -O2 -fno-optimize-sibling-calls -o "$tmp/big" "$top_srcdir/tests/soak/big.c" || exit 99

cost='%e s elapsed, %U s user, %S s system, %M KiB at the most'
/usr/bin/time -f "the program alone:   $cost" "$tmp/big" "$events"
/usr/bin/time -f "the program traced:  $cost" env LD_PRELOAD="$lib" LEAKTRACE_OUT="$tmp/big.bin" \
	"$tmp/big" "$events" || fail "the program's status"
echo "the dump: $(stat -c %s "$tmp/big.bin") bytes"
for command in "summary --format=json" "summary" "leaks" "export"; do
	/usr/bin/time -f "leakreport $command:   $cost" "$leakreport" $command "$tmp/big.bin" \
		>"$tmp/$(echo "$command" | tr -d ' =-')" || fail "leakreport $command"
done
jq -c '.summary | {allocations, frees, sites, unfreed_blocks, peak_bytes, complete: .coverage.complete}' \
	"$tmp/summaryformatjson"
