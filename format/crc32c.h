/* CRC-32C (Castagnoli, polynomial 0x1EDC6F41 reflected, as in RFC 3720 appendix B.4). Pure. */
#ifndef LTF_CRC32C_H
#define LTF_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* Continues crc (0 at the start) over n bytes. */
uint32_t ltf_crc32c(uint32_t crc, const void *data, size_t n);

#endif
