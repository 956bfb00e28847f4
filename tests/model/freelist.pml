/* The list of free blocks (push and pop of lib/ring.c): several threads take blocks and give them
 * back, in steps as small as the machine's: the head is read, a block's link is read or written, the
 * head is exchanged if it is still what was read. Every block is with one thread, or once in the
 * list, at any time.
 *
 * What the count in the head is there for shows with -DNO_COUNT: a block that is popped and pushed
 * between another thread's read and its exchange is then mistaken for itself. */
#define BLOCKS 3
#define USERS  2
#define TIMES  2
#define NONE   BLOCKS

byte next[BLOCKS];
byte head, count; /* one word */
bool with_thread[BLOCKS];
byte ended;

inline pop(got)
{
	atomic { old = head; old_count = count };
	do
	:: old == NONE -> got = NONE; break
	:: else ->
		link = next[old];
		atomic {
			if
			:: head == old && count == old_count ->
				head = link;
#ifndef NO_COUNT
				count++;
#endif
				got = old;
				break
			:: else -> old = head; old_count = count
			fi
		}
	od
}

inline push(block)
{
	atomic { old = head; old_count = count };
	do
	:: next[block] = old;
		atomic {
			if
			:: head == old && count == old_count -> head = block; break
			:: else -> old = head; old_count = count
			fi
		}
	od
}

inline took(block)
{
	atomic {
		old = 0; old_count = 0; link = 0;
		if
		:: block == NONE
		:: else -> assert(!with_thread[block]); with_thread[block] = true
		fi
	}
}

inline give(block)
{
	if
	:: block == NONE
	:: else ->
		with_thread[block] = false;
		push(block)
	fi;
	atomic { old = 0; old_count = 0; block = 0 }
}

proctype user()
{
	byte old, old_count, link, first, second, times;

	do
	:: times == TIMES -> break
	:: else ->
		times++;
		pop(first);
		took(first);
		/* Sometimes two: the second then goes back last. */
		if
		:: pop(second); took(second)
		:: second = NONE
		fi;
		give(first);
		give(second)
	od;
	ended++
}

init
{
	byte i, n;

	atomic {
		for (i : 0 .. BLOCKS - 1) {
			next[i] = i + 1
		}
		for (i : 1 .. USERS) {
			run user()
		}
	}
	ended == USERS;
	/* All blocks are in the list, each once. */
	d_step {
		i = head;
		n = 0;
		do
		:: i == NONE || n > BLOCKS -> break
		:: else -> n++; i = next[i]
		od;
		assert(n == BLOCKS)
	}
}
