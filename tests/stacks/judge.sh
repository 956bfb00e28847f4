# Running programs under libleaktrace-verify.so (tests/stacks/verify.c) and judging what it counted.
# Sourced after tests/lib.sh.
verify=$top_builddir/.libs/libleaktrace-verify.so
[ -e "$verify" ] || skip "libleaktrace-verify.so is not built here"

# judged NAME: empties the place for a run's results. After it, "${traced[@]}" is what the run's
# environment needs, $tmp/NAME.dumps/ holds its dumps, $tmp/NAME.verify what was counted.
judged()
{
	rm -rf "$tmp/$1.dumps" "$tmp/$1.verify"
	mkdir "$tmp/$1.dumps"
	traced=(LD_PRELOAD="$verify" LEAKTRACE_OUT="$tmp/$1.dumps/x.bin" LEAKTRACE_VERIFY_OUT="$tmp/$1.verify"
		LEAKTRACE_VERIFY_EVERY="${EVERY:-1}")
}

# verdict NAME [ALLOWED...]: fails unless every stack is the same as libgcc's to the root, or as deep
# as ours goes, and none was uncertain or guessed. ALLOWED: counts that may be other than 0.
verdict()
{
	local name=$1
	shift
	[ -s "$tmp/$name.verify" ] || { echo "nothing was compared"; return 1; }
	# A process that starts another program prints before, and once more if that fails: the last counts.
	awk -v allowed=" $* " '
		/^#/ { print; next }
		{ last[$1 " " $2] = $0 }
		END {
			for (process in last) {
				n = split(last[process], f, " ")
				for (i = 3; i < n; i += 2)
					sum[f[i]] += f[i + 1]
			}
			for (k in sum)
				if (k !~ /^(compared|equal|cut)$/ && sum[k] && index(allowed, " " k " ") == 0)
					bad = bad " " k
			printf "compared %d: equal %d, cut %d, longer %d, shorter %d, differing %d, unmatched %d; unsure %d, guessed %d\n",
				sum["compared"], sum["equal"], sum["cut"], sum["longer"], sum["shorter"],
				sum["differing"], sum["unmatched"], sum["unsure"], sum["guessed"]
			if (!sum["compared"])
				bad = bad " nothing compared"
			if (bad)
				print "wrong:" bad
			exit bad != ""
		}' "$tmp/$name.verify"
}

# certain NAME: fails if a report over the run's dumps has uncertain stacks, or is not complete.
certain()
{
	local unsure
	"$leakreport" --format=json --debuginfod=off "$tmp/$1.dumps"/* >"$tmp/$1.json" || return 1
	unsure=$(jq '.coverage.uncertain_stacks' "$tmp/$1.json")
	[ "$unsure" = 0 ] || { echo "uncertain stacks in the report: $unsure"; return 1; }
}

# same NAME NEEDS COMMAND: a test case, after tests/e2e/cases.sh: the command runs with the inputs.
same()
{
	here "$2"
	judged "$1"
	run "${traced[@]}" -- "$3" >"$tmp/$1.out" 2>&1 </dev/null || { cat "$tmp/$1.out"; return 1; }
	verdict "$1" && certain "$1"
}
