/* What the kinds of errors are, in a sentence each: for forms that want rules explained. */
#ifndef LR_KINDS_H
#define LR_KINDS_H

/* id, a few words, what to do. doc/FINDINGS.md has a section for each finding. */
#define LR_KINDS(X)                                                                                \
	X("leak.definite", "memory that nothing leads to any more",                                \
		"Release it where the last pointer to it goes.")                                   \
	X("leak.possible", "memory that only pointers to its inside lead to",                      \
		"See whether these pointers are there by chance; keep one to its start.")          \
	X("leak.indirect", "memory that only lost memory leads to",                                \
		"Release it with what leads to it.")                                               \
	X("leak.reachable", "memory that is still in use, or kept, in the end",                    \
		"Release it in the end, if it is not kept on purpose.")                            \
	X("growth.unbounded", "a site that holds more and more, up to the end",                    \
		"Give what it keeps an end: remove entries, or bound the cache.")                  \
	X("free.double", "a block that is released a second time",                                 \
		"Release it in one place, or clear the pointer.")                                  \
	X("free.unknown", "a release of what never was a block",                                   \
		"Release only what was allocated, by the pointer that was handed out.")            \
	X("free.mismatch", "a block that is released by the wrong function",                       \
		"Release it by the function that belongs to the one that made it.")                \
	X("churn.realloc", "blocks that are enlarged again and again by little",                   \
		"Let them grow by a factor, or reserve what is needed at once.")                   \
	X("churn.quadratic", "blocks that are replaced by ones a little larger",                   \
		"Append in place, to a buffer that grows by a factor.")                            \
	X("churn.temporary", "blocks that are released at once",                                   \
		"Reuse a buffer, or take it from the stack.")                                      \
	X("churn.large", "large blocks that are made one after the other", "Reuse one block.")     \
	X("churn.small", "many very small blocks at a time",                                       \
		"Keep them by value, or in an array.")                                             \
	X("mapping.unreleased", "mappings that nothing points to, or ever more of them",           \
		"Unmap what is not needed any more.")                                              \
	X("segment.unremoved", "shared memory that outlives the program", "Remove the segment.")   \
	X("fd.unclosed", "descriptors that keep rising to the end of the run",                     \
		"Close them where they are last needed.")                                          \
	X("fd.pileup", "so many descriptors at a time that the limit was near",                    \
		"Close each before the next is opened.")                                           \
	X("fd.double", "a close of what was closed already", "Close it in one place.")             \
	X("fd.foreign", "a close of somebody else's descriptor",                                   \
		"Close only what was opened here.")                                                \
	X("heap.peak", "a large block that was most of the peak, and did not stay",                \
		"Work on it piece by piece.")                                                      \
	X("heap.unreleased", "memory that was released and is still resident",                     \
		"Trim the heap, or keep such phases in mappings of their own.")                    \
	X("waste.untouched", "blocks of which most is never touched", "Ask for what is needed.")   \
	X("retention.interior", "large blocks that one pointer far into them keeps",               \
		"Copy what is needed, and release the block.")                                     \
	X("thread.unjoined", "threads that nobody has joined or detached", "Join or detach them.") \
	X("thread.blocked", "threads that wait for ever", "Tell them to end.")                     \
	X("timer.undeleted", "timers that were not deleted", "Delete them.")                       \
	X("resource.unreleased", "what has a call to release it, and was not given to it",         \
		"Release it by that call.")

/* In words; NULL: not known. */
const char *lr_kind_text(const char *id);
const char *lr_kind_advice(const char *id);

#endif
