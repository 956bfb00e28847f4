/* Children by vfork, posix_spawn, system, popen and daemon; their dumps have names of their own, in
 * the folder that was meant at the start, whatever the directory and the environment are by then.
 *
 * @case vfork_exec
 * @run t "$prog" vfork_exec
 * @dumps 2
 * @case vfork_exit
 * @run t "$prog" vfork_exit
 * @case vfork_allocates
 * @run t "$prog" vfork_allocates
 * @case vfork_exec_fails
 * @run t "$prog" vfork_exec_fails
 * @case spawn
 * @run t "$prog" spawn
 * @dumps 4
 * @case spawn_fails
 * @run t "$prog" spawn_fails
 * @case system
 * @run t "$prog" system
 * @dumps 3
 * @case popen
 * @run t "$prog" popen
 * @dumps 3
 * @case relative_name_and_chdir
 * @run mkdir -p empty; LEAKTRACE_OUT=x.bin t "$prog" chdir && rmdir empty
 * @env LEAKTRACE_OUT=x.bin
 * @dumps 3
 * @case own_environment
 * @run t "$prog" environment
 * @case env_i
 * @run t "$prog" env_i
 * @dumps 3
 * @case daemon
 * @run t "$prog" daemon | cat
 * @dumps 2
 * @case double_fork
 * @run t "$prog" double_fork | cat
 * @dumps 2
 */
#include <spawn.h>
#include "tests/hostile/hostile.h"

static char self[4096];

static void shell_self(char *line, size_t n, const char *arg)
{
	snprintf(line, n, "exec '%s' %s", self, arg);
}

static void vforks(const char *how)
{
	void *volatile from_child = NULL;
	pid_t pid = vfork();
	if (pid == 0) {
		if (IS("vfork_exec"))
			execl(self, "children", "leaf", (char *)NULL);
		if (IS("vfork_exec_fails"))
			execl("/nonexistent", "x", (char *)NULL);
		if (IS("vfork_allocates"))
			from_child = counted_malloc(100);
		_exit(20);
	}
	reap("vfork", pid);
	counted_free(from_child);
}

static void spawn(void)
{
	pid_t pid;
	char *const args[] = {(char *)"children", (char *)"leaf", NULL};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	must(posix_spawn(&pid, self, NULL, NULL, args, environ) == 0, "posix_spawn");
	reap("spawned", pid);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addclose(&actions, 0);
	posix_spawn_file_actions_adddup2(&actions, 1, 5);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF);
	must(posix_spawnp(&pid, self, &actions, &attr, args, environ) == 0, "posix_spawnp");
	reap("spawned", pid);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attr);
	must(posix_spawn(&pid, self, NULL, NULL, args, environ) == 0, "posix_spawn");
	reap("spawned", pid);
}

static void spawn_fails(void)
{
	pid_t pid = 0;
	char *const args[] = {(char *)"x", NULL};
	say("posix_spawn: %d\n", posix_spawn(&pid, "/nonexistent", NULL, NULL, args, environ));
	say("posix_spawnp: %d\n", posix_spawnp(&pid, "no-such", NULL, NULL, args, environ));
}

/* The shell execs the program: two images. */
static void by_system(const char *arg)
{
	char line[5000];
	shell_self(line, sizeof(line), arg);
	say("system: %d\n", system(line));
}

static void by_popen(void)
{
	char line[5000], answer[100] = "";
	shell_self(line, sizeof(line), "leaf");
	FILE *f = popen(line, "r");
	must(f && fgets(answer, sizeof(answer), f), "popen");
	say("popen: %s", answer);
	while (fgets(answer, sizeof(answer), f))
		;
	say("pclose: %d\n", pclose(f));
}

static void detached(void)
{
	int turn[2];
	char c;
	must(pipe(turn) == 0, "pipe");
	pid_t pid = fork();
	must(pid >= 0, "fork");
	if (pid == 0) {
		if (fork())
			_exit(0);
		churn(50);
		close(turn[1]);
		must(read(turn[0], &c, 1) == 0, "read");
		say("the last one is done\n");
		_exit(0);
	}
	reap("first", pid);
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "";
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	must(n > 0, "readlink");
	churn(100);
	if (IS("leaf")) {
		say("leaf\n");
		show_fds();
		return 13;
	}
	if (strncmp(how, "vfork", 5) == 0)
		vforks(how);
	if (IS("spawn"))
		spawn();
	if (IS("spawn_fails"))
		spawn_fails();
	if (IS("system"))
		by_system("leaf");
	if (IS("popen"))
		by_popen();
	if (IS("chdir")) {
		must(chdir("empty") == 0, "chdir");
		by_system("leaf");
	}
	if (IS("environment")) {
		environ = (char *[]){(char *)"PATH=/bin:/usr/bin", (char *)"MINE=1", NULL};
		say("system: %d\n", system("echo $MINE; export -p | wc -l"));
		clearenv();
		say("system: %d\n", system("export -p | grep -c TRACE"));
	}
	if (IS("env_i"))
		say("system: %d\n", system("exec env -i /bin/echo bare"));
	if (IS("daemon")) {
		must(daemon(1, 1) == 0, "daemon");
		churn(50);
		say("the daemon is done\n");
	}
	if (IS("double_fork"))
		detached();
	churn(10);
	return 14;
}
