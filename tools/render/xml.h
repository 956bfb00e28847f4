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
/* Of the element that was begun last, before anything is in it; one line. NULL: left out. */
void lr_xml_attribute(struct lr_xml *x, const char *name, const char *value);
/* Its line ends are kept: what else acts in a line must be out of it already. */
void lr_xml_lines(struct lr_xml *x, const char *lines);
void lr_xml_end(struct lr_xml *x, const char *element);

#endif
