/* The table of ids beside a plain map, on ids in order, far apart and anywhere. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "tools/util/ids.h"

static void same_as_a_map(const struct lr_ids *ids, struct lr_map *m, uint32_t id)
{
	const uint32_t *at = lr_map_find(m, id);
	assert_int_equal(lr_ids_get(ids, id), at ? *at : LR_NO_ID);
}

static void ids_are_found_again(void **state)
{
	(void)state;
	for (int round = 0; round < 60; round++) {
		struct lr_ids ids = {0};
		struct lr_map m = {0};
		uint32_t spread = 1u << (round % 30), at = 0;
		for (uint32_t n = 0; n < 20000; n++) {
			uint32_t id = round % 3
					      ? (uint32_t)rand() % (20000 + spread)
					      : (at += 1 + (uint32_t)rand() % (1 + spread / 4096));
			bool fresh;
			uint32_t *value = lr_map_put(&m, id, &fresh);
			if (fresh) {
				*value = n;
				lr_ids_put(&ids, id, n, m.used);
			}
			same_as_a_map(&ids, &m, id);
			same_as_a_map(&ids, &m, id + 1);
			same_as_a_map(&ids, &m, (uint32_t)rand());
		}
		/* Ids come from files: memory follows how many there are, not how high they are. */
		assert_true(ids.room <= 8 * (m.used + 1024));
		lr_ids_free(&ids);
		lr_map_free(&m);
	}
}

static void the_ends_of_the_range(void **state)
{
	(void)state;
	struct lr_ids ids = {0};
	lr_ids_put(&ids, UINT32_MAX, 7, 0);
	lr_ids_put(&ids, 0, LR_NO_ID - 1, 0);
	assert_int_equal(lr_ids_get(&ids, UINT32_MAX), 7);
	assert_int_equal(lr_ids_get(&ids, 0), LR_NO_ID - 1);
	assert_int_equal(lr_ids_get(&ids, 1), LR_NO_ID);
	lr_ids_free(&ids);
}

static void room_is_reserved(void **state)
{
	(void)state;
	struct lr_map m = {0};
	lr_map_reserve(&m, 100000);
	const struct lr_map_slot *slots = m.slots;
	for (uint64_t i = 0; i < 100000; i++)
		*lr_map_put(&m, i * i, NULL) = (uint32_t)i;
	assert_ptr_equal(m.slots, slots);
	lr_map_reserve(&m, 0);
	assert_ptr_equal(m.slots, slots);
	lr_map_reserve(&m, 400000); /* what is there stays */
	for (uint64_t i = 0; i < 100000; i++)
		assert_int_equal(*lr_map_find(&m, i * i), i);
	lr_map_free(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids_are_found_again),
		cmocka_unit_test(the_ends_of_the_range),
		cmocka_unit_test(room_is_reserved),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
