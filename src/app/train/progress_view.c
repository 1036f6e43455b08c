/*
 * progress_view.c
 *		What wemb_progress shows: the trainings that are running now.
 */
#include "pg/compat.h"

#include <math.h>

#include "catalog/pg_authid.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/ascii.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "app/train/train_progress.h"
#include "pg/srf.h"
#include "pg/status.h"

enum
{
	COLUMN_PID,
	COLUMN_DATID,
	COLUMN_USESYSID,
	COLUMN_MODEL,
	COLUMN_PHASE,
	COLUMN_PERCENT,
	COLUMN_TOKENS_DONE,
	COLUMN_TOKENS_TOTAL,
	COLUMN_EPOCH,
	COLUMN_WORDS_PER_SECOND,
	COLUMN_LOSS,
	COLUMN_SECONDS,
	COLUMN_SECONDS_LEFT,
	COLUMN_WORKERS,
	COLUMNS
};

typedef struct ProgressRow
{
	Datum		values[COLUMNS];
	bool		nulls[COLUMNS];
} ProgressRow;

static void
set_double(ProgressRow *row, int column, double value, bool is_known)
{
	row->nulls[column] = !is_known;
	if (is_known)
		row->values[column] = Float8GetDatum(value);
}

/* As pg_stat_activity decides. */
static bool
may_see_names(const TrainStatus *status)
{
	return has_privs_of_role(GetUserId(), ROLE_PG_READ_ALL_STATS) || has_privs_of_role(GetUserId(), status->user);
}

/* A name of a database in another encoding is shown as far as it is ASCII. */
static text *
model_name(const TrainStatus *status)
{
	char		name[PROGRESS_MODEL];

	if (status->encoding == GetDatabaseEncoding())
		return cstring_to_text(status->model);
	ascii_safe_strlcpy(name, status->model, sizeof(name));
	return cstring_to_text(name);
}

static void
set_names(ProgressRow *row, const TrainStatus *status)
{
	row->nulls[COLUMN_USESYSID] = row->nulls[COLUMN_MODEL] = !may_see_names(status);
	if (row->nulls[COLUMN_MODEL])
		return;
	row->values[COLUMN_USESYSID] = ObjectIdGetDatum(status->user);
	row->values[COLUMN_MODEL] = PointerGetDatum(model_name(status));
}

/* How far the phase is, and how fast it goes. */
static void
set_amounts(ProgressRow *row, const TrainStatus *status, TimestampTz now)
{
	bool		in_tokens = wemb_train_phase_counts_tokens(status->phase);
	bool		has_total = status->total > 0;
	double		done = has_total ? Min(status->done, status->total) : status->done;
	double		seconds = (double) (now - status->phase_started) / USECS_PER_SEC;
	bool		has_speed = seconds > 0 && done > 0;

	set_double(row, COLUMN_PERCENT, 100.0 * done / status->total, has_total);
	row->nulls[COLUMN_TOKENS_DONE] = !in_tokens;
	row->values[COLUMN_TOKENS_DONE] = Int64GetDatum((int64) done);
	row->nulls[COLUMN_TOKENS_TOTAL] = !in_tokens || !has_total;
	row->values[COLUMN_TOKENS_TOTAL] = Int64GetDatum((int64) status->total);
	set_double(row, COLUMN_WORDS_PER_SECOND, done / seconds, in_tokens && has_speed);
	set_double(row, COLUMN_SECONDS_LEFT, seconds * (status->total - done) / done, has_total && has_speed);
}

static void
return_training(void *arg, int pid, Oid database, const void *value)
{
	FunctionCallInfo fcinfo = arg;
	const TrainStatus *status = value;
	TimestampTz now = GetCurrentTimestamp();
	ProgressRow row = {{0}};

	row.values[COLUMN_PID] = Int32GetDatum(pid);
	row.values[COLUMN_DATID] = ObjectIdGetDatum(database);
	set_names(&row, status);
	row.values[COLUMN_PHASE] = CStringGetTextDatum(wemb_train_phase_name(status->phase));
	set_amounts(&row, status, now);
	row.nulls[COLUMN_EPOCH] = status->epoch == 0;
	row.values[COLUMN_EPOCH] = Int32GetDatum(status->epoch);
	set_double(&row, COLUMN_LOSS, status->loss, !isnan(status->loss));
	set_double(&row, COLUMN_SECONDS, Max((double) (now - status->started) / USECS_PER_SEC, 0), true);
	row.values[COLUMN_WORKERS] = Int32GetDatum(status->workers);
	wemb_srf_row(fcinfo, row.values, row.nulls);
}

PG_FUNCTION_INFO_V1(wemb_progress_list);
Datum
wemb_progress_list(PG_FUNCTION_ARGS)
{
	wemb_srf_begin(fcinfo);
	wemb_status_read(TRAIN_STATUS_KIND, sizeof(TrainStatus), return_training, fcinfo);
	return (Datum) 0;
}
