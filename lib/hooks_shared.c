/* System V shared memory: segments and where they are attached. A segment outlives the process that
 * made it, unless somebody removes it. */
#include <errno.h>
#include <sys/shm.h>
#include "lib/hook.h"
#include "lib/mapped.h"
#include "lib/sys.h"

/* Whether the call will make a segment, as far as can be told before. */
static bool will_create(key_t key, int flags)
{
	if (key == IPC_PRIVATE)
		return true;
	if (!(flags & IPC_CREAT))
		return false;
	return flags & IPC_EXCL || lt_sys3(SYS_shmget, key, 0, 0) == -ENOENT;
}

LT_PUBLIC int shmget(key_t key, size_t size, int flags)
{
	if (!lt_real.shmget) {
		errno = ENOSYS;
		return -1;
	}
	bool creates = will_create(key, flags);
	int id = lt_real.shmget(key, size, flags);
	if (id >= 0 && creates && !lt_must_bootstrap())
		LT_RECORD_RES(LTF_RES_SEGMENT_CREATE, (uint64_t)id, size);
	return id;
}

/* Bytes, in whole pages; 0: not known. */
static size_t segment_size(int id)
{
	struct shmid_ds ds;
	return lt_sys3(SYS_shmctl, id, IPC_STAT, &ds) == 0 ? lt_sys_pages(ds.shm_segsz) : 0;
}

LT_PUBLIC void *shmat(int id, const void *addr, int flags)
{
	if (!lt_real.shmat) {
		errno = ENOSYS;
		return (void *)-1;
	}
	void *p = lt_real.shmat(id, addr, flags);
	size_t size = p == (void *)-1 || lt_must_bootstrap() ? 0 : segment_size(id);
	if (!size)
		return p;
	LT_RECORD_RES(LTF_RES_SHM_ATTACH, (uint64_t)(uintptr_t)p, size, (uint64_t)id);
	if (lt_mode == LT_MODE_ON)
		lt_mapped_add((uintptr_t)p, (uintptr_t)p + size, addr != NULL);
	return p;
}

LT_PUBLIC int shmdt(const void *addr)
{
	uintptr_t start = (uintptr_t)addr, end = lt_mapped_end(start);
	if (!lt_real.shmdt) {
		errno = ENOSYS;
		return -1;
	}
	if (!lt_must_bootstrap())
		LT_RECORD_RES(LTF_RES_SHM_DETACH, start);
	uint32_t group = end ? lt_mapped_remove(start, end) : 0;
	int r = lt_real.shmdt(addr);
	if (r == 0)
		return r;
	if (!lt_must_bootstrap())
		LT_RECORD_RES(LTF_RES_UNMAP_FAILED, start, end - start);
	lt_mapped_restore(start, end, group);
	return r;
}

LT_PUBLIC int shmctl(int id, int what, struct shmid_ds *arg)
{
	if (!lt_real.shmctl) {
		errno = ENOSYS;
		return -1;
	}
	int r = lt_real.shmctl(id, what, arg);
	if (r == 0 && what == IPC_RMID && !lt_must_bootstrap())
		LT_RECORD_RES(LTF_RES_SEGMENT_REMOVE, (uint64_t)id);
	return r;
}
