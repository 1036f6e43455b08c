/*
 * bench_train.h
 *		What the standalone programs share that train by going through a text.
 */
#ifndef BENCH_TRAIN_H
#define BENCH_TRAIN_H

#include "bench_text.h"

#include "core/kernel/kernel.h"

/* A word of a text, as the core asks for it. */
static inline const char *
ranked_word(void *arg, int i, size_t *len, uint64_t *count)
{
	const BenchText *text = arg;
	const VocabWord *w = wemb_vocab_word(text->vocab, text->order[i]);

	*len = w->len;
	*count = w->count;
	return wemb_vocab_text(text->vocab, text->order[i]);
}

/* PROGRAM TEXT VECTORS.bin [name=value ...] [kernel=NAME] */
static inline void
read_arguments(int argc, char **argv, const BenchOption *options)
{
	if (argc < 3)
	{
		fprintf(stderr, "usage: %s TEXT VECTORS.bin [name=value ...] [kernel=NAME]\n", argv[0]);
		exit(1);
	}
	wemb_kernel_init();
	for (int i = 3; i < argc; i++)
	{
		if (strncmp(argv[i], "kernel=", 7) == 0 && wemb_kernel_by_name(argv[i] + 7) != NULL)
			wemb_kernel_use(wemb_kernel_by_name(argv[i] + 7));
		else
			set_option(options, argv[i]);
	}
}

#endif							/* BENCH_TRAIN_H */
