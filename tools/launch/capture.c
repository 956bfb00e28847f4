#include "tools/launch/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>
#include "tools/launch/say.h"

static bool write_all(int fd, const char *p, size_t n)
{
	while (n) {
		ssize_t done = write(fd, p, n);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		p += done;
		n -= (size_t)done;
	}
	return true;
}

/* A file without a name. */
static int new_file(void)
{
	char name[4096];
	const char *dir = getenv("TMPDIR");
	snprintf(name, sizeof(name), "%s/leaktrace-output.XXXXXX",
		dir && *dir == '/' ? dir : "/tmp");
	int fd = mkostemp(name, O_CLOEXEC);
	if (fd >= 0)
		unlink(name);
	return fd;
}

/* A terminal like the one that is at hand, which leaves the line ends alone: those are made when
 * it is shown. */
static bool new_terminal(int like, struct lr_captured *s)
{
	struct termios settings;
	struct winsize size;
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	const char *name = master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0
				   ? ptsname(master)
				   : NULL;
	int slave = name ? open(name, O_RDWR | O_NOCTTY | O_CLOEXEC) : -1;
	if (slave < 0) {
		if (master >= 0)
			close(master);
		return false;
	}
	if (tcgetattr(like, &settings) == 0) {
		settings.c_oflag &= ~(tcflag_t)OPOST;
		tcsetattr(slave, TCSANOW, &settings);
	}
	if (ioctl(like, TIOCGWINSZ, &size) == 0)
		ioctl(slave, TIOCSWINSZ, &size);
	s->given = slave;
	s->read = master;
	return true;
}

static bool new_pipe(bool is_socket, struct lr_captured *s)
{
	int ends[2];
	int made = is_socket ? socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends)
			     : pipe2(ends, O_CLOEXEC);
	if (made < 0)
		return false;
	s->read = ends[0];
	s->given = ends[1];
	return true;
}

/* Devices but terminals (/dev/null) swallow by themselves. */
static bool capture(struct lr_captured *s, const struct stat *st)
{
	bool terminal = isatty(s->target);
	if (S_ISCHR(st->st_mode) && !terminal)
		return true;
	if ((s->file = new_file()) < 0)
		return false;
	if (S_ISREG(st->st_mode)) {
		s->given = s->file;
		return true;
	}
	bool made = terminal ? new_terminal(s->target, s) : new_pipe(S_ISSOCK(st->st_mode), s);
	if (made)
		fcntl(s->read, F_SETFL, fcntl(s->read, F_GETFL) | O_NONBLOCK);
	return made;
}

bool lr_capture_begin(struct lr_capture *c)
{
	struct stat st[2];
	bool open[2], same = true;
	for (int i = 0; i < 2; i++) {
		c->streams[i] = (struct lr_captured){
			.target = i + STDOUT_FILENO, .given = -1, .read = -1, .file = -1};
		open[i] = fstat(i + STDOUT_FILENO, &st[i]) == 0;
	}
	for (int i = 0; i < 2; i++) {
		if (!open[i])
			continue;
		same = i && open[0] && st[0].st_dev == st[1].st_dev && st[0].st_ino == st[1].st_ino;
		if (same)
			c->streams[1].given = c->streams[0].given;
		else if (!capture(&c->streams[i], &st[i])) {
			lr_say("there is no room for what the program prints when it is repeated: "
			       "%s",
				strerror(errno));
			lr_capture_end(c);
			return false;
		}
	}
	return true;
}

void lr_capture_enter(const struct lr_capture *c)
{
	for (int i = 0; i < 2; i++)
		if (c->streams[i].given >= 0)
			dup2(c->streams[i].given, c->streams[i].target);
}

/* So that an end of the program is an end of the pipe. */
void lr_capture_started(struct lr_capture *c)
{
	if (c->streams[1].given == c->streams[0].given)
		c->streams[1].given = -1;
	for (int i = 0; i < 2; i++) {
		struct lr_captured *s = &c->streams[i];
		if (s->given >= 0 && s->given != s->file)
			close(s->given);
		s->given = -1;
	}
}

void lr_capture_wait(const struct lr_capture *c, struct pollfd wait[2])
{
	for (int i = 0; i < 2; i++)
		wait[i] = (struct pollfd){.fd = c->streams[i].read, .events = POLLIN};
}

/* At the end of a pipe, and where a terminal has nobody left (EIO), it is done. */
static void take(struct lr_captured *s)
{
	char buffer[65536];
	ssize_t n;
	if (s->read < 0)
		return;
	while ((n = read(s->read, buffer, sizeof(buffer))) > 0)
		if (s->file >= 0 && !write_all(s->file, buffer, (size_t)n)) {
			lr_say("what the program prints when it is repeated cannot be kept: %s",
				strerror(errno));
			close(s->file);
			s->file = -1;
		}
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	close(s->read);
	s->read = -1;
}

void lr_capture_take(struct lr_capture *c)
{
	for (int i = 0; i < 2; i++)
		take(&c->streams[i]);
}

void lr_capture_show(const struct lr_capture *c)
{
	char buffer[65536];
	for (int i = 0; i < 2; i++) {
		off_t at = 0;
		ssize_t n;
		while (c->streams[i].file >= 0 &&
			(n = pread(c->streams[i].file, buffer, sizeof(buffer), at)) > 0 &&
			write_all(c->streams[i].target, buffer, (size_t)n))
			at += n;
	}
}

void lr_capture_end(struct lr_capture *c)
{
	lr_capture_started(c);
	for (int i = 0; i < 2; i++) {
		struct lr_captured *s = &c->streams[i];
		if (s->read >= 0)
			close(s->read);
		if (s->file >= 0)
			close(s->file);
		s->read = s->file = -1;
	}
}
