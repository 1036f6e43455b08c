/*
 * model_options.h
 *		What a model says about itself: the row ('options', 0) of its parts
 *		table, as a struct.
 *
 * src/README.md lists the keys.  Everything that reading a model depends on is
 * a field here; the rest of what training wants to remember (algorithm, window
 * size, loss ...) is the object under the key "training", which readers show
 * but never interpret.
 */
#ifndef WEMB_MODEL_OPTIONS_H
#define WEMB_MODEL_OPTIONS_H

#include "postgres.h"

#include "datatype/timestamp.h"
#include "executor/spi.h"
#include "utils/jsonb.h"
#include "utils/snapshot.h"

#include "app/model/model_table.h"

#define MODEL_FORMAT		1	/* raised when an older wemb could misread the tables */
#define MODEL_VERSION_LEN	16	/* hexadecimal digits; whoever makes a model by hand may take fewer */
#define MODEL_MAX_DIM		16000	/* as many as type vector holds */
#define MODEL_MAX_BUCKETS	16777216
#define MODEL_MAX_PHRASES	4

typedef struct ModelOptions
{
	/* what the trainer says */
	const char *tokenizer;		/* a name for wemb_tokens_open() */
	bool		unit_length;	/* vectors of words and texts have length 1 */
	int			min_n;			/* n-grams of an unknown word, in code points; */
	int			max_n;			/* ... both 0, and buckets too, when the model has no subwords */
	int			buckets;		/* rows of the part 'subword' */
	int			phrases;		/* passes that joined words to phrases; 0: none */
	int64		tokens;			/* occurrences of all its words: a word's probability is freq / tokens */
	int64		texts;			/* rows trained on */

	/* what the writer fills in */
	int			dim;
	int64		words;			/* rows of the words table */
	TimestampTz trained_at;		/* DT_NOBEGIN: not known */
	char		version[MODEL_VERSION_LEN + 1]; /* random: two trainings never share it */

	/* what the reader adds: the whole row */
	Jsonb	   *source;
} ModelOptions;

/*
 * Read the options of a model as they are under snapshot, which becomes the
 * active one meanwhile.  Returns as wemb_model_options_parse() does, with
 * strings in CurrentMemoryContext.  Raises only the server's own errors, such
 * as a missing privilege.
 */
extern const char *wemb_model_options_read(const ModelTables *tables, Snapshot snapshot, ModelOptions *options);

/* The same in two steps, for reading them again and again: with a plan made by SPI_prepare() from this query. */
extern char *wemb_model_options_query(const ModelTables *tables);
extern const char *wemb_model_options_fetch(SPIPlanPtr plan, ModelOptions *options);

/*
 * Take data (the jsonb of the options row) apart.  Returns NULL and fills
 * options, whose strings are palloc'd; or returns what is wrong, a translated
 * sentence for errdetail(), and options is not to be used.  Never raises an
 * error for bad data.
 */
extern const char *wemb_model_options_parse(Jsonb *data, ModelOptions *options);

/* The reverse, as JSON text.  training is a JSON object or NULL. */
extern char *wemb_model_options_format(const ModelOptions *options, const char *training);

/* Fill version with a value never used before. */
extern void wemb_model_options_renew(ModelOptions *options);

#endif							/* WEMB_MODEL_OPTIONS_H */
