/*
 * method_impl.h
 *		Template of a method (train_method.h): the functions that a core has
 *		under other types.
 *
 * Before the file is included, METHOD_CORE(name) is the core's function of that name, METHOD_CONFIG the type
 * of its configuration, and METHOD_CONFIGURE(options) makes one.  Behind it, METHOD_FUNCTIONS is what
 * they are in a TrainMethod.
 */

static Size
weights_size(const TrainOptions *options)
{
	METHOD_CONFIG config = METHOD_CONFIGURE(options);

	return METHOD_CORE(shared_size)(&config);
}

static Size
scratch_size(const TrainOptions *options)
{
	METHOD_CONFIG config = METHOD_CONFIGURE(options);

	return METHOD_CORE(scratch_size)(&config);
}

static void
init(void *weights, const TrainOptions *options, const TrainWords *words, void *scratch)
{
	METHOD_CONFIG config = METHOD_CONFIGURE(options);

	METHOD_CORE(shared_init)(weights, &config, words, scratch);
}

/* ---- training ---- */

static Size
worker_size(const TrainOptions *options)
{
	METHOD_CONFIG config = METHOD_CONFIGURE(options);

	return METHOD_CORE(worker_size)(&config);
}

static void *
worker_init(void *block, void *weights)
{
	return METHOD_CORE(worker_init)(block, weights, 0);
}

static void
stream(void *worker, uint64 number)
{
	METHOD_CORE(worker_stream)(worker, number);
}

static void
begin(void *worker, const int32 *words, int n)
{
	METHOD_CORE(begin)(worker, words, n);
}

static bool
step(void *worker)
{
	return METHOD_CORE(step)(worker);
}

/* ---- the leader's ---- */

static uint64
tokens_done(const void *weights)
{
	return METHOD_CORE(words_done)(weights);
}

static double
alpha(const void *weights)
{
	return METHOD_CORE(alpha)(weights);
}

static void
resume(void *weights, uint64 tokens_done, double factor)
{
	METHOD_CORE(resume)(weights, tokens_done, factor);
}

static void *
bytes(void *weights, size_t *size)
{
	return METHOD_CORE(weights)(weights, size);
}

static bool
is_finite(const void *weights, int first, int n)
{
	return METHOD_CORE(finite)(weights, first, n);
}

/* ---- the model's ---- */

static void
word_vector(const void *weights, int word, bool unit_length, float *out)
{
	METHOD_CORE(word_vector)(weights, word, unit_length, out);
}

static void
set_word_vector(void *weights, int word, const float *vector)
{
	METHOD_CORE(set_word_vector)(weights, word, vector);
}

#define METHOD_FUNCTIONS \
	.weights_size = weights_size, \
	.scratch_size = scratch_size, \
	.init = init, \
	.worker_size = worker_size, \
	.worker_init = worker_init, \
	.stream = stream, \
	.begin = begin, \
	.step = step, \
	.tokens_done = tokens_done, \
	.alpha = alpha, \
	.resume = resume, \
	.bytes = bytes, \
	.finite = is_finite, \
	.word_vector = word_vector, \
	.set_word_vector = set_word_vector
