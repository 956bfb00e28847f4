"""What leakreport says is open, beside what the kernel says.

fd_compare.py LEAKREPORT moments DUMP FILE     FILE: a line "WORD NUMBER..." for each scan
fd_compare.py LEAKREPORT process DUMP PID      the last scan, beside /proc/PID/fd
fd_compare.py LEAKREPORT last DUMP             the last scan, beside the table that it read in /proc
"""
import json
import os
import subprocess
import sys

leakreport, how, dump = sys.argv[1:4]


def ours(at):
    text = subprocess.check_output([leakreport, "resources", "--format=json", f"--at={at}", "--open", "--all",
                                    "--limit=0", "--kinds=descriptors", dump])
    return {one["handle"] for row in json.loads(text)["resources"]["rows"] for one in row["list"]}


def of_process(pid):
    found = set()
    for number in os.listdir(f"/proc/{pid}/fd"):
        target = os.readlink(f"/proc/{pid}/fd/{number}")
        if not target.endswith((".bin", "/statm")):
            found.add(int(number))
    return found


def of_last_scan():
    found = set()
    for line in subprocess.check_output([leakreport, "raw", dump], text=True, errors="replace").splitlines():
        words = line.split()
        if line.startswith("scan ") and "reason" in words:
            found = set()
        elif line.startswith("  fd "):
            found.add(int(words[1]))
    return found


def moments():
    with open(sys.argv[4]) as lines:
        for i, line in enumerate(lines):
            yield i + 1, {int(n) for n in line.split()[1:]}


pairs = {"moments": moments, "process": lambda: [("last", of_process(sys.argv[4]))],
         "last": lambda: [("last", of_last_scan())]}[how]
equal = count = 0
for at, theirs in pairs():
    count += 1
    mine = ours(at)
    equal += mine == theirs
    if mine != theirs:
        print(f"scan {at}: only /proc has {sorted(theirs - mine)}, only leakreport {sorted(mine - theirs)}")
print(f"{equal} of {count} moments are equal")
sys.exit(equal != count or count == 0)
