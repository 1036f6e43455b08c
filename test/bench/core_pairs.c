/*
 * core_pairs.c
 *		Trains from co-occurrence counts on a text file with the core alone, no
 *		server: for tuning GloVe and PPMI-SVD and their defaults.
 *
 *	core_pairs TEXT VECTORS.bin glove|svd [name=value ...]
 *
 * TEXT has a document a line, words separated by blanks; VECTORS.bin is in
 * word2vec's binary format.  Names are those of wemb_train()'s options, and
 * memory (megabytes to count in), lines (of the text), x_max, smoothing,
 * eigen_power, power_iterations, by_distance.
 */
#include "bench_text.h"

#include "core/kernel/kernel.h"
#include "core/train/cooccur.h"
#include "core/train/glove.h"
#include "core/train/ppmi_svd.h"

#define SHUFFLE_PAGES	1000	/* pages that are mixed for GloVe, chosen at random */
#define INIT_ROWS		10000

static double dim = 100,
			window = 10,
			min_count = 5,
			memory = 1000,
			lines = 0,
			seed = 1,
			by_distance = 1,
			epochs = 15,
			alpha = 0.1,
			x_max = 10,
			smoothing = 0.75,
			eigen_power = 0.5,
			power_iterations = 4;

static const BenchOption options[] = {
	{"dimensions", &dim}, {"window_size", &window}, {"min_count", &min_count}, {"memory", &memory},
	{"lines", &lines}, {"seed", &seed}, {"by_distance", &by_distance}, {"epochs", &epochs},
	{"alpha", &alpha}, {"x_max", &x_max}, {"smoothing", &smoothing}, {"eigen_power", &eigen_power},
	{"power_iterations", &power_iterations}, {NULL, NULL}
};

/* The file of counts, in memory. */
typedef struct Pages
{
	char	   *bytes;
	size_t		n;
	size_t		entries;
	int			passes;			/* over the text */
	double	   *sums;
} Pages;

static const void *
page(const Pages *pages, size_t i)
{
	return pages->bytes + i * COOCCUR_PAGE;
}

static void
read_pages(Cooccur *c, Pages *pages)
{
	for (;;)
	{
		const CooccurRecord *record = NULL;

		if ((pages->n & (pages->n - 1)) == 0)
			pages->bytes = realloc(pages->bytes, (2 * pages->n + 1) * COOCCUR_PAGE);
		if (pages->bytes == NULL || !wemb_cooccur_read_page(c, pages->bytes + pages->n * COOCCUR_PAGE, pages->sums))
			break;
		while ((record = cooccur_next_record(page(pages, pages->n), record)) != NULL)
			pages->entries += record->n;
		pages->n++;
	}
}

static Pages
count_pairs(const BenchText *text)
{
	CooccurConfig config = {.words = text->words, .window = (int) window, .by_distance = by_distance != 0,
		.end_row = text->words};
	Pages		pages = {.sums = calloc(text->words, sizeof(double))};
	size_t		least = wemb_cooccur_min_size(&config);
	size_t		most = wemb_cooccur_max_size(&config, text->tokens);
	size_t		size = (size_t) (memory * 1e6);
	void	   *memory_block;

	size = size < least ? least : size > most ? most : size;
	memory_block = block(size);

	while (config.first_row < config.end_row)
	{
		Cooccur    *c = wemb_cooccur_init(memory_block, size, &config);
		const int32_t *words;
		size_t		pos = 0;
		int			n;

		while ((n = next_stretch(text, &pos, COOCCUR_MAX_STRETCH, &words)) > 0)
			wemb_cooccur_add(c, words, n);
		while (wemb_cooccur_sort_step(c))
			;
		read_pages(c, &pages);
		config.first_row = wemb_cooccur_end_row(c);
		pages.passes++;
	}
	free(memory_block);
	return pages;
}

static void
glove_vector(const void *shared, int word, float *out)
{
	wemb_glove_word_vector(shared, word, false, out);
}

static void
svd_vector(const void *shared, int word, float *out)
{
	wemb_svd_word_vector(shared, word, false, out);
}

/* An epoch: pages in random order, the entries of SHUFFLE_PAGES mixed. */
static double
glove_epoch(GloveShared *s, const Pages *pages, size_t *order, GloveEntry *entries, Rng *rng)
{
	double		loss = 0;

	for (size_t i = pages->n; i-- > 1;)
	{
		size_t		k = rng_below(rng, i + 1);
		size_t		swap = order[i];

		order[i] = order[k];
		order[k] = swap;
	}
	for (size_t i = 0; i < pages->n;)
	{
		int			n = 0;

		for (size_t end = i + SHUFFLE_PAGES; i < end && i < pages->n; i++)
			for (const CooccurRecord *r = cooccur_next_record(page(pages, order[i]), NULL); r != NULL;
				 r = cooccur_next_record(page(pages, order[i]), r))
				for (int e = 0; e < r->n; e++)
					entries[n++] = (GloveEntry) {r->row, r->entries[e].column, r->entries[e].weight};
		wemb_glove_shuffle(entries, n, rng);
		loss += wemb_glove_train(s, entries, n);
	}
	return loss / pages->entries;
}

static const void *
train_glove(const BenchText *text, const Pages *pages)
{
	GloveConfig config = {.dim = (int) dim, .words = text->words, .alpha = alpha, .x_max = x_max, .power = 0.75,
		.seed = (uint64_t) seed};
	GloveShared *s = wemb_glove_shared_init(block(wemb_glove_shared_size(&config)), &config);
	GloveEntry *entries = block((size_t) SHUFFLE_PAGES * COOCCUR_PAGE / sizeof(CooccurEntry) * sizeof(GloveEntry));
	size_t	   *order = block((pages->n + 1) * sizeof(size_t));
	Rng			rng = rng_for((uint64_t) seed, 1);
	double		total = 0;
	int			row = 0;

	for (int i = 0; i < text->words; i++)
		total += pages->sums[i];
	while ((row = wemb_glove_init_rows(s, pages->sums, total, row, INIT_ROWS)) > 0)
		;
	for (size_t i = 0; i < pages->n; i++)
		order[i] = i;
	for (int epoch = 1; epoch <= epochs; epoch++)
	{
		double		loss = glove_epoch(s, pages, order, entries, &rng);

		if (epoch % 5 == 0)
			fprintf(stderr, "epoch %d loss %.5f\n", epoch, loss);
	}
	return s;
}

static const void *
train_svd(const BenchText *text, const Pages *pages)
{
	SvdConfig	config = {.dim = (int) dim, .words = text->words, .smoothing = smoothing,
		.eigen_power = eigen_power, .power_iterations = (int) power_iterations, .seed = (uint64_t) seed};
	SvdShared  *s = wemb_svd_shared_init(block(wemb_svd_shared_size(&config)), &config);
	int			row = 0;

	while ((row = wemb_svd_init_rows(s, row, INIT_ROWS)) > 0)
		;
	memcpy(wemb_svd_sums(s), pages->sums, text->words * sizeof(double));
	wemb_svd_begin(s);
	for (int pass = 0; pass < wemb_svd_passes(&config); pass++)
	{
		double		start = seconds(),
					multiplied;

		for (size_t i = 0; i < pages->n; i++)
			wemb_svd_multiply(s, page(pages, i));
		multiplied = seconds();
		while (wemb_svd_end_pass_step(s))
			;
		fprintf(stderr, "pass %d multiplied in %.2f s, the rest %.2f s\n", pass + 1, multiplied - start,
				seconds() - multiplied);
	}
	fprintf(stderr, "singular values %.3f .. %.3f\n", wemb_svd_singular_value(s, 0),
			wemb_svd_singular_value(s, (int) dim - 1));
	return s;
}

int
main(int argc, char **argv)
{
	if (argc < 4 || (strcmp(argv[3], "glove") != 0 && strcmp(argv[3], "svd") != 0))
	{
		fprintf(stderr, "usage: core_pairs TEXT VECTORS.bin glove|svd [name=value ...]\n");
		return 1;
	}
	wemb_kernel_init();

	bool		glove = strcmp(argv[3], "glove") == 0;
	double		start = seconds();

	for (int i = 4; i < argc; i++)
		set_option(options, argv[i]);

	BenchText	text = read_text(argv[1], (int) min_count, (long) lines);
	double		was_read = seconds();
	Pages		pages = count_pairs(&text);
	double		counted = seconds();
	const void *shared = glove ? train_glove(&text, &pages) : train_svd(&text, &pages);
	double		trained = seconds();

	write_vectors(argv[2], &text, (int) dim, glove ? glove_vector : svd_vector, shared);
	printf("%d words, %llu tokens, %zu pairs; read in %.2f s, counted in %.2f s and %d passes, trained in %.2f s\n",
		   text.words, (unsigned long long) text.tokens, pages.entries, was_read - start, counted - was_read,
		   pages.passes, trained - counted);
	return 0;
}
