/* Names of regions: by content, once, within bounds, and from many threads at once. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include "format/file.h"
#include "format/varint.h"
#include "lib/names.h"
#include "lib/ring.h"
#include "lib/say.h"

enum { THREADS = 8, ROUNDS = 16, SHARED = 200 };

/* What the dump is told: the last text, and how often each number. */
static _Atomic int blobs, said;
static _Atomic uint32_t told[LT_NAME_FURTHER + 1];
static char last[LT_NAME_BYTES + 1];
static bool no_room, quiet;

bool lt_ring_blob(struct lt_thread *t, unsigned type, const void *bytes, size_t len)
{
	uint64_t number = 0;
	const uint8_t *text = ltf_get(bytes, (const uint8_t *)bytes + len, &number);
	(void)t;
	if (no_room)
		return false;
	if (type != LTF_BLOB_NAME || !text || number > LT_NAME_FURTHER)
		abort();
	blobs++;
	told[number]++;
	if (!quiet)
		snprintf(last, sizeof(last), "%.*s",
			(int)(len - (size_t)(text - (const uint8_t *)bytes)), (const char *)text);
	return true;
}

void lt_say(int level, const char *format, ...)
{
	(void)level;
	(void)format;
	said++;
}

static struct lt_thread *const me = (struct lt_thread *)&last;

static void by_content(void **state)
{
	char text[20] = "one";
	(void)state;
	uint32_t one = lt_name(me, text);
	assert_true(one > 0 && one <= LT_NAMES);
	assert_string_equal(last, "one");
	strcpy(text, "two");
	uint32_t two = lt_name(me, text);
	assert_int_not_equal(one, two);
	assert_string_equal(last, "two");
	int before = blobs;
	strcpy(text, "one");
	assert_int_equal(lt_name(me, text), one);
	assert_int_equal(lt_name(me, "two"), two);
	assert_int_equal(lt_name(me, "two"), two);
	assert_int_equal(blobs, before);
	strcpy(text, "one, and more");
	assert_int_not_equal(lt_name(me, text), one);
}

static void odd_ones(void **state)
{
	(void)state;
	uint32_t unnamed = lt_name(me, NULL);
	assert_string_equal(last, "(unnamed)");
	assert_int_equal(lt_name(me, ""), unnamed);
	assert_false(lt_name_tell(me, 0));
	assert_false(lt_name_tell(me, LT_NAMES));
	assert_false(lt_name_tell(me, UINT32_MAX));
	assert_true(lt_name_tell(me, unnamed));
	assert_true(lt_name_tell(me, LT_NAME_FURTHER));
	assert_string_equal(last, "(further names)");
}

static void long_ones(void **state)
{
	char text[5000];
	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = 0;
	uint32_t most = lt_name(me, text);
	assert_int_equal(strlen(last), LT_NAME_BYTES);
	text[LT_NAME_BYTES] = 'y'; /* no difference any more */
	assert_int_equal(lt_name(me, text), most);
	text[LT_NAME_BYTES] = 0;
	assert_int_equal(lt_name(me, text), most);
	/* A character of three bytes that does not fit whole. */
	memcpy(text + LT_NAME_BYTES - 2, "\xe2\x82\xac", 4);
	lt_name(me, text);
	assert_int_equal(strlen(last), LT_NAME_BYTES - 2);
	/* Bytes that are no characters at all. */
	memset(text, 0x80, sizeof(text) - 1);
	lt_name(me, text);
	assert_int_equal(strlen(last), LT_NAME_BYTES);
}

static void told_once_a_dump(void **state)
{
	(void)state;
	no_room = true;
	uint32_t number = lt_name(me, "told later");
	assert_int_equal(told[number], 0);
	no_room = false;
	assert_int_equal(lt_name(NULL, "told later"), number);
	assert_int_equal(told[number], 0);
	lt_name(me, "told later");
	lt_name(me, "told later");
	assert_int_equal(told[number], 1);
	lt_names_reset();
	assert_int_equal(lt_name(me, "told later"), number);
	assert_int_equal(told[number], 2);
}

static uint32_t numbers[THREADS][ROUNDS][SHARED];
static pthread_barrier_t gate;

static void *intern_all(void *arg)
{
	uint32_t(*mine)[SHARED] = arg;
	char text[40];
	for (unsigned round = 0; round < ROUNDS; round++) {
		pthread_barrier_wait(&gate);
		for (unsigned i = 0; i < SHARED; i++) {
			snprintf(text, sizeof(text), "shared %u of %u", i, round);
			mine[round][i] = lt_name(me, text);
		}
	}
	return NULL;
}

static void from_threads(void **state)
{
	pthread_t t[THREADS];
	bool seen[LT_NAME_FURTHER + 1] = {0};
	char text[40];
	(void)state;
	quiet = true;
	pthread_barrier_init(&gate, NULL, THREADS);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&t[i], NULL, intern_all, numbers[i]), 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(t[i], NULL);
	quiet = false;
	for (unsigned k = 0; k < SHARED * ROUNDS; k++) {
		uint32_t number = numbers[0][k / SHARED][k % SHARED];
		assert_false(seen[number]);
		seen[number] = true;
		assert_true(told[number] >= 1);
		snprintf(text, sizeof(text), "shared %u of %u", k % SHARED, k / SHARED);
		assert_int_equal(lt_name(me, text), number);
		for (int i = 1; i < THREADS; i++)
			assert_int_equal(numbers[i][k / SHARED][k % SHARED], number);
	}
}

/* In a process of its own: the room for text ends before that for names. */
static void too_much_text(void **state)
{
	(void)state;
	pid_t pid = fork();
	if (pid == 0) {
		char text[LT_NAME_BYTES + 1];
		uint32_t n = 0, number;
		do {
			memset(text, 'z', sizeof(text));
			snprintf(text, sizeof(text), "%u", n++);
			text[strlen(text)] = 'z';
			text[LT_NAME_BYTES] = 0;
			number = lt_name(me, text);
		} while (number != LT_NAME_FURTHER);
		_exit(n > 3000 && n < 4000 && said == 1 ? 0 : 1);
	}
	int status = -1;
	waitpid(pid, &status, 0);
	assert_int_equal(status, 0);
}

static void too_many(void **state)
{
	char text[40];
	uint32_t further = 0;
	(void)state;
	uint32_t one = lt_name(me, "one");
	for (unsigned i = 0; i < 100000; i++) {
		snprintf(text, sizeof(text), "name %u", i);
		uint32_t number = lt_name(me, text);
		assert_true(number > 0 && number <= LT_NAME_FURTHER);
		further += number == LT_NAME_FURTHER;
	}
	assert_in_range(further, 100000 - LT_NAMES, 100000 - LT_NAMES + 6000);
	assert_int_equal(said, 1);
	assert_int_equal(lt_name(me, "one"), one);
	assert_int_equal(lt_name(me, "name 0"), lt_name(me, "name 0"));
	assert_int_not_equal(lt_name(me, "name 0"), LT_NAME_FURTHER);
	assert_int_equal(lt_name(me, "yet another"), LT_NAME_FURTHER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_content),
		cmocka_unit_test(odd_ones),
		cmocka_unit_test(long_ones),
		cmocka_unit_test(told_once_a_dump),
		cmocka_unit_test(from_threads),
		cmocka_unit_test(too_much_text),
		cmocka_unit_test(too_many),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
