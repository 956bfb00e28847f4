import json, re, sys
name, theirs_file, ours_file, least = sys.argv[1:]
# Neither has what was inherited, nor the standard ones.
theirs = {}
text = open(theirs_file, errors="replace").read()
pid = text.split("==")[1]  # children write there, too
text = "\n".join(line.split("== ", 1)[1] for line in text.splitlines() if line.startswith(f"=={pid}== "))
for entry in re.split(r"\n(?=Open )", text):
    m = re.match(r"Open (file descriptor|AF_\w+ socket) (\d+):(?: (.*))?", entry)
    if m and "<inherited from parent>" not in entry and int(m[2]) > 2:
        theirs[int(m[2])] = m[3] or "" if m[1] == "file descriptor" else ""
ours, kinds = {}, set()
report = json.load(open(ours_file))
for row in report["resources"]["rows"]:
    for one in row["list"] if row["kind"] == "descriptors" else []:
        if not one["inherited"] and one["handle"] > 2:
            ours[one["handle"]] = (one.get("descriptor") or {}).get("name") or ""
            kinds.add(one["type"])
wrong = sorted(set(theirs) ^ set(ours))
wrong += [n for n in theirs if n in ours and theirs[n].startswith("/") and theirs[n] != ours[n]]
print(f"{name:10} Valgrind {len(theirs):4}  here {len(ours):4}  {', '.join(sorted(kinds))}")
for n in wrong:
    print(f"  {n}: Valgrind {theirs.get(n)!r}, here {ours.get(n)!r}")
sys.exit(bool(wrong) or len(ours) < int(least))
