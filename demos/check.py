#!/usr/bin/python3
"""check.py SOURCES RUNS: holds the reports of the demos to what the headers of their sources say.

SOURCES is this folder, RUNS one that report.sh has filled: for each run NAME.json (the report), NAME.said (what
the program printed) and NAME.ended. Prints a table of what was found in each demo; for each run leaves NAME.wrong,
empty when all is right. doc/HOWTO_ADD_DEMO.md has the words of a header. Exit status 1 when anything is wrong.
"""
import importlib.util
import json
import os
import re
import sys

# What a finding counts.
UNITS = {"churn": "times", "timer": "timers", "thread": "threads", "fd": "descriptors", "mapping": "mappings"}
UNITS_OF = {"churn.small": "blocks"}


def matches(want, got):
    """Whether a number is N, or lies in N..M."""
    low, _, high = want.partition("..")
    return got is not None and float(low) <= got <= float(high or low)


def many(number, unit):
    return f"{number:,} {unit[:-1] if number == 1 else unit}"


class Demo:
    """A source: the lines of its header, and the functions that it has."""

    def __init__(self, path):
        self.name = os.path.basename(path)[:-2]
        with open(path, encoding="utf-8") as f:
            self.text = f.read()
        self.lines = [(m[1], m[2].split()) for m in re.finditer(r"^ \* (expect|absent): (.*)$", self.text, re.M)]

    def has_function(self, name):
        return re.search(rf"[ *]{name}\(", self.text)

    def expected(self):
        return [dict(w.split("=", 1) for w in words) for kind, words in self.lines
                if kind == "expect" and words[0].startswith("finding=")]


class Run:
    """What became of one run."""

    def __init__(self, folder, name):
        self.name, self.path = name, os.path.join(folder, name)
        with open(self.path + ".json", encoding="utf-8") as f:
            self.report = json.load(f)
        with open(self.path + ".said", encoding="utf-8") as f:
            self.said = f.read()
        with open(self.path + ".ended", encoding="utf-8") as f:
            self.ended = f.read().strip()
        self.wrong = []

    def complain(self, text):
        self.wrong.append(text)

    def of_function(self, name, field):
        rows = self.report["table"]["rows"]
        return sum(row[field] for row in rows if row["name"] == name)

    def site_of(self, finding):
        """The first of the program's own functions."""
        program = "/" + self.report["dumps"][0]["program"]
        own = [line["function"] for line in finding["site"] if (line["module"] or "").endswith(program)]
        return own[0] if own else None

    def find(self, want):
        """The finding that fits, or None."""
        for got in self.report["findings"]:
            numbers = {"count": got["count"], "bytes": got["bytes"], **got["figures"]}
            if (got["kind"], self.site_of(got)) == (want["finding"], want["site"]) and all(
                matches(want[key], numbers.get(key)) for key in want if key not in ("finding", "site")
            ):
                return got
        return None

    def hold_findings(self, demo):
        """Each that is expected is there, and no other is."""
        expected = demo.expected()
        for want in expected:
            if not self.find(want):
                self.complain("no finding " + " ".join(f"{k}={v}" for k, v in want.items()))
        for got in self.report["findings"]:
            at = got["kind"], self.site_of(got)
            if not any(at == (want["finding"], want["site"]) for want in expected):
                self.complain("a finding that the header does not have")
        if self.wrong:
            for got in self.report["findings"]:
                self.complain(
                    f"  {got['kind']} site={self.site_of(got)} count={got['count']} bytes={got['bytes']} "
                    + " ".join(f"{k}={v}" for k, v in got["figures"].items())
                )

    def hold_counts(self, words):
        """`unfreed` and `allocated` of a function, or the resources of a kind."""
        want = dict(w.split("=", 1) for w in words[1:])
        if words[0] == "unfreed":
            got = {
                "count": self.of_function(want["site"], "unfreed_blocks"),
                "bytes": self.of_function(want["site"], "unfreed_bytes"),
            }
        elif words[0] == "allocated":
            got = {
                "count": self.of_function(want["site"], "allocations"),
                "bytes": self.of_function(want["site"], "allocated_bytes"),
            }
        else:
            got = self.report["summary"]["resources"].get(words[0])
            if got is None:
                self.complain(f"the header says what no test knows: {' '.join(words)}")
                return
        for key in want:
            if key not in ("site", "operations") and not matches(want[key], got.get(key)):
                self.complain(f"{' '.join(words)}: the report says {key}={got.get(key)}")

    def hold(self, demo):
        """The report against the header."""
        if len(demo.lines) != len(re.findall(r"\b(?:expect|absent):", demo.text)) or not demo.lines:
            self.complain("a line of the header must begin with expect: or absent:, and there must be one")
        for kind, words in demo.lines:
            want = dict(w.split("=", 1) for w in words if "=" in w)
            if "site" in want and not demo.has_function(want["site"]):
                self.complain(f"{demo.name}.c has no function {want['site']}")
            if "ends" in want:
                if want["ends"] != self.ended:
                    self.complain(f"ends={want['ends']}: it ended with {self.ended}")
            elif "finding" in want:
                if kind == "absent" and any(got["kind"] == want["finding"] for got in self.report["findings"]):
                    self.complain(f"{want['finding']}, though repaired")
            else:
                self.hold_counts(words)
        self.hold_findings(demo)

    def hold_coverage(self):
        coverage = self.report["summary"]["coverage"]
        if not coverage["complete"] and coverage["finished"]:
            self.complain("something was missed: " + json.dumps({k: v for k, v in coverage.items() if v}))

    def hold_limit(self, demo, ends):
        """At a limit on its memory it said how far it had come, and that is in the dump. The OOM killer may come
        between a block and the word of it. Returns the number for the table."""
        if self.ended != ends:
            self.complain(f"it ended with {self.ended}, not {ends}: {self.said[-200:]}")
        site = next(w for _, words in demo.lines if words[0] == "unfreed" for w in words if w.startswith("site="))[5:]
        said = re.findall(r"(\d+) \w+ of (\d+) bytes", self.said)
        number, size = map(int, said[-1]) if said else (0, 0)
        got = self.of_function(site, "unfreed_bytes")
        if number * size < 32 << 20 or got not in (number * size, (number + (ends == "signal:KILL")) * size):
            self.complain(f"it said {number} of {size} bytes; the dump has {got} bytes of {site}")
        return site, f"{many(self.of_function(site, 'unfreed_blocks'), 'blocks')}, {got:,} bytes: as it said"


def number_of(got):
    unit = UNITS_OF.get(got["kind"]) or UNITS.get(got["kind"].split(".")[0], "blocks")
    return many(got["count"], unit) + (f", {got['bytes']:,} bytes" if got["bytes"] else "")


def measured(demo, run):
    """What is counted of demos without a finding, and of those that count by operation."""
    for _, words in demo.lines:
        want = dict(w.split("=", 1) for w in words if "=" in w)
        if words[0] == "allocated" and "operations" in want:
            each = run.of_function(want["site"], "allocations") / int(want["operations"])
            return want["site"], many(round(each), "allocations") + " each"
        if words[0] == "allocated" and not demo.expected():
            return want["site"], f"{run.of_function(want['site'], 'allocated_bytes'):,} bytes"
    return None, None


def rows_of(demo, run, twin_demo, twin):
    """The rows of the table for a demo and its twin."""
    kinds = sorted({got["kind"] for got in twin.report["findings"]})
    twin_says, rows, seen = ", ".join(kinds) or "none", [], set()
    for want in demo.expected():
        at = (want["finding"], want["site"])
        if at in seen:
            continue
        seen.add(at)
        got = run.find(want)
        rows.append([want["finding"], want["site"], number_of(got) if got else "not found", twin_says])
        twin_says = ""
    site, number = measured(demo, run)
    if site:
        twin_number = measured(twin_demo, twin)[1]
        rows.append(["" if rows else "none", site, number, (twin_says + ": " if twin_says else "") + twin_number])
    return rows


def print_table(rows):
    widths = [max(len(row[i]) for row in rows) for i in range(4)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, [*widths, 0])).rstrip())


def hold_page(runs, page):
    """The page has a section for each demo, with the findings that the report has, at the same functions."""
    with open(page, encoding="utf-8") as f:
        sections = dict(part.split("\n", 1) for part in re.split(r"^### ", f.read(), flags=re.M)[1:])
    for name, run in runs.items():
        if name.endswith("-repaired") or "." in name:
            continue
        shown = re.findall(r"^    ([a-z]+\.[a-z]+)  .*\n        (\w+) ", sections.get(name, ""), re.M)
        got = [(x["kind"], x["site"][0]["function"]) for x in run.report["findings"]]
        if name not in sections or sorted(shown) != sorted(got):
            run.complain(f"doc/DEMOS.md shows {shown}, the report {got}")


def schema_errors(runs, sources):
    """Holds each report to the schema."""
    top = os.path.dirname(os.path.abspath(sources))
    spec = importlib.util.spec_from_file_location("validate", os.path.join(top, "tests/samples/validate.py"))
    validate = importlib.util.module_from_spec(spec)
    sys.dont_write_bytecode = True
    spec.loader.exec_module(validate)
    with open(os.path.join(top, "tools/schema/report.schema.json"), encoding="utf-8") as f:
        schema = json.load(f)
    for run in runs:
        errors = []
        validate.check(schema, run.report, schema, "", errors)
        validate.check_sums(run.report, "", errors)
        run.wrong += ["not as the schema says: " + e for e in errors[:5]]


def main():
    sources, folder = sys.argv[1:3]
    names = sorted(f[:-2] for f in os.listdir(sources) if f.endswith(".c"))
    demos = {name: Demo(os.path.join(sources, name + ".c")) for name in names}
    runs, rows = {}, [["demo", "finding", "site", "number", "twin"]]
    for f in sorted(os.listdir(folder)):
        if f.endswith(".json"):
            runs[f[:-5]] = Run(folder, f[:-5])
    for name in names:
        if name not in runs:
            sys.exit(f"{name} has not been run")
        runs[name].hold(demos[name])
        runs[name].hold_coverage()
    for name in names:
        if name.endswith("-repaired"):
            continue
        twin = name + "-repaired"
        if runs[name].ended == runs[twin].ended and runs[name].said != runs[twin].said:
            runs[twin].complain(f"it prints what {name} does not: {runs[twin].said}")
        label = name
        for row in rows_of(demos[name], runs[name], demos[twin], runs[twin]):
            rows.append([label, *row])
            label = ""
        for limit, what, ends in (("limit", "ulimit -v", "signal:ABRT"), ("oom", "OOM killer", "signal:KILL")):
            if f"{name}.{limit}" in runs:
                site, number = runs[f"{name}.{limit}"].hold_limit(demos[name], ends)
                rows.append(["", what, site, number, ""])
    schema_errors(runs.values(), sources)
    hold_page(runs, os.path.join(sources, "../doc/DEMOS.md"))
    print_table(rows)
    for name, run in runs.items():
        with open(run.path + ".wrong", "w", encoding="utf-8") as f:
            f.writelines(line + "\n" for line in run.wrong)
        if run.wrong:
            print(f"\n{name} is wrong:", *run.wrong, sep="\n  ")
    return 1 if any(run.wrong for run in runs.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
