#!/usr/bin/env bash
# Findings of inefficiency on everyday programs that do real work: prints each. By hand, from the source
# tree, when ./build is built: tests/growth/real.sh [NAME]. A minute. doc/EVERYDAY.md says of each whether it is true.
# Not a test: what is told of other versions is for somebody to look at.
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
. "$top_srcdir/tests/lib.sh"
. "$top_srcdir/bench/inputs.sh"
need jq
need_library
lib=$(realpath "$lib")

rows()
{
	cat <<-'ROWS'
		sqlite3|sqlite3 ../db '.read query.sql'
		sqlite3 import|sqlite3 :memory: '.read import.sql'
		python3|/usr/bin/python3 -S script.py
		python3, malloc|PYTHONMALLOC=malloc /usr/bin/python3 -S script.py
		python3, strings|/usr/bin/python3 strings.py
		python3, a table dropped|PYTHONMALLOC=malloc /usr/bin/python3 dropped.py
		perl|perl script.pl text.txt
		perl, strings|perl strings.pl
		git log|git -C repo --no-pager log -p --stat main
		git fsck|git -C repo fsck
		git clone|git clone -q repo clone
		git status|git -C repo status
		cc1plus -O2|CC1PLUS -quiet -O2 -std=c++17 -fpreprocessed unit.ii -o /dev/null
		cc1plus -g|CC1PLUS -quiet -g -O0 -std=c++17 -fpreprocessed unit.ii -o /dev/null
		gcc, as, ld|gcc -O2 -shared -fPIC -x c++ unit.cc -o /dev/null
		jq|jq '[.items[] | select(.n % 3 == 0) | {name, t: (.tags | length)}] | group_by(.t) | map(length)' data.json data.json data.json
		jq -s|jq -s '[.[].items[] | {k: .name, v: .tags}] | sort_by(.k) | map(.v | length) | add' data.json
		jq --stream|jq -c --stream 'select(length == 2)' data.json
		jq join|jq -r '[.items[].name] | join(",") | length' data.json
		xmllint|xmllint --xpath 'count(//item[@kind="k3"]/name[contains(., "7")])' data.xml data.xml
		xmllint --format|xmllint --format data.xml
		xmllint --stream|xmllint --stream --noout data.xml
		bash|bash loops.bash
		bash, a pipeline|bash -c 'sort -k2 text.txt \| uniq -c -f 1 \| sort -rn \| head -n 3 \| sed "s/ */ /g" \| awk "{ print \$1 }" \| tr a b \| wc -l'
		sed|sed 's/a/b/g' text.txt
		awk|awk '{ a[$2] = a[$2] $3 } END { for (k in a) print length(a[k]) }' text.txt
		xz|xz -k -c text.txt
		tar|tar czf /dev/null repo
	ROWS
}

more_inputs()
{
	cat >import.sql <<-'SQL'
		create table x(a, b, c, d);
		.separator " "
		.import text.txt x
		create index xi on x(b, c);
		select b, c, count(*), sum(d) from x group by 1, 2 order by 3 desc limit 5;
		delete from x where a % 3 = 0;
		vacuum;
	SQL
	cat >strings.py <<-'PY'
		import io, re
		text = open('text.txt').read()
		words = re.findall(r'[a-z]+|\d+', text)
		s = ''
		for i in range(20000): s = s + 'x%d' % i
		rows = [r.split() for r in text.splitlines()]
		rows.sort(key=lambda r: (r[1], int(r[3])))
		f = io.StringIO()
		for r in rows: f.write(' '.join(r) + '\n')
		print(len(words), len(s), len(f.getvalue()))
	PY
	cat >dropped.py <<-'PY'
		d = {i: 'value %d' % i for i in range(300000)}
		kept = [d[i] for i in range(0, 300000, 50)]
		del d
		for i in range(200000): str(i)
	PY
	cat >strings.pl <<-'PL'
		my $s = ''; $s .= "line $_\n" for 1 .. 200000;
		my %h; $h{$_}++ for split /\s+/, $s;
		my @k = sort { $h{$b} <=> $h{$a} } keys %h;
		(my $t = $s) =~ s/(\d+)/<$1>/g;
		my @m = $t =~ /<(\d+)>/g;
		my $u = ''; $u = "x$u" for 1 .. 3000;
		print scalar(@k), " ", scalar(@m), " ", length $u, "\n";
	PL
	cat >loops.bash <<-'SH'
		declare -A seen
		while read -r number first second rest; do
			seen[$first]+=${second:0:1}
			((number > 20000)) && break
		done <text.txt
		s=; for ((i = 0; i < 5000; i++)); do s+=x$i; done
		for ((i = 0; i < 200000; i++)); do a[i]=x$i; done
		echo "${#seen[@]} ${#s} ${#a[@]}"
	SH
}

# told DUMP: a line for each finding.
told()
{
	"$leakreport" --format=json --limit=30 "$1" >"$tmp/report.json" || return
	jq -r '.dumps[0].program as $program | .findings[] | select(.kind | test("^(churn|heap|retention|waste)[.]")) |
		"  \($program): \(.kind)  \(.title)  at \([.site[].function] | map(select(. != null))[:3] | join(" < "))"' "$tmp/report.json"
}

run_row()
{
	rm -rf "$tmp/dumps"
	mkdir "$tmp/dumps"
	echo "$1"
	(cd "$tmp/in" && eval "env LD_PRELOAD=$lib LEAKTRACE_OUT=$tmp/dumps/%p $2" >"$tmp/output" 2>&1 </dev/null) || echo "  status $?"
	for dump in "$tmp"/dumps/*; do
		told "$dump"
	done
}

redis()
{
	rm -rf "$tmp/dumps"
	mkdir "$tmp/dumps"
	echo redis-server
	"$top_srcdir/bench/redis-load" env LD_PRELOAD="$lib" LEAKTRACE_OUT="$tmp/dumps/%p" redis-server || echo "  status $?"
	for dump in "$tmp"/dumps/*; do
		told "$dump"
	done
}

nginx_gzip()
{
	local port=$((20000 + RANDOM % 12000)) pid i
	rm -rf "$tmp/dumps"
	mkdir -p "$tmp/dumps" "$tmp/html"
	chmod 755 "$tmp" "$tmp/html"
	seq 100000 >"$tmp/html/big.txt"
	cat >"$tmp/nginx.conf" <<-CONF
		master_process off; daemon off; pid $tmp/nginx.pid; error_log $tmp/nginx.err;
		events { worker_connections 128; }
		http { access_log $tmp/nginx.log; gzip on; gzip_types text/plain; types { text/plain txt; } root $tmp/html; server { listen 127.0.0.1:$port; } }
	CONF
	echo "nginx, gzip"
	env LD_PRELOAD="$lib" LEAKTRACE_OUT="$tmp/dumps/%p" /usr/sbin/nginx -e "$tmp/nginx.err" -c "$tmp/nginx.conf" &
	pid=$!
	for ((i = 0; i < 200; i++)); do
		(: </dev/tcp/127.0.0.1/$port) 2>/dev/null && break
		sleep 0.02
	done
	for ((i = 0; i < 300; i++)); do
		printf 'GET /big.txt HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAccept-Encoding: gzip\r\n\r\n' >"$tmp/request"
		{ exec 5<>/dev/tcp/127.0.0.1/$port && cat "$tmp/request" >&5 && cat <&5 >"$tmp/answer"; } || break
	done
	kill -QUIT $pid
	wait $pid
	for dump in "$tmp"/dumps/*; do
		told "$dump"
	done
}

wanted() { [ $# = 1 ] || [[ $1 == "$2"* ]]; }

(bench_inputs "$tmp/in" && more_inputs) || exit 1
cc1plus=$(g++ -print-prog-name=cc1plus)
while IFS= read -r row; do
	row=${row//'\|'/$'\1'}
	command=${row#*|}
	wanted "${row%%|*}" "$@" || continue
	run_row "${row%%|*}" "${command//$'\1'/|}"
done < <(rows | sed "s|CC1PLUS|$cc1plus|")
wanted redis "$@" && command -v redis-server >/dev/null && redis
wanted nginx "$@" && [ -x /usr/sbin/nginx ] && nginx_gzip
exit 0
