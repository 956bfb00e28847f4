# doc/FORMAT.md says what the code does: a second reader, written from it, sees the same events.
. "$top_srcdir/tests/lib.sh"
need python3
samples=$top_srcdir/tests/samples

# `leakreport raw` names what decode.py numbers; blobs are compared by type and place alone.
plain()
{
	sed -e '/^dump /d' -e '/^state /d' \
		-e '/^  alloc\|^  free\|^  release\|^  restore/{
			s/ malloc\( #.*\)*$/ api 0\1/; s/ calloc\( #.*\)*$/ api 1\1/; s/ realloc\( #.*\)*$/ api 2\1/
			s/ memalign\( #.*\)*$/ api 3\1/; s/ new\( #.*\)*$/ api 4\1/; }' \
		-f "$tmp/resources" \
		-e 's/^  blob meta .*/  blob 1/' -e 's/^  blob module .*/  blob 2/' -e 's/^  blob thread .*/  blob 4/' \
		-e 's/^  blob \([0-9]*\) .*/  blob \1/' -e 's/ *$//'
}

i=0
for name in - thread-create thread-join thread-detach timer-create timer-delete mmap munmap mremap ignore timer-set \
	itimer-set - - - - fd-open fd-close fd-close-failed fd-close-range fd-stream fd-inherited - - - - - - - - - - brk \
	shm-attach shm-detach segment-create segment-remove - - - - - - - - - - - pair-create pair-release; do
	echo "s/resource $name /resource $i /"
	i=$((i + 1))
done >"$tmp/resources"

for name in good-plain good-plain-threads good-scan good-scan-fds good-scan-pthreads good-resources; do
	"$leakreport" raw "$samples/$name.bin" | plain >"$tmp/raw"
	python3 "$samples/decode.py" "$samples/$name.bin" >"$tmp/decoded" || fail "decode.py cannot read $name"
	plain <"$tmp/decoded" >"$tmp/second"
	[ "$(wc -l <"$tmp/raw")" -gt 50 ] || fail "$name has hardly any events"
	diff "$tmp/raw" "$tmp/second" || fail "$name: leakreport (<) and the specification (>) differ"
done
exit 0
