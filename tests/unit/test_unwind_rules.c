/* The rule cache: what is put is found or forgotten, never mixed up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <stdbool.h>
#include <unistd.h>
#include "lib/rules.h"

static uintptr_t pc_of(unsigned i)
{
	return 0x7f0000001000 + i * 5ul;
}

static lt_rule_word rule_of(uintptr_t pc, unsigned variant)
{
	return (pc * 0x9e3779b97f4a7c15ULL & ~(lt_rule_word)3) | (variant & 1) << 1 | 1;
}

static void test_fields(void **state)
{
	(void)state;
	lt_rule_word r =
		lt_rule_make(LT_KIND_RBP, 65535, 65535) | 31ul << 19 | 5ul << 24 | 15ul << 40;
	assert_int_equal(lt_rule_kind(r), LT_KIND_RBP);
	assert_int_equal(lt_rule_module(r), 65535);
	assert_int_equal(lt_rule_off(r), 65535 * 8);
	assert_int_equal(lt_rule_bp(r), 31);
	assert_int_equal(lt_rule_saved(r, 0), 5);
	assert_int_equal(lt_rule_saved(r, 4), 15);
	assert_true(lt_rule_saves_others(r));
	assert_false(lt_rule_saves_others(lt_rule_make(LT_KIND_RSP, 65535, 65535) | 31ul << 19));
}

static void test_put_and_find(void **state)
{
	(void)state;
	assert_int_equal(lt_rules_find(pc_of(0)), 0);
	lt_rules_put(pc_of(0), rule_of(pc_of(0), 0));
	assert_int_equal(lt_rules_find(pc_of(0)), rule_of(pc_of(0), 0));
	assert_int_equal(lt_rules_find(pc_of(1)), 0);
	lt_rules_put(pc_of(0), rule_of(pc_of(0), 1)); /* another module's */
	assert_int_equal(lt_rules_find(pc_of(0)), rule_of(pc_of(0), 1));
	lt_rules_put(0, 1);
	lt_rules_put(~0ul, 1);
	assert_int_equal(lt_rules_find(~0ul), 0);
}

/* More than fits: bounded, most of the last ones stay, and what is found is right. */
static void test_growth(void **state)
{
	(void)state;
	enum { MANY = 300000, RECENT = 20000 };
	unsigned kept = 0;
	for (unsigned i = 0; i < MANY; i++)
		lt_rules_put(pc_of(i), rule_of(pc_of(i), 0));
	for (unsigned i = 0; i < MANY; i++) {
		lt_rule_word r = lt_rules_find(pc_of(i));
		assert_true(r == 0 || r == rule_of(pc_of(i), 0));
		kept += i >= MANY - RECENT && r;
	}
	assert_true(kept > RECENT * 3 / 4);
	assert_int_equal(lt_rules_table & 63, 14); /* 1 MiB, and no more */
}

static _Atomic bool stop;
static _Atomic unsigned long wrong, found;

static void *hammer(void *arg)
{
	unsigned seed = (unsigned)(uintptr_t)arg;

	while (!stop) {
		seed = seed * 1103515245 + 12345;
		uintptr_t pc = pc_of((seed >> 8) % 64) << 20; /* few sets */
		pc &= (1ul << 47) - 1;
		if (seed & 0x80) {
			lt_rules_put(pc, rule_of(pc, seed >> 4));
			continue;
		}
		lt_rule_word r = lt_rules_find(pc);
		wrong += r && r != rule_of(pc, 0) && r != rule_of(pc, 1);
		found += r != 0;
	}
	return NULL;
}

static void test_torn(void **state)
{
	(void)state;
	pthread_t t[4];
	for (uintptr_t i = 0; i < 4; i++)
		pthread_create(&t[i], NULL, hammer, (void *)(i + 1));
	usleep(500000);
	stop = true;
	for (int i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	assert_true(found > 1000);
	assert_int_equal(wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_put_and_find),
		cmocka_unit_test(test_growth),
		cmocka_unit_test(test_torn),
	};

	return cmocka_run_group_tests_name("rules", tests, NULL, NULL);
}
