/* The numbers of pairs (pairs.def): what is made by one call and released by another of its own. */
#ifndef LTF_PAIRS_H
#define LTF_PAIRS_H

/* How handles are told apart. */
enum ltf_pair_way {
	LTF_PAIR_ONCE,    /* handed out once before it is released */
	LTF_PAIR_COUNTED, /* the same may be handed out again; each counts */
	LTF_PAIR_STREAM   /* once: a FILE, which fclose releases as well */
};

#define LTF_PAIR(name, number, ...) LTF_PAIR_##name = (number),
#define LTF_MAKES(...)
#define LTF_RELEASES(...)
#define LTF_BY_HAND(...)
enum ltf_pair {
#include "format/pairs.def"
	LTF_PAIRS_MAX = 64 /* numbers are less */
};
#undef LTF_PAIR
#undef LTF_MAKES
#undef LTF_RELEASES
#undef LTF_BY_HAND

#endif
