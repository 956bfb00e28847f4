# Makes the inputs of programs.sh, the same everywhere, in the directory given. Large enough that each program
# works for half a second or longer, so that its start does not count.
bench_inputs()
{
	local dir=$1
	mkdir -p "$dir" && cd "$dir" || return 1
	input_tables
	input_sources
	if command -v git >/dev/null; then
		git init -q repo && input_history | git -C repo fast-import --quiet
	fi
}

input_tables()
{
	awk 'BEGIN {
		split("alpha beta gamma delta epsilon zeta eta theta iota kappa", w, " ")
		x = 12345
		for (i = 1; i <= 150000; i++) {
			x = (x * 1103515245 + 12345) % 2147483648
			print i, w[1 + x % 10], w[1 + int(x / 16) % 10], int(x / 256) % 5000
		}
	}' >text.txt
	awk 'BEGIN {
		print "{\"items\": ["
		for (i = 0; i < 60000; i++)
			printf "  {\"n\": %d, \"name\": \"item %d\", \"tags\": [\"a\", \"b\", %d.5]}%s\n", i, i, i, i < 59999 ? "," : ""
		print "]}"
	}' >data.json
	awk 'BEGIN {
		print "<list>"
		for (i = 0; i < 60000; i++)
			printf "  <item n=\"%d\" kind=\"k%d\"><name>item %d</name></item>\n", i, i % 17, i
		print "</list>"
	}' >data.xml
}

input_sources()
{
	cat >create.sql <<-'SQL'
		pragma synchronous = off;
		create table t (id integer primary key, name text, n integer, m integer);
		begin;
		with recursive c(i) as (select 1 union all select i + 1 from c where i < 60000)
			insert into t select i, 'name ' || (i * 7919 % 60000), i % 1700, i % 13 from c;
		commit;
		create index t_name on t (name);
		create index t_n on t (n, m);
	SQL
	cat >ask.sql <<-'SQL'
		select count(*), sum(length(names)) from (select n, group_concat(name) names from t group by n);
		select m, count(distinct name), max(name) from t group by m order by 2 desc, 1;
		select count(*) from t a join t b on a.name = b.name where a.n < b.n + 3;
		select substr(name, 6, 2) s, group_concat(id) from t group by s having s = '42';
		update t set name = name || ' again' where m = 5 and length(name) < 40;
		select count(*), max(upper(name)) from t where name like '%9% again';
	SQL
	cat create.sql ask.sql ask.sql ask.sql ask.sql >query.sql
	cat >script.py <<-'PY'
		import json
		with open("data.json") as f:
		    text = f.read()
		for _ in range(2):
		    data = json.loads(text)
		    for item in data["items"]:
		        item["tags"].append({"of": item["name"].split()})
		    out = json.dumps(data, indent=1, sort_keys=True)
		print(len(out))
	PY
	cat >script.pl <<-'PL'
		my (%count, %of, @lines);
		while (<>) {
			my @words = split;
			push @lines, \@words;
			$count{$_}++ for @words;
			push @{$of{"$words[1] $words[3]"}}, $words[0];
		}
		printf "%s %d\n", $_, $count{$_} for (sort { $count{$b} <=> $count{$a} || $a cmp $b } keys %count)[0 .. 20];
		print scalar(@lines), " ", length(join ",", map { "$_=@{$of{$_}}" } sort keys %of), "\n";
	PL
	cat >unit.cc <<-'CC'
		#include <iostream>
		#include <map>
		#include <regex>
		int main()
		{
			std::map<std::string, int> count;
			std::regex word("([a-z]+)-([0-9]*)");
			for (std::string line; std::getline(std::cin, line);)
				for (std::sregex_iterator i(line.begin(), line.end(), word), end; i != end; ++i)
					count[(*i)[1].str()] += (*i)[2].length();
			for (auto &[text, n] : count)
				std::cout << text << ' ' << n << '\n';
		}
	CC
	g++ -std=c++17 -E unit.cc -o unit.ii 2>/dev/null
}

# A history of 4000 commits over 40 files of some hundred lines, as git fast-import reads it.
input_history()
{
	awk 'function data(s) { printf "data %d\n%s\n", length(s), s }
	BEGIN {
		x = 4711
		for (i = 1; i <= 4000; i++) {
			f = i % 40
			for (k = 0; k < 12; k++) {
				x = (x * 1103515245 + 12345) % 2147483648
				line[f, int(x / 65536) % 300] = "line " x " of commit " i
			}
			text = ""
			for (k = 0; k < 300; k++)
				text = text ((f, k) in line ? line[f, k] : "plain line " k) "\n"
			printf "commit refs/heads/main\nmark :%d\n", i
			printf "committer A U Thor <author@example.org> %d +0000\n", 1600000000 + i * 3600
			data("commit " i)
			if (i > 1)
				printf "from :%d\n", i - 1
			printf "M 100644 inline dir%d/file-%d.txt\n", f % 5, f
			data(text)
		}
	}'
}
