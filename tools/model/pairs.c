#include "tools/model/pairs.h"

static const struct lr_pair pairs[LTF_PAIRS_MAX] = {
#define LTF_PAIR(name, number, one, many, key, maker, releaser, way)                               \
	[number] = {{one, many, key, "never given to " #releaser}, #maker, #releaser, way},
#define LTF_MAKES(...)
#define LTF_RELEASES(...)
#define LTF_BY_HAND(...)
#include "format/pairs.def"
};

const struct lr_pair *lr_pair_of(unsigned kind)
{
	unsigned number = kind - LR_RES_PAIR;
	return kind > LR_RES_PAIR && number < LTF_PAIRS_MAX && pairs[number].words.one
		       ? &pairs[number]
		       : NULL;
}
