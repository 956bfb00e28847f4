/* A scan's records, one row a line: for the command raw. */
#ifndef LR_RAW_SCAN_H
#define LR_RAW_SCAN_H

#include "tools/model/scan.h"

void lr_raw_scan(const struct lr_scan *s);

#endif
