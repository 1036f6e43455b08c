/*
 * objectives.h
 *		Every objective of the trainer, and small models of each, for its tests.
 *
 * The language has words of eight topics, which occur together.
 */
#ifndef WEMB_TEST_OBJECTIVES_H
#define WEMB_TEST_OBJECTIVES_H

#include <stdlib.h>
#include <string.h>

#include "core/model/subword.h"
#include "core/train/train_layout.h"
#include "unit.h"

#define TOPICS			8
#define TOPIC_WORDS		12
#define WORDS			(TOPICS * TOPIC_WORDS)
#define SENTENCES		800
#define LENGTH			12

static inline const char *
word_text(void *arg, int i, size_t *len, uint64_t *count)
{
	static char text[32];

	/* words of a topic share their stem, so that subwords can help */
	snprintf(text, sizeof(text), "%c%c%c%c%d", 'a' + i / TOPIC_WORDS, 'k' + i / TOPIC_WORDS,
			 'p' - i / TOPIC_WORDS, 'm', i % TOPIC_WORDS);
	(void) arg;
	*len = strlen(text);
	*count = (uint64_t) SENTENCES * LENGTH / WORDS;
	return text;
}

/* What is trained: every architecture with every loss, with and without subwords. */
typedef struct Objective
{
	const char *name;
	TrainArchitecture architecture;
	TrainLoss	loss;
	bool		subwords;
} Objective;

static const Objective objectives[] = {
	{"skip-gram", TRAIN_SKIPGRAM, TRAIN_NEGATIVE_SAMPLING, false},
	{"skip-gram with subwords", TRAIN_SKIPGRAM, TRAIN_NEGATIVE_SAMPLING, true},
	{"skip-gram, hierarchical softmax", TRAIN_SKIPGRAM, TRAIN_HIERARCHICAL_SOFTMAX, false},
	{"skip-gram, hierarchical softmax, with subwords", TRAIN_SKIPGRAM, TRAIN_HIERARCHICAL_SOFTMAX, true},
	{"CBOW", TRAIN_CBOW, TRAIN_NEGATIVE_SAMPLING, false},
	{"CBOW with subwords", TRAIN_CBOW, TRAIN_NEGATIVE_SAMPLING, true},
	{"CBOW, hierarchical softmax", TRAIN_CBOW, TRAIN_HIERARCHICAL_SOFTMAX, false},
	{"CBOW, hierarchical softmax, with subwords", TRAIN_CBOW, TRAIN_HIERARCHICAL_SOFTMAX, true},
};

#define OBJECTIVES	((int) (sizeof(objectives) / sizeof(objectives[0])))

/* A group of checks on one objective. */
static inline void
open_group(const Objective *objective, const char *what)
{
	static char group[200];

	unit_end_group();
	snprintf(group, sizeof(group), "%s: %s", objective->name, what);
	unit_group(group);
}

typedef struct Model
{
	TrainConfig config;
	TrainShared *shared;
	TrainWorker *worker;
} Model;

static inline TrainConfig
small_config(const Objective *objective)
{
	TrainConfig config = {.architecture = objective->architecture, .loss = objective->loss,
		.dim = 20, .window = 5, .negative = 5, .epochs = 5, .sample = 1e-1, .alpha = 0.05,
		.min_alpha = 1e-5, .seed = 42, .words = WORDS, .tokens = SENTENCES * LENGTH,
		.epoch_tokens = SENTENCES * LENGTH};

	if (objective->subwords)
	{
		config.min_n = 3;
		config.max_n = 5;
		config.buckets = 500;
		for (int i = 0; i < WORDS; i++)
		{
			size_t		len;
			uint64_t	count;
			const char *text = word_text(NULL, i, &len, &count);

			config.subword_entries += wemb_subword_rows(text, len, 3, 5, 500, NULL, 0);
		}
	}
	return config;
}

static inline void *
block(size_t size)
{
	return aligned_alloc(64, (size + 63) & ~(size_t) 63);
}

static inline Model
make_model(TrainConfig config)
{
	Model		m = {.config = config};
	TrainWords	words = {NULL, word_text};
	void	   *scratch = block(wemb_train_scratch_size(&config));
	int			row = 0;

	m.shared = wemb_train_shared_init(block(wemb_train_shared_size(&config)), &config, &words, scratch);
	while ((row = wemb_train_init_rows(m.shared, &words, row, 7)) > 0)
		;
	m.worker = wemb_train_worker_init(block(wemb_train_worker_size(&config)), m.shared, 0);
	free(scratch);
	return m;
}

static inline void
free_model(Model *m)
{
	free(m->shared);
	free(m->worker);
}

static inline void
train(TrainWorker *worker, const int32_t *words, int n)
{
	wemb_train_begin(worker, words, n);
	while (wemb_train_step(worker))
		;
}

#endif							/* WEMB_TEST_OBJECTIVES_H */
