/* defer-in-loop, repaired: a part that has been read is closed before the next one is opened.
 *
 * expect: ends=exit:0
 * absent: finding=fd.pileup
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
	long sum = 0, number;
	for (int n = 0; n < PARTS; n++) {
		FILE *f = fopen(part(n), "r");
		if (!f)
			abort();
		if (fscanf(f, "%ld", &number) == 1)
			sum += number;
		fclose(f);
	}
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
