/* The numbers of events (lt_reserve_numbered of lib/record.h). A thread reserves words, takes the next
 * number of a region's counter, and looks whether its reservation is still the last one; if a signal
 * handler has come between, it withdraws the number and takes both anew. Handlers come at any
 * instant but in the slow path, one within the other, and return or leave by a jump.
 *
 * Shown: at any instant, over the events that a thread has committed, in the order of their words,
 * the instants at which their numbers were taken rise. With them rise the numbers of each region,
 * and thread order and region order have no cycle, because both agree with the order of these
 * instants. Other threads only take numbers in between, so one thread is all there is here; and an
 * instant stands for a number of whatever region.
 *
 * With -DNO_LOOK the look is left out. With -DLOOKS_TOO_EARLY it is in front of the taking. */
#define LEVELS  3 /* the thread's own code, a handler, a handler within a handler */
#define CALLS   2 /* of each level; of the innermost one less */
#define HEADER  6 /* in words; cur is never further beyond a block's end than that */
#define STRIDE  9 /* from block to block: each has room for three words */
#define PLACES  90

byte level;          /* of the code that runs */
bool masked;         /* signals are blocked */
bool jumped[LEVELS]; /* a handler has left what ran there by a jump */
byte cur;            /* next word */
byte block;          /* start of the thread's block */
byte now = 1;
byte taken[PLACES];  /* of the event committed there: the instant; 0 none */

#define RUNS  (level == mine) /* else a handler stands above */
#define LAST  (w + words)

inline in_order()
{
	d_step {
		last = 0;
		for (i : 0 .. PLACES - 1) {
			if
			:: taken[i] -> assert(taken[i] > last); last = taken[i]
			:: else
			fi
		}
		i = 0;
		last = 0
	}
}

#define FITS(at, start) ((at) - (start) >= HEADER && (at) - (start) + words <= STRIDE)

/* lt_ring_reserve: whether it fits is told by the place alone. */
inline reserve()
{
	atomic { RUNS -> w = cur; cur = cur + words };
	if
	:: atomic { RUNS && FITS(w % STRIDE, 0) -> skip }
	:: atomic { RUNS && !FITS(w % STRIDE, 0) -> masked = true };
		atomic {
			if
			:: FITS(cur, block) -> w = cur /* in a block that a handler has taken */
			:: else -> block = block + STRIDE; w = block + HEADER
			fi;
			cur = w + words;
			masked = false
		}
	fi
}

inline record()
{
	do
	:: reserve();
#ifdef LOOKS_TOO_EARLY
		if
		:: atomic { RUNS && cur != LAST -> skip }
		:: atomic { RUNS && cur == LAST -> skip };
			atomic { RUNS -> stamp = now; now++; break }
		fi
#else
		atomic { RUNS -> stamp = now; now++ };
		if
#ifdef NO_LOOK
		:: atomic { RUNS -> break }
#else
		:: atomic { RUNS && cur == LAST -> break }
		:: atomic { RUNS && cur != LAST -> stamp = 0; w = 0 } /* withdrawn */
#endif
		fi
#endif
	od;
	atomic { RUNS -> assert(!taken[w]); taken[w] = stamp; in_order(); w = 0; stamp = 0; words = 0 }
}

proctype code(byte mine)
{
	byte calls, w, words, stamp, i, last;

	do
	:: calls == CALLS - (mine == LEVELS - 1) -> break
	:: else ->
		if
		:: mine == 0
		:: else ->
end_waits:		atomic { level == mine - 1 && !masked -> level = mine } /* the signal */
		fi;
		calls++;
		{
			if
			:: atomic { RUNS -> words = 1 }
			:: atomic { RUNS -> words = 2 }
			fi;
			record()
		} unless {
			atomic { RUNS && jumped[mine] -> jumped[mine] = false; w = 0; stamp = 0; words = 0 }
		};
		if
		:: mine == 0
		:: else ->
			if
			:: atomic { RUNS -> level = mine - 1 }
			:: atomic { RUNS -> jumped[mine - 1] = true; level = mine - 1 }
			fi
		fi
	od
}

init
{
	byte k;

	atomic {
		cur = HEADER;
		for (k : 0 .. LEVELS - 1) {
			run code(k)
		}
	}
}
