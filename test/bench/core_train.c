/*
 * core_train.c
 *		Trains skip-gram or CBOW on a text file with the core alone, no server:
 *		for tuning kernels and defaults.
 *
 *	core_train TEXT VECTORS.bin [name=value ...] [kernel=NAME]
 *
 * TEXT has a document a line, words separated by blanks; VECTORS.bin is in
 * word2vec's binary format.  Names are those of wemb_train()'s options, and
 * cbow, hs (1 for CBOW, hierarchical softmax).
 */
#include "bench_train.h"

#include "core/model/subword.h"
#include "core/train/trainer.h"

static double dim = 100,
			window = 5,
			negative = 5,
			epochs = 5,
			sample = 1e-4,
			alpha = 0.025,
			min_alpha = 2.5e-6,
			min_n = 0,
			max_n = 0,
			buckets = 0,
			seed = 1,
			min_count = 5,
			cbow = 0,
			hs = 0;

static const BenchOption options[] = {
	{"dimensions", &dim}, {"window_size", &window}, {"negative", &negative}, {"epochs", &epochs},
	{"sample", &sample}, {"alpha", &alpha}, {"min_alpha", &min_alpha}, {"min_n", &min_n}, {"max_n", &max_n},
	{"buckets", &buckets}, {"seed", &seed}, {"min_count", &min_count}, {"cbow", &cbow}, {"hs", &hs},
	{NULL, NULL}
};

static TrainConfig
make_config(BenchText *text)
{
	TrainConfig config = {
		.architecture = cbow ? TRAIN_CBOW : TRAIN_SKIPGRAM,
		.loss = hs ? TRAIN_HIERARCHICAL_SOFTMAX : TRAIN_NEGATIVE_SAMPLING,
		.dim = dim, .window = window, .negative = negative, .epochs = epochs, .sample = sample,
		.alpha = alpha, .min_alpha = min_alpha, .min_n = min_n, .max_n = max_n, .buckets = buckets,
		.seed = seed, .words = text->words, .tokens = text->tokens, .epoch_tokens = text->tokens,
	};

	for (int i = 0; config.max_n > 0 && i < config.words; i++)
	{
		size_t		len;
		uint64_t	count;
		const char *word = ranked_word(text, i, &len, &count);

		config.subword_entries += wemb_subword_rows(word, len, config.min_n, config.max_n, config.buckets, NULL, 0);
	}
	return config;
}

static void
train_epoch(TrainWorker *worker, const BenchText *text)
{
	const int32_t *words;
	size_t		pos = 0;
	int			n;

	worker->loss = worker->pairs = 0;
	while ((n = next_stretch(text, &pos, TRAIN_MAX_SENTENCE, &words)) > 0)
	{
		wemb_train_begin(worker, words, n);
		while (wemb_train_step(worker))
			;
	}
}

static void
word_vector(const void *shared, int word, float *out)
{
	wemb_train_word_vector(shared, word, false, out);
}

int
main(int argc, char **argv)
{
	double		start = seconds(),
				counted,
				trained;

	read_arguments(argc, argv, options);

	BenchText	text = read_text(argv[1], min_count, 0);
	TrainConfig config = make_config(&text);

	counted = seconds();

	TrainWords	words = {&text, ranked_word};
	TrainShared *shared = wemb_train_shared_init(block(wemb_train_shared_size(&config)), &config, &words,
												 block(wemb_train_scratch_size(&config)));
	TrainWorker *worker;

	wemb_train_init_rows(shared, &words, 0, config.words + config.buckets);
	worker = wemb_train_worker_init(block(wemb_train_worker_size(&config)), shared, 0);
	for (int epoch = 0; epoch < config.epochs; epoch++)
	{
		train_epoch(worker, &text);
		fprintf(stderr, "epoch %d loss %.4f\n", epoch + 1, worker->loss / worker->pairs);
	}
	trained = seconds();
	write_vectors(argv[2], &text, config.dim, word_vector, shared);
	printf("kernel %s: %d words, %llu tokens, counted in %.2f s, trained in %.2f s, %.0f words/s\n",
		   wemb_kernel->name, config.words, (unsigned long long) config.tokens, counted - start,
		   trained - counted, config.epochs * (double) config.tokens / (trained - counted));
	return 0;
}
