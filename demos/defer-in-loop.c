/* defer-in-loop: the parts of a report are opened one after the other in a loop, and all are closed
 * together when the function returns.
 *
 * 200 files are open at a time, besides what was open before. For the limit to be near whatever the
 * system's is, the program asks for one of 256.
 *
 * expect: ends=exit:0
 * expect: finding=fd.pileup site=sum_parts count=200 peak_open=203..239 limit=256 open=0
 * expect: descriptors created=400 released=400
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

enum { PARTS = 200, LIMIT = 256 };

static char directory[] = "/tmp/demo-XXXXXX";

static const char *part(int n)
{
	static char path[64];
	snprintf(path, sizeof(path), "%s/%d", directory, n);
	return path;
}

static void write_parts(void)
{
	if (!mkdtemp(directory))
		abort();
	for (int n = 0; n < PARTS; n++) {
		FILE *f = fopen(part(n), "w");
		if (!f)
			abort();
		fprintf(f, "%d\n", n);
		fclose(f);
	}
}

static long sum_parts(void)
{
	FILE *files[PARTS];
	long sum = 0, number;
	for (int n = 0; n < PARTS; n++) {
		files[n] = fopen(part(n), "r");
		if (files[n] && fscanf(files[n], "%ld", &number) == 1)
			sum += number;
	}
	for (int n = 0; n < PARTS; n++)
		if (files[n])
			fclose(files[n]);
	return sum;
}

int main(void)
{
	setrlimit(RLIMIT_NOFILE, &(struct rlimit){.rlim_cur = LIMIT, .rlim_max = LIMIT});
	write_parts();
	printf("sum %ld\n", sum_parts());
	for (int n = 0; n < PARTS; n++)
		unlink(part(n));
	rmdir(directory);
	return 0;
}
