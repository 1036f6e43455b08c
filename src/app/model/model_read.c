/*
 * model_read.c
 *		Opening models, and which of them a session remembers.
 *
 * A Model is kept from statement to statement, with its words, its plans and
 * its tokenizer.  While it is open it belongs to whoever opened it: opened
 * again meanwhile (by a function that SQL of ours calls), the model is given
 * another, temporary Model.
 */
#include "postgres.h"

#include "access/parallel.h"
#include "access/xact.h"
#include "catalog/pg_class.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "app/model/model_read.h"
#include "app/model/model_table.h"
#include "app/model/model_words.h"
#include "pg/compat.h"
#include "pg/guc.h"
#include "pg/plan.h"
#include "pg/statement.h"

struct Model
{
	Model	   *next;			/* of the remembered ones */
	MemoryContext context;		/* holds all of this */
	bool		is_open;
	bool		is_remembered;	/* else it is gone when closed */

	ModelTables tables;
	ModelOptions options;
	SPIPlanPtr	options_plan;
	ModelWords *words;
	MemoryContext tokens_context;	/* of tokens and of strings in options */
	Tokens	   *tokens;

	/* what was true when the options were read last */
	bool		is_valid;
	bool		is_filtered;	/* by row security */
	StatementKey key;
	char	   *name;			/* what the model was opened as, in tokens_context */
};

static Model *remembered;

static void
free_model(Model *model)
{
	if (model->options_plan != NULL)
		SPI_freeplan(model->options_plan);
	wemb_model_words_free(model->words);
	MemoryContextDelete(model->context);
}

/* Forget models whose tables are no more. */
static void
forget_dropped(void)
{
	Model	  **link = &remembered;

	while (*link != NULL)
	{
		Model	   *model = *link;

		if (model->is_open || get_rel_relkind(model->tables.words) != '\0')
			link = &model->next;
		else
		{
			*link = model->next;
			free_model(model);
		}
	}
}

static Model *
create_model(const ModelTables *tables, bool remember)
{
	MemoryContext context = AllocSetContextCreate(remember ? CacheMemoryContext : TopTransactionContext,
												  "wemb model", ALLOCSET_SMALL_SIZES);
	Model	   *model = MemoryContextAllocZero(context, sizeof(Model));

	model->context = context;
	model->tables = *tables;
	model->tokens_context = AllocSetContextCreate(context, "wemb model tokenizer", ALLOCSET_SMALL_SIZES);
	model->words = wemb_model_words_create(context);
	model->is_remembered = remember;
	if (remember)
	{
		forget_dropped();
		model->next = remembered;
		remembered = model;
	}
	return model;
}

/* Are these the same tables under the same names?  Plans go by names. */
static bool
same_tables(const ModelTables *a, const ModelTables *b)
{
	return a->words == b->words && a->parts == b->parts &&
		strcmp(a->words_name, b->words_name) == 0 && strcmp(a->schema_name, b->schema_name) == 0;
}

/* A Model for these tables that nobody has open. */
static Model *
find_model(const ModelTables *tables)
{
	bool		is_open = false;

	for (Model *model = remembered; model != NULL; model = model->next)
	{
		if (!same_tables(&model->tables, tables))
			continue;
		if (!model->is_open)
			return model;
		is_open = true;
	}
	return create_model(tables, !is_open);
}

/* NULL if options go with the words table, else what does not. */
static const char *
compare_with_table(const ModelOptions *options, const ModelTables *tables)
{
	if (tables->declared_dim == -1 || tables->declared_dim == options->dim)
		return NULL;
	return psprintf(_("Its vectors have %d dimensions, its options say %d."), tables->declared_dim, options->dim);
}

/*
 * The options are not good: the model is damaged, unless they would be good
 * under a newer snapshot.  Tables show their newest definition to everyone,
 * their rows only to snapshots that are not too old.
 */
static void
report_options(Model *model, const char *fault)
{
	ModelOptions now;

	if (!IsInParallelMode() &&
		wemb_model_options_read(&model->tables, GetLatestSnapshot(), &now) == NULL &&
		compare_with_table(&now, &model->tables) == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("embedding model \"%s\" was replaced by a concurrent training",
						wemb_model_words_sql(&model->tables)),
				 errdetail("Its tables hold no rows that this statement could see."),
				 errhint("Repeat the statement or, in isolation level REPEATABLE READ or SERIALIZABLE, the transaction.")));
	wemb_model_report_damage(&model->tables, fault);
}

/* Do words read under the options a belong to the options b? */
static bool
same_words(const ModelOptions *a, const ModelOptions *b)
{
	return strcmp(a->version, b->version) == 0 && a->dim == b->dim && a->unit_length == b->unit_length &&
		a->min_n == b->min_n && a->max_n == b->max_n && a->buckets == b->buckets;
}

/* Read the options under the active snapshot, and get ready to use them. */
static void
read_options(Model *model, const char *name)
{
	ModelOptions before = model->options;
	ModelOptions options;
	MemoryContext caller = CurrentMemoryContext;
	const char *fault;

	/* an error below leaves a model that has to be read anew, and has no words */
	memset(&model->options, 0, sizeof(model->options));
	MemoryContextReset(model->tokens_context);
	MemoryContextSwitchTo(model->tokens_context);
	model->name = pstrdup(name);

	if (model->options_plan == NULL)
		model->options_plan = wemb_plan_keep(wemb_model_options_query(&model->tables), 0, NULL);
	fault = wemb_model_options_fetch(model->options_plan, &options);
	if (fault == NULL)
		fault = compare_with_table(&options, &model->tables);
	if (fault != NULL)
		report_options(model, fault);
	model->tokens = wemb_tokens_open(options.tokenizer);
	MemoryContextSwitchTo(caller);

	if (model->is_filtered || !same_words(&before, &options))
		wemb_model_words_reset(model->words, &model->tables, &options);
	model->options = options;
}

/* Find the model by its name and see what it is now. */
static Model *
find_and_validate(const char *name, const StatementKey *key)
{
	ModelTables tables;
	Model	   *model;

	wemb_model_tables_open(name, &tables);
	wemb_model_tables_check_readable(&tables);
	if (IsParallelWorker() && get_rel_persistence(tables.words) == RELPERSISTENCE_TEMP)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("cannot read temporary embedding model \"%s\" in a parallel worker", name),
				 errhint("Set max_parallel_workers_per_gather to 0, or keep the model in a permanent table.")));

	model = find_model(&tables);
	model->is_valid = false;
	model->tables = tables;
	model->is_filtered = wemb_model_tables_filtered(&tables);
	read_options(model, name);
	memcpy(&model->key, key, sizeof(model->key));
	model->is_valid = !model->is_filtered;
	return model;
}

Model *
wemb_model_open(const char *name)
{
	StatementKey key;
	Model	   *model;

	if (name == NULL)
		name = wemb_model;
	wemb_statement_key(&key);
	for (model = remembered; model != NULL; model = model->next)
		if (model->is_valid && !model->is_open &&
			memcmp(&model->key, &key, sizeof(key)) == 0 && strcmp(model->name, name) == 0)
			break;
	if (model == NULL)
		model = find_and_validate(name, &key);
	model->is_open = true;
	return model;
}

void
wemb_model_close(Model *model)
{
	wemb_model_words_release(model->words);
	model->is_open = false;
	if (!model->is_remembered)
		free_model(model);
}

const ModelOptions *
wemb_model_options(const Model *model)
{
	return &model->options;
}

const ModelTables *
wemb_model_tables(const Model *model)
{
	return &model->tables;
}

Tokens *
wemb_model_tokens(const Model *model)
{
	return model->tokens;
}

ModelWords *
wemb_model_words(const Model *model)
{
	return model->words;
}

bool
wemb_model_is_stable(const Model *model)
{
	return !model->is_filtered;
}
