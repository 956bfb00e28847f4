# markdown.py HTML KIND: what is in the page that a renderer has made.
import re
import sys
from html.parser import HTMLParser

from names import NAMES, PASSED, UNKNOWN, check, is_clean

# What the summary is made of; a name has brought no other element, and no attribute.
ELEMENTS = {"h3", "p", "table", "thead", "tbody", "tr", "th", "td", "code", "pre", "details", "summary", "strong", "ul", "li"}


class Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.rows, self.summaries, self.blocks, self.text, self.open = [], [], [], [], []

    def handle_starttag(self, tag, attributes):
        check(tag in ELEMENTS, f"<{tag}>")
        check(all(k == "align" for k, _ in attributes), attributes)
        self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")
        elif tag == "summary":
            self.summaries.append("")
        elif tag == "pre":
            self.blocks.append("")

    def handle_endtag(self, tag):
        check(self.open and self.open.pop() == tag, f"</{tag}>")

    def handle_data(self, data):
        if self.open and "code" not in self.open:
            # GitHub looks for people and issues in each piece of text that is no code
            check(not re.search(r"[@#]\w", data), f"refers to somebody: {data!r}")
        if "td" in self.open or "th" in self.open:
            self.rows[-1][-1] += data
        if "summary" in self.open:
            self.summaries[-1] += data
        if "pre" in self.open:
            self.blocks[-1] += data
        self.text.append(data)


page = Page()
page.feed(open(sys.argv[1], encoding="utf-8").read())
page.close()
check(not page.open, f"not closed: {page.open}")
check(is_clean("".join(page.text), lines=True), "a character that acts")
body = [r for r in page.rows if r[0] in ("failed", "not judged", "passed", "error")]
kind = sys.argv[2]
if kind == "hostile":
    order = [i for i in range(len(NAMES)) if i not in (PASSED, UNKNOWN)] + [UNKNOWN, PASSED]
    check([r[0] for r in body] == ["failed"] * 18 + ["not judged", "passed"], [r[0] for r in body])
    check([r[1].strip() for r in body] == [NAMES[i].strip() for i in order], [r[1] for r in body])
    check(all(len(r) == 5 for r in page.rows), page.rows)
    check(body[0][2] == "1,000" and body[1][2:] == ["1,001 bytes", "at most 500 bytes", "2,000 bytes (\u2212999)"], body[:2])
    check(body[-2][2] == "", "a number that was not measured")
    check(len(page.summaries) == 20, "details")
    for i, s in zip(order, page.summaries):
        check(i == PASSED or s.split() == f"{NAMES[i]}: {NAMES[(i + 3) % len(NAMES)]}".split(), (s, NAMES[i]))
    told = "".join(page.text)
    check("Could be held tighter" in told and NAMES[10] in told and "Not the same in all of 3 runs" in told, "what else is told")
    check(any("and 9 more sites" in b for b in page.blocks), "sites")
    check(all(n.strip() in " ".join(page.blocks) for n in NAMES), "names in call paths")
elif kind == "real":
    check([r[0] for r in body] == ["failed", "failed", "passed"], body)
elif kind == "diff":
    check("".join(page.text).lstrip().startswith("leaktrace diff: loses"), "title")
    widths = [len(r) for r in page.rows]
    check(all(w in (4, 5, 6) for w in widths), widths)
else:
    check([r[0] for r in body] == [{"passed": "passed", "unknown": "not judged"}[kind]], body)
    check(body[0][1] == "function:parse_*:allocations" and body[0][3] == "at most 10", body)
