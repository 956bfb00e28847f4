# Running programs with LEAKTRACE_UNWIND=verify (lib/verify.c) and judging what it counted. Sourced after
# tests/lib.sh. The stacks of all releases are taken and compared too.

# judged NAME: empties the place for a run's results. After it, "${traced[@]}" is what the run's
# environment needs, $tmp/NAME.dumps/ will hold its dumps.
judged()
{
	rm -rf "$tmp/$1.dumps"
	mkdir "$tmp/$1.dumps"
	traced=(LD_PRELOAD="$lib" LEAKTRACE_OUT="$tmp/$1.dumps/x.%p.bin" LEAKTRACE_UNWIND=verify LEAKTRACE_FREE_STACKS=all)
}

# verdict NAME [ALLOWED...]: fails unless every stack that was recorded is that of a walk anew and libgcc's,
# to the root or as deep as ours goes, and none is uncertain. ALLOWED: counts that may be other than 0. What the
# library said of a difference stands in $tmp/NAME.out.
verdict()
{
	local name=$1
	shift
	"$leakreport" --format=json --debuginfod=off "$tmp/$name.dumps"/* >"$tmp/$name.json" || return 1
	jq -r '.coverage | to_entries[] | select(.key | test("stack|libgcc")) | "\(.key) \(.value)"' "$tmp/$name.json" |
		awk -v allowed=" truncated_stacks $* " '
			{ line = line (NR > 1 ? ", " : "") $1 " " $2 }
			$1 == "verified_stacks" { compared = $2; next }
			$2 && index(allowed, " " $1 " ") == 0 { bad = bad " " $1 }
			END {
				print line
				if (!compared)
					bad = bad " nothing compared"
				if (bad)
					print "wrong:" bad
				exit bad != ""
			}' && return
	grep '^leaktrace: ' "$tmp/$name.out"
	return 1
}

# same NAME NEEDS COMMAND: a test case, after tests/e2e/cases.sh: the command runs with the inputs.
same()
{
	here "$2"
	judged "$1"
	run "${traced[@]}" -- "$3" >"$tmp/$1.out" 2>&1 </dev/null || { cat "$tmp/$1.out"; return 1; }
	verdict "$1"
}
