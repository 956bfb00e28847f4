/* A name is a place in one text, found by open addressing. A slot goes from 0 to the place of a
 * whole name, by one exchange, and never changes again: whoever is interrupted before it, by a
 * handler, a fork or for ever, has taken some text and a number that nobody will see. */
#include "lib/names.h"

#include <stdatomic.h>
#include <string.h>
#include "format/file.h"
#include "lib/ring.h"
#include "lib/say.h"
#include "lib/sys.h"

enum {
	SLOTS = 2 * LT_NAMES,
	UNIT = 8,
	PLACE_BITS = 17,
	NUMBER_BYTES = 3,
	GUESS_BITS = 10,
	GUESSES = 1 << GUESS_BITS
};
_Static_assert(LT_NAMES_TEXT / UNIT == 1 << PLACE_BITS, "a place fits its bits");

/* What the blob is: the number as a varint of fixed length, and the text, with a 0 behind it. */
struct name {
	_Atomic uint32_t told; /* in this generation of dumps */
	uint16_t number, len;
	uint8_t blob[];
};

static struct {
	_Atomic uint32_t slot[SLOTS];         /* place, and above it bits of the hash; 0: free */
	_Atomic uint32_t place[LT_NAMES + 1]; /* by number; 0: none */
	/* By where the program has its text: the number that it was last. A guess: what stands
	 * there now is compared. */
	_Atomic uint64_t guess[GUESSES]; /* address << 16 | number */
} names;
static _Alignas(UNIT) uint8_t text_of_all[LT_NAMES_TEXT];

LT_TOGETHER static struct {
	_Atomic uint32_t count, used; /* numbers and units of text that are taken */
	_Atomic bool full;
	uint32_t generation; /* of dumps, from 1 */
} state = {.generation = 1};

static struct name further = {.number = LT_NAME_FURTHER,
	.len = 15,
	.blob = {LT_NAME_FURTHER % 128 + 128, LT_NAME_FURTHER / 128 % 128 + 128,
		LT_NAME_FURTHER / 16384, '(', 'f', 'u', 'r', 't', 'h', 'e', 'r', ' ', 'n', 'a', 'm',
		'e', 's', ')'}};

static struct name *at(uint32_t place)
{
	return (struct name *)(text_of_all + (size_t)place * UNIT);
}

uint32_t lt_name_length(const char *text, uint32_t max)
{
	uint32_t n = (uint32_t)strnlen(text, max + 1u);
	if (n <= max)
		return n;
	for (n = max; n > max - 4 && ((uint8_t)text[n] & 0xc0) == 0x80;)
		n--;
	return ((uint8_t)text[n] & 0xc0) == 0x80 ? max : n;
}

static uint64_t hash_of(const char *text, uint32_t len)
{
	uint64_t h = len, word;
	for (; len >= sizeof(word); len -= sizeof(word), text += sizeof(word)) {
		memcpy(&word, text, sizeof(word));
		h = (h ^ word) * 0x9e3779b97f4a7c15;
		h ^= h >> 32;
	}
	for (word = 0; len; len--)
		word = word << 8 | (uint8_t)*text++;
	h = (h ^ word) * 0x9e3779b97f4a7c15;
	return h ^ h >> 29;
}

/* The number as a varint of three bytes. */
static void fill(struct name *e, uint32_t number, const char *text, uint32_t len)
{
	e->number = (uint16_t)number;
	e->len = (uint16_t)len;
	e->blob[0] = (uint8_t)(number | 0x80);
	e->blob[1] = (uint8_t)(number >> 7 | 0x80);
	e->blob[2] = (uint8_t)(number >> 14);
	memcpy(e->blob + NUMBER_BYTES, text, len);
	e->blob[NUMBER_BYTES + len] = 0;
}

/* A name that nobody knows of yet; 0: there is no more room. */
static uint32_t make(const char *text, uint32_t len)
{
	uint32_t units = (uint32_t)(sizeof(struct name) + NUMBER_BYTES + len + UNIT) / UNIT;
	if (atomic_load_explicit(&state.full, memory_order_relaxed))
		return 0;
	uint32_t place = atomic_fetch_add(&state.used, units) + 1;
	uint32_t number = atomic_fetch_add(&state.count, 1) + 1;
	if (number <= LT_NAMES && place + units <= LT_NAMES_TEXT / UNIT) {
		fill(at(place), number, text, len);
		atomic_store(&names.place[number], place);
		return place;
	}
	if (!atomic_exchange(&state.full, true))
		lt_say(1, "the program names too many regions; further ones count as one");
	return 0;
}

static bool is_it(uint32_t slot, uint32_t tag, const char *text, uint32_t len)
{
	if (slot >> PLACE_BITS != tag)
		return false;
	const struct name *e = at(slot & ((1u << PLACE_BITS) - 1));
	return e->len == len && memcmp(e->blob + NUMBER_BYTES, text, len) == 0;
}

/* Made, if it is not there; a race for one name has one winner. */
static uint32_t intern(const char *text, uint32_t len)
{
	uint64_t hash = hash_of(text, len);
	uint32_t tag = (uint32_t)(hash >> (64 - (32 - PLACE_BITS))), mine = 0;
	for (uint32_t i = (uint32_t)hash % SLOTS;; i = (i + 1) % SLOTS) {
		uint32_t slot = atomic_load_explicit(&names.slot[i], memory_order_acquire);
		if (!slot) {
			if (!mine && !(mine = make(text, len)))
				return LT_NAME_FURTHER;
			uint32_t full = tag << PLACE_BITS | mine;
			if (atomic_compare_exchange_strong(&names.slot[i], &slot, full))
				return at(mine)->number;
		}
		if (is_it(slot, tag, text, len))
			return at(slot & ((1u << PLACE_BITS) - 1))->number;
	}
}

static bool is_told(const struct name *e)
{
	return atomic_load_explicit(&e->told, memory_order_relaxed) == state.generation;
}

static bool tell(struct lt_thread *t, struct name *e)
{
	uint32_t now = state.generation;
	if (!lt_ring_blob(t, LTF_BLOB_NAME, e->blob, (size_t)NUMBER_BYTES + e->len))
		return false;
	atomic_store_explicit(&e->told, now, memory_order_relaxed);
	return true;
}

bool lt_name_tell(struct lt_thread *t, uint32_t number)
{
	uint32_t place = number <= LT_NAMES ? atomic_load(&names.place[number]) : 0;
	struct name *e = number == LT_NAME_FURTHER ? &further : place ? at(place) : NULL;
	return e && (is_told(e) || tell(t, e));
}

static __attribute__((noinline)) uint32_t name_anew(
	struct lt_thread *t, const char *text, _Atomic uint64_t *guess)
{
	uint32_t number = intern(text, lt_name_length(text, LT_NAME_BYTES));
	atomic_store_explicit(
		guess, (uint64_t)(uintptr_t)text << 16 | number, memory_order_release);
	if (t)
		lt_name_tell(t, number);
	return number;
}

uint32_t lt_name(struct lt_thread *t, const char *text)
{
	if (!text || !*text)
		text = "(unnamed)";
	uintptr_t where = (uintptr_t)text;
	_Atomic uint64_t *guess = &names.guess[where * 0x9e3779b97f4a7c15 >> (64 - GUESS_BITS)];
	uint64_t last = atomic_load_explicit(guess, memory_order_acquire);
	uint32_t number = (uint16_t)last;
	if (last >> 16 != where || number > LT_NAMES)
		return name_anew(t, text, guess);
	struct name *e = at(atomic_load_explicit(&names.place[number], memory_order_relaxed));
	if (strcmp(text, (const char *)e->blob + NUMBER_BYTES) != 0)
		return name_anew(t, text, guess);
	if (t && !is_told(e))
		tell(t, e);
	return number;
}

void lt_names_reset(void)
{
	if (atomic_load(&state.count))
		state.generation++;
}
