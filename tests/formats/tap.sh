# TAP: perl's prove and TAP::Parser, and Automake's driver.
with_prove()
{
	timeout 60 prove -e cat "$1" 2>&1
}
tap_by_prove()
{
	command -v prove >/dev/null || tap_skip "prove is not installed"
	with_prove passed.tap || return 1
	with_prove unknown.tap && echo "what was not judged passes" && return 1
	with_prove hostile.tap >said
	cat said
	# all but one fail, and nothing was misread
	grep -q '^Failed 19/20 subtests' said && ! grep -qi 'parse error\|TODO\|skipped\|No plan\|Bad plan' said
}
tap_case "TAP: prove" tap_by_prove
tap_parsed()
{
	perl "$here/tap.pl" "$1" >parsed.json && python tap.py parsed.json
}
tap_by_parser()
{
	perl -MTAP::Parser -MJSON::PP -e 1 || tap_skip "perl has no TAP::Parser"
	tap_parsed hostile.tap && broken hostile.tap 's/^1\.\.20/1..19/' tap_parsed &&
		broken hostile.tap 's/^\(not ok .*\)\xef\xbf\xbd TODO/\1# TODO/' tap_parsed && broken hostile.tap 's/^  message: "/  message: "\\/' tap_parsed
}
tap_case "TAP: points and YAML, by TAP::Parser" tap_by_parser
# driven FILE: the results, in the words of Automake's driver.
driven()
{
	timeout 60 env AM_TAP_AWK=awk sh "$top_srcdir/build-aux/tap-driver.sh" --test-name x --log-file x.log --trs-file x.trs \
		--color-tests no --enable-hard-errors yes --expect-failure no -- cat "$1" >/dev/null || return 1
	sed -n 's/^:test-result: \([A-Z]*\).*/\1/p' x.trs | sort | uniq -c | sed 's/^ *//' | paste -sd' '
}
tap_by_automake()
{
	[ "$(driven passed.tap)" = "1 PASS" ] && [ "$(driven unknown.tap)" = "1 FAIL" ] &&
		[ "$(driven hostile.tap)" = "19 FAIL 1 PASS" ] || {
		driven hostile.tap
		cat x.trs
		return 1
	}
}
tap_case "TAP: Automake's driver" tap_by_automake
