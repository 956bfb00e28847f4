# The names of print_verdict.c, as whoever reads a report should have them, and what the rules of its hostile verdict are.
# Written from what the forms promise: bytes that are no UTF-8, control characters, and what turns the direction of a line or
# is no character of XML are U+FFFD, one for each (of bytes: for each byte).
import re

RAW = [
    b"parse_hdr",
    b"std::map<int, std::string>::operator[](int&&)",
    b"main::{lambda(int)#1}::operator()(int) const",
    b"quote\" 'single' \\back\\slash\\",
    b"line\nbreak\r\n::error::injected",
    b"bell\a esc\033[31m nul-ish\x01 del\x7f tab\t.",
    b"bad\xff\xfe utf8\xc3 \xed\xa0\x80 end\xe2\x82",
    b"not a character \xef\xbf\xbe\xef\xbf\xbf",
    b"]]> <!-- --> <![CDATA[ &amp; &#0; %0A %25 %",
    b"<script>alert(1)</script><img src=x onerror=y>",
    b"pipe|pipe\\|pipe `tick` ``two`` ```three",
    b"*bold* _under_ ~~gone~~ [link](http://evil.example/) ![img](x) www.evil.example",
    b"@everyone #123 a@evil.example https://evil.example",
    b"# TODO later",
    b"ok 1 - fine # SKIP not needed",
    b"\xd7\x90\xe2\x80\xae turned \xe2\x81\xa6 \xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x90\x9b",
    b" blanks ",
    b"",
    b"a|b,c=d:e;f {0} {{1}} 100%",
    b"---\n  ...\n1..0",
]
PASSED, UNKNOWN = 2, 4  # the others fail


def clean(raw):
    text = raw.decode("utf-8", "surrogateescape")
    return re.sub("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufffe\uffff\ud800-\udfff]", "\ufffd", text)


NAMES = [clean(raw) for raw in RAW]


def is_clean(text, lines=False):
    return not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufffe\uffff]" if lines
                         else "[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufffe\uffff]", text)


def check(is_so, what):
    if not is_so:
        raise SystemExit(f"wrong: {what}")
