/*
 * model_name.h
 *		Names of models: a table's name as SQL writes it, and its companion's.
 */
#ifndef WEMB_MODEL_NAME_H
#define WEMB_MODEL_NAME_H

#include "postgres.h"

#include "nodes/primnodes.h"

#define MODEL_PARTS_SUFFIX	"_parts"
/* bytes of a words table's name, so that the companion's name is a name too */
#define MODEL_NAME_MAX		(NAMEDATALEN - 1 - (int) (sizeof(MODEL_PARTS_SUFFIX) - 1))

/*
 * Take name apart: news, schema.news, "Quoted Name".  NULL stands for the
 * setting wemb.model.  Folds case as SQL does.  Raises ERRCODE_INVALID_NAME or
 * ERRCODE_NAME_TOO_LONG.  palloc'd.
 */
extern RangeVar *wemb_model_name_parse(const char *name);

/* The companion's name; words is at most MODEL_NAME_MAX bytes long. */
extern void wemb_model_name_parts(const char *words, char parts[NAMEDATALEN]);

#endif							/* WEMB_MODEL_NAME_H */
