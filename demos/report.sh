# Runs all demos, as many at a time as there are processors, and prints a table of what is found in each; what
# fits the header and what does not is check.py's to say. `report.sh DIR` leaves there what the runs have left.
# keep-allocating and append-forever run again at a limit on their address space, and in a control group with
# too little memory, where one can be made. Exit status 1 when a row is wrong.
. "${top_srcdir:-$(dirname "$0")/..}/tests/lib.sh"
need python3
need_library
demos=$top_srcdir/demos
runs=${1:-$tmp/runs}
mkdir -p "$runs" || exit 99

# run DEMO RUN LIMITS ARGUMENT...: runs a demo under limits (a shell command), and reports on it.
run()
{
	local demo=$1 run=$2 limits=$3 status
	shift 3
	{ bash -c "ulimit -c 0; $limits"'
		exec env LD_PRELOAD="$0" LEAKTRACE_OUT="$1" "${@:2}"' "$lib" "$runs/$run.bin" \
		"$top_builddir/demos/$demo" "$@" >"$runs/$run.said"; } 2>/dev/null
	status=$?
	[ $status -le 128 ] && status=exit:$status || status=signal:$(kill -l $((status - 128)))
	echo "$status" >"$runs/$run.ended"
	"$leakreport" --group-by=function --limit=0 --format=json "$runs/$run.bin" >"$runs/$run.json"
}

# starved DEMO...: each in turn is ended by the OOM killer of a control group.
starved()
{
	local demo
	if ! make_group; then
		echo "no control group for memory can be made here" >"$runs/oom.skipped"
		return
	fi
	for demo; do
		run "$demo" "$demo.oom" "$to_group" 1000
	done
	rmdir "$group" || { sleep 1; rmdir "$group"; }
}

# In this shell's background, never more at a time than there are processors.
places=$(nproc)
start()
{
	[ "$(jobs -rp | wc -l)" -lt "$places" ] || wait -n
	"$@" &
}

for source in "$demos"/*.c; do
	name=${source##*/}
	start run "${name%.c}" "${name%.c}" ""
done
for name in append-forever keep-allocating; do
	start run "$name" "$name.limit" "ulimit -v 400000;" 1000
done
start starved append-forever keep-allocating
wait
python3 "$demos/check.py" "$demos" "$runs"
