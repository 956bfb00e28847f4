# junit.py FILE: what Python's XML parser reads in the hostile verdict.
import sys
import xml.etree.ElementTree as tree

from names import NAMES, PASSED, UNKNOWN, check, is_clean

root = tree.parse(sys.argv[1]).getroot()
suite = root.find("testsuite")
cases = suite.findall("testcase")
check(root.tag == "testsuites" and len(root) == 1, "one suite")
for at in root, suite:
    check([at.get(k) for k in ("tests", "failures", "errors")] == ["20", "18", "1"], at.attrib)
check([c.get("name") for c in cases] == NAMES, [c.get("name") for c in cases])
for i, case in enumerate(cases):
    tags = [x.tag for x in case]
    want = ["system-out"] if i == PASSED else ["error"] if i == UNKNOWN else ["failure"]
    check(tags == want, (i, tags))
    check(case.get("classname") == "leaktrace." + NAMES[11], case.attrib)
    x = case[0]
    check(i == PASSED or x.get("message") == NAMES[(i + 3) % len(NAMES)], x.attrib)
    check(is_clean(x.text, lines=True), x.text)
    check(i == PASSED or x.text.startswith(NAMES[i] + "\n"), x.text)
    check(("and 9 more sites" in x.text) == (i % 4 == 3), x.text)
numbers = {p.get("name"): p.get("value") for p in suite.find("properties")}
check(numbers["program"] == NAMES[11] and numbers["parse_hdr.actual"] == "1000", numbers)
check(NAMES[UNKNOWN] + ".actual" not in numbers, "a number that was not measured")
