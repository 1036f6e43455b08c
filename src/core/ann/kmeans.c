/*
 * kmeans.c
 *		Centroids trained on a sample of vectors, in stages of shares.
 *
 * A round is two stages: shares of rows find their nearest centroids, then shares of
 * centroids become means.  Between them rows are ordered by list, so that each mean is a sum
 * in the order of rows, whoever makes it.
 */
#include "core/ann/kmeans.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "core/base/block.h"
#include "core/base/permute.h"
#include "core/kernel/kernel.h"

#define SAMPLE_PER_LIST	50
#define SAMPLE_LEAST	4096

#define MAX_ROUNDS		8
#define TRADE_ROUNDS	6		/* in which lists are given up for others to be split; the rest settle that */
#define TRADED_SHARE	8		/* of lists, a round at the most: one in so many */
#define TRADE_FAILURES	8		/* lists that are not worth splitting, then no more are tried */
#define SETTLED			0.002	/* of the spread: a round that gains less is the last */
#define HALF_ROUNDS		4		/* of each second row: where centroids are far from settled the others say no more */
#define HALF_LEAST		2048	/* rows, or all take part in all rounds */

#define ORIGIN_ROWS		256		/* whose mean is the origin */
#define PREPARE_ROWS	4096	/* of a share */
#define ASSIGN_ROWS		384
#define ASSIGN_LEAST	24
#define ASSIGN_WORK		1e9		/* multiply-adds of a share, unless it has but ASSIGN_LEAST rows */
#define MEAN_SHARES		64

#define NO_LIST			(-1)

typedef enum KmeansStage
{
	KMEANS_PREPARE,				/* rows become what is compared */
	KMEANS_ASSIGN,
	KMEANS_MEANS,
	KMEANS_DONE
} KmeansStage;

/* What it takes to give up a list, and what splitting it may give; see weigh_lists(). */
typedef struct ListWeight
{
	float		loss;
	float		gain;
} ListWeight;

struct Kmeans
{
	KmeansConfig config;
	int			given;			/* rows of the sample */
	int			skip;			/* the round is of one row in so many */
	int			n;				/* which are so many rows */
	int			k;
	size_t		stride;			/* of rows and sums */
	KmeansStage stage;
	int			round;			/* from 0 */
	int			nearest;		/* centroids that each row finds: 2 if lists may be traded */
	bool		last;			/* round */
	double		spread;			/* of the assignment that was counted last */
	size_t		rows;			/* offsets: floats */
	size_t		sums;			/* a row for each share of means */
	size_t		origin;
	size_t		hits;			/* CentroidHit: nearest of each row */
	size_t		order;			/* int32_t: rows by list */
	size_t		starts;			/* int32_t: of each list in order; one more at the end */
	size_t		weights;		/* ListWeight of each list */
	size_t		set;			/* Centroids */
};

static size_t
layout(Kmeans *kmeans)
{
	const KmeansConfig *config = &kmeans->config;
	CentroidsConfig set = {.n = config->k, .dim = config->dim};
	size_t		end = 0;

	kmeans->stride = (config->dim + KERNEL_ROW_FLOATS - 1) / KERNEL_ROW_FLOATS * KERNEL_ROW_FLOATS;
	block_reserve(&end, 1, sizeof(Kmeans));
	kmeans->rows = block_reserve(&end, config->rows, kmeans->stride * sizeof(float));
	kmeans->sums = block_reserve(&end, MEAN_SHARES, kmeans->stride * sizeof(float));
	kmeans->origin = block_reserve(&end, kmeans->stride, sizeof(float));
	kmeans->hits = block_reserve(&end, config->rows, 2 * sizeof(CentroidHit));
	kmeans->order = block_reserve(&end, config->rows, sizeof(int32_t));
	kmeans->starts = block_reserve(&end, config->k + 1, sizeof(int32_t));
	kmeans->weights = block_reserve(&end, config->k, sizeof(ListWeight));
	kmeans->set = block_reserve(&end, 1, wemb_centroids_size(&set));
	return end;
}

static inline void *
at(const Kmeans *kmeans, size_t offset)
{
	return (char *) kmeans + offset;
}

/* Row i of those of the round. */
static inline float *
row_at(const Kmeans *kmeans, int i)
{
	return (float *) at(kmeans, kmeans->rows) + (size_t) i * kmeans->skip * kmeans->stride;
}

static inline Centroids *
set_of(const Kmeans *kmeans)
{
	return at(kmeans, kmeans->set);
}

int
wemb_kmeans_sample(int k)
{
	return k * SAMPLE_PER_LIST > SAMPLE_LEAST ? k * SAMPLE_PER_LIST : SAMPLE_LEAST;
}

size_t
wemb_kmeans_size(const KmeansConfig *config)
{
	Kmeans		kmeans = {.config = *config};

	return layout(&kmeans);
}

Kmeans *
wemb_kmeans_init(void *block, const KmeansConfig *config)
{
	Kmeans	   *kmeans = block;

	*kmeans = (Kmeans) {.config = *config, .skip = 1};
	layout(kmeans);
	return kmeans;
}

float *
wemb_kmeans_row(Kmeans *kmeans, int i)
{
	return row_at(kmeans, i);
}

/* ---- the start ---- */

/* The mean of some rows.  Centroids are kept relative to it, and rows too. */
static void
find_origin(Kmeans *kmeans)
{
	float	   *origin = at(kmeans, kmeans->origin);
	int			n = kmeans->n < ORIGIN_ROWS ? kmeans->n : ORIGIN_ROWS;

	memset(origin, 0, kmeans->stride * sizeof(float));
	if (kmeans->config.spherical)
		return;
	for (int i = 0; i < n; i++)
		wemb_kernel->axpy_f32(1.0f / n, row_at(kmeans, (int) ((int64_t) i * kmeans->n / n)), origin,
							  kmeans->config.dim);
}

void
wemb_kmeans_start(Kmeans *kmeans, int n)
{
	const KmeansConfig *config = &kmeans->config;
	CentroidsConfig set = {.dim = config->dim, .spherical = config->spherical};

	kmeans->given = kmeans->n = n;
	kmeans->k = config->k < n ? config->k : n;
	find_origin(kmeans);
	set.n = kmeans->k;
	wemb_centroids_init(set_of(kmeans), &set);
	kmeans->stage = KMEANS_PREPARE;
}

static void
prepare_row(Kmeans *kmeans, float *row)
{
	int			dim = kmeans->config.dim;

	memset(row + dim, 0, (kmeans->stride - dim) * sizeof(float));
	if (kmeans->config.spherical)
	{
		double		length = sqrt(wemb_kernel->dot_f32(row, row, dim));

		if (length > 0)
			wemb_kernel->scale_f32((float) (1 / length), row, dim);
	}
	else
		wemb_kernel->axpy_f32(-1, at(kmeans, kmeans->origin), row, dim);
}

/* Rows of the sample that are far from each other in its order. */
static void
choose_first(Kmeans *kmeans)
{
	for (int i = 0; i < kmeans->k; i++)
		wemb_centroids_put(set_of(kmeans), i, row_at(kmeans, (int) permute(i, kmeans->n, kmeans->config.seed)));
}

/* ---- shares ---- */

static int
assign_rows(const Kmeans *kmeans)
{
	double		rows = ASSIGN_WORK / ((double) kmeans->k * kmeans->config.dim);

	return rows >= ASSIGN_ROWS ? ASSIGN_ROWS : rows <= ASSIGN_LEAST ? ASSIGN_LEAST : (int) rows;
}

static int
shares_of(int n, int each)
{
	return (n + each - 1) / each;
}

int
wemb_kmeans_shares(const Kmeans *kmeans)
{
	switch (kmeans->stage)
	{
		case KMEANS_PREPARE:
			return shares_of(kmeans->given, PREPARE_ROWS);
		case KMEANS_ASSIGN:
			return shares_of(kmeans->n, assign_rows(kmeans));
		case KMEANS_MEANS:
			return kmeans->k < MEAN_SHARES ? kmeans->k : MEAN_SHARES;
		default:
			return 0;
	}
}

static void
assign_share(Kmeans *kmeans, int share)
{
	int			each = assign_rows(kmeans);
	int			first = share * each;
	CentroidRows rows = {
		row_at(kmeans, first), kmeans->skip * kmeans->stride, kmeans->n - first < each ? kmeans->n - first : each
	};

	wemb_centroids_assign(set_of(kmeans), &rows, kmeans->nearest,
						  (CentroidHit *) at(kmeans, kmeans->hits) + (size_t) first * kmeans->nearest);
}

/* An empty list's centroid stays where it is. */
static void
mean_share(Kmeans *kmeans, int share)
{
	float	   *sum = (float *) at(kmeans, kmeans->sums) + share * kmeans->stride;
	const int32_t *starts = at(kmeans, kmeans->starts);

	for (int list = share; list < kmeans->k; list += MEAN_SHARES)
	{
		RowList		rows = {
			row_at(kmeans, 0), kmeans->skip * (int) kmeans->stride, (int) kmeans->stride,
			starts[list + 1] - starts[list], (int32_t *) at(kmeans, kmeans->order) + starts[list]
		};

		if (rows.n == 0)
			continue;
		memset(sum, 0, kmeans->stride * sizeof(float));
		wemb_kernel->sum_rows(&rows, sum);
		wemb_kernel->scale_f32(1.0f / rows.n, sum, kmeans->config.dim);
		wemb_centroids_put(set_of(kmeans), list, sum);
	}
}

void
wemb_kmeans_work(Kmeans *kmeans, int share)
{
	if (kmeans->stage == KMEANS_ASSIGN)
		assign_share(kmeans, share);
	else if (kmeans->stage == KMEANS_MEANS)
		mean_share(kmeans, share);
	else
		for (int i = share * PREPARE_ROWS; i < kmeans->n && i < (share + 1) * PREPARE_ROWS; i++)
			prepare_row(kmeans, row_at(kmeans, i));
}

/* ---- orders and sums ---- */

/* Order rows by list; those of no list are left out. */
static void
order_rows(Kmeans *kmeans)
{
	const CentroidHit *hits = at(kmeans, kmeans->hits);
	int32_t    *starts = at(kmeans, kmeans->starts);
	int32_t    *order = at(kmeans, kmeans->order);
	int			step = kmeans->nearest;

	memset(starts, 0, (kmeans->k + 1) * sizeof(int32_t));
	for (int i = 0; i < kmeans->n; i++)
		if (hits[i * step].centroid != NO_LIST)
			starts[hits[i * step].centroid + 1]++;
	for (int list = 0; list < kmeans->k; list++)
		starts[list + 1] += starts[list];
	for (int i = 0; i < kmeans->n; i++)
		if (hits[i * step].centroid != NO_LIST)
			order[starts[hits[i * step].centroid]++] = i;
	memmove(starts + 1, starts, kmeans->k * sizeof(int32_t));
	starts[0] = 0;
}

static inline int
list_size(const Kmeans *kmeans, int list)
{
	const int32_t *starts = at(kmeans, kmeans->starts);

	return starts[list + 1] - starts[list];
}

/* What a row's distance adds to the spread. */
static inline double
row_spread(const Kmeans *kmeans, float distance)
{
	return kmeans->config.spherical ? 2 + 2 * (double) distance : distance;
}

static double
find_spread(const Kmeans *kmeans)
{
	const CentroidHit *hits = at(kmeans, kmeans->hits);
	double		sum = 0;

	for (int i = 0; i < kmeans->n; i++)
		sum += row_spread(kmeans, hits[i * kmeans->nearest].distance);
	return sum / kmeans->n;
}

/* ---- lists given up for others to be split ---- */

/*
 * For each list: what the spread, times rows, grows by if its rows go to their second nearest, and what there is to be
 * gained at most by splitting it.  Both are multiplied by its rows: they all are read by a query that comes
 * here, and queries come as rows do.  This makes lists more alike in size, and the spread of rows beyond the sample
 * less by 0.5 %, than without.
 */
static void
weigh_lists(Kmeans *kmeans)
{
	const CentroidHit *hits = at(kmeans, kmeans->hits);
	ListWeight *weights = at(kmeans, kmeans->weights);

	for (int list = 0; list < kmeans->k; list++)
		weights[list] = (ListWeight) {0, 0};
	for (int i = 0; i < kmeans->n; i++)
	{
		const CentroidHit *hit = hits + i * 2;
		double		spread = row_spread(kmeans, hit[0].distance);

		weights[hit[0].centroid].loss += (float) (row_spread(kmeans, hit[1].distance) - spread);
		weights[hit[0].centroid].gain += (float) spread;
	}
	for (int list = 0; list < kmeans->k; list++)
	{
		weights[list].loss *= (float) list_size(kmeans, list);
		weights[list].gain *= (float) list_size(kmeans, list);
	}
}

/* The row of a list that is farthest from its centroid. */
static int
farthest_row(const Kmeans *kmeans, int list)
{
	const CentroidHit *hits = at(kmeans, kmeans->hits);
	const int32_t *order = at(kmeans, kmeans->order);
	const int32_t *starts = at(kmeans, kmeans->starts);
	int			farthest = order[starts[list]];

	for (int i = starts[list] + 1; i < starts[list + 1]; i++)
		if (hits[order[i] * 2].distance > hits[farthest * 2].distance)
			farthest = order[i];
	return farthest;
}

/* What n rows take off the spread, times rows, by having a centroid of their own instead of the origin. */
static double
own_centroid(Kmeans *kmeans, const int32_t *rows, int n)
{
	float	   *sum = at(kmeans, kmeans->sums);
	RowList		list = {row_at(kmeans, 0), kmeans->skip * (int) kmeans->stride, (int) kmeans->stride, n, rows};
	double		squared;

	if (n == 0)
		return 0;
	memset(sum, 0, kmeans->stride * sizeof(float));
	wemb_kernel->sum_rows(&list, sum);
	squared = wemb_kernel->dot_f32(sum, sum, kmeans->config.dim);
	return kmeans->config.spherical ? 2 * sqrt(squared) : squared / n;
}

/*
 * Order a list's rows such that those on the way from the centroid to its farthest row come first: about half of
 * them, or none if all are the same.  Returns how many; *gain is what the spread, times rows, loses by it.
 */
static int
part_list(Kmeans *kmeans, int list, double *gain)
{
	int32_t    *rows = (int32_t *) at(kmeans, kmeans->order) + ((int32_t *) at(kmeans, kmeans->starts))[list];
	float	   *centroid = at(kmeans, kmeans->sums);
	float	   *way = centroid + kmeans->stride;
	int			dim = kmeans->config.dim;
	int			n = list_size(kmeans, list);
	int			first = 0;
	float		middle;

	wemb_centroids_get(set_of(kmeans), list, centroid);
	memcpy(way, row_at(kmeans, farthest_row(kmeans, list)), dim * sizeof(float));
	wemb_kernel->axpy_f32(-1, centroid, way, dim);
	middle = wemb_kernel->dot_f32(centroid, way, dim);
	for (int i = 0; i < n; i++)
		if (wemb_kernel->dot_f32(row_at(kmeans, rows[i]), way, dim) > middle)
		{
			int32_t		row = rows[i];

			rows[i] = rows[first];
			rows[first++] = row;
		}
	*gain = own_centroid(kmeans, rows, first) + own_centroid(kmeans, rows + first, n - first) -
		own_centroid(kmeans, rows, n);
	return first;
}

/* Of the lists that may be, the one that is missed least, or that has most to gain; NO_LIST if there is none. */
static int
least_loss(const Kmeans *kmeans)
{
	const ListWeight *weights = at(kmeans, kmeans->weights);
	int			best = NO_LIST;

	for (int list = 0; list < kmeans->k; list++)
		if (weights[list].loss < (best == NO_LIST ? INFINITY : weights[best].loss))
			best = list;
	return best;
}

static int
most_gain(const Kmeans *kmeans)
{
	const ListWeight *weights = at(kmeans, kmeans->weights);
	int			best = NO_LIST;

	for (int list = 0; list < kmeans->k; list++)
		if (list_size(kmeans, list) > 1 && weights[list].gain > (best == NO_LIST ? 0 : weights[best].gain))
			best = list;
	return best;
}

/* The list's rows find others in the next round: those that are their second nearest now must stay. */
static void
give_up(Kmeans *kmeans, int list)
{
	CentroidHit *hits = at(kmeans, kmeans->hits);
	ListWeight *weights = at(kmeans, kmeans->weights);
	const int32_t *order = at(kmeans, kmeans->order);
	const int32_t *starts = at(kmeans, kmeans->starts);

	for (int i = starts[list]; i < starts[list + 1]; i++)
	{
		weights[hits[order[i] * 2 + 1].centroid].loss = INFINITY;
		hits[order[i] * 2].centroid = NO_LIST;
	}
	weights[list] = (ListWeight) {INFINITY, 0};
}

/* Give up lists that are missed less than another gains by a split.  Returns whether there was one. */
static bool
trade_lists(Kmeans *kmeans)
{
	CentroidHit *hits = at(kmeans, kmeans->hits);
	ListWeight *weights = at(kmeans, kmeans->weights);
	int			trades = kmeans->k / TRADED_SHARE + 1;
	int			failures = 0;
	bool		changed = false;

	weigh_lists(kmeans);
	while (trades > 0 && failures < TRADE_FAILURES)
	{
		int			from = least_loss(kmeans);
		int			donor = most_gain(kmeans);
		const int32_t *rows;
		double		gain;
		int			n;

		if (from == NO_LIST || donor == NO_LIST || from == donor || weights[donor].gain <= weights[from].loss)
			break;
		rows = (int32_t *) at(kmeans, kmeans->order) + ((int32_t *) at(kmeans, kmeans->starts))[donor];
		n = part_list(kmeans, donor, &gain);
		weights[donor] = (ListWeight) {INFINITY, 0};
		if (n == 0 || gain * list_size(kmeans, donor) <= weights[from].loss)
		{
			failures++;
			continue;
		}
		give_up(kmeans, from);
		for (int i = 0; i < n; i++)
			hits[rows[i] * 2].centroid = from;
		changed = true;
		trades--;
	}
	if (changed)
		order_rows(kmeans);
	return changed;
}

/* ---- between stages ---- */

static void
start_round(Kmeans *kmeans, int round)
{
	int			skip = round < HALF_ROUNDS && kmeans->given >= HALF_LEAST ? 2 : 1;

	/* what the spread is of other rows cannot be compared */
	if (round == 0 || skip != kmeans->skip)
		kmeans->spread = DBL_MAX;
	kmeans->skip = skip;
	kmeans->n = kmeans->given / skip;
	kmeans->round = round;
	kmeans->nearest = round < TRADE_ROUNDS && kmeans->k > 1 ? 2 : 1;
	kmeans->stage = KMEANS_ASSIGN;
}

static void
count_assignment(Kmeans *kmeans)
{
	double		before = kmeans->spread;
	bool		changed;

	order_rows(kmeans);
	kmeans->spread = find_spread(kmeans);
	changed = kmeans->nearest > 1 && trade_lists(kmeans);
	kmeans->last = kmeans->round + 1 >= MAX_ROUNDS ||
		(kmeans->skip == 1 && !changed && before - kmeans->spread <= SETTLED * before);
}

/* Centroids without rows go; the others come to where vectors are. */
static void
finish(Kmeans *kmeans)
{
	float	   *centroid = at(kmeans, kmeans->sums);
	int			kept = 0;

	for (int list = 0; list < kmeans->k; list++)
	{
		if (list_size(kmeans, list) == 0)
			continue;
		if (kept < list)
		{
			wemb_centroids_get(set_of(kmeans), list, centroid);
			wemb_centroids_put(set_of(kmeans), kept, centroid);
		}
		kept++;
	}
	kmeans->k = kept;
	kmeans->stage = KMEANS_DONE;
	wemb_centroids_keep(set_of(kmeans), kept);
	if (!kmeans->config.spherical)
		wemb_centroids_move(set_of(kmeans), at(kmeans, kmeans->origin));
}

void
wemb_kmeans_advance(Kmeans *kmeans)
{
	switch (kmeans->stage)
	{
		case KMEANS_PREPARE:
			choose_first(kmeans);
			start_round(kmeans, 0);
			break;
		case KMEANS_ASSIGN:
			count_assignment(kmeans);
			kmeans->stage = KMEANS_MEANS;
			break;
		case KMEANS_MEANS:
			if (kmeans->last)
				finish(kmeans);
			else
				start_round(kmeans, kmeans->round + 1);
			break;
		default:
			break;
	}
}

/* ---- results ---- */

float
wemb_kmeans_progress(const Kmeans *kmeans)
{
	return kmeans->stage == KMEANS_DONE ? 1 : (float) kmeans->round / MAX_ROUNDS;
}

Centroids *
wemb_kmeans_centroids(Kmeans *kmeans)
{
	return set_of(kmeans);
}

double
wemb_kmeans_spread(const Kmeans *kmeans)
{
	return kmeans->spread;
}
