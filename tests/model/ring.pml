/* The ring (lib/ring.c, lib/drain.c): threads own a block each and reserve words in it by one
 * instruction; an event counts from the store of its lead word. A full block is handed on; whoever
 * finds none free drains: takes what stands in each block up to its first hole, appends it to the
 * stream, notes how far it came, and recycles what is full and whole. Signal handlers come between
 * any two instructions outside the slow path; they return, leave by a jump, or end the thread, whose
 * block is then handed on by another. A drainer may vanish between two of its steps.
 *
 * Shown, at every instant, so also for whoever reads what a SIGKILL left:
 *   - what was committed is in the stream, or in the ring in a block that says whose it is;
 *   - nothing is drained as what it is not: each word is read under the thread, block number and
 *     place that it was reserved at, so that a reader who takes each place once sees all once;
 *   - a thread's places rise with its reservations;
 *   - a block is not taken again while a hook that may go on has words in it.
 * And at the end all that was committed is in the stream.
 *
 * The free list is one step here (freelist.pml), numbers are not here (number.pml).
 * These leave something out, and are found wrong: -DWIPE_FIRST (a block is recycled before the stream
 * has it), -DNO_HOLES (a drainer goes on behind a hole), -DNO_PATIENCE (a hole is given up while its
 * hook may go on, and the block is used again), -DLEAD_FIRST (the lead word is stored before the
 * others), -DNO_LIMIT (what a block's owner has reserved in it does not matter). */
#define OWNERS   2
#ifndef CALLS
#define CALLS    2 /* of owner 0's own; a handler of its has one */
#endif
#ifndef OTHERS
#define OTHERS   1 /* of owner 1's */
#endif
#define PER      (CALLS + 1) /* events of an owner, at most */
#define EVENTS   (OWNERS * PER)
#ifndef BLOCKS
#define BLOCKS   3
#endif
#define ROOM     2 /* words in a block */
#define NONE     255
#define CONT     254

mtype = { FREE, OWNED, FULL };

typedef memory { byte word[ROOM] }; /* 0: not written; an event's number + 1; CONT */
memory mem[BLOCKS];
mtype state[BLOCKS] = FREE;
bool magic[BLOCKS], skipped[BLOCKS], in_list[BLOCKS] = true;
byte owner[BLOCKS], number[BLOCKS], limit[BLOCKS], drained[BLOCKS];

/* Threads. */
byte block[OWNERS] = NONE, cur[OWNERS], numbers[OWNERS];
bool masked[OWNERS], handling[OWNERS], jumped[OWNERS], ended[OWNERS], reaped[OWNERS];

bool locked, vanished;

/* What nobody in the program knows: for the assertions. */
byte place[EVENTS]; /* where it was reserved, from 1 on */
bool is_long[EVENTS], committed[EVENTS], streamed[EVENTS];
byte last_place[OWNERS];
byte holds[OWNERS * 2] = NONE; /* block of a reservation that may yet be committed, by level */

#define PLACE(b, at) (1 + number[b] * ROOM + (at))
#ifdef NO_HANDLER
#define MAY_BE_LONG  true
#else
#define MAY_BE_LONG  (t == 0) /* to have fewer states */
#endif
#ifdef VANISH
#define MAY_VANISH   !vanished
#else
#define MAY_VANISH   false
#endif
#define RUNS         (handling[t] == level && !ended[t])
#define HELD(b)      (holds[0] == b || holds[1] == b || holds[2] == b || holds[3] == b)
#define FITS         (at + words <= ROOM)

inline reserved()
{
	place[id] = PLACE(ab, at);
	assert(place[id] > last_place[t]);
	last_place[t] = place[id];
	holds[t * 2 + level] = ab
}

inline pop()
{
	atomic {
		new = 0;
		do
		:: new < BLOCKS && in_list[new] -> in_list[new] = false; break
		:: new < BLOCKS && !in_list[new] -> new++
		:: new == BLOCKS -> new = NONE; break
		od
	}
}

/* Reads block b from drained[b] on, and appends what it read to the stream; k is how far it came. One
 * step: words are read in their order and never change once written, so reading them at different
 * instants finds what reading all at the last of these finds. */
inline encode(all)
{
	k = drained[b];
	do
	:: k >= ROOM -> break
	:: else ->
		v = mem[b].word[k];
		if
		:: v == 0 || v == CONT ->
			if
			:: all || skipped[b] -> k++
#ifdef NO_HOLES
			:: !all && !skipped[b] && v == 0 && k + 1 < ROOM && mem[b].word[k + 1] -> k++
#endif
			:: else -> break
			fi
		:: else ->
			v = v - 1;
			assert(v / PER == owner[b] && place[v] == PLACE(b, k));
			assert(!is_long[v] || mem[b].word[k + 1] == CONT);
			k = k + 1 + is_long[v];
			streamed[v] = true
		fi
	od;
	v = 0
}

/* Wipes block b, and gives it back. */
inline recycle()
{
	magic[b] = false;
	if
	:: atomic { MAY_VANISH -> vanished = true; b = BLOCKS } /* the drainer is no more; others go on */
	:: atomic {
			mem[b].word[0] = 0;
			mem[b].word[1] = 0;
			state[b] = FREE;
			in_list[b] = true;
			b++
		}
	fi
}

#ifdef NO_LIMIT
#define WHOLE (k > 0)
#else
#define WHOLE (k >= limit[b])
#endif

inline settle()
{
	drained[b] = k;
	if
	:: state[b] == FULL && WHOLE && !skipped[b] -> recycle()
	:: state[b] == FULL && !WHOLE && !skipped[b] ->
		if
#ifdef NO_PATIENCE
		:: recycle()
#endif
		:: atomic { !HELD(b) -> skipped[b] = true; b++ } /* after some patience */
		:: b++
		fi
	:: atomic { state[b] != FULL || skipped[b] -> b++ }
	fi
}

inline drain()
{
	b = 0;
	do
	:: b >= BLOCKS -> break
	:: atomic { b < BLOCKS && state[b] == FREE -> b++ }
	:: atomic { b < BLOCKS && state[b] != FREE ->
#ifdef WIPE_FIRST
			k = ROOM
#else
			encode(false)
#endif
		};
		if
		:: atomic { MAY_VANISH -> vanished = true; b = BLOCKS }
		:: settle()
		fi
	od;
	atomic { b = 0; k = 0 }
}

inline find_free()
{
	if
	:: pop()
	:: new = NONE /* few are left: it drains before it takes one */
	fi;
	if
	:: new == NONE ->
		if
		:: atomic { !locked -> locked = true };
			drain();
			locked = false
		:: locked
		fi;
		pop()
	:: else
	fi
}

inline hand_on(which)
{
	atomic { limit[which] = (end < ROOM -> end : ROOM); state[which] = FULL }
}

/* The slow path: no handler comes here. ab is NONE after it when there was no room to be had. */
inline reserve_slowly()
{
	atomic {
		if
		:: block[t] != NONE && cur[t] + words <= ROOM -> /* a handler has been here */
			ab = block[t];
			at = cur[t];
			cur[t] = cur[t] + words;
			reserved();
			old = NONE;
			new = ab
		:: else ->
			/* Or it stands in a block of a handler's. */
			end = (block[t] == ab && cur[t] == at + words -> at : cur[t]);
			old = block[t];
			new = NONE
		fi
	};
	if
	:: new != NONE
	:: else ->
		find_free();
		if
		:: new == NONE ->
			atomic {
				cur[t] = ROOM;
				ab = NONE
			}
		:: else ->
			atomic {
				owner[new] = t;
				number[new] = numbers[t];
				numbers[t]++;
				drained[new] = 0;
				limit[new] = 0;
				skipped[new] = false;
				magic[new] = true;
				state[new] = OWNED;
				block[t] = new;
				cur[t] = words;
				ab = new;
				at = 0;
				reserved()
			};
			if
			:: old == NONE
			:: else -> hand_on(old)
			fi
		fi
	fi;
	atomic { new = 0; old = 0; end = 0; masked[t] = false }
}

inline commit()
{
#ifdef LEAD_FIRST
	atomic { RUNS -> mem[ab].word[at] = id + 1 };
#endif
	if
	:: atomic { RUNS && words == 2 -> mem[ab].word[at + 1] = CONT }
	:: atomic { RUNS && words == 1 -> skip }
	fi;
	atomic {
		RUNS ->
		assert(state[ab] != FREE && owner[ab] == t && place[id] == PLACE(ab, at));
		mem[ab].word[at] = id + 1;
		committed[id] = true;
		holds[t * 2 + level] = NONE
	}
}

proctype code(byte t; byte level)
{
	byte calls, id, words, at, ab, old, new, end, b, k, v;

	do
	:: atomic { calls == (level -> 1 : (t -> OTHERS : CALLS)) || ended[t] -> break }
	:: else ->
		if
		:: level == 0
		:: else ->
end_waits:		atomic { !handling[t] && !masked[t] && !ended[t] -> handling[t] = true }
		fi;
		{
			atomic {
				RUNS ->
				id = t * PER + (level -> CALLS : calls);
				calls++;
				if
				:: words = 1
				:: MAY_BE_LONG -> words = 2; is_long[id] = true
				fi;
				ab = block[t];
				at = cur[t];
				cur[t] = cur[t] + words;
				if
				:: ab != NONE && FITS -> reserved()
				:: else
				fi
			};
			if
			:: atomic { RUNS && ab != NONE && FITS -> skip }
			:: atomic { RUNS && (ab == NONE || !FITS) -> masked[t] = true };
				reserve_slowly()
			fi;
			if
			:: atomic { RUNS && ab != NONE -> skip };
				commit()
			:: atomic { RUNS && ab == NONE -> skip }
			fi
		} unless {
			atomic {
				jumped[t] && level == 0 && RUNS || ended[t] && !masked[t] ->
				jumped[t] = false;
				holds[t * 2 + level] = NONE
			}
		};
		atomic { words = 0; at = 0; ab = 0; id = 0 };
		if
		:: level == 0
		:: else ->
			if
			:: atomic { handling[t] = false }
			:: atomic { jumped[t] = true; handling[t] = false }
			:: atomic { ended[t] = true; handling[t] = false }
			fi
		fi
	od;
	if
	:: level == 0 -> ended[t] = true
	:: else
	fi
}

/* Another thread finds that this one is no more. */
proctype reaper(byte t)
{
	byte end;

	atomic { ended[t] -> end = cur[t]; holds[t * 2] = NONE; holds[t * 2 + 1] = NONE };
	if
	:: block[t] == NONE
	:: else -> hand_on(block[t])
	fi;
	reaped[t] = true
}

/* What is there at any instant. */
proctype reader()
{
	byte e, b;

end_watches:
	do
	:: d_step {
			for (e : 0 .. EVENTS - 1) {
				if
				:: committed[e] && !streamed[e] ->
					b = 0;
					do
					:: b == BLOCKS -> break
					:: else ->
						if
						:: magic[b] && owner[b] == e / PER &&
							place[e] > number[b] * ROOM &&
							place[e] <= (number[b] + 1) * ROOM ->
							break
						:: else -> b++
						fi
					od;
					assert(b < BLOCKS && mem[b].word[(place[e] - 1) % ROOM] == e + 1)
				:: else
				fi
			};
			e = 0;
			b = 0
		}
	od
}

init
{
	byte t, b, k, v;

	atomic {
		for (t : 0 .. OWNERS - 1) {
			run code(t, 0);
			run reaper(t)
		}
#ifndef NO_HANDLER
		run code(0, 1);
#endif
		run reader()
	}
	/* The last drain steps over all holes. */
	atomic { reaped[0] && reaped[1] && !locked -> b = 0; t = 0 };
	do
	:: b >= BLOCKS -> break
	:: atomic { b < BLOCKS && state[b] == FREE -> b++ }
	:: atomic { b < BLOCKS && state[b] != FREE -> encode(true); b++ }
	od;
	b = 0;
	d_step {
		for (v : 0 .. EVENTS - 1) {
			assert(!committed[v] || streamed[v])
		}
	}
}
