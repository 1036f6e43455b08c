/*
 * test_permute.c
 *		Orders of n things: each thing comes once, orders of two keys differ, and
 *		each thing comes about as often to each place.
 */
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "core/base/permute.h"
#include "unit.h"

#define MAX_N	5000
#define KEYS	20000

static bool seen[MAX_N];

int
main(void)
{
	static const uint64_t large[] = {UINT64_C(1) << 32, (UINT64_C(1) << 40) + 1, UINT64_C(1) << 60};
	int			moved = 0;
	int			at[5][5] = {{0}};

	unit_group("each of 0 .. n-1 comes once");
	for (uint64_t n = 1; n <= MAX_N; n = n < 300 ? n + 1 : n * 2 - 37)
	{
		memset(seen, 0, sizeof(seen));
		for (uint64_t i = 0; i < n; i++)
		{
			uint64_t	place = permute(i, n, n * 7);

			CHECK(place < n && !seen[place], "n %d, %d to %d", (int) n, (int) i, (int) place);
			if (place < n)
				seen[place] = true;
		}
	}

	unit_group("stays below a large n");
	for (int k = 0; k < 3; k++)
		for (uint64_t i = 0; i < 1000; i++)
			CHECK(permute(large[k] - 1 - i, large[k], i) < large[k], "n %llu", (unsigned long long) large[k]);

	unit_group("another key, another order");
	for (uint64_t i = 0; i < 1000; i++)
		moved += permute(i, 1000, 1) != permute(i, 1000, 2);
	CHECK(moved > 980, "only %d of 1000 have moved", moved);

	unit_group("all places are about as likely");
	for (uint64_t key = 0; key < KEYS; key++)
		for (uint64_t i = 0; i < 5; i++)
			at[i][permute(i, 5, key * 1000003)]++;
	for (int i = 0; i < 5; i++)
		for (int k = 0; k < 5; k++)
			/* KEYS / 5 draws with a standard deviation of 57 */
			CHECK(fabs(at[i][k] - KEYS / 5.0) < 300, "%d comes to place %d %d times of %d", i, k, at[i][k], KEYS);
	return unit_done();
}
