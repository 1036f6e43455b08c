/*
 * alias.c
 *		Building the tables of the alias method.
 */
#include "core/train/alias.h"

void
wemb_alias_init(AliasEntry *table, double *weight, int n, int32_t *scratch)
{
	double		total = 0;
	int			nsmall = 0,
				nlarge = 0;		/* small entries fill scratch from the left, large ones from the right */

	for (int i = 0; i < n; i++)
		total += weight[i];
	for (int i = 0; i < n; i++)
	{
		weight[i] *= n / total;
		if (weight[i] < 1.0)
			scratch[nsmall++] = i;
		else
			scratch[n - ++nlarge] = i;
	}

	/* What a small entry lacks of its share, a large one gives. */
	while (nsmall > 0 && nlarge > 0)
	{
		int			small = scratch[--nsmall];
		int			large = scratch[n - nlarge];

		table[small].threshold = (uint32_t) (weight[small] * 4294967295.0);
		table[small].alias = large;
		weight[large] -= 1.0 - weight[small];
		if (weight[large] < 1.0)
		{
			nlarge--;
			scratch[nsmall++] = large;
		}
	}

	/* The rest have their whole share, up to rounding. */
	while (nsmall > 0)
	{
		int			i = scratch[--nsmall];

		table[i] = (AliasEntry) {UINT32_MAX, i};
	}
	while (nlarge > 0)
	{
		int			i = scratch[n - nlarge--];

		table[i] = (AliasEntry) {UINT32_MAX, i};
	}
}
