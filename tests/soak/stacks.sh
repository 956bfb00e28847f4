# Stacks beside libgcc's, over larger inputs than make check has:   bash tests/soak/stacks.sh [TIMES]
# Build first: make check TESTS=
# TIMES is a factor of the random walk's length (10).
. "$(dirname "$0")/../lib.sh"
need jq setarch timeout
. "$top_srcdir/tests/e2e/cases.sh"
. "$top_srcdir/tests/stacks/judge.sh"

(
	cd "$tmp/in" || exit 99
	for i in {1..40}; do cat text.txt; done >large.txt
	{ echo '<all>'; for i in {1..60}; do cat data.xml; done; echo '</all>'; } >large.xml
	{ echo '['; for i in {1..30}; do cat data.json; echo ,; done; echo 'null]'; } >large.json
	sed 's/2000/100000/' query.sql >large.sql
	sed 's/text.txt/large.txt/; s/tree(8)/tree(14)/' script.py >large.py
	cat >large.cc <<-'CC'
		#include <algorithm>
		#include <functional>
		#include <iostream>
		#include <map>
		#include <random>
		#include <regex>
		#include <thread>
		#include <unordered_map>
		#include <variant>
		std::map<std::string, std::function<int(int)>> table;
		std::unordered_map<std::string, std::variant<int, std::string>> other;
		bool f(const std::string &s)
		{
			table[s] = [&](int i) { return i + (int)s.size(); };
			std::visit([](auto &&v) { std::cout << v; }, other[s]);
			return std::regex_match(s, std::regex("[a-z]+"));
		}
	CC
)

tap_case sqlite3 same sqlite3 sqlite3 'sqlite3 :memory: < large.sql'
tap_case python3 same python3 python3 '/usr/bin/python3 large.py'
tap_case python3-modules same python3-modules python3 \
	'/usr/bin/python3 -c "import asyncio, ctypes, decimal, email, sqlite3, ssl, unittest, xml.dom.minidom, zipfile"'
tap_case perl same perl perl 'perl script.pl large.txt'
tap_case xmllint same xmllint xmllint 'xmllint --format large.xml'
tap_case jq same jq jq 'jq ".[] | .items?[]? | .name" large.json'
tap_case git-log same git-log git 'git -C repo --no-pager log -p --stat --format=fuller'
tap_case git-gc same git-gc git 'git -C repo gc --quiet --aggressive'
tap_case cc1plus same cc1plus CC1PLUS \
	"$cc1plus -quiet -imultiarch x86_64-linux-gnu -D_GNU_SOURCE -O2 -std=c++17 large.cc -o /dev/null"
tap_case bash same bash bash 'bash --norc script.bash'
tap_case sort same sort sort 'sort --parallel=4 -S 1M -k 2,2 -k 1n large.txt'
tap_case tar same tar tar 'tar -cJf /dev/null repo'
# The program's own threads and random walks, every stack of them.
CASES="mixed threads signals" MIXED_STEPS=$((60000 * ${1:-10})) bash "$top_srcdir/tests/stacks/hard.tap" >"$tmp/hard" 2>&1
tap_case hard eval 'cat "$tmp/hard"; ! grep -q "^not ok" "$tmp/hard" && grep -q "^ok" "$tmp/hard"'
tap_end
