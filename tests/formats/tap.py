# tap.py FILE: the JSON of tap.pl for the hostile verdict.
import json
import re
import sys

from names import NAMES, PASSED, UNKNOWN, check

got = json.load(open(sys.argv[1], encoding="utf-8"))


def description(name):
    return "- " + re.sub("#(?= *(skip|todo))", "\ufffd", name, flags=re.I)


check(not got["errors"], got["errors"])
check(not got["unknown"], got["unknown"])
check(got["plan"] == f"1..{len(NAMES)}", got["plan"])
check(len(got["points"]) == len(NAMES), "points")
for i, p in enumerate(got["points"]):
    status = "passed" if i == PASSED else "unknown" if i == UNKNOWN else "failed"
    check(p["directive"] == "", f"{p} has a directive")
    check(p["ok"] == p["passes"] == (status == "passed"), p)
    check(p["text"].rstrip() == description(NAMES[i]).rstrip(), f"{p['text']!r} for {NAMES[i]!r}")
    if status == "passed":
        continue
    y = p["yaml"]
    check(y["status"] == status, y)
    check(y["rule"] == NAMES[i], y)
    check(y["message"] == NAMES[(i + 3) % len(NAMES)], y)
    check(("actual" in y) == (status != "unknown"), y)
    check(len(y.get("sites", [])) == i % 4, y)
    check(("more_sites" in y) == (i % 4 == 3), y)
    for site in y.get("sites", []):
        check(site["stack"][-1].startswith("main "), site)
print("ok")
