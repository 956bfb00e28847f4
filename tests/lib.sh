# What shell tests share. Sourced first: . "$top_srcdir/tests/lib.sh"
# Gives: lib, leakreport, leaktrace (paths in the build tree), tmp (a directory of this test's own),
# and the functions below. Run by hand, a test finds the build tree in $top_builddir or ./build.
set -u
export LC_ALL=C
unset LD_PRELOAD ${!LEAKTRACE_*} DEBUGINFOD_URLS
# The system's own programs, not those that a home directory may hold in front of them: the programs
# under test are then the same for every user.
PATH=/usr/bin:/bin:$PATH

: "${top_srcdir:=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)}"
: "${top_builddir:=$top_srcdir/build}"
lib=$top_builddir/lib/.libs/libleaktrace.so
[ -e "$lib" ] || lib=$top_builddir/.libs/libleaktrace.so
leakreport=$top_builddir/leakreport
leaktrace=$top_builddir/leaktrace

tmp=$(mktemp -d "${TMPDIR:-/tmp}/leaktrace-test.XXXXXX") || exit 99
# What the tools keep for later is kept for this test alone.
export XDG_CACHE_HOME=$tmp/.cache
trap 'chmod -R u+rwX "$tmp" 2>/dev/null; rm -rf "$tmp"' EXIT
trap 'exit 99' HUP INT TERM

# say TEXT: to the log, and to the terminal of `make check` where there is one.
say()
{
	echo "$*"
	{ true >&9; } 2>/dev/null && echo "$*" >&9
	return 0
}

# skip REASON: this test cannot run here.
skip()
{
	if [[ $0 == *.tap ]]; then
		echo "1..0 # SKIP $*"
		exit 0
	fi
	say "SKIP ${0##*/}: $*"
	exit 77
}

# fail TEXT: this test has found something wrong; ends it.
fail()
{
	echo "FAIL: $*"
	exit 1
}

# need PROGRAM...: skips the test unless each is there.
need()
{
	local program
	for program; do
		command -v "$program" >/dev/null || skip "$program is not installed"
	done
}

# need_library: skips the test where libleaktrace.so is not built (sanitizers).
need_library()
{
	[ -e "$lib" ] || skip "libleaktrace.so is not built here"
}

# need_sources PROJECT: sets sources to the directory with the project's sources (scripts/setup.sh fetches them, and says
# where by TEST_SOURCES), or skips the test.
need_sources()
{
	sources=${TEST_SOURCES:-/nonexistent}/$1
	[ -d "$sources" ] || skip "the sources of $1 are not here: ./run-tests fetches them"
}

# TAP, for tests with many cases: any number of `tap_case NAME COMMAND...`, then tap_end. A COMMAND
# (a function, run in a subshell) passes with 0, is skipped by `tap_skip REASON`, and fails otherwise;
# what it prints goes to the log.
tap_count=0 tap_seen=0 tap_every=1
tap_case()
{
	local name=$1 status
	shift
	tap_seen=$((tap_seen + 1))
	[ $((tap_seen % tap_every)) = 0 ] || return 0
	tap_count=$((tap_count + 1))
	rm -f "$tmp/.skipped"
	(set +e; "$@") >"$tmp/.case" 2>&1
	status=$?
	sed 's/^/# /' "$tmp/.case"
	if [ $status = 77 ]; then
		echo "ok $tap_count - $name # SKIP $(cat "$tmp/.skipped" 2>/dev/null)"
	elif [ $status = 0 ]; then
		echo "ok $tap_count - $name"
	else
		echo "not ok $tap_count - $name"
	fi
}
# Where all tests have been run just before by another user (AGAIN is set: ./run-tests), every N-th case is enough for
# tests to which it is all the same who runs them.
tap_sample_again()
{
	[ -z "${AGAIN:-}" ] || tap_every=$1
}
tap_skip()
{
	echo "$*" >"$tmp/.skipped"
	exit 77
}
tap_end()
{
	echo "1..$tap_count"
}

# live_agrees DUMP: what the tracer itself held for live in the end, where it has told, is what the
# replay of the events finds. Counts those dumps in live_told.
live_told=0
live_agrees()
{
	local ours theirs
	ours=$(timeout 100 "$leakreport" raw "$1" | sed -n 's/^live \([0-9]*\) blocks \([0-9]*\) bytes$/\1 \2/p')
	[ -n "$ours" ] || return 0
	live_told=$((live_told + 1))
	theirs=$(timeout 100 "$leakreport" --format=json summary "$1" | sed -n '/"summary":/,$p' |
		awk '$1 == "\"unfreed_blocks\":" { n = $2 + 0 } $1 == "\"unfreed_bytes\":" { print n, $2 + 0; exit }')
	[ "$ours" = "$theirs" ] && return
	echo "live set: $ours; unfreed: $theirs (blocks, bytes)"
	return 1
}

# regions_by_records DUMP: its regions as its records have them: name, allocations and bytes of each entry, in each
# thread in the order of their ends; those that have not ended last.
regions_by_records()
{
	"$leakreport" raw "$1" | awk '
		$1 == "run" { sub(/\+.*/, "", $7); key = sprintf("%d %d %d", $3, $5, $7); next }
		$1 == "blob" && $2 == "name" { print "0 0 0", $0; next }
		$1 == "alloc" || $3 ~ /^region-/ || $2 ~ /^region-/ { print key, $0 }' |
		sort -s -n -k1,1 -k2,2 -k3,3 | awk '
		function ends(    name) {
			name = stack[depth--]
			print name, n[depth + 1] + 0, bytes[depth + 1] + 0
		}
		{ if ($1 != thread) while (depth > 0) ends(); thread = $1 }
		$4 == "blob" { number = $6; sub(/^.* blob name [^ ]*  /, ""); name[number] = $0; next }
		$4 == "alloc" { for (i = 1; i <= depth && i <= 100; i++) { n[i]++; bytes[i] += $7 } next }
		$5 == "region-begin" { stack[++depth] = name[$8]; n[depth] = bytes[depth] = 0; next }
		depth > 0 && $8 == "0x0" { ends(); next }
		{
			for (i = depth; i > 0 && stack[i] != name[$8]; i--) continue
			while (i > 0 && depth >= i) ends()
		}
		END { while (depth > 0) ends() }'
}

# make_group: makes a control group with 96 MiB of memory, where that can be done, and sets group and to_group
# (a command for `bash -c` that enters it). Who has made one removes it: rmdir "$group".
make_group()
{
	local name=leaktrace-test-$$ dir
	for dir in /sys/fs/cgroup/memory /sys/fs/cgroup; do
		group=$dir/$name
		mkdir "$group" 2>/dev/null || continue
		if echo 100000000 >"$group/memory.limit_in_bytes" || echo 100000000 >"$group/memory.max"; then
			echo 0 >"$group/memory.swap.max"
			to_group="echo \$\$ >$group/cgroup.procs || exit 2;"
			return 0
		fi 2>/dev/null
		rmdir "$group"
	done
	return 1
}

# redis_server: prints the path of a redis-server; where only redis-tools is installed, its
# redis-check-rdb is that program under another name.
redis_server()
{
	command -v redis-server && return
	command -v redis-check-rdb >/dev/null || return
	ln -sf "$(command -v redis-check-rdb)" "$tmp/redis-server"
	echo "$tmp/redis-server"
}

# python_with MODULE: prints the path of a python3 that has the module.
python_with()
{
	local python
	for python in python3 /usr/bin/python3; do
		"$python" -c "import $1" 2>/dev/null && echo "$python" && return
	done
	return 1
}
