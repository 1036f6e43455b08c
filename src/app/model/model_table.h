/*
 * model_table.h
 *		Which tables are a model.
 *
 * A model is recognised by its shape, so that it survives dump and restore,
 * renaming and ALTER TABLE ... SET SCHEMA: a table with the columns word, freq
 * and vec; beside it, in the same schema, one with "_parts" appended to its
 * name and the columns part, id, vec and data; and in that one a row
 * ('options', 0) that names a known format (see model_options.h).  Both may have
 * more columns, in any order, and may be partitioned.
 */
#ifndef WEMB_MODEL_TABLE_H
#define WEMB_MODEL_TABLE_H

#include "postgres.h"

#include "access/attnum.h"
#include "nodes/primnodes.h"

typedef struct ModelTables
{
	Oid			words;			/* InvalidOid: there is none */
	Oid			parts;			/* InvalidOid: there is none */
	Oid			schema;
	char		words_name[NAMEDATALEN];
	char		parts_name[NAMEDATALEN];
	char		schema_name[NAMEDATALEN];
	AttrNumber	vec_column;		/* of the words table */
	int			declared_dim;	/* of that column; -1: vector without a number */
} ModelTables;

/*
 * Examine the table words and the companion that goes with its name.  Returns
 * NULL if both have a model's columns; or else a translated sentence for
 * errdetail() saying what is not so.  tables is filled as far as it is known.
 * A lock on the companion is taken here, and kept, once words has the columns.
 * Raises no error.
 */
extern const char *wemb_model_tables_examine(Oid words, ModelTables *tables);

/*
 * Find the tables of the model called name (NULL: the setting wemb.model)
 * through search_path and lock them in ACCESS SHARE mode until the end of the
 * transaction.  Raises ERRCODE_UNDEFINED_OBJECT if there is no such table,
 * ERRCODE_UNDEFINED_TABLE if there is no companion, ERRCODE_WRONG_OBJECT_TYPE
 * if the columns are not those of a model.
 */
extern void wemb_model_tables_open(const char *name, ModelTables *tables);

/* May the current user read every column that a reader of the model needs?  Never raises an error. */
extern bool wemb_model_tables_readable(const ModelTables *tables);

/* Raise "permission denied for table ..." unless it is readable. */
extern void wemb_model_tables_check_readable(const ModelTables *tables);

/* Does row security choose, for the current user, which rows of the model exist? */
extern bool wemb_model_tables_filtered(const ModelTables *tables);

/* Raise ERRCODE_DATA_CORRUPTED; detail is a translated sentence. */
extern _Noreturn void wemb_model_report_damage(const ModelTables *tables, const char *detail);

/* The tables' names for SQL: qualified and quoted.  palloc'd. */
extern char *wemb_model_words_sql(const ModelTables *tables);
extern char *wemb_model_parts_sql(const ModelTables *tables);

#endif							/* WEMB_MODEL_TABLE_H */
