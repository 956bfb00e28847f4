/* big-struct-by-value, repaired: who only looks gets a pointer.
 *
 * expect: ends=exit:0
 * absent: finding=churn.large
 * expect: allocated site=brightness count=0 bytes=0
 */
#include <stdio.h>
#include <string.h>

enum { WIDTH = 1024, HEIGHT = 1024, ROWS = 50 };

struct picture {
	unsigned char pixels[HEIGHT][WIDTH];
};

static unsigned long brightness(const struct picture *p, int row)
{
	unsigned long sum = 0;
	for (int x = 0; x < WIDTH; x++)
		sum += p->pixels[row][x];
	return sum;
}

int main(void)
{
	static struct picture photo;
	unsigned long sum = 0;
	memset(&photo, 7, sizeof(photo));
	for (int row = 0; row < ROWS; row++)
		sum += brightness(&photo, row);
	printf("brightness %lu\n", sum);
	return 0;
}
