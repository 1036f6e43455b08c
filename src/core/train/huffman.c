/*
 * huffman.c
 *		Building a Huffman tree from counts that are sorted.
 *
 * The two rarest trees are joined until one is left.  Since joined trees come
 * out in rising order, two queues hold all candidates in order: words from the
 * rarest on, and inner nodes in the order in which they were made.
 */
#include "core/train/huffman.h"

#include <stdbool.h>

/* The two queues. */
typedef struct HuffmanQueues
{
	const uint64_t *count;
	int			next_word;		/* counts down to -1 */
	const uint64_t *made;		/* counts of the inner nodes, in the order of their making */
	int			nmade;
	int			next_made;
} HuffmanQueues;

/*
 * Take the rarest tree; a word before an inner node of the same count, which
 * keeps paths short.  Returns its count and, in element, its place in the tree.
 */
static uint64_t
take_rarest(HuffmanQueues *q, int n, int64_t *element)
{
	bool		word = q->next_word >= 0 &&
		(q->next_made == q->nmade || q->count[q->next_word] <= q->made[q->next_made]);

	if (word)
	{
		*element = q->next_word;
		return q->count[q->next_word--];
	}
	*element = (int64_t) n + (n - 2 - q->next_made);
	return q->made[q->next_made++];
}

void
wemb_huffman_init(HuffmanLink *tree, const uint64_t *count, int n, uint64_t *scratch)
{
	HuffmanQueues q = {.count = count, .next_word = n - 1, .made = scratch};

	for (int i = 0; i < n - 1; i++)
	{
		int			node = n - 2 - i;
		int64_t		rarest,
					second;
		uint64_t	sum = take_rarest(&q, n, &rarest);

		sum += take_rarest(&q, n, &second);
		tree[rarest] = (HuffmanLink) {node, 1};
		tree[second] = (HuffmanLink) {node, 0};
		scratch[q.nmade++] = sum;
	}
	tree[huffman_size(n) - 1 - (n > 1 ? n - 2 : 0)] = (HuffmanLink) {-1, 0};	/* the root */
}
