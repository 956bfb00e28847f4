#!/usr/bin/env python3
"""Programs of known verdicts, built in several ways and run under leaktrace and its peers.

    verdicts.py build DIRECTORY   builds all programs there (what is older than its source)
    verdicts.py check DIRECTORY   runs them under leaktrace; prints TAP
    verdicts.py table DIRECTORY   runs them under leaktrace, memcheck and LeakSanitizer; prints
                                  who says what

The truth stands in the opening comment of each source (see README.md). In the environment: LIBRARY is
libleaktrace.so, LEAKREPORT leakreport; JOBS how many run at a time; BUILDS="gcc-O0 clang-O2" and
CASES="ring tree" choose.
"""
import concurrent.futures
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAMS = os.path.join(HERE, "programs")
CLASSES = ("definite", "indirect", "possible", "reachable")
JOBS = int(os.environ.get("JOBS") or len(os.sched_getaffinity(0)))
ENTRY = re.compile(r"(definite|indirect|possible|reachable) (\d+) blocks? (\d+)(\+?) bytes?")


# What the sources say.

def opening_comment(path):
    """The text of a source's first comment, without its stars and slashes."""
    lines = []
    with open(path) as source:
        for line in source:
            if not re.match(r"(/\*| \*|//)", line):
                break
            lines.append(re.sub(r"^(/\*| \*/?|//)\s*|\s*\*/\s*$", "", line).strip())
    return "\n".join(lines)


def parse_truth(text):
    """{class: (blocks, bytes, at_least)}; what is not said of a class is none, or, of reachable, nothing."""
    truth = {name: (0, 0, False) for name in CLASSES[:3]}
    for name, blocks, size, more in ENTRY.findall(text):
        truth[name] = (int(blocks), int(size), bool(more))
    rest = re.sub(r"[;\s]|none", "", ENTRY.sub("", text))
    if rest:
        raise ValueError("not understood: " + rest)
    return truth


def todo():
    """{name: reason} of the file of that name."""
    with open(os.path.join(HERE, "todo")) as rows:
        return dict(row.split(None, 1) for row in rows.read().splitlines() if row and row[0] != "#")


class Program:
    def __init__(self, file):
        self.source = os.path.join(PROGRAMS, file)
        self.name, self.suffix = os.path.splitext(file)
        parts = re.split(r"\b(truth|child):", opening_comment(self.source))
        said = dict(zip(parts[1::2], (" ".join(p.split()) for p in parts[2::2])))
        if "truth" not in said:
            raise ValueError(file + ": no truth")
        self.about = " ".join(parts[0].split())
        self.truth = parse_truth(said["truth"])
        self.child = parse_truth(said["child"]) if "child" in said else None
        self.todo = todo().get(self.name)
        with open(self.source) as source:
            self.has_library = "LIBRARY_FILE" in source.read()


def programs():
    names = os.environ.get("CASES", "").split()
    files = sorted(f for f in os.listdir(PROGRAMS) if f.endswith((".c", ".cc")))
    return [Program(f) for f in files if not names or os.path.splitext(f)[0] in names]


# Building.

def builds():
    """{"gcc-O0": (C compiler, C++ compiler, option)}, of the compilers that are there."""
    found = {}
    for c, cxx in (("gcc", "g++"), ("clang", "clang++")):
        for option in ("-O0", "-O2"):
            if shutil.which(c):
                found[c + option] = (c, cxx if shutil.which(cxx) else None, option)
    wanted = os.environ.get("BUILDS", "").split()
    return {name: b for name, b in found.items() if not wanted or name in wanted}


class Binary:
    def __init__(self, program, build, directory, lsan=False):
        self.program, self.build = program, build
        self.c, self.cxx, self.option = builds()[build]
        self.path = os.path.join(directory, build + (".lsan" if lsan else ""), program.name)
        self.lsan = lsan

    def commands(self):
        cxx = self.program.suffix == ".cc"
        base = [self.cxx, "-std=c++17"] if cxx else [self.c, "-std=gnu11"]
        base += [self.option, "-g", "-w", "-pthread", "-D_GNU_SOURCE"]
        if self.program.has_library:
            library = os.path.abspath(self.path) + ".so"
            yield base + ["-DLIBRARY", "-shared", "-fPIC", "-o", library, self.program.source]
            base.append('-DLIBRARY_FILE="%s"' % library)
        yield base + (["-fsanitize=leak"] if self.lsan else []) + ["-o", self.path, self.program.source]

    def is_old(self):
        sources = (self.program.source, os.path.join(HERE, "verdicts.h"))
        return not os.path.exists(self.path) or any(
            os.path.getmtime(s) > os.path.getmtime(self.path) for s in sources)

    def make(self):
        """What went wrong, or None."""
        if not self.is_old():
            return None
        os.makedirs(os.path.dirname(self.path), exist_ok=True)
        for command in self.commands():
            done = subprocess.run(command, stderr=subprocess.PIPE, text=True)
            if done.returncode:
                return " ".join(command) + "\n" + done.stderr
        return None


def binaries(directory):
    return [Binary(p, b, directory) for p in programs() for b, (_, cxx, _) in builds().items()
            if cxx or p.suffix == ".c"]


def each(function, items):
    """function(item) for each, JOBS at a time, in order."""
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        yield from pool.map(function, items)


def make_all(items):
    """What cannot be built is told, and will be missing."""
    for error in each(Binary.make, items):
        if error:
            print(error, file=sys.stderr)


# Running. A verdict is {class: (blocks, bytes)}, or a text where the tool has none. Each function gives that of
# the first process, and that of its child or None.

def execute(command, seconds, **variables):
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("LEAKTRACE_", "LD_", "LSAN_"))}
    process = subprocess.Popen(command, env=dict(environment, **variables), stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        status = process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        status = "not done after %d seconds" % seconds
    return process.pid, status


def of_dump(dump):
    """What the report says of own blocks: those of `suppressed` are none of its leaks."""
    done = subprocess.run([os.environ["LEAKREPORT"], "--format=json", "leaks", dump], stdout=subprocess.PIPE, timeout=60)
    leaks = json.loads(done.stdout).get("leaks") if done.returncode == 0 else None
    if not leaks or leaks["not_judged"]["blocks"]:
        return "no scan"
    return {c: (leaks[c]["blocks"], leaks[c]["bytes"]) for c in CLASSES}


def has_unknown_threads(dump):
    """Whether threads did not answer in time, on a busy machine: then no block is called definite."""
    done = subprocess.run([os.environ["LEAKREPORT"], "raw", dump], stdout=subprocess.PIPE, text=True,
                          errors="replace", timeout=60)
    return re.search(r"^scan .* unknown_threads [1-9]", done.stdout, re.M) is not None


def leaktrace(binary, work):
    """Tried anew where threads have not answered, and it mattered."""
    for attempt in range(5):
        place = os.path.join(work, str(attempt))
        os.mkdir(place)
        found = leaktrace_once(binary, place)
        dump = os.path.join(place, "out.bin")
        if fits(binary.program.truth, found[0]) or not os.path.exists(dump) or not has_unknown_threads(dump):
            return found
    return "threads do not answer", None


def leaktrace_once(binary, work):
    dump = os.path.join(work, "out.bin")
    _, status = execute([binary.path], 30, LD_PRELOAD=os.environ["LIBRARY"], LEAKTRACE_OUT=dump)
    if status:
        return "ended with %s" % status, None
    others = [f for f in os.listdir(work) if f.startswith("out.") and f != "out.bin"]
    # A child that allocates nothing leaves no dump.
    none = {c: (0, 0) for c in CLASSES}
    return of_dump(dump), of_dump(os.path.join(work, others[0])) if others else none


def of_memcheck_log(path):
    with open(path) as log:
        text = log.read().replace(",", "")
    found = {name: (0, 0) for name in CLASSES}
    for words, size, blocks in re.findall(
            r"(definitely lost|indirectly lost|possibly lost|still reachable): (\d+) bytes in (\d+) blocks", text):
        name = {"def": "definite", "ind": "indirect", "pos": "possible", "sti": "reachable"}[words[:3]]
        found[name] = (int(blocks), int(size))
    return found if "HEAP SUMMARY" in text else "no report"


def memcheck(binary, work):
    pid, status = execute(["valgrind", "--leak-check=full", "--show-leak-kinds=all", "--num-callers=4",
                           "--log-file=%s/memcheck.%%p" % work, binary.path], 120)
    own = "memcheck.%d" % pid
    if status or not os.path.exists(os.path.join(work, own)):
        return "ended with %s" % status, None
    others = [f for f in os.listdir(work) if f.startswith("memcheck.") and f != own]
    return (of_memcheck_log(os.path.join(work, own)),
            of_memcheck_log(os.path.join(work, others[0])) if others else None)


def of_lsan_log(path):
    with open(path, errors="replace") as log:
        text = log.read()
    found = {"definite": [0, 0], "indirect": [0, 0]}
    for kind, size, blocks in re.findall(r"^(Direct|Indirect) leak of (\d+) byte\(s\) in (\d+) object", text, re.M):
        sums = found["definite" if kind == "Direct" else "indirect"]
        sums[0] += int(blocks)
        sums[1] += int(size)
    if "fatal error" in text:
        return "fatal error"
    return {k: tuple(v) for k, v in found.items()} if "Processing thread" in text else "no report"


def lsan(binary, work):
    binary = Binary(binary.program, binary.build, os.path.dirname(os.path.dirname(binary.path)), True)
    error = binary.make()
    if error:
        return "not built", None
    log = os.path.join(work, "lsan")
    pid, status = execute([binary.path], 60, LSAN_OPTIONS="detect_leaks=1:allocator_may_return_null=1:log_threads=1:log_path=" + log)
    own = "lsan.%d" % pid
    others = [f for f in os.listdir(work) if f.startswith("lsan.") and f != own]
    if isinstance(status, str) or status < 0:
        return "crashed" if not isinstance(status, str) else status, None
    if not os.path.exists(os.path.join(work, own)):
        return "no report", None
    return (of_lsan_log(os.path.join(work, own)),
            of_lsan_log(os.path.join(work, others[0])) if others else "no report")


TOOLS = {"leaktrace": leaktrace, "memcheck": memcheck, "LeakSanitizer": lsan}


# Judging.

def fits(truth, verdict):
    """Whether a verdict is the truth in all classes that the tool has; of reachable, at least."""
    if not isinstance(verdict, dict):
        return False
    for name, (blocks, size, more) in truth.items():
        if name not in verdict:
            continue
        at = verdict[name]
        if name == "reachable":
            ok = at[0] >= blocks and at[1] >= size
        else:
            ok = at[0] == blocks and (at[1] >= size if more else at[1] == size)
        if not ok:
            return False
    return True


def mark(truth, verdict):
    """ok, or how it is wrong: class (the same blocks are lost), false (more are), missed (fewer are)."""
    if fits(truth, verdict):
        return "ok"
    if not isinstance(verdict, dict):
        return "none"
    lost = sum(truth[c][0] for c in CLASSES[:2])
    said = sum(verdict[c][0] for c in CLASSES[:2])
    return "false" if said > lost else "missed" if said < lost else "class"


def shown(verdict, truth=None):
    """1/32 2/64 0/0: definite, indirect, possible; blocks and bytes."""
    if verdict is None:
        return "-"
    if not isinstance(verdict, dict):
        return verdict
    text = ["%s %d/%d" % (c, *verdict[c][:2]) for c in CLASSES[:3] if verdict.get(c, (0,))[0] or verdict.get(c, (0, 0))[1]]
    reachable = verdict.get("reachable")
    if truth and reachable and "reachable" in truth and \
            (reachable[0] < truth["reachable"][0] or reachable[1] < truth["reachable"][1]):
        text.append("reachable %d/%d" % reachable)
    return ", ".join(text) or "none"


def judged(binary, tools):
    """{tool: ((verdict, mark), the child's or None)}"""
    found = {}
    for tool in tools:
        if not os.path.exists(binary.path):
            found[tool] = (("not built", "none"), ("not built", "none") if binary.program.child else None)
            continue
        with tempfile.TemporaryDirectory(prefix="verdicts.") as work:
            own, child = TOOLS[tool](binary, work)
        truth = binary.program.child
        found[tool] = ((own, mark(binary.program.truth, own)),
                       (child, mark(truth, child)) if truth is not None else None)
    return found


# What is printed.

def check(directory):
    items = binaries(directory)
    for number, (b, found) in enumerate(zip(items, each(lambda b: judged(b, ["leaktrace"]), items)), 1):
        wrong = []
        for truth, answer in zip((b.program.truth, b.program.child), found["leaktrace"]):
            if answer and answer[1] != "ok":
                wrong.append("truth: %s; leaktrace: %s" % (shown(truth), shown(answer[0], truth)))
        for line in wrong:
            print("#", line)
        if found["leaktrace"][0][0] == "threads do not answer":
            print("ok %d - %s %s # SKIP threads do not answer here" % (number, b.program.name, b.build))
            continue
        todo = " # TODO " + b.program.todo if b.program.todo and wrong else ""
        print("%sok %d - %s %s%s" % ("not " if wrong else "", number, b.program.name, b.build, todo), flush=True)
    print("1..%d" % len(items))


def rows(b, found):
    """(name, truth, [(verdict, mark) of each tool]) of a binary's first process, and of its child."""
    for which, truth in enumerate((b.program.truth, b.program.child)):
        if truth is not None:
            name = b.program.name + (" (child)" if which else "")
            yield name, truth, [found[t][which] for t in TOOLS]


def table(directory):
    items = binaries(directory)
    make_all(items)
    lines, counts = {}, {t: {} for t in TOOLS}
    for b, found in zip(items, each(lambda b: judged(b, TOOLS), items)):
        for name, truth, answers in rows(b, found):
            cells = []
            for tool, (verdict, how) in zip(TOOLS, answers):
                counts[tool][how] = counts[tool].get(how, 0) + 1
                cells.append("right" if how == "ok" else "%s: %s" % (how, shown(verdict, truth)))
            lines.setdefault((name, shown(truth)), {}).setdefault(tuple(cells), []).append(b.build)
    print("| program | builds | truth |", " | ".join(TOOLS), "|")
    print("|---|---|---|" + "---|" * len(TOOLS))
    agreed = []
    for (name, truth), by_cells in lines.items():
        if set(by_cells) == {("right",) * len(TOOLS)}:
            agreed.append(name)
            continue
        for cells, which in by_cells.items():
            print("|", name, "|", "all" if len(by_cells) == 1 else " ".join(which), "|", truth, "|", " | ".join(cells), "|")
    print()
    print("All are right, in all builds, on %d more: %s." % (len(agreed), ", ".join(agreed)))
    print()
    print("| of %d verdicts | right | false leaks | missed | another class | none |" %
          sum(counts["leaktrace"].values()))
    print("|---|---|---|---|---|---|")
    for tool in TOOLS:
        print("|", tool, "|", " | ".join(str(counts[tool].get(h, 0)) for h in ("ok", "false", "missed", "class", "none")), "|")


def main():
    if len(sys.argv) != 3 or sys.argv[1] not in ("build", "check", "table"):
        sys.exit(__doc__)
    os.environ.setdefault("XDG_CACHE_HOME", os.path.join(os.path.abspath(sys.argv[2]), ".cache"))
    if sys.argv[1] == "build":
        make_all(binaries(sys.argv[2]))
    elif sys.argv[1] == "check":
        check(sys.argv[2])
    else:
        table(sys.argv[2])


if __name__ == "__main__":
    main()
