/*
 * test_objective.c
 *		Every objective of the trainer on a sentence of three words, step by step
 *		in double precision.
 */
#include <math.h>

#include "objectives.h"

/*
 * Training in double precision, one decision after the other: a sentence of
 * three words with a window of one.
 */
#define EXACT_ROWS	(WORDS + 500)
#define EXACT_WORDS 3

typedef struct Exact
{
	const Model *model;
	double		out[WORDS][20]; /* rows of out */
	double		before[EXACT_WORDS][20];	/* vectors of the three words */
	double		now[EXACT_WORDS][20];
	int			rows[EXACT_WORDS];	/* each is the mean of so many */
} Exact;

static const int32_t exact_words[EXACT_WORDS] = {17, 5, 60};

/* The step's decisions: outputs, and which of them are true. */
typedef struct Decisions
{
	int			n;
	int			row[100];
	double		label[100];
} Decisions;

/* The subword rows of a word of the sentence; none without subwords. */
static RowList
exact_bag(const Exact *e, int i)
{
	return e->model->config.buckets > 0 ? train_bag(e->model->shared, exact_words[i]) : (RowList) {0};
}

static void
exact_begin(Exact *e)
{
	for (int i = 0; i < WORDS && i < wemb_train_output_rows(&e->model->config); i++)
		for (int d = 0; d < 20; d++)
			e->out[i][d] = wemb_train_output_row(e->model->shared, i)[d];
	for (int i = 0; i < EXACT_WORDS; i++)
	{
		RowList		bag = exact_bag(e, i);

		e->rows[i] = 1 + bag.n;
		for (int d = 0; d < 20; d++)
		{
			double		sum = wemb_train_input_row(e->model->shared, exact_words[i])[d];

			for (int k = 0; k < bag.n; k++)
				sum += wemb_train_input_row(e->model->shared, bag.index[k])[d];
			e->before[i][d] = e->now[i][d] = sum / e->rows[i];
		}
	}
}

/* One step of the kernel: inputs against outputs, both as they were before. */
static void
exact_tile(Exact *e, double (*input)[20], int ninputs, const int *row, const double *label, int n)
{
	double		moved[EXACT_WORDS][20] = {{0}},
				delta[SGNS_TILE][20] = {{0}};

	for (int i = 0; i < n; i++)
		for (int k = 0; k < ninputs; k++)
		{
			double		score = 0,
						g;

			for (int d = 0; d < 20; d++)
				score += input[k][d] * e->out[row[i]][d];
			g = e->model->config.alpha * (label[i] - 1 / (1 + exp(-score)));
			for (int d = 0; d < 20; d++)
			{
				moved[k][d] += g * e->out[row[i]][d];
				delta[i][d] += g * input[k][d];
			}
		}
	for (int d = 0; d < 20; d++)
	{
		for (int k = 0; k < ninputs; k++)
			input[k][d] += moved[k][d];
		for (int i = 0; i < n; i++)
			e->out[row[i]][d] += delta[i][d];
	}
}

/* The mean of the rows of these words. */
static void
exact_mean(const Exact *e, unsigned words, double *mean)
{
	double		rows = 0;

	memset(mean, 0, 20 * sizeof(double));
	for (int i = 0; i < EXACT_WORDS; i++)
		for (int d = 0; d < 20 && (words >> i & 1); d++)
			mean[d] += e->now[i][d] * e->rows[i];
	for (int i = 0; i < EXACT_WORDS; i++)
		rows += words >> i & 1 ? e->rows[i] : 0;
	for (int d = 0; d < 20; d++)
		mean[d] /= rows;
}

/* The words of the window, of which bit i of words is word i, against the decisions. */
static void
exact_step(Exact *e, unsigned words, const Decisions *decisions)
{
	double		input[EXACT_WORDS][20],
				mean[20];
	int			ninputs = 0;
	bool		cbow = e->model->config.architecture == TRAIN_CBOW;

	exact_mean(e, words, mean);
	for (int i = 0; i < EXACT_WORDS; i++)
		if ((words >> i & 1) && (!cbow || ninputs == 0))
			memcpy(input[ninputs++], cbow ? mean : e->now[i], sizeof(mean));
	for (int first = 0; first < decisions->n; first += SGNS_TILE)
		exact_tile(e, input, ninputs, decisions->row + first, decisions->label + first,
				   decisions->n - first < SGNS_TILE ? decisions->n - first : SGNS_TILE);
	ninputs = 0;
	for (int i = 0; i < EXACT_WORDS; i++)
		if (words >> i & 1)
		{
			for (int d = 0; d < 20; d++)
				e->now[i][d] = cbow ? e->now[i][d] + input[0][d] - mean[d] : input[ninputs][d];
			ninputs++;
		}
}

/* The decisions on a path, or for a target and the negatives that the worker has taken for a position. */
static Decisions
exact_decisions(const Exact *e, int target, int position)
{
	Decisions	decisions = {0};
	const HuffmanLink *tree = train_tree(e->model->shared);
	const Negatives *negatives = &e->model->worker->negatives[position];

	if (e->model->config.loss == TRAIN_HIERARCHICAL_SOFTMAX)
	{
		for (HuffmanLink link = tree[exact_words[target]]; link.node >= 0; link = tree[WORDS + link.node])
		{
			decisions.row[decisions.n] = link.node;
			decisions.label[decisions.n++] = !link.branch;
		}
		return decisions;
	}
	decisions.row[decisions.n] = exact_words[target];
	decisions.label[decisions.n++] = 1;
	for (int i = 0; i < negatives->n; i++)
		decisions.row[decisions.n++] = negatives->word[i];
	return decisions;
}

/* The words at c and c + 1 predict each other, against the same negatives, from outputs as they were before. */
static void
exact_pair(Exact *e, int c)
{
	double		before[WORDS][20],
				moved[WORDS][20];

	memcpy(before, e->out, sizeof(before));
	memset(moved, 0, sizeof(moved));
	for (int i = 0; i < 2; i++)
	{
		Decisions	decisions = exact_decisions(e, c + 1 - i, c);

		exact_tile(e, &e->now[c + i], 1, decisions.row, decisions.label, decisions.n);
		for (int r = 0; r < WORDS; r++)
			for (int d = 0; d < 20; d++)
				moved[r][d] += e->out[r][d] - before[r][d];
		memcpy(e->out, before, sizeof(before));
	}
	for (int r = 0; r < WORDS; r++)
		for (int d = 0; d < 20; d++)
			e->out[r][d] += moved[r][d];
}

/* The words in the window of a centre. */
static unsigned
exact_window(int c)
{
	return (c > 0 ? 1u << (c - 1) : 0) | (c + 1 < EXACT_WORDS ? 1u << (c + 1) : 0);
}

static void
exact_train(Exact *e)
{
	const TrainConfig *config = &e->model->config;

	for (int c = 0; c < EXACT_WORDS; c++)
		if (config->loss == TRAIN_HIERARCHICAL_SOFTMAX || config->architecture == TRAIN_CBOW)
		{
			Decisions	decisions = exact_decisions(e, c, c);

			exact_step(e, exact_window(c), &decisions);
		}
		else if (c + 1 < EXACT_WORDS)
			exact_pair(e, c);
}

/* Random numbers where training starts from zeros, so that every gradient counts. */
static void
shake_rows(Model *m)
{
	Rng			rng = rng_for(4, 4);

	for (int i = 0; i < wemb_train_input_rows(&m->config); i++)
		for (int d = 0; d < 20; d++)
			wemb_train_input_row(m->shared, i)[d] = rng_float(&rng) * 2 - 1;
	for (int i = 0; i < wemb_train_output_rows(&m->config); i++)
		for (int d = 0; d < 20; d++)
			wemb_train_output_row(m->shared, i)[d] = rng_float(&rng) * 2 - 1;
}

/* The largest difference between the model's rows and those of exact training. */
static double
exact_difference(const Exact *e, const float *start)
{
	static double in[EXACT_ROWS][20];
	const TrainConfig *config = &e->model->config;
	double		worst = 0;

	for (int i = 0; i < wemb_train_input_rows(config); i++)
		for (int d = 0; d < 20; d++)
			in[i][d] = start[i * 32 + d];
	for (int i = 0; i < EXACT_WORDS; i++)
	{
		RowList		bag = exact_bag(e, i);

		for (int k = -1; k < bag.n; k++)
			for (int d = 0; d < 20; d++)
				in[k < 0 ? exact_words[i] : bag.index[k]][d] += e->now[i][d] - e->before[i][d];
	}
	for (int i = 0; i < wemb_train_input_rows(config); i++)
		for (int d = 0; d < 20; d++)
			worst = fmax(worst, fabs(in[i][d] - wemb_train_input_row(e->model->shared, i)[d]));
	for (int i = 0; i < wemb_train_output_rows(config); i++)
		for (int d = 0; d < 20; d++)
			worst = fmax(worst, fabs(e->out[i][d] - wemb_train_output_row(e->model->shared, i)[d]));
	return worst;
}

static void
test_exact(const Objective *objective)
{
	TrainConfig config = small_config(objective);

	open_group(objective, "a sentence's training agrees with double precision");
	config.window = 1;
	config.sample = 0;
	config.alpha = 0.2;
	for (int seed = 1; seed <= 20; seed++)
	{
		Exact		e;
		Model		m;
		size_t		size;
		const float *weights;
		float	   *start;

		config.seed = seed;
		m = make_model(config);
		shake_rows(&m);
		e.model = &m;
		exact_begin(&e);
		start = block(wemb_train_shared_size(&config));
		weights = wemb_train_weights(m.shared, &size);
		memcpy(start, weights, size);
		train(m.worker, exact_words, EXACT_WORDS);
		exact_train(&e);
		CHECK(exact_difference(&e, start) < 2e-5, "seed %d: difference %g", seed, exact_difference(&e, start));
		free(start);
		free_model(&m);
	}
}

int
main(void)
{
	wemb_kernel_init();
	for (int i = 0; i < OBJECTIVES; i++)
		test_exact(&objectives[i]);
	return unit_done();
}
