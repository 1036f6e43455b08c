/*
 * huffman.h
 *		A Huffman tree over the words: the binary decisions of hierarchical
 *		softmax (Morin and Bengio, "Hierarchical probabilistic neural network
 *		language model", AISTATS 2005; with Huffman's tree: Mikolov et al., NIPS
 *		2013, section 2.1).
 *
 * n words are the leaves, n - 1 inner nodes are numbered from the root, which
 * is 0: the nodes that most words pass lie close together.  Of each leaf and
 * each inner node the tree stores the node above it and which branch leads
 * down, so its size depends on n alone, however deep it is; a path is read
 * from the leaf to the root.
 */
#ifndef WEMB_HUFFMAN_H
#define WEMB_HUFFMAN_H

#include <stdint.h>

typedef struct HuffmanLink
{
	int32_t		node;			/* the inner node above; -1 above the root */
	int32_t		branch;			/* 0 or 1: the way down from that node to here */
} HuffmanLink;

/* Elements of a tree over n >= 1 words. */
static inline int64_t
huffman_size(int n)
{
	return 2 * (int64_t) n - 1;
}

/*
 * Build the tree over n >= 1 words with these counts, which do not rise from a
 * word to the next.  tree has huffman_size(n) elements: words, then inner
 * nodes.  scratch has n elements.  The mean length of a path, weighted by the
 * counts, is the least that a prefix-free code can have.
 */
extern void wemb_huffman_init(HuffmanLink *tree, const uint64_t *count, int n, uint64_t *scratch);

#endif							/* WEMB_HUFFMAN_H */
