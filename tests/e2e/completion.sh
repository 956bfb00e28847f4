# What bash offers behind `leaktrace` and `leakreport`, and that leaktrace takes each value offered.
. "$top_srcdir/tests/lib.sh"
framework=/usr/share/bash-completion/bash_completion
[ -r "$framework" ] || skip "bash-completion is not installed"
cat >"$tmp/offer" <<'SCRIPT'
# offer WORD...: completes the last word, prints what is offered.
. "$1" 2>/dev/null
. "$2"
shift 2
COMP_WORDS=("$@")
# readline breaks words at "=".
if [[ ${*: -1} == --*=* ]]; then
	COMP_WORDS=("${@:1:$#-1}" "${*: -1}")
	last=${COMP_WORDS[-1]}
	COMP_WORDS=("${COMP_WORDS[@]:0:${#COMP_WORDS[@]}-1}" "${last%%=*}" = "${last#*=}")
	[[ ${last#*=} ]] || COMP_WORDS=("${COMP_WORDS[@]:0:${#COMP_WORDS[@]}-1}")
fi
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
COMP_LINE=${*}
COMP_POINT=${#COMP_LINE}
COMP_WORDBREAKS=$' \t\n"\'><=;|&(:'
compopt() { :; }
_${1##*/} "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\n' "${COMPREPLY[@]}"
SCRIPT
# offers FILE WORD.. : what bash would list.
offers()
{
	bash "$tmp/offer" "$framework" "$top_srcdir/completions/${1##*/}" "$@"
}

offers "$leaktrace" --f >"$tmp/got"
printf '%s\n' --force --free-stacks= | diff - <(sort "$tmp/got") || fail "options"
for option in children free-stacks unwind report-format; do
	values=$(offers "$leaktrace" "--$option=")
	[ "$(echo "$values" | wc -l)" -ge 2 ] || fail "no values for --$option"
	for value in $values; do
		"$leaktrace" "--$option=$value" --version >"$tmp/out" 2>&1 || { cat "$tmp/out"; fail "--$option=$value"; }
	done
	[ "$values" = "$(offers "$leaktrace" "--$option" "")" ] || fail "--$option with a space"
done
offers "$leaktrace" tru | grep -qx true || fail "programs"
cd "$tmp" && : >some.bin || exit 99
# The program's own words are its own.
offers "$leaktrace" --force cat some | grep -qx some.bin || fail "behind the program"
offers "$leaktrace" --force cat --fo | grep -q force && fail "our options behind the program"
offers "$leakreport" some | grep -qx some.bin || fail "dumps"
offers "$leakreport" lea | grep -qx leaks || fail "commands"
printf '%s\n' github json junit markdown sarif tap text | diff - <(offers "$leakreport" --format= | sort) || fail "values of leakreport's options"
offers "$leakreport" --form | grep -q -- --format || fail "options of leakreport"
exit 0
