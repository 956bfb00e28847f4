/* XML, written element by element: names are ours, everything else is escaped here. */
#ifndef LR_XML_H
#define LR_XML_H

#include <stdbool.h>
#include <stdio.h>

/* All zero but f. Elements must be closed in the order in which they were opened. */
struct lr_xml {
	FILE *f;
	unsigned depth;
	bool open;  /* the last element's tag may still get attributes */
	bool mixed; /* it holds text: no white space may be added */
};

void lr_xml_begin(struct lr_xml *x, const char *element);
/* Of the element that was begun last, before anything is in it. NULL: left out. */
void lr_xml_attribute(struct lr_xml *x, const char *name, const char *value);
void lr_xml_text(struct lr_xml *x, const char *text);
void lr_xml_end(struct lr_xml *x, const char *element);

#endif
