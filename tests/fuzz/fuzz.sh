# The dump reader and the renderers on the sample dumps and on mutations of them, under ASan and UBSan
# where the compiler has them. By hand, `tests/fuzz/fuzz.sh SECONDS` runs libFuzzer (clang) that long,
# its corpus in $FUZZ_CORPUS (default: a folder in the build tree), seeded with the samples.
. "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib.sh"
need pkg-config
cd "$top_srcdir" || exit 99

sources="tests/fuzz/fuzz_dump.c format/*.c tools/source*.c tools/taken.c tools/order*.c tools/replay*.c
	tools/live.c tools/model/*.c tools/view/*.c tools/render/*.c tools/check/*.c tools/util/*.c tools/symbols/*.c
	tools/suppress/*.c"
packages="libdw libelf jansson libzstd"

# build OUTPUT COMPILER FLAGS...
build()
{
	local out=$1
	shift
	# shellcheck disable=SC2046,SC2086
	"$@" -g -O1 -std=gnu11 -D_GNU_SOURCE= -DHAVE_CONFIG_H -I"$top_builddir" -I. \
		$(pkg-config --cflags $packages) $sources \
		$(pkg-config --libs $packages) -liberty -ldl -lm -o "$out" >"$tmp/log" 2>&1
}

export ASAN_OPTIONS=allocator_may_return_null=1:max_allocation_size_mb=2000
if [ $# -gt 0 ]; then
	need clang
	build "$tmp/fuzz" clang -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined \
		-DFUZZ_LIBFUZZER || fail "$(cat "$tmp/log")"
	corpus=${FUZZ_CORPUS:-$top_builddir/fuzz-corpus}
	mkdir -p "$corpus"
	"$tmp/fuzz" -max_total_time="$1" -max_len=65536 -rss_limit_mb=2048 -timeout=20 -print_final_stats=1 \
		-artifact_prefix="$corpus.found-" \
		"$corpus" tests/samples tests/fuzz/corpus
	exit
fi

# Where it has been run with sanitizers just before (./run-tests), as this tree is built.
fuzz=$top_builddir/tests/fuzz/fuzz_dump
if [ -z "${AGAIN:-}" ]; then
	fuzz=$tmp/fuzz
	build "$fuzz" "$CC" -fsanitize=address,undefined -fno-sanitize-recover=undefined ||
		build "$fuzz" "$CC" || fail "$(cat "$tmp/log")"
fi
ulimit -t 300
FUZZ_MUTATE=${FUZZ_MUTATE:-25} "$fuzz" tests/samples/*.bin $(find tests/fuzz/corpus -type f) >"$tmp/log" 2>&1 ||
	fail "$(tail -60 "$tmp/log")"
cat "$tmp/log"
exit 0
