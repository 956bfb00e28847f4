/* Waste, each beside what does the same without it: waste KIND. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static volatile size_t sum; /* so that nothing is left out */
static char *volatile kept, *volatile kept_too;

static void *take(size_t size)
{
	void *p = malloc(size);
	if (!p)
		exit(1);
	memset(p, 1, size);
	sum += (size_t)p >> 4 & 1; /* not the address: it would hold the block */
	return p;
}

static void array_by_steps(void)
{
	char *p = NULL;
	for (size_t n = 1; n <= 3000; n++) {
		char *q = realloc(p, n * 16);
		if (!q)
			exit(1);
		p = q;
	}
	free(p);
}

static void array_doubled(void)
{
	char *p = NULL;
	size_t room = 0;
	for (int rounds = 0; rounds < 100; rounds++) {
		room = 0;
		for (size_t n = 1; n <= 3000; n++)
			if (n > room) {
				room = room ? room * 2 : 4;
				char *q = realloc(p, room * 16);
				if (!q)
					exit(1);
				p = q;
			}
		free(p);
		p = NULL;
	}
}

/* Tables that double their slots when they are full: a new one, what is in there moved, the old one
 * released. */
static void fill_table(size_t slots, size_t until)
{
	long *table = NULL;
	for (size_t had = 0; had < until; had = slots, slots *= 2) {
		long *larger = take(slots * sizeof(*table));
		for (size_t i = 0; i < had; i++)
			larger[2 * i] = table[i];
		free(table);
		table = larger;
	}
	kept = (char *)table;
}

static void tables_rehashed(void)
{
	for (int i = 0; i < 200; i++) {
		fill_table(16, 2048);
		free(kept);
	}
}

static void tables_fitting(void)
{
	for (int i = 0; i < 200; i++) {
		fill_table(2048, 2048);
		free(kept);
	}
}

static void vector_doubled(void)
{
	fill_table(1, 1 << 20);
}

static void concatenated(void)
{
	char *s = take(1);
	for (size_t n = 1; n < 4000; n++) {
		char *longer = take(n + 2);
		memcpy(longer, s, n);
		free(s);
		s = longer;
	}
	free(s);
}

static void built(void)
{
	char *s = take(4002);
	for (size_t n = 1; n < 4000; n++)
		s[n] = 'x';
	free(s);
}

static void buffers_fresh(void)
{
	for (size_t i = 0; i < 30000; i++) {
		char *p = take(200);
		sum += (size_t)p[i % 200];
		free(p);
	}
}

static void buffer_kept(void)
{
	char *p = take(200);
	for (size_t i = 0; i < 30000; i++)
		sum += (size_t)p[i % 200];
	free(p);
}

static void structs_copied(void)
{
	char *big = take(1 << 20);
	for (int i = 0; i < 50; i++) {
		char *copy = take(1 << 20);
		memcpy(copy, big, 1 << 20);
		sum += (size_t)copy[i];
		free(copy);
	}
	free(big);
}

static void structs_pointed_to(void)
{
	char *big = take(1 << 20);
	for (int i = 0; i < 50; i++)
		sum += (size_t)big[i];
	free(big);
}

static void numbers_boxed(void)
{
	static int *boxes[50000];
	for (int i = 0; i < 50000; i++)
		boxes[i] = take(sizeof(int));
	for (int i = 0; i < 50000; i++)
		free(boxes[i]);
}

static void numbers_by_value(void)
{
	int *all = take(50000 * sizeof(int));
	free(all);
}

static void file_whole(void)
{
	kept = take(1 << 20);
	char *text = take(6 << 20);
	for (size_t i = 0; i < 6 << 20; i += 4096)
		sum += (size_t)text[i];
	free(text);
	for (int i = 0; i < 1000; i++)
		free(take(100));
}

/* Room of which next to nothing is used. */
static void peak_untouched(void)
{
	char *room = malloc(64 << 20);
	if (!room)
		exit(1);
	room[0] = 1;
	free(room);
	for (int i = 0; i < 1000; i++)
		free(take(100));
}

static void file_streamed(void)
{
	char *part = take(4096);
	for (int i = 0; i < 1536; i++)
		sum += (size_t)part[i];
	free(part);
	for (int i = 0; i < 1000; i++)
		free(take(100));
}

/* All but some of the first four fifths, each so far from the next, are released; the program goes
 * on. */
static void table_emptied(size_t each)
{
	enum { ENTRIES = 250000 };
	static void *entries[ENTRIES];
	for (size_t i = 0; i < ENTRIES; i++)
		entries[i] = take(200);
	for (size_t i = 0; i < ENTRIES; i++)
		if (!each || i % each || i >= ENTRIES / 5 * 4) {
			free(entries[i]);
			entries[i] = NULL;
		}
	for (int i = 0; i < 25000; i++) {
		free(take(48));
		if (i % 200 == 0) /* long enough to be seen beside a filling on a busy machine */
			usleep(10000);
	}
}

static void table_kept(void)
{
	table_emptied(100);
}

static void table_gone(void)
{
	table_emptied(0);
}

/* Room for n, of which one is used. */
static void room_for(size_t n)
{
	kept = malloc(n * sizeof(long));
	if (!kept)
		exit(1);
	memset(kept, 1, sizeof(long));
}

static void room_kept(void)
{
	room_for(1000000);
}

static void room_fitting(void)
{
	room_for(1);
}

/* Most of it is used. */
static void room_filled(void)
{
	room_for(1000000);
	memset(kept, 1, 600000 * sizeof(long));
}

/* Ten bytes in the middle of a large block, of which nothing else is wanted. */
static void slice_kept(void)
{
	kept = (char *)take(1 << 20) + (1 << 19);
}

static void slice_copied(void)
{
	char *all = take(1 << 20);
	kept = take(10);
	memcpy(kept, all + (1 << 19), 10);
	free(all);
}

/* The start is known, too. */
static void slice_and_whole(void)
{
	kept = take(1 << 20);
	kept_too = kept + (1 << 19);
}

static void slice_kept_twice(void)
{
	slice_kept();
	kept_too = kept;
}

/* What lies before the first of them is not meant. */
static void slices(void)
{
	kept_too = (char *)take(1 << 20) + (1 << 19);
	kept = kept_too - (1 << 18);
}

static void slices_in_front(void)
{
	kept_too = (char *)take(1 << 20) + (1 << 19);
	kept = kept_too - (1 << 19) + 4096;
}

static void list_growing(void)
{
	static void *last;
	for (int i = 0; i < 20000; i++) {
		void **entry = take(100);
		*entry = last;
		last = entry;
	}
}

/* A header of the program's own, and most of the block behind it. */
static void behind_header(void)
{
	kept = (char *)take(1 << 20) + 4096;
}

static const struct {
	const char *name;
	void (*run)(void);
} kinds[] = {{"array-by-steps", array_by_steps}, {"array-doubled", array_doubled},
	{"tables-rehashed", tables_rehashed}, {"tables-fitting", tables_fitting},
	{"vector-doubled", vector_doubled}, {"peak-untouched", peak_untouched},
	{"slice-kept-twice", slice_kept_twice}, {"slices-in-front", slices_in_front},
	{"list-growing", list_growing}, {"concatenated", concatenated}, {"built", built},
	{"buffers-fresh", buffers_fresh}, {"buffer-kept", buffer_kept},
	{"structs-copied", structs_copied}, {"structs-pointed-to", structs_pointed_to},
	{"numbers-boxed", numbers_boxed}, {"numbers-by-value", numbers_by_value},
	{"file-whole", file_whole}, {"slice-kept", slice_kept}, {"slice-copied", slice_copied},
	{"slice-and-whole", slice_and_whole}, {"slices", slices}, {"behind-header", behind_header},
	{"room-kept", room_kept}, {"room-fitting", room_fitting}, {"room-filled", room_filled},
	{"file-streamed", file_streamed}, {"table-kept", table_kept}, {"table-gone", table_gone}};

int main(int argc, char **argv)
{
	for (size_t k = 0; k < sizeof(kinds) / sizeof(*kinds); k++)
		if (argc > 1 && strcmp(argv[1], kinds[k].name) == 0) {
			kinds[k].run();
			return 0;
		}
	return 2;
}
