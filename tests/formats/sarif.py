# sarif.py SCHEMA FILE: the schema, and what it cannot say: the rules for URIs, references and messages of the standard, and
# what GitHub's code scanning asks for.
import json
import re
import sys
import urllib.parse

import jsonschema

from names import NAMES, PASSED, UNKNOWN, check

schema = json.load(open(sys.argv[1], encoding="utf-8"))
log = json.load(open(sys.argv[2], encoding="utf-8"))
validator = jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker())
wrong = sorted(validator.iter_errors(log), key=str)
check(not wrong, "\n".join(str(w) for w in wrong[:5]))
run = log["runs"][0]
rules = run["tool"]["driver"]["rules"]
check(len({r["id"] for r in rules}) == len(rules), "ids of rules")
for rule in rules:
    check(all(rule[k]["text"] is not None for k in ("shortDescription", "fullDescription", "help")), rule)


def messages(at):
    if isinstance(at, dict):
        if "text" in at and set(at) <= {"text", "markdown", "id", "arguments"}:
            yield at["text"]
        for value in at.values():
            yield from messages(value)
    elif isinstance(at, list):
        for value in at:
            yield from messages(value)


for text in messages(log):
    braces = text.replace("{{", "").replace("}}", "")
    check("{" not in braces and "}" not in braces, f"a placeholder in {text!r}")
    check(not re.search(r"\]\(", text), f"a link in {text!r}")


def artifacts(at):
    if isinstance(at, dict):
        if "artifactLocation" in at:
            yield at["artifactLocation"]
        for value in at.values():
            yield from artifacts(value)
    elif isinstance(at, list):
        for value in at:
            yield from artifacts(value)


for a in artifacts(run["results"]):
    uri = a["uri"]
    parts = urllib.parse.urlsplit(uri)
    check(re.fullmatch(r"(file://)?[A-Za-z0-9/._~-]*(%[0-9A-F]{2}[A-Za-z0-9/._~-]*)*", uri), f"no URI: {uri!r}")
    check(parts.scheme in ("", "file") and not parts.query and not parts.fragment, uri)
    if "uriBaseId" in a:
        check(a["uriBaseId"] in run["originalUriBaseIds"] and not uri.startswith("/") and ".." not in uri.split("/"), a)
prints = set()
for r in run["results"]:
    check(rules[r["ruleIndex"]]["id"] == r["ruleId"], r["ruleId"])
    check(r["locations"] and r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "no place")
    check((r["kind"], r["level"]) in (("fail", "error"), ("open", "none")), r["kind"])
    if "stacks" in r:
        path = tuple(f["location"]["logicalLocations"][0]["fullyQualifiedName"] for f in r["stacks"][0]["frames"])
        prints.add((path, r["partialFingerprints"]["leaktraceCallPath/v1"]))
# what is another path is told apart
check(len({p for _, p in prints}) >= len({path for path, _ in prints}), "fingerprints")
if "hostile" in sys.argv[2] or "broken" in sys.argv[2] and len(rules) > 1:
    names = {i: n for i, n in enumerate(NAMES)}
    check({r["ruleId"] for r in run["results"]} == {n for i, n in names.items() if i != PASSED}, "results")
    check([r["ruleId"] for r in run["results"] if r["kind"] == "open"] == [NAMES[UNKNOWN]], "what was not judged")
elif "passed" in sys.argv[2]:
    check(run["results"] == [], "results of what passed")
elif "unknown" in sys.argv[2]:
    check([r["kind"] for r in run["results"]] == ["open"], "what was not judged")
