# Makes the inputs of the table `programs`, the same everywhere, in the directory given.
inputs()
{
	local dir=$1
	mkdir -p "$dir" && cd "$dir" || return 1
	awk 'BEGIN {
		split("alpha beta gamma delta epsilon zeta eta theta iota kappa", w, " ")
		x = 12345
		for (i = 1; i <= 4000; i++) {
			x = (x * 1103515245 + 12345) % 2147483648
			print i, w[1 + x % 10], w[1 + int(x / 16) % 10], x
		}
	}' >text.txt
	awk 'BEGIN {
		print "{\"items\": ["
		for (i = 0; i < 400; i++)
			printf "  {\"n\": %d, \"name\": \"item %d\", \"tags\": [\"a\", \"b\", %d.5]}%s\n", i, i, i, i < 399 ? "," : ""
		print "]}"
	}' >data.json
	awk 'BEGIN {
		print "<list>"
		for (i = 0; i < 400; i++)
			printf "  <item n=\"%d\"><name>item %d</name><!-- %d --></item>\n", i, i, i
		print "</list>"
	}' >data.xml
	cat >query.sql <<-'SQL'
		create table t (id integer primary key, name text, n integer);
		with recursive c(i) as (select 1 union all select i + 1 from c where i < 2000)
			insert into t select i, 'name ' || i, i % 17 from c;
		create index t_n on t (n);
		select n, count(*), group_concat(id) from t where id % 7 = 0 group by n order by 2 desc;
		select a.name, b.name from t a join t b on a.n = b.id where a.id < 20;
	SQL
	cat >script.py <<-'PY'
		import json, re
		words = {}
		for line in open("text.txt"):
		    for word in re.findall("[a-z]+", line):
		        words.setdefault(word, []).append(len(line))
		print(json.dumps({w: sum(n) for w, n in sorted(words.items())}))
		class Node:
		    def __init__(self, left, right):
		        self.left, self.right = left, right
		def tree(depth):
		    return Node(tree(depth - 1), tree(depth - 1)) if depth else None
		print(sum(1 for _ in iter([tree(8)])))
	PY
	cat >script.pl <<-'PL'
		my (%count, @lines);
		while (<>) { push @lines, [split]; $count{$_}++ for @{$lines[-1]} }
		printf "%s %d\n", $_, $count{$_} for (sort { $count{$b} <=> $count{$a} || $a cmp $b } keys %count)[0 .. 20];
		print scalar(@lines), "\n";
	PL
	cat >script.bash <<-'SH'
		declare -A seen
		while read -r number first second rest; do
			seen[$first]+=${second:0:1}
			list[number]=$second
		done <text.txt
		for word in alpha beta gamma; do printf '%s %d\n' "$word" "${#seen[$word]}"; done
		echo "${#list[@]} ${list[*]:5:5}"
	SH
	cat >unit.cc <<-'CC'
		template <class A, class B> struct pair {
			A first;
			B second;
		};
		template <class T, int N> struct stack {
			T items[N];
			int used = 0;
			template <class... A> T &emplace(A... a) { return items[used++] = T{a...}; }
			template <class F> auto fold(F f) const
			{
				auto sum = f(items[0]);
				for (int i = 1; i < used; i++)
					sum += f(items[i]);
				return sum;
			}
		};
		struct shape {
			virtual double area() const = 0;
			virtual ~shape() {}
		};
		struct square : shape {
			double side = 1;
			double area() const override { return side * side; }
		};
		double total(int n)
		{
			stack<pair<int, double>, 32> pairs;
			stack<const shape *, 4> shapes;
			square s;
			shapes.emplace(&s);
			for (int i = 0; i < n; i++)
				pairs.emplace(i, 0.5 * i);
			return pairs.fold([](auto &p) { return p.first * p.second; }) +
				shapes.fold([](auto *p) { return p->area(); });
		}
	CC
	cat >unit.c <<-'C'
		struct node { struct node *next; int key, value; };
		static struct node *table[64];
		int find(int key)
		{
			for (struct node *n = table[key % 64]; n; n = n->next)
				if (n->key == key)
					return n->value;
			return -1;
		}
		double sum(const double *x, int n)
		{
			double s = 0;
			for (int i = 0; i < n; i++)
				s += x[i] * find(i);
			return s;
		}
	C
	printf 'all: one two\n\t@echo all\none:\n\t@sort text.txt | head -2\ntwo:\n\t@wc -l <data.xml\n' >rules.mk
	cat >descriptors.py <<-'PY'
		# Numbers and kinds of this process's descriptors, before and after it has closed all of them. The
		# tracer's own two, with high numbers, are not the program's: a dump (known by its inode) and statm.
		import os, stat
		dumps = os.path.dirname(os.environ["LEAKTRACE_OUT"])
		def kinds():
		    ours = {os.stat(os.path.join(dumps, name)).st_ino for name in os.listdir(dumps)}
		    found = []
		    for fd in sorted(int(name) for name in os.listdir("/proc/self/fd")):
		        try:
		            status, target = os.fstat(fd), os.readlink("/proc/self/fd/%d" % fd)
		        except OSError:
		            continue
		        if fd < 200 or not (status.st_ino in ours or target.endswith("/statm")):
		            found.append((fd, stat.S_IFMT(status.st_mode)))
		    return found
		print(kinds())
		print(os.open("text.txt", os.O_RDONLY), os.pipe(), os.dup(0))
		os.closerange(3, 1024)
		print(kinds(), os.open("data.xml", os.O_RDONLY))
		pid = os.fork()
		if pid == 0:
		    print(kinds(), flush=True)
		    os._exit(4)
		print(os.waitpid(pid, 0)[1], os.open("data.json", os.O_RDONLY))
	PY
	if command -v git >/dev/null; then
		git init -q repo && history | git -C repo fast-import --quiet && git -C repo reset -q --hard main
	fi
}

# A history of forty commits, as git fast-import reads it.
history()
{
	local i text
	for i in {1..40}; do
		text="line $i
of file $((i % 7))
"
		printf 'commit refs/heads/main\nmark :%d\n' "$i"
		printf 'committer A U Thor <author@example.org> %d +0000\ndata 9\ncommit %02d\n' $((1600000000 + i * 3600)) "$i"
		[ "$i" = 1 ] || printf 'from :%d\n' $((i - 1))
		printf 'M 100644 inline file-%d.txt\ndata %d\n%s\n' $((i % 7)) "${#text}" "$text"
	done
}
