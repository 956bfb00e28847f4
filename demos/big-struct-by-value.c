/* big-struct-by-value: a picture of 1 MiB is handed on by value: each function that looks at it
 * makes a copy of its own first.
 *
 * 50 rows are measured, with a copy of the picture for each.
 *
 * expect: ends=exit:0
 * expect: finding=churn.large site=copy_picture count=50 bytes=52428800
 * expect: allocated site=copy_picture count=50 bytes=52428800
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 1024, HEIGHT = 1024, ROWS = 50 };

struct picture {
	unsigned char pixels[HEIGHT][WIDTH];
};

static struct picture *copy_picture(const struct picture *p)
{
	struct picture *copy = malloc(sizeof(*copy));
	if (!copy)
		abort();
	memcpy(copy, p, sizeof(*copy));
	return copy;
}

static unsigned long brightness(const struct picture *p, int row)
{
	struct picture *own = copy_picture(p);
	unsigned long sum = 0;
	for (int x = 0; x < WIDTH; x++)
		sum += own->pixels[row][x];
	free(own);
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
