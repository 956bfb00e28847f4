/* A block that the pending request of an io_uring instance has; then its place in the ring is used
 * again. Ends with 77 where there is no such instance. */
#include <linux/io_uring.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct io_uring_params params;
static int ring;
static char *queue;
static struct io_uring_sqe *entries;

static __attribute__((noinline)) void submit(unsigned char what, int fd, void *data)
{
	uint32_t *tail = (uint32_t *)(queue + params.sq_off.tail);
	uint32_t *array = (uint32_t *)(queue + params.sq_off.array);
	uint32_t i = *tail & *(uint32_t *)(queue + params.sq_off.ring_mask);
	entries[i] = (struct io_uring_sqe){
		.opcode = what, .fd = fd, .user_data = (uintptr_t)data, .poll_events = POLLIN};
	if (what != IORING_OP_POLL_ADD)
		entries[i].poll_events = 0;
	array[i] = i;
	__atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
	if (syscall(SYS_io_uring_enter, ring, 1, 0, 0, NULL, 0) != 1)
		_exit(77);
}

static __attribute__((noinline)) void clear(void)
{
	volatile char stack[16384];
	for (size_t i = 0; i < sizeof(stack); i++)
		stack[i] = 0;
}

static __attribute__((noinline)) void wait_for(int fd)
{
	submit(IORING_OP_POLL_ADD, fd, malloc(77));
}

int main(int argc, char **argv)
{
	enum { ENTRIES = 4, SHARED = PROT_READ | PROT_WRITE };
	int fd[2];
	(void)argv;
	ring = (int)syscall(SYS_io_uring_setup, ENTRIES, &params);
	if (ring < 0 || pipe(fd))
		return 77;
	queue = mmap(NULL, params.sq_off.array + params.sq_entries * sizeof(uint32_t), SHARED,
		MAP_SHARED, ring, IORING_OFF_SQ_RING);
	entries = mmap(NULL, params.sq_entries * sizeof(*entries), SHARED, MAP_SHARED, ring,
		IORING_OFF_SQES);
	if (queue == MAP_FAILED || entries == MAP_FAILED)
		return 77;
	wait_for(fd[0]);
	for (int i = 0; argc > 1 && i < 2 * ENTRIES; i++)
		submit(IORING_OP_NOP, -1, NULL);
	clear();
	return 0;
}
