# `leakreport errors` of a real run: a program in a repository, compiled where its file lies, and reported from elsewhere in it.
traced()
{
	[ -e "$lib" ] || tap_skip "libleaktrace.so is not built here"
	mkdir -p repository/.git "repository/src/some code" repository/build &&
		cat >"repository/src/some code/a#b%5.c" <<-'C' && cd "repository/src/some code" || return 1
			#include <stdlib.h>
			static void *volatile kept;
			static void lose(size_t n)
			{
				kept = malloc(n); /* lost here */
			}
			int main(void)
			{
				for (int i = 1; i < 4; i++)
					lose(100);
				lose(5);
				kept = NULL;
				return 0;
			}
		C
	${CC:-cc} -g -O0 -o ../../build/loses "./a#b%5.c" || return 1
	cd ../../build && env LEAKTRACE_OUT="$tmp/loses.bin" LD_PRELOAD="$lib" ./loses
}
# reported FORMAT OPTION...: from the build directory.
reported()
{
	local format=$1
	shift
	(cd repository/build && timeout 60 env -u GITHUB_WORKSPACE "$leakreport" errors --format=$format "$@" "$tmp/loses.bin") >errors.$format
	[ $? = 1 ]
}
real_errors()
{
	local line='src/some code/a#b%5.c'
	[ -e loses.bin ] || tap_skip "there is no dump"
	reported tap && [ "$(driven errors.tap)" = "2 FAIL" ] && reported junit && valid_junit errors.junit &&
		reported sarif && valid_sarif errors.sarif && reported github && python github.py errors.github 2 &&
		reported markdown || return 1
	jq -r '.runs[0].results[].locations[0].physicalLocation | .artifactLocation.uri + " " + .artifactLocation.uriBaseId + " " +
		(.region.startLine | tostring)' errors.sarif | sort -u | diff - <(echo 'src/some%20code/a%23b%255.c %SRCROOT% 5') || return 1
	jq -e '[.runs[0].results[].partialFingerprints["leaktraceCallPath/v1"]] | length == 2' errors.sarif >/dev/null &&
		jq -e '.runs[0].results[0].codeFlows[0].threadFlows[0].locations | map(.location.physicalLocation.region.startLine) |
			length >= 2 and .[-1] == 5' errors.sarif >/dev/null || return 1
	grep -q '^::error file=src/some code/a#b%255.c,line=5,title=leaktrace%3A leak.definite at lose::300 bytes in 3 blocks' errors.github &&
		grep -q "lose ($line:5)" errors.markdown && grep -q '<failure type="leak.definite" message="300 bytes in 3 blocks' errors.junit
}
sources_named()
{
	[ -e loses.bin ] || tap_skip "there is no dump"
	reported github --source-dir="$tmp/repository/src" && grep -q 'file=some code/' errors.github &&
		reported github --source-dir=/nowhere --source-dir="$tmp/repository" && grep -q 'file=src/some code/' errors.github &&
		reported github --source-dir=/nowhere && ! grep -q 'file=' errors.github || return 1
	# no place in the sources: the file as it is
	reported sarif --source-dir=/nowhere && valid_sarif errors.sarif && grep -q '"uri": "file:///.*/src/some%20code/' errors.sarif
}
workspace()
{
	[ -e loses.bin ] || tap_skip "there is no dump"
	(cd repository/build && GITHUB_WORKSPACE=$tmp timeout 60 "$leakreport" errors --format=github "$tmp/loses.bin") >errors.github
	grep -q 'file=repository/src/some code/' errors.github
}
no_errors()
{
	[ -e loses.bin ] || tap_skip "there is no dump"
	local format
	for format in tap junit sarif github markdown; do
		timeout 60 "$leakreport" errors --errors-for=free --format=$format loses.bin >none.$format || return 1
	done
	[ "$(driven none.tap)" = "1 PASS" ] && valid_junit none.junit && valid_sarif none.sarif && [ ! -s none.github ] &&
		jq -e '.runs[0].results == []' none.sarif >/dev/null && grep -q 'no errors' none.markdown || return 1
	# without a verdict nothing passes
	env LEAKTRACE_SCAN=none LEAKTRACE_OUT="$tmp/unjudged.bin" LD_PRELOAD="$lib" repository/build/loses || return 1
	for format in tap sarif junit; do
		timeout 60 "$leakreport" errors --format=$format unjudged.bin >unjudged.$format
		[ $? = 3 ] || return 1
	done
	[ "$(driven unjudged.tap)" = "1 FAIL" ] && valid_junit unjudged.junit && grep -q 'errors="1"' unjudged.junit &&
		jq -e '.runs[0].results[0].kind == "open"' unjudged.sarif >/dev/null
}
# A verdict of a real run, in all forms at once.
real_check()
{
	local format rules=(no-leaks 'function:lose:allocations<=1' 'allocations<=100') write=()
	[ -e loses.bin ] || tap_skip "there is no dump"
	for format in tap junit sarif github markdown; do
		write+=(--write=$format:check.$format)
	done
	timeout 60 "$leakreport" check --source-dir="$tmp/repository" "${write[@]}" "${rules[@]}" loses.bin >said
	[ $? = 1 ] && [ "$(driven check.tap)" = "2 FAIL 1 PASS" ] && valid_junit check.junit && valid_sarif check.sarif &&
		python github.py check.github 2 && rendered check.markdown real || return 1
	# two calls of one function are one path
	jq -e '[.runs[0].results[].ruleId] | sort == ["function:lose:allocations", "no-leaks"]' check.sarif >/dev/null &&
		[ "$(grep -c '^::error file=src/some code/a#b%255.c,line=5,' check.github)" = 2 ]
}
diff_rendered()
{
	timeout 60 "$leakreport" diff --format=markdown "$@" >diff.markdown && rendered diff.markdown diff
}
differences()
{
	[ -e unjudged.bin ] || tap_skip "there are no dumps"
	command -v cmark-gfm >/dev/null || tap_skip "cmark-gfm is not installed"
	# the same program, but that one run was not judged: what was lost is a difference
	diff_rendered loses.bin unjudged.bin && grep -q '^| blocks definitely lost | [0-9]* | 0 | &minus;' diff.markdown &&
		grep -q '`lose <- main`' diff.markdown && diff_rendered loses.bin loses.bin && grep -q '^No differences' diff.markdown || return 1
	timeout 60 "$leakreport" diff --format=markdown loses.bin
	[ $? = 2 ]
}
other_commands()
{
	local format
	[ -e loses.bin ] || tap_skip "there is no dump"
	for format in tap sarif; do
		timeout 60 "$leakreport" summary --format=$format loses.bin 2>said
		[ $? = 2 ] && grep -q 'give text|json$' said || return 1
		timeout 60 "$leakreport" --format=$format loses.bin 2>said
		[ $? = 2 ] && grep -q 'give text|json, or a command' said || return 1
		timeout 60 "$leakreport" --format=$format errors loses.bin >said
		[ $? = 1 ] || return 1
	done
}
tap_case "errors: a program is traced" traced
tap_case "errors: in each form, with its lines in the repository" real_errors
tap_case "errors: --source-dir" sources_named
tap_case "errors: GITHUB_WORKSPACE" workspace
tap_case "errors: none, and none known" no_errors
tap_case "check: of a real run, in each form" real_check
tap_case "diff: as Markdown" differences
tap_case "errors: other commands have text and JSON" other_commands
