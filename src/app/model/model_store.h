/*
 * model_store.h
 *		Writing a model: the two tables of src/README.md, "Model tables", in the
 *		caller's transaction and with the caller's rights.
 *
 *		target = wemb_model_target(name, dim);			before any work
 *		... train ...
 *		writer = wemb_model_write_begin(target, nwords);
 *		wemb_model_write_options(writer, &options, training_json);
 *		for (...) wemb_model_write_word(writer, ...);
 *		for (...) wemb_model_write_part(writer, ...);
 *		wemb_model_write_end(writer);
 *
 * Options, words and parts may be given in any order.  An error at any point
 * aborts the transaction and so leaves what was there before.
 *
 * Concurrency: no lock is held between target and begin, so that training does
 * not keep anybody waiting.  begin takes a lock on the model's name that lasts
 * to the end of the transaction: a second session that trains the same name
 * waits there, and then replaces what the first has written.
 */
#ifndef WEMB_MODEL_STORE_H
#define WEMB_MODEL_STORE_H

#include "postgres.h"

#include "app/model/model_options.h"

typedef struct ModelTarget ModelTarget;
typedef struct ModelWriter ModelWriter;

/*
 * Decide where the model called name (NULL: the setting wemb.model) will be:
 * in the schema that name says, or else the first one of search_path.  Raises
 * the error that writing would raise, while it is still cheap: a name that is
 * not valid or too long, a schema without CREATE privilege, a model of somebody
 * else, a table that is no model under either name, a view on the vectors when
 * their dimensions would change, a read-only transaction.  Takes no lock that
 * outlives it.  Allocated in CurrentMemoryContext, which must live until
 * wemb_model_write_end().
 */
extern ModelTarget *wemb_model_target(const char *name, int dim);

/* The words table's name, schema-qualified and quoted: what users can pass as a model name. */
extern const char *wemb_model_target_name(const ModelTarget *target);

/* Bytes that writing so many rows of the two tables takes at most. */
extern Size wemb_model_write_memory(int64 words, int64 parts, int dim);

/*
 * Create the tables or empty those that are there, for a model of nwords words.
 * Raises what wemb_model_target() does, should things have changed since.
 */
extern ModelWriter *wemb_model_write_begin(ModelTarget *target, int64 nwords);

/*
 * Exactly once.  The fields of options that the writer fills in need no value.
 * training (or NULL) is a JSON object, kept under the
 * key "training" and shown in wemb_models.options.
 */
extern void wemb_model_write_options(ModelWriter *writer, const ModelOptions *options, const char *training);

/* One word; the most frequent first is the friendliest order.  vec has dim floats, all finite. */
extern void wemb_model_write_word(ModelWriter *writer, const char *word, size_t len, int64 freq, const float *vec);

/*
 * One row of the parts table: part is anything but 'options'; vec (dim floats)
 * or json (text of a JSON value) may be NULL.
 */
extern void wemb_model_write_part(ModelWriter *writer, const char *part, int32 id, const float *vec, const char *json);

/* Finish, once all nwords words are there; the next command, also wemb() in it, sees the model.  Frees writer. */
extern void wemb_model_write_end(ModelWriter *writer);

#endif							/* WEMB_MODEL_STORE_H */
