/* Limits and places that leave no room for a dump, or for more of it: the program gets what it
 * would get, no signal comes, and one line says what became of the trace.
 *
 * @case limit_as
 * @run (ulimit -v 60000; t "$prog" memory) 2>&1 | grep -v '^leaktrace: .* no memory'
 * @counts lossy
 * @may dropped_events|events_without_stack|frees_of_unknown|dropped_records
 * @case limit_as_tiny
 * @run (ulimit -v 9000; t "$prog" memory) 2>&1 | grep -v '^leaktrace: '
 * @counts lossy
 * @dumps any
 * @may .
 * @case limit_fsize_tiny
 * @run (ulimit -f 8; t "$prog" file)
 * @dumps 0
 * @says not tracing
 * @case limit_fsize_medium
 * @run (ulimit -f 80; t "$prog" file)
 * @says file size limit
 * @counts lossy
 * @may dropped_events|events_without_stack|frees_of_unknown|dropped_records|overlaps
 * @case limit_fsize_lowered_later
 * @run t "$prog" lower
 * @says file size limit
 * @counts lossy
 * @may dropped_events|events_without_stack|frees_of_unknown|dropped_records|overlaps
 * @case limit_nofile_4
 * @run (only_standard; ulimit -n 4; t "$prog" files)
 * @says no descriptor
 * @dumps 0
 * @case limit_nofile_8
 * @run (only_standard; ulimit -n 8; t "$prog" files)
 * @case limit_nofile_lowered_later
 * @run t "$prog" nofile
 * @case disk_full
 * @needs unshare -m mount -t tmpfs -o size=64k none /mnt
 * @run on_small_disk 80k "$prog" disk
 * @says disk is full
 * @counts lossy
 * @dumps 1
 * @may dropped_events|events_without_stack|frees_of_unknown|dropped_records|overlaps
 * @case disk_full_at_start
 * @needs unshare -m mount -t tmpfs -o size=64k none /mnt
 * @run on_small_disk 16k "$prog" disk
 * @says not tracing
 * @dumps 0
 * @case directory_read_only
 * @needs as_nobody test -x "$here/limits" -a -r "$lib"
 * @run mkdir -m 755 ro; cd ro; LEAKTRACE_OUT=x.bin as_nobody t "$prog" plain
 * @env LEAKTRACE_OUT=x.bin
 * @says cannot be made
 * @case setuid
 * @needs as_nobody test -x "$here/limits" -a -r "$lib"
 * @run cp "$prog" suid; chmod 4755 suid; as_nobody t ./suid uid 2>&1 | grep -v "ld.so: object"
 * @dumps 0
 */
#include <sys/resource.h>
#include <sys/stat.h>
#include "tests/hostile/hostile.h"

enum { MANY = 100000 };

static void until_memory_ends(void)
{
	size_t got = 0;
	void *p;
	while ((p = counted_malloc(100000)) && got < 1000) {
		counted_free(counted_malloc(20));
		got++;
	}
	say("memory ended: %d, error %d\n", p == NULL, p ? 0 : errno);
	for (int i = 0; i < 100; i++)
		if (malloc(1 << 30))
			say("a GiB was had\n");
}

static void write_until_limit(void)
{
	char page[4096] = "";
	long written = 0, n = 0;
	int fd = open("own", O_RDWR | O_CREAT | O_TRUNC, 0600);
	signal(SIGXFSZ, SIG_IGN);
	while (written < 1 << 20 && (n = write(fd, page, sizeof(page))) > 0)
		written += n;
	say("wrote %ld, then %ld, error %d\n", written, n, errno);
}

static void fill_disk(void)
{
	char page[4096];
	memset(page, 'x', sizeof(page));
	int fd = open("own", O_RDWR | O_CREAT | O_TRUNC, 0600);
	must(write(fd, page, sizeof(page)) == sizeof(page), "write");
	churn(MANY);
	say("page: %ld\n", (long)pread(fd, page, sizeof(page), 0));
}

static void files(void)
{
	int fd = open("/dev/null", O_RDONLY);
	say("got %d\n", fd);
	close(fd);
	churn(MANY);
	fd = open("/dev/null", O_RDONLY);
	say("got %d\n", fd);
	close(fd);
}

static void lower(int resource, rlim_t to)
{
	struct rlimit rl = {to, to};
	must(setrlimit(resource, &rl) == 0, "setrlimit");
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "";
	churn(10);
	if (IS("memory"))
		until_memory_ends();
	if (IS("file")) {
		churn(MANY);
		write_until_limit();
	}
	if (IS("lower")) {
		lower(RLIMIT_FSIZE, 4096);
		churn(MANY);
		write_until_limit();
	}
	if (IS("files"))
		files();
	if (IS("nofile")) {
		lower(RLIMIT_NOFILE, 5);
		closefrom(3);
		files();
	}
	if (IS("disk"))
		fill_disk();
	if (IS("uid"))
		say("real %u, effective %u\n", getuid() != 0, geteuid());
	if (IS("plain"))
		say("mode %o\n", umask(022));
	return 3;
}
