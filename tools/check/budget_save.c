#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "tools/check/budget.h"
#include "tools/util/mem.h"

static int failed(struct lr_error *err, const char *what, bool was_there)
{
	return lr_error_set(
		err, "%s: %s%s", what, strerror(errno), was_there ? "; it is as it was" : "");
}

/* All of it on the disk, or -1. */
static int write_all(const struct lr_budget *b, FILE *f, bool sync)
{
	lr_budget_write(b, f);
	bool bad = fflush(f) || ferror(f) || (sync && fsync(fileno(f)) && errno != EINVAL);
	int kept = errno;
	bad |= fclose(f) != 0;
	if (bad && kept)
		errno = kept;
	return bad ? -1 : 0;
}

/* What is no regular file (a pipe, /dev/stdout) is written to as it is. */
static int write_into(const struct lr_budget *b, const char *path, struct lr_error *err)
{
	FILE *f = fopen(path, "we");
	errno = f ? 0 : errno;
	if (!f || write_all(b, f, false))
		return lr_error_set(err, "cannot be written: %s", strerror(errno));
	return 0;
}

/* Through a file beside it, which takes its place. mode: 0: a new one's. */
static int replace(const struct lr_budget *b, const char *path, mode_t mode, struct lr_error *err)
{
	char *beside = lr_format("%s.XXXXXX", path);
	int fd = mkostemp(beside, O_CLOEXEC), result = -1;
	bool was_there = mode != 0;
	FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
	if (!mode) {
		mode_t mask = umask(0);
		umask(mask);
		mode = 0666 & ~mask;
	}
	errno = f ? 0 : errno;
	if (!f)
		failed(err, "cannot be written", was_there);
	else if (fchmod(fd, mode) || write_all(b, f, true))
		failed(err, "cannot be written", was_there);
	else if (rename(beside, path))
		failed(err, "cannot be replaced", was_there);
	else
		result = 0;
	if (result && fd >= 0)
		unlink(beside);
	free(beside);
	return result;
}

int lr_budget_save(const struct lr_budget *b, const char *path, struct lr_error *err)
{
	struct stat st;
	if (stat(path, &st) != 0)
		return replace(b, path, 0, err);
	if (!S_ISREG(st.st_mode))
		return write_into(b, path, err);
	char *real = realpath(path, NULL); /* a link stays one */
	int result = replace(b, real ? real : path, st.st_mode & 07777, err);
	free(real);
	return result;
}
