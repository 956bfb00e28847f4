/* exec in every form: the dump of the image before is complete, the one behind it has its own;
 * where exec fails, all goes on.
 *
 * @case exec_execve
 * @run t "$prog" execve
 * @dumps 2
 * @case exec_execv
 * @run t "$prog" execv
 * @dumps 2
 * @case exec_execvp
 * @run PATH=$here:$PATH t "$prog" execvp
 * @dumps 2
 * @case exec_execvpe
 * @run PATH=$here:$PATH t "$prog" execvpe
 * @dumps 2
 * @case exec_execl
 * @run t "$prog" execl
 * @dumps 2
 * @case exec_execlp
 * @run PATH=$here:$PATH t "$prog" execlp
 * @dumps 2
 * @case exec_execle
 * @run t "$prog" execle
 * @dumps 2
 * @case exec_fexecve
 * @run t "$prog" fexecve
 * @dumps 2
 * @case exec_raw
 * @run t "$prog" raw
 * @dumps 2
 * @case exec_fails
 * @run t "$prog" fails
 * @case exec_empty_environment
 * @run t "$prog" empty
 * @case exec_clearenv
 * @run t "$prog" clearenv
 * @case exec_thread
 * @run t "$prog" thread
 * @dumps 2
 * @case exec_untraced
 * @run t "$prog" quiet
 * @env LEAKTRACE_CHILDREN=none
 * @case exec_many
 * @run t "$prog" many 20
 * @dumps 21
 */
#include <pthread.h>
#include "tests/hostile/hostile.h"

static char *self;
static char *const args[] = {(char *)"exec", (char *)"second", NULL};

static void *exec_in_thread(void *unused)
{
	(void)unused;
	churn(10);
	execv(self, args);
	return NULL;
}

static void many(int left)
{
	char number[16];
	char *const again[] = {(char *)"exec", (char *)"many", number, NULL};
	snprintf(number, sizeof(number), "%d", left - 1);
	if (left == 0)
		exit(0);
	execv(self, again);
}

static void fails(void)
{
	char *const none[] = {NULL};
	for (int i = 0; i < 3; i++) {
		errno = 0;
		int r = execv("/nonexistent", args);
		say("execv: %d %d\n", r, errno);
		r = execve("/etc/passwd", args, environ);
		say("execve: %d %d\n", r, errno);
		r = execlp("no-such-program-here", "x", (char *)NULL);
		say("execlp: %d %d\n", r, errno);
		r = execve("/nonexistent", none, NULL);
		say("execve: %d %d\n", r, errno);
		churn(10);
	}
	exit(3);
}

int main(int argc, char **argv)
{
	static char path[4096];
	pthread_t thread;
	const char *how = argc > 1 ? argv[1] : "";
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);
	must(n > 0, "readlink");
	self = path;
	int fd = IS("second") ? -1 : open(self, O_RDONLY | O_CLOEXEC);
	if (IS("many")) {
		churn(10);
		many(atoi(argv[2]));
	}
	if (IS("quiet_second"))
		return 12;
	churn(500);
	if (IS("second")) {
		say("second image, %d arguments, %s\n", argc,
			getenv("EXTRA") ? getenv("EXTRA") : "");
		show_fds();
		return 11;
	}
	setenv("EXTRA", "passed", 1);
	if (IS("execve"))
		execve(self, args, environ);
	if (IS("execv"))
		execv(self, args);
	if (IS("execvp"))
		execvp("exec", args);
	if (IS("execvpe"))
		execvpe("exec", args, environ);
	if (IS("execl"))
		execl(self, "exec", "second", (char *)NULL);
	if (IS("execlp"))
		execlp("exec", "exec", "second", (char *)NULL);
	if (IS("execle"))
		execle(self, "exec", "second", (char *)NULL, environ);
	if (IS("fexecve"))
		fexecve(fd, args, environ);
	if (IS("raw"))
		syscall(SYS_execve, self, args, environ);
	if (IS("fails"))
		fails();
	if (IS("quiet"))
		execl(self, "exec", "quiet_second", (char *)NULL);
	if (IS("empty"))
		execle(self, "exec", "quiet_second", (char *)NULL, (char *[]){NULL});
	if (IS("clearenv")) {
		clearenv();
		execl(self, "exec", "quiet_second", (char *)NULL);
	}
	if (IS("thread")) {
		pthread_create(&thread, NULL, exec_in_thread, NULL);
		pause();
	}
	return 1;
}
