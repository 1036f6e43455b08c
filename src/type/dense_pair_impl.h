/*
 * dense_pair_impl.h
 *		Template: the two arguments of a distance.
 *
 * Parameters: see dense_check_impl.h.
 *
 * A scan of a large table waits for memory half of its time: a row of 100
 * floats is seven cache lines, and the processor does not foresee where the
 * next one begins, since rows are laid down from the end of a page to its
 * start.  But as most rows are of one size, each value lies as far from the one
 * before it as that lay from its own predecessor.  So the next value is
 * fetched while the executor is busy with this one.  A wrong guess costs some
 * nanoseconds; nothing is read, so any address will do.
 */

/* Where an argument lay in the last call, and how far that was from the call before within one page. */
typedef struct ArgTrack
{
	uintptr_t	last;
	intptr_t	stride;
} ArgTrack;

typedef struct DensePair
{
	const DENSE_TYPE *a;
	const DENSE_TYPE *b;
	int			dim;			/* of both */
} DensePair;

#define CACHE_LINE		64
#define MAX_PREFETCH	2048	/* bytes: the processor foresees how a long value goes on */

static inline void
prefetch_next(ArgTrack *track, const void *value)
{
	uintptr_t	address = (uintptr_t) value;
	intptr_t	moved = (intptr_t) (address - track->last);
	Size		size = Min(VARSIZE(value), MAX_PREFETCH);

	/* what the query compares with stays where it is */
	if (moved == 0)
		return;
	track->last = address;
	/* more than a page is the way to another page, where rows go on as they did */
	if (moved > -BLCKSZ && moved < BLCKSZ)
		track->stride = moved;
	for (Size offset = 0; offset < size; offset += CACHE_LINE)
		__builtin_prefetch((const char *) (address + track->stride + offset));
}

/* Both arguments, detoasted and of the same length. */
static inline DensePair
get_pair(FunctionCallInfo fcinfo)
{
	struct varlena *a = (struct varlena *) PG_GETARG_POINTER(0);
	struct varlena *b = (struct varlena *) PG_GETARG_POINTER(1);
	DensePair	pair;

	if (likely(fcinfo->flinfo != NULL))
	{
		ArgTrack   *tracks = fcinfo->flinfo->fn_extra;

		if (unlikely(tracks == NULL))
			fcinfo->flinfo->fn_extra = tracks =
				MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, 2 * sizeof(ArgTrack));
		if (likely(!VARATT_IS_EXTENDED(a)))
			prefetch_next(&tracks[0], a);
		if (likely(!VARATT_IS_EXTENDED(b)))
			prefetch_next(&tracks[1], b);
	}
	pair.a = detoast_value(PointerGetDatum(a));
	pair.b = detoast_value(PointerGetDatum(b));
	check_same_dim(pair.a, pair.b);
	pair.dim = pair.a->dim;
	return pair;
}
