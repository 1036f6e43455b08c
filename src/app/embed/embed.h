/*
 * embed.h
 *		The vector of a text.
 */
#ifndef WEMB_EMBED_H
#define WEMB_EMBED_H

#include "postgres.h"

#include "fmgr.h"

#include "app/model/model_read.h"
#include "type/vector.h"

/*
 * The vector of text by an open model, in CurrentMemoryContext; NULL where no
 * token is known or the known ones cancel each other out.  Depends on nothing
 * but the text and the model.  Any length; can be cancelled.
 */
extern Vector *wemb_embed(Model *model, const char *text, size_t len);

/* How many texts of one call site are remembered at the same time. */
#define EMBED_MAX_SLOTS	2

/*
 * The same by the model called name (NULL: the setting wemb.model), for an SQL
 * function that is called again and again with the same text: what was computed
 * for a slot (0 .. EMBED_MAX_SLOTS - 1) is used again while text, model and
 * wemb_statement_key() stay the same.  argument is the function's argument that
 * text is, so that long texts are remembered only if they cannot change from
 * row to row.  Each computation is reported at DEBUG2.  The result is in
 * CurrentMemoryContext.
 */
extern Vector *wemb_embed_once(FunctionCallInfo fcinfo, int slot, int argument, text *input, const char *name);

/* Argument n, the name of a model: NULL if there is no such argument or it is NULL. */
extern char *wemb_embed_model_argument(FunctionCallInfo fcinfo, int n);

#endif							/* WEMB_EMBED_H */
