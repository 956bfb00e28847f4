/* fresh-buffers, repaired: one buffer for all passes.
 *
 * expect: ends=exit:0
 * absent: finding=churn.temporary
 * expect: allocated site=forward count=1 bytes=1500
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
	unsigned char *packet = malloc(PACKET);
	if (!packet)
		abort();
	for (int i = 0; i < packets; i++) {
		memset(packet, i, PACKET);
		packet[0] = (unsigned char)(i >> 8);
		sum += checksum(packet);
	}
	free(packet);
	return sum;
}

int main(void)
{
	unsigned sum = forward(PACKETS);
	printf("%d packets, checksum %u\n", PACKETS, sum);
	return 0;
}
