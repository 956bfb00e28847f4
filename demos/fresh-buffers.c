/* fresh-buffers: each pass of a loop gets a new buffer, and frees it again.
 *
 * 20000 packets, 1500 bytes for each.
 *
 * expect: ends=exit:0
 * expect: finding=churn.temporary site=forward count=20000 bytes=30000000
 * expect: allocated site=forward count=20000 bytes=30000000
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PACKETS = 20000, PACKET = 1500 };

static unsigned char checksum(const unsigned char *packet)
{
	unsigned char sum = 0;
	for (size_t i = 0; i < PACKET; i += 50)
		sum ^= packet[i];
	return sum;
}

static unsigned forward(int packets)
{
	unsigned sum = 0;
	for (int i = 0; i < packets; i++) {
		unsigned char *packet = malloc(PACKET);
		if (!packet)
			abort();
		memset(packet, i, PACKET);
		packet[0] = (unsigned char)(i >> 8);
		sum += checksum(packet);
		free(packet);
	}
	return sum;
}

int main(void)
{
	unsigned sum = forward(PACKETS);
	printf("%d packets, checksum %u\n", PACKETS, sum);
	return 0;
}
