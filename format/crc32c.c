/* With the processor's crc32 instruction (SSE 4.2) where it is there, else by nibbles with a table
 * of 16 entries: slow, small, and without state. */
#include "format/crc32c.h"

#include <string.h>
#if defined(__x86_64__)
#include <sys/platform/x86.h>
#endif

static uint32_t bytewise(uint32_t crc, const uint8_t *p, size_t n)
{
	/* Sixteen-entry table: the contribution of one nibble. */
	static const uint32_t nibble[16] = {0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1,
		0x417b1dbc, 0x5125dad3, 0x61c69362, 0x7198540d, 0x82f63b78, 0x92a8fc17, 0xa24bb5a6,
		0xb21572c9, 0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75};
	while (n--) {
		crc ^= *p++;
		crc = (crc >> 4) ^ nibble[crc & 15];
		crc = (crc >> 4) ^ nibble[crc & 15];
	}
	return crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) static uint32_t hardware(uint32_t crc, const uint8_t *p, size_t n)
{
	uint64_t c = crc;
	for (; n >= 8; n -= 8, p += 8) {
		uint64_t w;
		memcpy(&w, p, 8);
		c = __builtin_ia32_crc32di(c, w);
	}
	return bytewise((uint32_t)c, p, n);
}

#endif

uint32_t ltf_crc32c(uint32_t crc, const void *data, size_t n)
{
	crc = ~crc;
#if defined(__x86_64__)
	/* glibc's record of cpuid: the instruction itself traps in virtual machines. */
	if (CPU_FEATURE_PRESENT(SSE4_2))
		return ~hardware(crc, data, n);
#endif
	return ~bytewise(crc, data, n);
}
