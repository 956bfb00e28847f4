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


def run(body):
    head, at = [], 0
    for _ in range(11):
        value, at = varint(body, at)
        head.append(value)
    print(f"run thread {head[0]} block {head[1]} words {head[2]}+{head[3]}")
    columns = []
    for length in head[5:]:
        columns.append(Column(body[at:at + length]))
        at += length
    ops, addr, size, site, number, extra = columns
    last = dict(addr=0, site=0, id=0, time=0, number=0)
    for _ in range(head[4]):
        op = ops.byte()
        tag, f = op & 15, dict(site=0, api=0)
        if tag in (ALLOC, FREE, RELEASE, RESTORE):
            last["addr"] = last["addr"] + unzigzag(addr.varint()) & (1 << 44) - 1
            f["addr"] = last["addr"] * 8
            if op & 0x20:
                f["api"] = extra.byte()
            if tag == ALLOC:
                f["size"] = size.varint()
                if op & 0x40:
                    last["site"] = last["site"] + unzigzag(site.varint()) & 0xFFFFFFFF
                f["site"] = last["site"]
            elif op & 0x40:
                f["site"] = extra.varint()
        elif tag == NODE:
            last["id"] = f["id"] = last["id"] + unzigzag(extra.varint()) & 0xFFFFFFFF
            f["parent"] = f["id"] + unzigzag(extra.varint()) & 0xFFFFFFFF
            f["pc"], f["flags"], f["module"] = extra.varint(), extra.varint(), extra.varint()
        elif tag == TIME:
            last["time"] = f["time"] = last["time"] + unzigzag(extra.varint())
        elif tag == BLOB:
            f["type"] = extra.varint()
            f["bytes"] = extra.take(extra.varint())
        elif tag == RES:
            f["kind"] = extra.varint()
            count = extra.varint()
            f["site"] = extra.varint()
            f["args"] = [extra.varint() for _ in range(count)]
        text = event_text(tag, f)
        if op & 0x10:
            last["number"] = last["number"] + unzigzag(number.varint()) & 0xFFFFFFFF
            where = f["addr"] if "addr" in f else f["args"][0]
            region = ((where >> 20) * 0x9E3779B97F4A7C15 & (1 << 64) - 1) >> 54
            text += f" #{region}/{last['number']}"
        print(" ", text)


def chunk(raw):
    at = 0
    while at < len(raw):
        kind, at = varint(raw, at)
        length, at = varint(raw, at)
        body = raw[at:at + length]
        at += length
        if kind == 1:
            run(body)
        elif kind == 2:
            print(f"finish {varint(body, 0)[0]} events")


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
