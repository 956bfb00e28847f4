/* The program's descriptors are its own: it gets the numbers that it would get, may close all of
 * them, ours too, and may use our numbers for files of its own, into which nothing of ours is ever
 * written.
 *
 * @case fds_numbers
 * @run t "$prog" numbers
 * @case fds_closefrom
 * @run t "$prog" closefrom
 * @case fds_close_range
 * @run t "$prog" close_range
 * @may descriptors_gone_unseen
 * @case fds_close_each
 * @run t "$prog" close_each
 * @case fds_std_closed_by_program
 * @run t "$prog" std
 * @case fds_std_closed_at_start
 * @run t "$prog" std_closed_at_start <&- >&- 2>&-; cat std.out
 * @case fds_database_on_our_number
 * @run t "$prog" database
 * @case fds_database_on_all_numbers
 * @run t "$prog" databases
 * @case fds_database_then_dump_deleted
 * @run t "$prog" deleted
 * @dumps 0
 * @says descriptor is lost
 */
#include <dirent.h>
#include <sys/stat.h>
#include "tests/hostile/hostile.h"

enum { LARGE = 60000 }; /* rounds that overflow the ring, so that the dump is written to */

static void database(int lowest)
{
	char page[4096], back[4096];
	int db = open("database", O_RDWR | O_CREAT | O_TRUNC, 0600);
	memset(page, 'D', sizeof(page));
	for (int i = 0; i < 256; i++)
		must(write(db, page, sizeof(page)) == sizeof(page), "write");
	for (int fd = lowest; fd < 1024; fd++)
		if (fd != db)
			must(dup2(db, fd) == fd, "dup2");
	churn(LARGE);
	struct stat st;
	must(fstat(db, &st) == 0, "fstat");
	say("database: %ld bytes\n", (long)st.st_size);
	for (int i = 0; i < 256; i++)
		if (pread(db, back, sizeof(back), i * 4096) != 4096 || memcmp(page, back, 4096))
			say("page %d has been written into\n", i);
}

/* By name, as a clean-up script would. */
static void delete_dumps(void)
{
	const char *dir = "../dumps";
	DIR *d = opendir(dir);
	must(d != NULL, "opendir");
	for (struct dirent *e; (e = readdir(d));)
		unlinkat(dirfd(d), e->d_name, 0);
	closedir(d);
}

static void standard(void)
{
	int copy = dup(1);
	close(0);
	close(1);
	close(2);
	int a = open("/dev/null", O_RDWR), b = open("/dev/null", O_RDWR), c = next_fd();
	churn(LARGE);
	dup2(copy, 1);
	say("got %d %d %d\n", a, b, c);
}

static void closed_at_start(void)
{
	int a = open("std.out", O_RDWR | O_CREAT | O_TRUNC, 0600), b = open("/dev/null", O_RDWR);
	int c = next_fd();
	dup2(a, 1);
	churn(LARGE);
	say("got %d %d %d\n", a, b, c);
	show_fds();
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "";
	if (IS("std_closed_at_start")) {
		closed_at_start();
		return 0;
	}
	churn(10);
	if (IS("numbers")) {
		int a = open("/dev/null", O_RDONLY), b = dup(a), p[2];
		must(pipe(p) == 0, "pipe");
		say("got %d %d %d %d, at least 100: %d\n", a, b, p[0], p[1],
			fcntl(a, F_DUPFD, 100));
		churn(LARGE);
		show_fds();
	}
	if (IS("closefrom"))
		closefrom(3);
	if (IS("close_range"))
		syscall(SYS_close_range, 3, ~0u, 0);
	if (IS("close_each"))
		for (int fd = 3; fd < 2048; fd++)
			close(fd);
	if (strncmp(how, "close", 5) == 0) {
		churn(LARGE);
		say("next %d\n", next_fd());
		show_fds();
	}
	if (IS("std"))
		standard();
	if (IS("database"))
		database(900);
	if (IS("databases"))
		database(3);
	if (IS("deleted")) {
		delete_dumps();
		database(3);
	}
	return 0;
}
