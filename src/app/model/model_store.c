/*
 * model_store.c
 *		Writing a model.
 *
 * A new model's tables are created, filled, and given their primary keys.  An
 * existing model keeps its tables, and with them the owner's privileges,
 * indexes, policies, comments and views: its rows are deleted and the new ones
 * inserted under a lock that keeps out other writers but no reader.  Snapshots
 * do the rest: whoever looks sees the old rows until this transaction commits,
 * and the new ones from then on.
 *
 * Other dimensions than before need ALTER TABLE as well, which keeps readers
 * waiting until the commit, and rewrites the (then empty) table: a statement
 * that began before the commit finds no rows in it afterwards, as after
 * TRUNCATE, and wemb() then raises ERRCODE_T_R_SERIALIZATION_FAILURE.  Creating
 * new tables in place of the old ones would be no better there and lose all
 * that the owner has attached to them.
 *
 * Everything is done in SQL, as the caller, so that privileges, event
 * triggers, partitions, TOAST and the write-ahead log are the server's affair.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "common/hashfn.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "tcop/utility.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

#include "app/model/model_name.h"
#include "app/model/model_store.h"
#include "app/model/model_table.h"
#include "app/model/vector_type.h"
#include "pg/compat.h"
#include "type/vector.h"

#define BATCH_ROWS		4096
#define BATCH_BYTES		(1024 * 1024)
#define BATCH_COPIES	2		/* values of a batch, and the arrays made of them */
#define SORTED_BYTES	100		/* of a row while a primary key is made: an entry to sort and a copy of the key */

struct ModelTarget
{
	ModelTables tables;			/* names are always set; OIDs if the model exists */
	char	   *name;			/* of the words table, for SQL */
	int			dim;
};

/* Rows on their way into one table: an array for each column. */
#define BATCH_COLUMNS	4
typedef struct Batch
{
	const char *command;		/* inserts them, given one array for each column */
	int			ncolumns;
	Oid			types[BATCH_COLUMNS];
	int			nrows;
	Size		bytes;
	Datum	   *columns[BATCH_COLUMNS];
	bool	   *nulls[BATCH_COLUMNS];
	MemoryContext context;		/* of the values; reset after each flush */
} Batch;

struct ModelWriter
{
	ModelTarget *target;
	MemoryContext context;		/* holds all of this */
	bool		is_new;			/* the tables were created by this writer */
	int64		nwords;			/* that there will be */
	int64		written;		/* that there are */
	bool		has_options;
	ModelOptions options;
	char	   *training;
	Batch		words;			/* word, freq, vec */
	Batch		parts;			/* part, id, vec, data */
};

/* Run a command that is not to return rows. */
static void
run(const char *command, int expected)
{
	int			result = SPI_execute(command, false, 0);

	if (result != expected)
		elog(ERROR, "SPI_execute failed: %s: %s", SPI_result_code_string(result), command);
}

/*
 * The current user must own the table, and not only have the owner's rights as
 * superusers and members of the role do: writing runs the owner's triggers,
 * defaults, checks and index expressions with the rights of who writes, and the
 * name of a model is easily guessed.
 */
static void
check_owner(Oid relation, const char *name)
{
	HeapTuple	tuple;
	Oid			owner;

	if (!wemb_class_owner_check(relation, GetUserId()))
		aclcheck_error(ACLCHECK_NOT_OWNER, OBJECT_TABLE, name);
	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relation));
	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for relation %u", relation);
	owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);
	if (owner != GetUserId())
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("table \"%s\" belongs to role \"%s\"", name, GetUserNameFromId(owner, false)),
				 errdetail("Writing to it would run that role's triggers and defaults with your rights."),
				 errhint("Use SET ROLE to train as its owner, or choose another name for the model.")));
}

/*
 * What is there under target's two names.  Fills in the OIDs and returns true
 * if it is a model, returns false if there is nothing, and raises an error if
 * there is something else.
 */
static bool
find_existing(ModelTarget *target)
{
	ModelTables *tables = &target->tables;
	Oid			words = get_relname_relid(tables->words_name, tables->schema);
	Oid			parts = get_relname_relid(tables->parts_name, tables->schema);
	const char *taken = OidIsValid(words) ? tables->words_name : tables->parts_name;
	const char *fault;
	ModelTables found;
	ModelOptions options;

	if (!OidIsValid(words) && !OidIsValid(parts))
	{
		/* a table is a type as well */
		for (int i = 0; i < 2; i++)
		{
			const char *type = i == 0 ? tables->words_name : tables->parts_name;

			if (SearchSysCacheExists2(TYPENAMENSP, CStringGetDatum(type), ObjectIdGetDatum(tables->schema)))
				ereport(ERROR,
						(errcode(ERRCODE_DUPLICATE_OBJECT),
						 errmsg("type \"%s\" already exists", type),
						 errdetail("A table cannot have the name of a type."),
						 errhint("Choose another name for the model.")));
		}
		return false;
	}

	if (!OidIsValid(words))
		fault = psprintf(_("There is no table \"%s\" beside it."), tables->words_name);
	else
	{
		LockRelationOid(words, AccessShareLock);
		fault = wemb_model_tables_examine(words, &found);
		if (fault == NULL)
		{
			check_owner(found.words, found.words_name);
			check_owner(found.parts, found.parts_name);
			fault = wemb_model_options_read(&found, GetLatestSnapshot(), &options);
		}
	}
	if (fault != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_DUPLICATE_TABLE),
				 errmsg("relation \"%s\" already exists and is not an embedding model",
						quote_qualified_identifier(tables->schema_name, taken)),
				 errdetail_internal("%s", fault),
				 errhint("Choose another name for the model, or rename or drop the relation.")));
	*tables = found;
	return true;
}

/* The existing model's rows will be deleted: all of them must be there to see. */
static void
check_replaceable(const ModelTarget *target)
{
	const ModelTables *tables = &target->tables;

	if (wemb_model_tables_filtered(tables))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("cannot replace embedding model \"%s\" under row-level security", target->name),
				 errhint("To let the owner pass, use ALTER TABLE NO FORCE ROW LEVEL SECURITY.")));
}

/* ALTER TABLE would refuse to change a column that a view shows; say so before hours of training. */
static void
check_views(const ModelTarget *target)
{
	Oid			types[2] = {OIDOID, INT4OID};
	Datum		values[2] = {
		ObjectIdGetDatum(target->tables.words), Int32GetDatum(target->tables.vec_column)
	};
	char	   *view = NULL;

	if (target->tables.declared_dim == -1 || target->tables.declared_dim == target->dim)
		return;
	SPI_connect();
	if (SPI_execute_with_args("SELECT r.ev_class::pg_catalog.regclass::pg_catalog.text"
							  " FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_rewrite r"
							  " ON d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_rewrite'::pg_catalog.regclass"
							  " AND d.objid OPERATOR(pg_catalog.=) r.oid"
							  " WHERE d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass"
							  " AND d.refobjid OPERATOR(pg_catalog.=) $1 AND d.refobjsubid OPERATOR(pg_catalog.=) $2"
							  " ORDER BY 1 LIMIT 1",
							  2, types, values, NULL, true, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not look for views");
	if (SPI_processed > 0)
		view = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	if (view != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST),
				 errmsg("cannot change embedding model \"%s\" from %d to %d dimensions",
						target->name, target->tables.declared_dim, target->dim),
				 errdetail("View %s uses its column \"vec\".", view),
				 errhint("Drop the view, or train a model of another name.")));
	SPI_finish();
}

/* All checks that can be made before there is anything to write.  Returns whether the model exists. */
static bool
check_target(ModelTarget *target)
{
	bool		exists = find_existing(target);

	if (exists)
	{
		check_replaceable(target);
		check_views(target);
	}
	else if (!wemb_namespace_create_check(target->tables.schema, GetUserId()))
		aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_SCHEMA, target->tables.schema_name);
	return exists;
}

ModelTarget *
wemb_model_target(const char *name, int dim)
{
	ModelTarget *target = palloc0(sizeof(ModelTarget));
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	RangeVar   *range;

	PreventCommandIfReadOnly("wemb_train()");
	PreventCommandIfParallelMode("wemb_train()");

	range = wemb_model_name_parse(name);
	target->dim = dim;
	target->tables.schema = RangeVarGetCreationNamespace(range);
	strlcpy(target->tables.schema_name, get_namespace_name(target->tables.schema), NAMEDATALEN);
	strlcpy(target->tables.words_name, range->relname, NAMEDATALEN);
	wemb_model_name_parts(range->relname, target->tables.parts_name);
	target->name = wemb_model_words_sql(&target->tables);

	/*
	 * A subtransaction, only to give its locks back.  An error must end it
	 * here: whoever catches it knows of their own subtransaction alone.
	 */
	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		check_target(target);
	}
	PG_CATCH();
	{
		ErrorData  *error;

		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(context);
		CurrentResourceOwner = owner;
		ReThrowError(error);
	}
	PG_END_TRY();
	RollbackAndReleaseCurrentSubTransaction();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;
	return target;
}

const char *
wemb_model_target_name(const ModelTarget *target)
{
	return target->name;
}

/*
 * One writer at a time for each name, whether or not there is a table yet.
 * The lock is one on an object that nobody else locks: the extension, with the
 * hash of the name in place of a column number.  Two names with the same hash
 * merely wait for each other.
 */
static void
lock_name(const ModelTarget *target)
{
	uint32		hash = DatumGetUInt32(hash_any((const unsigned char *) target->tables.words_name,
											   (int) strlen(target->tables.words_name)));

	hash = hash_combine(hash, target->tables.schema);
	LockDatabaseObject(ExtensionRelationId, get_extension_oid("wemb", false), (uint16) hash | 1, ExclusiveLock);
}

static void
create_tables(const ModelTarget *target)
{
	const char *words = target->name;
	char	   *parts = wemb_model_parts_sql(&target->tables);
	char	   *vector = quote_qualified_identifier(wemb_vector_schema(), "vector");

	/*
	 * Words compare bytewise: faster, and no operating system upgrade can
	 * invalidate the index.
	 */
	run(psprintf("CREATE TABLE %s (word pg_catalog.text COLLATE pg_catalog.\"C\" NOT NULL,"
				 " freq pg_catalog.int8 NOT NULL, vec %s(%d) NOT NULL)", words, vector, target->dim),
		SPI_OK_UTILITY);
	run(psprintf("CREATE TABLE %s (part pg_catalog.text COLLATE pg_catalog.\"C\" NOT NULL,"
				 " id pg_catalog.int4 NOT NULL, vec %s, data pg_catalog.jsonb)", parts, vector),
		SPI_OK_UTILITY);
}

/*
 * Delete the rows of a model.  A snapshot that this transaction must keep may
 * be too old to see them: nothing can be replaced then.
 */
static void
empty_tables(const ModelTarget *target)
{
	const ModelTables *tables = &target->tables;
	char	   *parts = wemb_model_parts_sql(tables);
	ModelOptions options;

	if (IsolationUsesXactSnapshot() &&
		wemb_model_options_read(tables, GetTransactionSnapshot(), &options) != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("could not serialize access due to concurrent training of embedding model \"%s\"",
						target->name)));
	run(psprintf("DELETE FROM %s", target->name), SPI_OK_DELETE);
	run(psprintf("DELETE FROM %s", parts), SPI_OK_DELETE);
	if (tables->declared_dim != -1 && tables->declared_dim != target->dim)
		run(psprintf("ALTER TABLE %s ALTER COLUMN vec TYPE %s(%d)", target->name,
					 quote_qualified_identifier(wemb_vector_schema(), "vector"), target->dim),
			SPI_OK_UTILITY);
}

static void
init_batch(Batch *batch, const char *command, int ncolumns, const Oid *types)
{
	batch->command = command;
	batch->ncolumns = ncolumns;
	for (int i = 0; i < ncolumns; i++)
	{
		batch->types[i] = types[i];
		batch->columns[i] = palloc(BATCH_ROWS * sizeof(Datum));
		batch->nulls[i] = palloc(BATCH_ROWS * sizeof(bool));
	}
	batch->nrows = 0;
	batch->bytes = 0;
	batch->context = AllocSetContextCreate(CurrentMemoryContext, "wemb model batch", ALLOCSET_DEFAULT_SIZES);
}

static void
init_batches(ModelWriter *writer)
{
	Oid			vector = wemb_vector_type();
	Oid			words[] = {TEXTOID, INT8OID, vector};
	Oid			parts[] = {TEXTOID, INT4OID, vector, TEXTOID};

	init_batch(&writer->words,
			   psprintf("INSERT INTO %s (word, freq, vec)"
						" SELECT pg_catalog.unnest($1), pg_catalog.unnest($2), pg_catalog.unnest($3)",
						writer->target->name),
			   lengthof(words), words);
	init_batch(&writer->parts,
			   psprintf("INSERT INTO %s (part, id, vec, data)"
						" SELECT pg_catalog.unnest($1), pg_catalog.unnest($2), pg_catalog.unnest($3),"
						" pg_catalog.unnest($4)::pg_catalog.jsonb",
						wemb_model_parts_sql(&writer->target->tables)),
			   lengthof(parts), parts);
}

ModelWriter *
wemb_model_write_begin(ModelTarget *target, int64 nwords)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "wemb model writer", ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller;
	ModelWriter *writer;

	PreventCommandIfReadOnly("wemb_train()");
	lock_name(target);

	SPI_connect();
	writer = MemoryContextAllocZero(context, sizeof(ModelWriter));
	writer->is_new = !check_target(target);
	if (writer->is_new)
		create_tables(target);
	else
	{
		run(psprintf("LOCK TABLE %s, %s IN SHARE ROW EXCLUSIVE MODE",
					 target->name, wemb_model_parts_sql(&target->tables)),
			SPI_OK_UTILITY);
		if (!check_target(target))
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_OBJECT),
					 errmsg("embedding model \"%s\" does not exist", target->name),
					 errdetail("It was renamed meanwhile.")));
		empty_tables(target);
	}
	SPI_finish();

	caller = MemoryContextSwitchTo(context);
	writer->target = target;
	writer->nwords = nwords;
	writer->context = context;
	init_batches(writer);
	MemoryContextSwitchTo(caller);
	return writer;
}

void
wemb_model_write_options(ModelWriter *writer, const ModelOptions *options, const char *training)
{
	Assert(!writer->has_options);
	writer->has_options = true;
	writer->options = *options;
	writer->options.tokenizer = MemoryContextStrdup(writer->context, options->tokenizer);
	writer->options.dim = writer->target->dim;
	writer->options.words = writer->nwords;
	writer->options.trained_at = GetCurrentTimestamp();
	wemb_model_options_renew(&writer->options);
	writer->training = training == NULL ? NULL : MemoryContextStrdup(writer->context, training);
}

/* One column of a batch as an array. */
static Datum
batch_array(Batch *batch, int column)
{
	Oid			type = batch->types[column];
	int			lower = 1;
	int16		len;
	bool		byval;
	char		align;

	get_typlenbyvalalign(type, &len, &byval, &align);
	return PointerGetDatum(construct_md_array(batch->columns[column], batch->nulls[column], 1,
											  &batch->nrows, &lower, type, len, byval, align));
}

static void
flush(Batch *batch)
{
	Datum		values[BATCH_COLUMNS];
	Oid			types[BATCH_COLUMNS];
	int			result;

	if (batch->nrows == 0)
		return;
	SPI_connect();
	for (int i = 0; i < batch->ncolumns; i++)
	{
		types[i] = get_array_type(batch->types[i]);
		values[i] = batch_array(batch, i);
	}
	result = SPI_execute_with_args(batch->command, batch->ncolumns, types, values, NULL, false, 0);
	if (result != SPI_OK_INSERT)
		elog(ERROR, "SPI_execute_with_args failed: %s", SPI_result_code_string(result));
	if (SPI_processed != (uint64) batch->nrows)
		ereport(ERROR,
				(errcode(ERRCODE_TRIGGERED_ACTION_EXCEPTION),
				 errmsg("only %d of %d rows of the embedding model were stored", (int) SPI_processed, batch->nrows),
				 errhint("Remove triggers and rules that suppress rows from the model's tables.")));
	SPI_finish();
	MemoryContextReset(batch->context);
	batch->nrows = 0;
	batch->bytes = 0;
}

/* The row that was set is complete. */
static void
end_row(Batch *batch)
{
	if (++batch->nrows == BATCH_ROWS || batch->bytes >= BATCH_BYTES)
		flush(batch);
}

/* Add a value to the row being built. */
static void
set_column(Batch *batch, int column, Datum value, bool is_null, Size bytes)
{
	batch->columns[column][batch->nrows] = value;
	batch->nulls[column][batch->nrows] = is_null;
	batch->bytes += bytes;
}

static Datum
make_vector(const float *x, int dim)
{
	Vector	   *vector = wemb_vector_alloc(dim);

	memcpy(vector->x, x, dim * sizeof(float));
	return PointerGetDatum(vector);
}

void
wemb_model_write_word(ModelWriter *writer, const char *word, size_t len, int64 freq, const float *vec)
{
	Batch	   *batch = &writer->words;
	int			dim = writer->target->dim;
	MemoryContext caller = MemoryContextSwitchTo(batch->context);

	set_column(batch, 0, PointerGetDatum(cstring_to_text_with_len(word, (int) len)), false, len);
	set_column(batch, 1, Int64GetDatum(freq), false, sizeof(int64));
	set_column(batch, 2, make_vector(vec, dim), false, dim * sizeof(float));
	MemoryContextSwitchTo(caller);
	writer->written++;
	end_row(batch);
}

void
wemb_model_write_part(ModelWriter *writer, const char *part, int32 id, const float *vec, const char *json)
{
	Batch	   *batch = &writer->parts;
	int			dim = writer->target->dim;
	MemoryContext caller = MemoryContextSwitchTo(batch->context);

	set_column(batch, 0, CStringGetTextDatum(part), false, strlen(part));
	set_column(batch, 1, Int32GetDatum(id), false, sizeof(int32));
	set_column(batch, 2, vec == NULL ? (Datum) 0 : make_vector(vec, dim), vec == NULL, dim * sizeof(float));
	set_column(batch, 3, json == NULL ? (Datum) 0 : CStringGetTextDatum(json), json == NULL,
			   json == NULL ? 0 : strlen(json));
	MemoryContextSwitchTo(caller);
	end_row(batch);
}

Size
wemb_model_write_memory(int64 words, int64 parts, int dim)
{
	Size		rows = (Size) (words + parts) * VECTOR_SIZE(dim);
	Size		sorted = (Size) Max(words, parts) * SORTED_BYTES;

	return BATCH_COPIES * Min(rows, 2 * BATCH_BYTES) + Min(sorted, (Size) maintenance_work_mem * 1024);
}

void
wemb_model_write_end(ModelWriter *writer)
{
	const ModelTables *tables = &writer->target->tables;

	if (!writer->has_options || writer->written != writer->nwords)
		elog(ERROR, "embedding model is incomplete");
	flush(&writer->words);
	wemb_model_write_part(writer, "options", 0, NULL, wemb_model_options_format(&writer->options, writer->training));
	flush(&writer->parts);
	if (writer->is_new)
	{
		SPI_connect();
		run(psprintf("ALTER TABLE %s ADD PRIMARY KEY (word)", writer->target->name), SPI_OK_UTILITY);
		run(psprintf("ALTER TABLE %s ADD PRIMARY KEY (part, id)", wemb_model_parts_sql(tables)), SPI_OK_UTILITY);
		SPI_finish();
	}
	CommandCounterIncrement();
	MemoryContextDelete(writer->context);
}
