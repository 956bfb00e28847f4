# For gdb: runs a program without the tracer up to its k-th call of malloc after the program's own start,
# and prints that call's stack, innermost first, each frame as OBJECT+OFFSET of the address in memory.
# Given by the test: wanted, a list of such k; depth. Inlined frames are left out: they are no frames.
import os
import re
import gdb


def objects():
    """[(start, end, lowest address of the object, path)]"""
    rows = []
    base = {}
    for line in gdb.execute("info proc mappings", to_string=True).splitlines():
        m = re.match(r"\s*0x([0-9a-f]+)\s+0x([0-9a-f]+)\s+\S+\s+\S+\s+.*?(/\S+)\s*$", line)
        if m:
            start, end, path = int(m[1], 16), int(m[2], 16), m[3]
            base.setdefault(path, start)
            rows.append((start, end, base[path], path))
    return rows


def place(pc, rows):
    for start, end, base, path in rows:
        if start <= pc < end:
            return "%s+%x" % (os.path.realpath(path), pc - base)
    return "?+%x" % pc


def show(number):
    rows = objects()
    frame = gdb.newest_frame().older()
    print("call %d" % number)
    for _ in range(depth):
        if frame is None or not frame.is_valid():
            break
        if frame.type() != gdb.INLINE_FRAME:
            print("frame %s" % place(frame.pc(), rows))
        frame = frame.older()


class Malloc(gdb.Breakpoint):
    calls = 0

    def stop(self):
        # realloc(NULL, n) goes through malloc's inside; the tracer records it as what it is.
        caller = int(gdb.parse_and_eval("*(unsigned long *)$rsp"))
        if realloc <= caller < realloc + 0x800:
            return False
        Malloc.calls += 1
        return Malloc.calls in wanted


for setting in ("pagination off", "confirm off", "disable-randomization on", "debuginfod enabled off",
                "backtrace past-main on", "backtrace past-entry on", "startup-with-shell on"):
    try:
        gdb.execute("set " + setting)
    except gdb.error:
        pass
gdb.Breakpoint("__libc_start_main", temporary=True).silent = True
gdb.execute("run", to_string=True)
libc = [path for _, _, _, path in objects() if "/libc.so" in path or "/libc-" in path][0]
base = min(start for start, _, _, path in objects() if path == libc)
gdb.execute("set language c")
realloc = int(gdb.parse_and_eval("(unsigned long)&realloc"))
malloc = int(gdb.parse_and_eval("(unsigned long)&malloc"))
stops = Malloc("*0x%x" % malloc)
stops.silent = True
while True:
    gdb.execute("continue", to_string=True)
    if not gdb.selected_inferior().pid:
        break
    show(Malloc.calls)
