/* Shared by events.c and events_plain.c. Not for others. */
#ifndef LTF_EVENTS_OPS_H
#define LTF_EVENTS_OPS_H

/* High half of an op byte; the low half is the tag. */
enum {
	OP_NUMBERED = 0x10,
	OP_API = 0x20,  /* an api byte that is not LTF_API_MALLOC stands in extra */
	OP_SITE = 0x40, /* ALLOC: the site differs from the one before. FREE: it has a stack */
};

#endif
