/*
 * model_read.h
 *		Opening a model for reading.
 *
 *		model = wemb_model_open(name);
 *		PG_TRY();
 *			use wemb_model_options(model), wemb_model_words(model) ...
 *		PG_FINALLY();
 *			wemb_model_close(model);
 *		PG_END_TRY();
 *
 * Nothing here writes: it works on a standby, in a read-only transaction and in
 * a parallel worker.  Rows are read in SQL under the active snapshot, as the
 * current user.
 *
 * What a session remembers belongs to the model's version, a random value in
 * its options row that is read under the same snapshot, once a statement.  So
 * a snapshot never gets words of a version that it cannot see, rolled back ones
 * included.  Where row security chooses which rows a user sees, nothing is
 * remembered.
 */
#ifndef WEMB_MODEL_READ_H
#define WEMB_MODEL_READ_H

#include "postgres.h"

#include "app/model/model_options.h"
#include "app/model/model_words.h"
#include "app/tokenize/tokens.h"

typedef struct Model Model;

/*
 * Open the model called name (NULL: the setting wemb.model) and lock its tables
 * as SELECT does.  Raises an error if there is none, it is damaged, or the user
 * may not read it.  The caller closes it, also after an error.
 */
extern Model *wemb_model_open(const char *name);
extern void wemb_model_close(Model *model);

/* All valid until it is closed. */
extern const ModelOptions *wemb_model_options(const Model *model);
extern const ModelTables *wemb_model_tables(const Model *model);
extern Tokens *wemb_model_tokens(const Model *model);
extern ModelWords *wemb_model_words(const Model *model);

/*
 * May results be kept while the StatementKey stays the same?  Not under row
 * security: its policies may depend on anything.
 */
extern bool wemb_model_is_stable(const Model *model);

#endif							/* WEMB_MODEL_READ_H */
