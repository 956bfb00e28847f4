#include "tools/launch/process.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "format/control.h"

static FILE *open_of(pid_t pid, const char *file)
{
	char path[64];
	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	return fopen(path, "re");
}

static void read_status(struct lr_process *p, FILE *f)
{
	char line[512];
	uint64_t caught;
	unsigned uid;
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "Uid: %*u %u", &uid) == 1)
			p->uid = uid;
		else if (sscanf(line, "SigCgt: %" SCNx64, &caught) == 1)
			p->handles = caught >> (LTF_CONTROL_SIGNAL - 1) & 1;
		else if (strncmp(line, "NSpid:", 6) == 0 && strrchr(line, '\t'))
			p->pid_inside = (unsigned)strtoul(strrchr(line, '\t'), NULL, 10);
	}
}

/* Whether the open file is the dump of this very process. */
static bool is_its_dump(struct lr_process *p, int fd)
{
	struct ltf_header *h = mmap(NULL, sizeof(*h), PROT_READ, MAP_SHARED, fd, 0);
	if (h == MAP_FAILED)
		return false;
	if (memcmp(h->magic, LTF_MAGIC, sizeof(h->magic)) == 0 && h->version == LTF_VERSION &&
		h->pid == p->pid_inside) {
		p->header = h;
		return true;
	}
	munmap(h, sizeof(*h));
	return false;
}

/* Only regular files are opened: others might notice. */
static bool try_file(struct lr_process *p, const char *path)
{
	struct stat st;
	if (stat(path, &st) < 0 || !S_ISREG(st.st_mode) ||
		st.st_size < (off_t)sizeof(struct ltf_header))
		return false;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return false;
	bool its = is_its_dump(p, fd);
	close(fd);
	return its;
}

/* A mapping of a file's beginning that is shared: its inode; its name to p->dump. */
static bool is_shared_beginning(struct lr_process *p, const char *line, uint64_t *inode)
{
	char access[8];
	uint64_t offset;
	int name = 0;
	if (sscanf(line, "%*x-%*x %7s %" SCNx64 " %*x:%*x %" SCNu64 " %n", access, &offset, inode,
		    &name) < 3)
		return false;
	snprintf(p->dump, sizeof(p->dump), "%s", line + name);
	p->dump[strcspn(p->dump, "\n")] = '\0';
	return access[3] == 's' && offset == 0 && *inode;
}

/* By the descriptor: the name may be another in the process's own file system, or gone. */
static bool try_descriptors(struct lr_process *p, uint64_t inode)
{
	char dir[64], path[PATH_MAX];
	bool found = false;
	snprintf(dir, sizeof(dir), "/proc/%d/fd", (int)p->pid);
	DIR *d = opendir(dir);
	for (struct dirent *e; d && !found && (e = readdir(d));) {
		struct stat st;
		snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		found = stat(path, &st) == 0 && st.st_ino == inode && try_file(p, path);
	}
	if (d)
		closedir(d);
	return found;
}

static bool try_mapping(struct lr_process *p, const char *line)
{
	char path[PATH_MAX + 64];
	uint64_t inode;
	if (!is_shared_beginning(p, line, &inode))
		return false;
	snprintf(path, sizeof(path), "/proc/%d/root%s", (int)p->pid, p->dump);
	return try_descriptors(p, inode) || try_file(p, path);
}

bool lr_process_find_dump(struct lr_process *p)
{
	char line[PATH_MAX + 256];
	FILE *f = open_of(p->pid, "maps");
	p->header = NULL;
	while (f && !p->header && fgets(line, sizeof(line), f)) {
		p->preloaded |= strstr(line, "/libleaktrace") != NULL;
		try_mapping(p, line);
	}
	if (f)
		fclose(f);
	if (!p->header)
		p->dump[0] = '\0';
	p->preloaded |= p->header != NULL; /* its line may come later */
	return p->header != NULL;
}

bool lr_process_look(struct lr_process *p, pid_t pid)
{
	*p = (struct lr_process){.pid = pid, .pid_inside = (unsigned)pid};
	FILE *f = open_of(pid, "status");
	if (!f)
		return false;
	read_status(p, f);
	fclose(f);
	return true;
}
