"""Loops of a server in small: loops.py KIND ROUNDS."""
import collections
import functools
import json
import sys

kept = []
latest = collections.deque(maxlen=300)


def leaking(i):
    if i % 20 == 0:
        kept.append(bytes(1000 + i % 100))


def keeping_latest(i):
    latest.append(bytes(1000 + i % 100))


@functools.lru_cache(maxsize=200)
def answer(i):
    return bytes(900 + i % 100)


@functools.lru_cache(maxsize=None)
def remembered(i):
    return bytes(900 + i % 100)


def answer_forever(i):
    remembered(i // 20)


def documents(i):
    json.loads(json.dumps({"number": i, "list": list(range(i % 200))}))


def main():
    work = globals()[sys.argv[1]]
    for i in range(int(sys.argv[2])):
        work(i)
        json.dumps({"request": i, "what": "for a moment" * 50})


main()
