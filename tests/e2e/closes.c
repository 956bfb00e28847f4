/* Closes that are wrong, and others that only look so: one for each word. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int open_own(void)
{
	return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static void close_own(int fd)
{
	close(fd);
}

static void close_again(int fd)
{
	if (close(fd) == 0 || errno != EBADF)
		abort();
}

static void doubled(void)
{
	int fd = open_own();
	close_own(fd);
	close_again(fd);
}

static void *close_in_thread(void *arg)
{
	close_own(*(int *)arg);
	return NULL;
}

static void by_another_thread(void)
{
	pthread_t t;
	int fd = open_own();
	if (pthread_create(&t, NULL, close_in_thread, &fd))
		abort();
	pthread_join(t, NULL);
	close_again(fd);
}

static void close_stream(FILE *f)
{
	fclose(f);
}

static void under_a_stream(void)
{
	FILE *f = fopen("/dev/null", "r");
	close_own(fileno(f));
	close_stream(f);
}

/* The stream closes what others have opened since. */
static void of_others(void)
{
	FILE *f = fopen("/dev/null", "r");
	close_own(fileno(f));
	int fd = open_own();
	close_stream(f);
	close_again(fd);
}

static void of_others_by_directory(void)
{
	DIR *d = opendir("/");
	close_own(dirfd(d));
	open_own();
	closedir(d);
}

/* --- nothing is wrong with these --- */

static void sweep(void)
{
	close_own(open_own());
	for (int fd = 3; fd < 200; fd++)
		close(fd);
}

static void once_each(void)
{
	for (int i = 0; i < 100; i++)
		close_own(open_own());
}

static void output_elsewhere(void)
{
	close(STDOUT_FILENO);
	open("/dev/null", O_WRONLY);
	fclose(stdout);
}

static void stream_elsewhere(void)
{
	FILE *f = fopen("/dev/null", "r");
	int number = fileno(f), fd = open_own();
	dup2(fd, number);
	close_own(fd);
	fclose(f);
	f = fopen("/dev/null", "r");
	number = fileno(f);
	fd = fcntl(number, F_DUPFD, 10);
	close_own(number);
	dup2(fd, number);
	close_own(fd);
	fclose(f);
}

static void negative(void)
{
	close(-1);
	close(-1);
}

/* Descriptors that are kept, opened all at once in the midst of the run: they do not rise. */
enum { WORK = 20000, KEPT = 40 };

static void work(void)
{
	for (int i = 0; i < WORK; i++) {
		void *volatile p = malloc(100);
		free(p);
	}
}

static void one_file(void)
{
	work();
	for (int i = 0; i < KEPT; i++)
		open_own();
	work();
}

/* Each a file of its own. */
static void many_files(void)
{
	work();
	for (int i = 0; i < KEPT; i++)
		if (open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600) < 0)
			dup(STDIN_FILENO + i % 3);
	work();
}

static const struct {
	const char *word;
	void (*run)(void);
} cases[] = {{"double", doubled}, {"by-another-thread", by_another_thread},
	{"under-a-stream", under_a_stream}, {"of-others", of_others},
	{"of-others-by-directory", of_others_by_directory}, {"sweep", sweep},
	{"once-each", once_each}, {"output-elsewhere", output_elsewhere},
	{"stream-elsewhere", stream_elsewhere}, {"negative", negative}, {"one-file", one_file},
	{"many-files", many_files}};

int main(int argc, char **argv)
{
	char *held = strdup("held");
	for (size_t i = 0; argc > 1 && i < sizeof(cases) / sizeof(*cases); i++)
		if (strcmp(argv[1], cases[i].word) == 0)
			cases[i].run();
	return held == NULL;
}
