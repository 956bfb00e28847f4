#!/usr/bin/python3
"""decode.py FILE...: a second reader of dumps, written from doc/FORMAT.md alone.

Knows codec 0 only. Prints each event as `leakreport raw` does, so that the two can be compared: the words
of what is specified and of what is implemented then agree.
"""
import struct
import sys

CONT, ALLOC, FREE, RELEASE, RESTORE, NODE, TIME, BLOB, RES = range(1, 10)


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            return value, at


def unzigzag(v):
    return v >> 1 if v & 1 == 0 else -(v >> 1) - 1


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


class Column:
    def __init__(self, data):
        self.data, self.at = data, 0

    def varint(self):
        value, self.at = varint(self.data, self.at)
        return value

    def byte(self):
        self.at += 1
        return self.data[self.at - 1]

    def take(self, n):
        self.at += n
        return self.data[self.at - n:self.at]


def event_text(tag, f):
    if tag in (ALLOC, FREE, RELEASE, RESTORE):
        name = {ALLOC: "alloc", FREE: "free", RELEASE: "release", RESTORE: "restore"}[tag]
        size = f" size {f['size']}" if tag == ALLOC else ""
        site = f" site {f['site']}" if f["site"] else ""
        return f"{name} 0x{f['addr']:x}{size}{site} api {f['api']}"
    if tag == NODE:
        return f"node {f['id']} parent {f['parent']} pc 0x{f['pc']:x} module {f['module']} flags 0x{f['flags']:x}"
    if tag == TIME:
        return f"time {f['time']} us"
    if tag == BLOB:
        return f"blob {f['type']} {f['bytes'].hex()}"
    return f"resource {f['kind']} site {f['site']} " + " ".join(hex(a) for a in f["args"])


MASK44, MASK64 = (1 << 44) - 1, (1 << 64) - 1
RUNS, OPS, ADDR, SIZE, SITE, NUMBER, EXTRA = range(7)


def place(key):
    return (key * 0x9E3779B97F4A7C15 & MASK64) >> 54


def grains(size):
    return max(2, (size + 23) // 16)


def size_class(size):
    n = grains(size)
    return n if n < 72 else 127 if n >> 40 else 63 + n.bit_length()


class Context:
    """What section 6 calls the guesses, and how each event changes them."""

    def __init__(self):
        self.numbers, self.follows, self.asked, self.pc_after = {}, {}, {}, {}
        self.stacks = {c: [0] * 4 for c in range(128)}
        self.top = {c: 0 for c in range(128)}
        self.behind = self.released = self.last = self.freed = 0
        self.site = self.site_before = self.alloc_api = self.free_api = 0
        self.blocks, self.numbered = [], False
        self.pc = self.time = self.block = self.node = self.module = 0

    def stacked(self, size_class, back):
        return self.stacks[size_class][(self.top[size_class] - back) % 4]

    def take(self, size_class, back):
        stack, top = self.stacks[size_class], self.top[size_class]
        stack[(top - back) % 4] = stack[top % 4]
        stack[top % 4] = 0
        self.top[size_class] -= 1

    def put(self, size_class, addr):
        self.top[size_class] += 1
        self.stacks[size_class][self.top[size_class] % 4] = addr


class Body:
    def __init__(self, data):
        lengths, at = [], 0
        for _ in range(7):
            value, at = varint(data, at)
            lengths.append(value)
        self.columns, self.c = [], Context()
        for length in lengths:
            self.columns.append(Column(data[at:at + length]))
            at += length

    def varint(self, column):
        return self.columns[column].varint()

    def signed(self, column):
        return unzigzag(self.columns[column].varint())

    def integer(self, column, n):
        return int.from_bytes(self.columns[column].take(n), "little", signed=True)

    def address(self, far):
        if far == 2:
            return self.integer(ADDR, 6) & MASK44
        return self.c.last + 2 * self.integer(ADDR, 2 + far) & MASK44

    def number(self, f, told):
        region = place(f["addr"] >> 20)
        f["number"] = self.c.numbers.get(region, 0) + (self.signed(NUMBER) if told else 0) & 0xFFFFFFFF
        self.c.numbers[region] = f["number"] + 1 & 0xFFFFFFFF

    def alloc(self, op, more, f):
        c, way = self.c, op & 15
        guess = place(c.site << 32 | c.site_before)
        site = c.site + self.signed(SITE) & 0xFFFFFFFF if op & 0x20 else c.follows.get(guess, 0)
        size, api = c.asked.get(place(site), (0, c.alloc_api))
        if op & 0x10:
            size = self.varint(SIZE)
        if more:
            api = self.columns[EXTRA].byte()
        k = size_class(size)
        if way < 4:
            addr = c.stacked(k, way)
            c.take(k, way)
        elif way == 4:
            addr = c.behind
        elif way == 5:
            addr = c.released
        elif way < 9:
            addr = c.stacked(0, way - 6)
            c.take(0, way - 6)
        else:
            addr = self.address(way - 9)
        if way == 4 or way >= 9:
            c.behind = addr + grains(size) * 2
        c.asked[place(site)] = (size & (1 << 59) - 1, api)
        c.follows[guess] = site
        c.alloc_api, c.site_before, c.site = api, c.site, site
        f.update(addr=addr * 8, size=size, site=site, api=api)
        if c.numbered:
            self.number(f, op & 0x40)
        c.blocks.append((addr, k, api))
        c.last = addr

    def free(self, op, more, tag, f):
        c, way = self.c, op & 15
        k, api = 0, c.free_api
        if way >= 13:
            addr = self.address(way - 13)
        else:
            if way == 10:
                c.freed = len(c.blocks) - 1
            else:
                c.freed += way - 4 if way < 10 else self.integer(ADDR, way - 10)
            assert len(c.blocks) - 4096 <= c.freed < len(c.blocks) and c.freed >= 0
            addr, k, api = c.blocks[c.freed]
            api = api if api in (4, 5) else 0
        f.update(addr=addr * 8, api=api if tag == FREE else 2)
        if more:
            f["api"] = self.columns[EXTRA].byte()
            f["site"] = self.varint(EXTRA)
        if tag == FREE:
            c.free_api = f["api"]
        if c.numbered:
            self.number(f, op & 0x20)
        c.put(k, addr)
        c.released = c.last = addr

    def node(self, op, f):
        c = self.c
        f["id"] = c.node + (self.signed(EXTRA) if op & 1 else 1) & 0xFFFFFFFF
        f["parent"] = f["id"] - self.signed(EXTRA) & 0xFFFFFFFF if op & 2 else c.node
        guess = place(c.pc)
        f["pc"] = c.pc + self.signed(EXTRA) & MASK64 if op & 4 else c.pc_after.get(guess, 0)
        f["module"], f["flags"] = c.module, 0
        if op & 8:
            f["module"], f["flags"] = self.varint(EXTRA), self.varint(EXTRA)
        c.pc_after[guess] = c.pc = f["pc"]
        c.node, c.module = f["id"], f["module"]

    def other(self, tag, f):
        if tag == TIME:
            self.c.time = f["time"] = self.c.time + self.signed(EXTRA)
        elif tag == BLOB:
            f["type"] = self.varint(EXTRA)
            f["bytes"] = self.columns[EXTRA].take(self.varint(EXTRA))
        elif tag == RES:
            f["kind"] = self.varint(EXTRA)
            count = self.varint(EXTRA)
            f["site"] = self.varint(EXTRA)
            f["args"] = [self.varint(EXTRA) for _ in range(count)]
            f["addr"] = f["args"][0]
            if self.c.numbered:
                f["number"] = self.varint(EXTRA)

    def event(self):
        more = restore = False
        f = dict(site=0, api=0)
        while (op := self.columns[OPS].byte()) >= 0xE0:
            more |= op == 0xE0
            self.c.numbered ^= op == 0xE1
            restore |= op == 0xE2
        if op < 0x80:
            tag = ALLOC
            self.alloc(op, more, f)
        elif op < 0xC0:
            tag = RESTORE if restore else RELEASE if op & 0x10 else FREE
            self.free(op, more, tag, f)
        elif op < 0xD0:
            tag = NODE
            self.node(op, f)
        else:
            tag = op & 15
            self.other(tag, f)
        text = event_text(tag, f)
        return text + f" #{place(f['addr'] >> 20)}/{f['number']}" if "number" in f else text

    def print(self):
        runs = self.columns[RUNS]
        while runs.at < len(runs.data):
            thread = runs.varint()
            self.c.block += unzigzag(runs.varint())
            first, words, events = runs.varint(), runs.varint(), runs.varint()
            print(f"run thread {thread} block {self.c.block} words {first}+{words}")
            for _ in range(events):
                print(" ", self.event())


FIGURES = {1: "reason", 2: "time_us", 3: "blocks", 4: "reachable_blocks", 5: "reachable_bytes", 6: "possible_blocks",
           7: "possible_bytes", 8: "indirect_blocks", 9: "indirect_bytes", 10: "definite_blocks", 11: "definite_bytes",
           12: "inherited_blocks", 13: "inherited_bytes", 14: "ignored_blocks", 15: "ignored_bytes", 16: "pause_us",
           17: "wall_us", 18: "cpu_us", 19: "threads", 20: "unknown_threads", 21: "coverage", 22: "words_read",
           23: "pointers", 24: "root_bytes", 25: "fd_limit", 26: "fds", 27: "tasks", 28: "timers"}
VERDICTS = ["unknown", "reachable", "possible", "indirect", "definite"]
HOLDERS = ["nothing", "root", "word", "block"]


class Scan:
    """Section 9: one scan's records, until its end."""

    def __init__(self):
        self.figures, self.rows = {}, {5: [], 6: [], 7: [], 8: [], 11: [], 12: [], 14: [], 16: []}
        self.texts = [""]
        self.edges, self.edges_missing = [], True

    def add_figures(self, body, at):
        while at < len(body):
            number, at = varint(body, at)
            self.figures[number], at = varint(body, at)

    def add_table(self, kind, body, at):
        (first, at), lengths, end, birth = varint(body, at), [], 0, 0
        rows, at = varint(body, at)
        columns, at = varint(body, at)
        for _ in range(columns):
            length, at = varint(body, at)
            lengths.append(length)
        read = []
        for length in lengths:
            read.append(Column(body[at:at + length]) if length else None)
            at += length
        assert rows <= lengths[0] and first == len(self.rows[kind])
        for _ in range(rows):
            v = [c.varint() if c else 0 for c in read]
            if kind == 5:
                v[0] = (end + unzigzag(v[0])) & MASK64
                v[3] = birth = birth + unzigzag(v[3]) & 0xFFFFFFFF
                end = v[0] + 2 * grains(v[1])
            self.rows[kind].append(v)

    def block(self, i, v):
        addr, size, site, birth, verdict, flags, leader, holder, offset = v[:9]
        where = HOLDERS[holder & 3]
        if holder & 3:
            held = i - unzigzag(holder >> 2) if holder & 3 == 3 else holder >> 2
            where += f" {held}+{offset}"
        of = f" of {i - unzigzag(leader)}" if leader else ""
        return (f"  block {i} 0x{addr * 8:x} size {size} site {site} birth {birth} {VERDICTS[verdict & 7]}"
                f" by {verdict >> 3 & 15} flags {flags} in {where}{of}")

    def add_graph(self, body, at):
        more, at = body[at], at + 1
        self.edges_missing = more != 1
        kind, source, target = None, 0, 0
        while at < len(body):
            v, at = varint(body, at)
            source = (source if v & 3 == kind else 0) + (v >> 2)
            kind, offset, goes_on = v & 3, 0, 1
            if kind == 0:
                target = source
            while goes_on:
                v, at = varint(body, at)
                goes_on, v = v & 1, v >> 1
                target += v >> 1 ^ -(v & 1)
                gap, at = varint(body, at)
                offset += gap >> 1 if gap & 1 else gap << 2
                self.edges.append((("block", "root", "word")[kind], source, offset, target))

    def add_texts(self, body, at):
        while at < len(body):
            length, at = varint(body, at)
            self.texts.append(body[at:at + length].decode())
            at += length

    def fd(self, v):
        number, flags, name, family, kind, local, peer, expires, interval = v
        text = f"  fd {number} flags {flags}"
        if family:
            text += f" family {family} type {kind}"
        if expires or interval:
            text += f" expires {expires} interval {interval}"
        for what, i in (("local", local), ("peer", peer), ("name", name)):
            if 0 < i < len(self.texts):
                text += f" {what} {self.texts[i]}"
        return text

    def text(self, number):
        yield f"scan {number}" + "".join(f" {FIGURES[k]} {v}" for k, v in sorted(self.figures.items()))
        for i, v in enumerate(self.rows[6]):
            yield f"  root {i} 0x{v[0]:x} length {v[1]} kind {v[2]} id {v[3]}"
        for i, v in enumerate(self.rows[7]):
            yield f"  word {i} 0x{v[0]:x} kind {v[1]} id {v[2]} number {v[3]}"
        for v in self.rows[8]:
            yield f"  thread {v[0]} sp 0x{v[1]:x} flags {v[2]}"
        for v in self.rows[11]:
            yield f"  frame of {v[0]} sp 0x{v[1]:x} pc 0x{v[2]:x} flags {v[3]}"
        for v in self.rows[12]:
            yield self.fd(v)
        for v in self.rows[14]:
            yield (f"  pthread 0x{v[0]:x} tid {v[1]} flags {v[2]} stack 0x{v[3]:x} length {v[4]} touched {v[5]}"
                   f" call {v[6]} waits {v[7]} for 0x{v[8]:x}")
        for v in self.rows[16]:
            yield (f"  timer {v[1]} clock {unzigzag(v[2])} notify {v[3]} signal {v[4]} value 0x{v[0] - 1:x} to {v[5]}")
        sums = [[0, 0] for _ in VERDICTS]
        for i, v in enumerate(self.rows[5]):
            yield self.block(i, v)
            if not v[5] & 6:
                sums[v[4] & 7][0] += 1
                sums[v[4] & 7][1] += v[1]
        for kind, source, offset, target in self.edges:
            yield f"  edge {kind} {source}+{offset} to {target}"
        if self.edges and self.edges_missing:
            yield "  edges are missing"
        yield f"scan {number} {len(self.rows[5])} blocks" + "".join(
            f" {name} {b}/{n}" for name, (b, n) in list(zip(VERDICTS, sums))[1:])


scans, scan_lines = {}, []


def scan_record(kind, body):
    number, at = varint(body, 0)
    if kind == 4:
        scans.clear()
        scans[number] = Scan()
    scan = scans.get(number)
    if not scan:
        return
    if kind in (4, 9):
        scan.add_figures(body, at)
    if kind in scan.rows:
        scan.add_table(kind, body, at)
    if kind == 13:
        scan.add_texts(body, at)
    if kind == 10:
        scan.add_graph(body, at)
    if kind == 9:
        scan_lines.extend(scan.text(number))
        scans.clear()


def chunk(raw):
    at = 0
    while at < len(raw):
        kind, at = varint(raw, at)
        length, at = varint(raw, at)
        body = raw[at:at + length]
        at += length
        if kind == 1:
            Body(body).print()
        elif 4 <= kind:
            scan_record(kind, body)
        elif kind == 2:
            print("\n".join(scan_lines + [""]), end="")
            print(f"finish {varint(body, 0)[0]} events")
        elif kind == 3:
            known, at_blocks = varint(body, 0)
            blocks, at_bytes = varint(body, at_blocks)
            if known:
                print(f"live {blocks} blocks {varint(body, at_bytes)[0]} bytes")


def dump(data):
    assert data[:8] == b"LEAKTRC\x01"
    version, header_size, crc = struct.unpack_from("<III", data, 8)
    assert version == 1 and header_size == 4096
    assert crc == crc32c(data[:16] + bytes(4) + data[20:256])
    at, = struct.unpack_from("<Q", data, 72)
    end, = struct.unpack_from("<Q", data, 264)
    while at < end:
        magic, codec, stored, raw, _, crc = struct.unpack_from("<IIIIII", data, at)
        assert magic == 0x4B484354 and codec == 0 and stored == raw
        body = data[at + 24:at + 24 + stored]
        assert crc == crc32c(data[at:at + 20] + bytes(4) + body)
        chunk(body)
        at += 24 + (stored + 7) // 8 * 8


for name in sys.argv[1:]:
    with open(name, "rb") as file:
        dump(file.read())
