/*
 * test_huffman.c
 *		Huffman trees: every path is a prefix-free code, of the least length that
 *		a plain search for the two rarest finds too.
 */
#include <stdint.h>
#include <string.h>

#include "core/base/rng.h"
#include "core/train/huffman.h"
#include "unit.h"

#define MAX_WORDS	300
#define MAX_PATH	100			/* 64-bit counts do not make a longer one */

typedef struct Path
{
	int			len;
	HuffmanLink link[MAX_PATH]; /* from the leaf up */
} Path;

static HuffmanLink tree[2 * MAX_WORDS];

static Path
path_of(int n, int word)
{
	Path		path = {0};

	for (HuffmanLink link = tree[word]; link.node >= 0 && path.len < MAX_PATH; link = tree[n + link.node])
		path.link[path.len++] = link;
	return path;
}

/* Sum over the words of count times length of the path, by joining the two rarest of a list. */
static double
least_length(const uint64_t *count, int n)
{
	double		list[MAX_WORDS];
	double		length = 0;

	for (int i = 0; i < n; i++)
		list[i] = (double) count[i];
	for (; n > 1; n--)
	{
		double		rarest[2];

		for (int r = 0; r < 2; r++)
		{
			int			at = 0;

			for (int i = 1; i < n - r; i++)
				if (list[i] < list[at])
					at = i;
			rarest[r] = list[at];
			list[at] = list[n - r - 1];
		}
		list[n - 2] = rarest[0] + rarest[1];
		length += list[n - 2];
	}
	return length;
}

/* Whether a node is on two paths only where both came the same way down to it. */
static bool
prefix_free(int n)
{
	static int	used[MAX_WORDS][2];	/* how many leaves or nodes hang on each branch */

	memset(used, 0, sizeof(used));
	for (int i = 0; i < 2 * n - 1; i++)
	{
		if (tree[i].node < 0)
			continue;
		if (tree[i].node >= n - 1 || tree[i].branch < 0 || tree[i].branch > 1)
			return false;
		used[tree[i].node][tree[i].branch]++;
	}
	for (int i = 0; i < n - 1; i++)
		if (used[i][0] != 1 || used[i][1] != 1)
			return false;
	return true;
}

static void
check_tree(const char *what, const uint64_t *count, int n)
{
	uint64_t	scratch[MAX_WORDS];
	double		length = 0;

	memset(tree, 0xFF, sizeof(tree));
	wemb_huffman_init(tree, count, n, scratch);
	for (int i = 0; i < n; i++)
	{
		Path		path = path_of(n, i);

		CHECK(path.len < MAX_PATH, "%s: %d words: path of word %d does not end", what, n, i);
		CHECK(n == 1 ? path.len == 0 : path.link[path.len - 1].node == 0, "%s: %d words: word %d is not below the root",
			  what, n, i);
		length += (double) count[i] * path.len;
	}
	CHECK(tree[n == 1 ? 0 : n].node == -1, "%s: %d words: the root has a node above", what, n);
	CHECK(prefix_free(n), "%s: %d words: a branch is used twice, or not at all", what, n);
	CHECK(length == least_length(count, n), "%s: %d words: length %g, not %g", what, n, length, least_length(count, n));
}

int
main(void)
{
	static const char *const shapes[] = {"equal", "doubling", "random", "Zipf's", "Fibonacci's"};

	unit_group("codes are prefix-free and of the least length");
	for (int shape = 0; shape < 5; shape++)
		for (int n = 1; n <= (shape == 1 ? 50 : shape == 4 ? 70 : MAX_WORDS); n++)
		{
			uint64_t	count[MAX_WORDS];
			Rng			rng = rng_for(n, shape);

			for (int i = n - 1; i >= 0; i--)
			{
				uint64_t	below = i < n - 1 ? count[i + 1] : 1;

				count[i] = shape == 0 ? 7 : shape == 1 ? (uint64_t) 1 << (n - 1 - i) :
					shape == 2 ? below + rng_below(&rng, 4) : shape == 3 ? 100000u / (i + 1) + 1 :
					below + (i < n - 2 ? count[i + 2] : 0);
			}
			check_tree(shapes[shape], count, n);
		}
	return unit_done();
}
