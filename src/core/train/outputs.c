/*
 * outputs.c
 *		What inputs are trained to tell apart: the centre from negatives, or the
 *		branches on the centre's path.
 */
#include "core/train/objective.h"

#include <math.h>

#define LEAST_P		1e-30		/* of a decision in the loss, so that its logarithm is finite */
#define POOL_USES	8			/* of a word of the pool, on average */
#define POOL_BYTES	(1 << 20)	/* with an output matrix that is not larger each is used once */
#define FEW_USES	4			/* with subwords ... */
#define FEWER_USES	2			/* ... and an output matrix larger than this */
#define FEWER_USES_BYTES	(16 << 20)

void
wemb_count_centre(TrainWorker *w, int inputs)
{
	w->loss_now = w->centres++ % w->loss_every == 0;
	if (w->loss_now)
		w->pairs += inputs;
}

/*
 * Add the loss of a step: of output i, all inputs' p, or 1 - p where it is not
 * true.  The logarithm of a product is taken once for a tile's outputs.
 */
static void
add_loss(TrainWorker *w)
{
	const SgnsStep *step = &w->step;
	int			first_true = w->shared->config.loss == TRAIN_NEGATIVE_SAMPLING ? 0 : -1;

	for (int k = 0; k < step->ninputs; k++)
	{
		double		product = 1;

		for (int i = 0; i < step->noutputs; i++)
		{
			double		p = sgns_probability(step, i, k);

			product *= fmax(i == first_true || step->label[i] > 0 ? p : 1.0 - p, LEAST_P);
			if (i % SGNS_TILE == SGNS_TILE - 1)
			{
				w->loss -= log(product);
				product = 1;
			}
		}
		w->loss -= log(product);
	}
}

static Negatives *
negatives_of(TrainWorker *w, int position)
{
	return &w->negatives[position % TRAIN_NEGATIVE_SETS];
}

/*
 * Negatives are taken at random from a pool of words, and a word of the pool is
 * used several times, over a hundred centres or so, before a new one takes its
 * place.  Each word is as frequent among negatives as if all were drawn anew,
 * but most are in the processor's cache.  On 16 million tokens and 70,000 words
 * training is 1.3 times as fast as with all drawn anew, and no score differs by
 * more than seeds do; 16 uses lost 0.015 of SimLex-999, and so did a pool of 32
 * words of the analogies.
 */
static void
renew_pool(TrainWorker *w)
{
	const AliasEntry *table = train_negatives(w->shared);
	int			words = w->shared->config.words;
	int32_t		word = alias_pick(table, words, w->pool_bits);

	w->pool_bits = rng_next(&w->rng);
	__builtin_prefetch(table + alias_entry(w->pool_bits, words));
	w->pool[w->pool_oldest] = word;
	w->pool_oldest = (w->pool_oldest + 1) % TRAIN_POOL;
	prefetch_row(train_out(w->shared, word), w->shared->stride);
}

/*
 * A word that stays long moves rows that other words share.  With subwords, 70,000 words and 300,000
 * buckets two uses score 0.02 more analogies and 0.015 more SimLex-999 than eight, at a sixth
 * less speed.  On a fifteenth of the text four uses score 0.01 more WordSim-353 than eight and 0.01 less analogies.
 */
static int
pool_uses(const TrainConfig *config, size_t output_bytes)
{
	if (output_bytes <= POOL_BYTES)
		return 1;
	if (config->buckets == 0)
		return POOL_USES;
	return output_bytes > FEWER_USES_BYTES ? FEWER_USES : FEW_USES;
}

/* A pool of new words, when random numbers come from another stream. */
void
wemb_negatives_start(TrainWorker *w)
{
	const TrainShared *s = w->shared;

	for (int i = 0; i < TRAIN_POOL; i++)
		w->pool[i] = alias_draw(train_negatives(s), s->config.words, &w->rng);
	w->pool_bits = rng_next(&w->rng);
	w->pool_oldest = 0;
	w->pool_uses = 0;
	w->pool_share = pool_uses(&s->config, (size_t) s->config.words * s->stride * sizeof(float));
}

/*
 * Take the negatives of a centre from the pool.  Neither it nor the word behind
 * it, which a skip-gram's step has as a target too, is one, nor a word that is
 * there already.
 */
static void
take_negatives(TrainWorker *w, int position)
{
	Negatives  *negatives = negatives_of(w, position);
	int			n = w->shared->config.negative;
	int32_t		centre = w->kept[position];
	int32_t		next = position + 1 < w->nkept ? w->kept[position + 1] : centre;
	uint32_t	first = (uint32_t) (rng_next(&w->rng) >> 32);

	negatives->n = 0;
	for (int i = 0; i < n; i++)
	{
		int32_t		word = w->pool[(first + i * (TRAIN_POOL / n)) % TRAIN_POOL];
		bool		fresh = word != centre && word != next;

		for (int k = 0; k < negatives->n; k++)
			fresh = fresh && negatives->word[k] != word;
		negatives->word[negatives->n] = word;
		negatives->n += fresh;
	}
}

/*
 * Rows of the pool are asked for first: they are in the cache mostly, and would
 * wait behind those that come from memory for one of the processor's few places
 * for loads under way.
 */
void
wemb_negatives_prepare(TrainWorker *w, int position)
{
	const Negatives *negatives = negatives_of(w, position);

	take_negatives(w, position);
	for (int i = 0; i < negatives->n; i++)
		prefetch_row(train_out(w->shared, negatives->word[i]), w->shared->stride);
	prefetch_row(train_out(w->shared, w->kept[position]), w->shared->stride);
	for (w->pool_uses += w->shared->config.negative; w->pool_uses >= w->pool_share; w->pool_uses -= w->pool_share)
		renew_pool(w);
}

/*
 * Add the loss on negatives of its own: words of the pool have been pushed down
 * while they were in it, the more so the larger alpha is, so a loss on them would
 * rise as alpha falls.  A step of alpha 0 computes it and moves nothing.
 */
static void
measure_loss(TrainWorker *w)
{
	const TrainShared *s = w->shared;
	SgnsStep   *step = &w->step;
	float		alpha = step->alpha;

	step->noutputs = 1;
	for (int i = 0; i < s->config.negative; i++)
	{
		float	   *row = train_out(s, alias_draw(train_negatives(s), s->config.words, &w->loss_rng));

		if (row != step->target[0] && row != step->target[1])
			step->outputs[step->noutputs++] = row;
	}
	step->alpha = 0;
	wemb_kernel->targets_step(step);
	add_loss(w);
	step->alpha = alpha;
}

void
wemb_negatives_train(TrainWorker *w, int position)
{
	SgnsStep   *step = &w->step;
	const Negatives *negatives = negatives_of(w, position);

	if (w->loss_now)
		measure_loss(w);
	for (int i = 0; i < negatives->n; i++)
		step->outputs[1 + i] = train_out(w->shared, negatives->word[i]);
	step->noutputs = 1 + negatives->n;
	wemb_kernel->targets_step(step);
	step->ninputs = 0;
}

/* The nodes gathered in step against its inputs; then there are no nodes. */
static void
train_nodes(TrainWorker *w)
{
	wemb_kernel->labels_step(&w->step);
	if (w->loss_now)
		add_loss(w);
	w->step.noutputs = 0;
}

void
wemb_path_prepare(TrainWorker *w, int position)
{
	const HuffmanLink *tree = train_tree(w->shared);

	for (HuffmanLink link = tree[w->kept[position]]; link.node >= 0; link = tree[w->shared->config.words + link.node])
		prefetch_row(train_out(w->shared, link.node), w->shared->stride);
}

void
wemb_path_train(TrainWorker *w, int32_t centre)
{
	TrainShared *s = w->shared;
	const HuffmanLink *tree = train_tree(s);

	for (HuffmanLink link = tree[centre]; link.node >= 0; link = tree[s->config.words + link.node])
	{
		w->step.outputs[w->step.noutputs] = train_out(s, link.node);
		w->step.label[w->step.noutputs++] = link.branch == 0;
		if (w->step.noutputs == SGNS_MAX_OUTPUTS)
			train_nodes(w);
	}
	train_nodes(w);
	w->step.ninputs = 0;
}
