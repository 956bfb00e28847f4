# Every sample dump gives the exit status and the first error line that README.md's table says, in text
# and in JSON; no control character comes out; each report in JSON follows the schema.
. "$top_srcdir/tests/lib.sh"
samples=$top_srcdir/tests/samples
schema=$top_srcdir/tools/schema/report.schema.json
bad=0

complain()
{
	echo "FAIL: $*"
	bad=1
}

# Reports are kept, and held to the schema all at once.
reports=0
keep_json()
{
	reports=$((reports + 1))
	cp "$tmp/out" "$tmp/report-$reports.json"
	echo "report-$reports.json is of $*" >>"$tmp/reports"
}

# check FILE STATUS LINE
check()
{
	local status line format command
	for format in text json; do
		for command in summary top leaks info regions "resources --all --open" "resources --at=last"; do
			# shellcheck disable=SC2086
			timeout 20 "$leakreport" $command --format=$format --debuginfod=off \
				"$samples/$1" >"$tmp/out" 2>"$tmp/err"
			status=$?
			[ $status = "$2" ] || complain "$command $1: exit status $status, not $2"
			line=$(sed -n "1s/^leakreport: .*$1: //p" "$tmp/err")
			[ "$line" = "$3" ] || complain "$command $1: says '$line', not '$3'"
			tr -d '\n' <"$tmp/out" | LC_ALL=C grep -q '[[:cntrl:]]' &&
				complain "$command $1: a control character in $format"
			if [ $format = json ] && [ -s "$tmp/out" ]; then
				keep_json "$command $1"
			fi
		done
	done
	for command in raw export; do
		timeout 20 "$leakreport" $command "$samples/$1" >"$tmp/out" 2>/dev/null
		status=$?
		[ $status = "$2" ] || complain "$command $1: exit status $status, not $2"
		tr -d '\n' <"$tmp/out" | LC_ALL=C grep -q '[[:cntrl:]]' &&
			complain "$command $1: a control character"
	done
}

sed -n 's/^| \([a-z-]*\.bin\) | \([0-9]\) | *\(.*[^ ]\)* *| .*|$/\1|\2|\3/p; s/^| \([a-z-]*\.bin\) | \([0-9]\) | \(.*[^ ]\) | |$/\1|\2|\3/p' \
	"$samples/README.md" >"$tmp/rows"
while IFS='|' read -r file status line; do
	check "$file" "$status" "$line"
done <"$tmp/rows"

[ "$(wc -l <"$tmp/rows")" -ge 20 ] || complain "the table is not understood"
cut -d'|' -f1 "$tmp/rows" | sort >"$tmp/named"
(cd "$samples" && ls ./*.bin) | sed 's|^\./||' | sort >"$tmp/there"
diff "$tmp/named" "$tmp/there" || complain "README.md's table (<) and the folder (>) differ"

# numbers FILES KEY=VALUE...: what the summary in JSON says.
numbers()
{
	local files=$1 pair
	shift
	# shellcheck disable=SC2086
	(cd "$samples" && timeout 20 "$leakreport" --format=json --debuginfod=off $files) 2>/dev/null |
		sed -n '/^  "summary"/,/^  }/p' >"$tmp/summary"
	for pair; do
		grep -q "^ *\"${pair%=*}\": ${pair#*=},*\$" "$tmp/summary" ||
			complain "$files: not $pair: $(grep "\"${pair%=*}\"" "$tmp/summary")"
	done
}
# A round is 4 allocations, 2 frees (one by realloc), both of temporary blocks; 1000 + i and 32 bytes stay.
one="allocations=40 frees=20 allocated_bytes=11525 peak_bytes=10365 peak_blocks=20 unfreed_blocks=20
	unfreed_bytes=10365 temporary_allocations=20 reallocations=10 complete=true"
# shellcheck disable=SC2086
{
	numbers good-one-thread.bin $one threads=1 finished=true
	numbers good-plain.bin $one
	numbers good-unknown-record.bin $one unknown_records=1
	numbers good-fork.bin $one frees_of_inherited=1
	numbers good-threads.bin allocations=120 frees=61 unfreed_blocks=59 threads=4 most_threads_at_once=4
	numbers good-unfinished.bin allocations=80 frees=40 complete=true finished=false
	numbers good-live.bin $one finished=true unknown_records=0
	numbers good-left.bin allocations=40 frees=20 complete=true finished=true
	numbers good-hop.bin allocations=320 frees=160 complete=true
	numbers "good-one-thread.bin good-fork.bin" allocations=80 frees=40 peak_bytes=20730 sites=3
	numbers good-empty.bin allocations=0 peak_bytes=0 complete=true
	numbers bad-chunk-checksum.bin complete=false damaged=true
}

# A process tree merges; filters and groups give valid reports, too.
for options in "" "--group-by=function" "--group-by=file" "--group-by=module" "--group-by=thread" \
	"--thread=work*" "--min-size=1K" "--from=0.01 --to=0.02" "--module=lib*" "--sort=temporary --limit=1"; do
	# shellcheck disable=SC2086
	"$leakreport" top --format=json $options "$samples/good-threads.bin" "$samples/good-fork.bin" >"$tmp/out" ||
		complain "top $options: exit status $?"
	keep_json "top $options"
done
for options in "growth" "growth --group-by=function --min-growth=1" "diff" "diff --from=0.01 --to=0.02 --group-by=module"; do
	# shellcheck disable=SC2086
	"$leakreport" $options --format=json "$samples/good-threads.bin" >"$tmp/out" || complain "$options: exit status $?"
	keep_json "$options"
	# shellcheck disable=SC2086
	"$leakreport" $options "$samples/good-threads.bin" >"$tmp/out" || complain "$options: exit status $?"
done
if command -v python3 >/dev/null; then
	python3 "$samples/validate.py" "$schema" "$tmp"/report-*.json ||
		complain "reports are not what the schema says; $(cat "$tmp/reports")"
fi
exit $bad
