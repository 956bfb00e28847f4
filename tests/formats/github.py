# github.py FILE ERRORS: each line is one workflow command, `::name key=value,key=value::data`, as a runner takes it apart: the
# properties end at the next "::", are parted by commas, and each at its first "="; %25, %0D and %0A stand for their
# characters, in properties also %3A and %2C. Anything else that has a percent sign is a mistake of the writer's.
import re
import sys

from names import NAMES, PASSED, UNKNOWN, check, is_clean

PROPERTIES = {"file", "line", "endLine", "col", "endColumn", "title"}


def undo(text, codes):
    check(not re.search("%(?!" + "|".join(codes) + ")", text), f"a bare percent sign in {text!r}")
    return re.sub("%(..)", lambda m: chr(int(m.group(1), 16)), text)


def command(line):
    check(line.startswith("::"), f"no command: {line!r}")
    head, end, data = line[2:].partition("::")
    check(end, f"no end of the properties: {line!r}")
    name, _, rest = head.partition(" ")
    check(name in ("error", "warning", "notice"), name)
    properties = {}
    for one in rest.split(","):
        key, equals, value = one.partition("=")
        check(equals and key in PROPERTIES and key not in properties, f"{one!r} in {line!r}")
        check(":" not in value, f"a colon in {line!r}")
        properties[key] = undo(value, ["25", "0D", "0A", "3A", "2C"])
    return name, properties, undo(data, ["25", "0D", "0A"])


lines = open(sys.argv[1], "rb").read().decode("utf-8").split("\n")
check(lines.pop() == "", "the last line ends")
commands = [command(line) for line in lines]
errors = [c for c in commands if c[0] == "error"]
check(len(errors) == int(sys.argv[2]), f"{len(errors)} errors")
for name, p, data in commands:
    check(is_clean(data, lines=True) and all(is_clean(v) for v in p.values()), (p, data))
    check("file" not in p or not p["file"].startswith("/") and ".." not in p["file"].split("/"), p)
    check("line" not in p or ("file" in p and int(p["line"]) > 0), p)
    check(name != "error" or "title" in p, p)
if len(errors) == len(NAMES) - 1:
    # failures in their order, and then what was not judged
    order = [i for i in range(len(NAMES)) if i not in (PASSED, UNKNOWN)] + [UNKNOWN]
    for i, (_, p, data) in zip(order, errors):
        check(p["title"] == f"leaktrace{' (not judged)' if i == UNKNOWN else ''}: {NAMES[i]}", p)
        check(data.startswith(f"{NAMES[(i + 3) % len(NAMES)]}\nrule: {NAMES[i]}"), data)
    check(any(c[0] == "notice" and NAMES[10] in c[2] for c in commands), "what can be tightened")
    check(any(p.get("file", "").startswith("src/") and "line" in p for _, p, _ in errors), "a place in the sources")
