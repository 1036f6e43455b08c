/*
 * test_held_out.c
 *		core/model/held_out.h: vectors whose quality is known are judged so.
 */
#include "unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/rng.h"
#include "core/kernel/kernel.h"
#include "core/model/held_out.h"

#define DIM			16
#define TOPICS		10
#define TOPIC_WORDS	20
#define WORDS		(TOPICS * TOPIC_WORDS)
#define EXCERPTS	200
#define LENGTH		12

/* How vectors are made: each word's is its topic's, and so much noise. */
typedef struct Made
{
	float		vector[WORDS][DIM];
} Made;

static int	start[EXCERPTS + 1];
static int32_t words[EXCERPTS * LENGTH];
static const Excerpts excerpts = {EXCERPTS, start, words};

static void
scale_to_unit(float *vec)
{
	float		norm = sqrtf(wemb_kernel->dot_f32(vec, vec, DIM));

	for (int d = 0; d < DIM; d++)
		vec[d] = norm > 0 ? vec[d] / norm : 0;
}

static void
make(Made *made, float signal, float noise)
{
	Rng			rng = rng_for(7, 0);
	float		topic[TOPICS][DIM];

	for (int t = 0; t < TOPICS; t++)
		for (int d = 0; d < DIM; d++)
			topic[t][d] = rng_float(&rng) - 0.5f;
	for (int w = 0; w < WORDS; w++)
	{
		for (int d = 0; d < DIM; d++)
			made->vector[w][d] = signal * topic[w / TOPIC_WORDS][d] + noise * (rng_float(&rng) - 0.5f);
		scale_to_unit(made->vector[w]);
	}
}

static void
vector_of(void *arg, int word, float *out)
{
	memcpy(out, ((Made *) arg)->vector[word], DIM * sizeof(float));
}

static double
weight_of(void *arg, int word)
{
	(void) arg;
	return word % TOPIC_WORDS == 0 ? 0.1 : 1.0;
}

/* Each excerpt is of one topic. */
static void
write_excerpts(void)
{
	Rng			rng = rng_for(3, 0);

	for (int i = 0; i < EXCERPTS; i++)
	{
		start[i + 1] = start[i] + HELD_OUT_LEAST + i % (LENGTH - HELD_OUT_LEAST + 1);
		for (int k = start[i]; k < start[i + 1]; k++)
			words[k] = i % TOPICS * TOPIC_WORDS + (int32_t) rng_below(&rng, TOPIC_WORDS);
	}
}

typedef struct Judged
{
	double		retrieval[EXCERPTS];
	double		neighbours[EXCERPTS];
	double		mean_retrieval;
	double		mean_neighbours;
} Judged;

static void
judge(Made *made, uint64_t seed, Judged *judged)
{
	TriedVectors tried = {made, DIM, vector_of, weight_of};
	void	   *scratch = malloc(wemb_held_out_scratch(DIM));
	float	   *first = malloc(EXCERPTS * DIM * sizeof(float));
	float	   *second = malloc(EXCERPTS * DIM * sizeof(float));

	judged->mean_retrieval = judged->mean_neighbours = 0;
	for (int i = 0; i < EXCERPTS; i++)
	{
		wemb_held_out_halves(&excerpts, i, &tried, scratch, first + i * DIM, second + i * DIM);
		judged->neighbours[i] = wemb_held_out_neighbours(&excerpts, i, &tried, scratch, seed);
		judged->mean_neighbours += judged->neighbours[i] / EXCERPTS;
	}
	for (int i = 0; i < EXCERPTS; i++)
	{
		judged->retrieval[i] = wemb_held_out_retrieval(first + i * DIM, second, EXCERPTS, DIM, i);
		judged->mean_retrieval += judged->retrieval[i] / EXCERPTS;
	}
	free(scratch);
	free(first);
	free(second);
}

static void
test_order(void)
{
	Made		made;
	Judged		good;
	Judged		fair;
	Judged		bad;
	Judged		blank;

	unit_group("better vectors are judged better");
	make(&made, 1, 0.2f);
	judge(&made, 1, &good);
	make(&made, 1, 2);
	judge(&made, 1, &fair);
	make(&made, 0, 1);
	judge(&made, 1, &bad);
	make(&made, 0, 0);
	judge(&made, 1, &blank);
	/* a stranger's topic is the same one time in ten */
	CHECK(good.mean_neighbours > 0.9, "good vectors: %g", good.mean_neighbours);
	CHECK(good.mean_neighbours > fair.mean_neighbours + 0.05 && fair.mean_neighbours > bad.mean_neighbours + 0.05,
		  "neighbours: %g, %g, %g", good.mean_neighbours, fair.mean_neighbours, bad.mean_neighbours);
	CHECK(good.mean_retrieval > fair.mean_retrieval && fair.mean_retrieval > bad.mean_retrieval,
		  "retrieval: %g, %g, %g", good.mean_retrieval, fair.mean_retrieval, bad.mean_retrieval);

	unit_group("vectors that are all alike are judged as chance would be");
	CHECK(fabs(blank.mean_neighbours - 0.5) < 1e-9, "neighbours: %g", blank.mean_neighbours);
	CHECK(fabs(blank.mean_retrieval - 2.0 / (EXCERPTS + 1)) < 1e-9, "retrieval: %g", blank.mean_retrieval);
}

static void
test_seed(void)
{
	Made		made;
	Judged		once;
	Judged		again;

	unit_group("the same seed asks the same, another one something else");
	make(&made, 1, 2);
	judge(&made, 1, &once);
	judge(&made, 1, &again);
	CHECK(memcmp(&once, &again, sizeof(Judged)) == 0, "seed 1 twice");
	judge(&made, 2, &again);
	CHECK(memcmp(once.neighbours, again.neighbours, sizeof(once.neighbours)) != 0, "seeds 1 and 2");
	CHECK(memcmp(once.retrieval, again.retrieval, sizeof(once.retrieval)) == 0, "nothing is drawn for retrieval");
}

static void
test_retrieval(void)
{
	const float second[] = {1, 0, 0.8f, 0.6f, 0, 1, 0.6f, 0.8f};
	const float first[] = {1, 0};

	unit_group("retrieval is 1 / rank");
	CHECK(wemb_held_out_retrieval(first, second, 4, 2, 0) == 1, "the nearest");
	CHECK(wemb_held_out_retrieval(first, second, 4, 2, 1) == 1.0 / 2, "the second");
	CHECK(wemb_held_out_retrieval(first, second, 4, 2, 3) == 1.0 / 3, "the third");
	CHECK(wemb_held_out_retrieval(first, second, 4, 2, 2) == 1.0 / 4, "the last");
}

static void
test_lead(void)
{
	const double a[] = {1, 2, 3, 4};
	const double b[] = {0, 2, 2, 4};
	double		error;

	unit_group("a lead has its standard error");
	CHECK(fabs(wemb_held_out_lead(a, b, 4, &error) - 0.5) < 1e-12, "lead");
	CHECK(fabs(error - sqrt(1.0 / 3 / 4)) < 1e-12, "error %g", error);
	CHECK(wemb_held_out_lead(a, a, 4, &error) == 0 && error == 0, "of itself");
}

int
main(void)
{
	write_excerpts();
	test_order();
	test_seed();
	test_retrieval();
	test_lead();
	return unit_done();
}
