/*
 * settings.c
 *		How much effort a search takes: pgvector's settings, and wemb.target_recall.
 *
 * Settings named hnsw.* are pgvector's, and are honoured whoever knows them.
 * Its library may be loaded before ours, after, or never, and a user may have
 * set them before either (ALTER DATABASE, postgresql.conf, SET).  So:
 *
 * 1. They are read by name.  What the server has under a name is pgvector's
 *    variable, a placeholder (text that waits for a library) or ours.
 * 2. In databases with an access method hnsw of ours, SHOW, SET and their
 *    errors shall be as with pgvector's library.  There, the first use of the
 *    access method defines what is not defined.  Never on loading: both
 *    libraries may be preloaded, or used by turns in different databases.
 * 3. The server refuses to define a variable twice, unless the first is a
 *    placeholder, which it takes the values of and drops.  A session can use
 *    our access method and still load pgvector's library, be it that wemb is
 *    dropped for pgvector while the session lasts.  So ours are placeholders,
 *    too: variables of text with that flag, whose hooks know type and range.
 *    Price: as with any placeholder, who is not superuser and has not been
 *    granted SET on it cannot put it into ALTER ROLE or ALTER DATABASE.
 * 4. Ours have no text unless set, so no default of ours can pass for a user's
 *    choice, neither here nor when pgvector's variable takes over.
 */
#include "postgres.h"

#include <limits.h>

#include "access/xact.h"
#include "utils/guc.h"

#include "index/settings.h"
#include "pg/compat.h"

typedef enum SettingKind
{
	SETTING_INT,
	SETTING_REAL,
	SETTING_ITERATIVE
} SettingKind;

typedef struct StandIn
{
	const char *name;
	const char *description;
	SettingKind kind;
	double		preset;			/* what holds unless set */
	double		min;
	double		max;
	char	   *text;			/* as set by the user, or NULL; the server's to change */
} StandIn;

enum
{
	EF_SEARCH, ITERATIVE_SCAN, MAX_SCAN_TUPLES, SCAN_MEM_MULTIPLIER, STAND_INS
};

static StandIn stand_ins[STAND_INS] = {
	[EF_SEARCH] = {"hnsw.ef_search", "Sets how many candidates a search of a graph keeps.",
				   SETTING_INT, 40, 1, HNSW_MAX_EF},
	[ITERATIVE_SCAN] = {"hnsw.iterative_scan", "Sets whether a search of a graph goes on until the query has enough rows.",
						SETTING_ITERATIVE, HNSW_ITERATIVE_STRICT, HNSW_ITERATIVE_OFF, HNSW_ITERATIVE_STRICT},
	[MAX_SCAN_TUPLES] = {"hnsw.max_scan_tuples", "Sets how many rows a search that goes on visits at most.",
						 SETTING_INT, 20000, 1, INT_MAX},
	[SCAN_MEM_MULTIPLIER] = {"hnsw.scan_mem_multiplier", "Sets how many times work_mem a search that goes on may use.",
							 SETTING_REAL, 1, 1, 1000},
};

static const char *const iterative_names[] = {
	[HNSW_ITERATIVE_OFF] = "off",
	[HNSW_ITERATIVE_RELAXED] = "relaxed_order",
	[HNSW_ITERATIVE_STRICT] = "strict_order",
};

static double target_recall;

/* ---- text and value ---- */

/* False, with the hint that the server would give or NULL, unless text is of the setting's type. */
static bool
parse_value(const StandIn *setting, const char *text, double *value, const char **hint)
{
	int			whole;

	*hint = NULL;
	switch (setting->kind)
	{
		case SETTING_INT:
			if (!parse_int(text, &whole, 0, hint))
				return false;
			*value = whole;
			return true;
		case SETTING_REAL:
			return parse_real(text, value, 0, hint);
		case SETTING_ITERATIVE:
			for (int i = 0; i < lengthof(iterative_names); i++)
				if (pg_strcasecmp(text, iterative_names[i]) == 0)
				{
					*value = i;
					return true;
				}
			*hint = "Available values: off, relaxed_order, strict_order.";
	}
	return false;
}

static bool
in_range(const StandIn *setting, double value)
{
	return value >= setting->min && value <= setting->max;
}

/* As SHOW prints it; valid until the next call. */
static const char *
print_value(const StandIn *setting, double value)
{
	static char buffer[32];

	if (setting->kind == SETTING_ITERATIVE)
		return iterative_names[(int) value];
	snprintf(buffer, sizeof(buffer), setting->kind == SETTING_INT ? "%.0f" : "%g", value);
	return buffer;
}

/* ---- hooks of the variables of text ---- */

/* text is NULL where a variable is made without a value. */
static bool
check_text(const StandIn *setting, const char *text)
{
	const char *hint;
	double		value;

	if (text == NULL)
		return true;
	if (!parse_value(setting, text, &value, &hint))
	{
		if (hint != NULL)
			GUC_check_errhint("%s", hint);
		return false;
	}
	if (in_range(setting, value))
		return true;
	GUC_check_errmsg("%.*g is outside the valid range for parameter \"%s\" (%.10g .. %.10g)",
					 setting->kind == SETTING_INT ? 10 : 6, value, setting->name, setting->min, setting->max);
	return false;
}

static const char *
show_text(const StandIn *setting)
{
	const char *hint;
	double		value;

	if (setting->text == NULL || !parse_value(setting, setting->text, &value, &hint))
		value = setting->preset;
	return print_value(setting, value);
}

/* Hooks are not told which variable they are called for. */
#define HOOKS(index, word) \
	static bool check_##word(char **text, void **extra, GucSource source) \
	{ \
		return check_text(&stand_ins[index], *text); \
	} \
	static const char *show_##word(void) \
	{ \
		return show_text(&stand_ins[index]); \
	}
HOOKS(EF_SEARCH, ef_search)
HOOKS(ITERATIVE_SCAN, iterative_scan)
HOOKS(MAX_SCAN_TUPLES, max_scan_tuples)
HOOKS(SCAN_MEM_MULTIPLIER, scan_mem_multiplier)
#undef HOOKS

/* ---- definition ---- */

void
wemb_index_settings_init(void)
{
	DefineCustomRealVariable("wemb.target_recall",
							 "Sets the share of true neighbours that a search of an index aims at.",
							 "The index knows from its build what effort that takes. "
							 "Where an effort is set, such as hnsw.ef_search, that holds.",
							 &target_recall,
							 0.95, 0.5, 0.999,
							 PGC_USERSET, 0, NULL, NULL, NULL);
}

static void
stand_in(int i, GucStringCheckHook check, GucShowHook show)
{
	StandIn    *setting = &stand_ins[i];
	struct config_generic *known = wemb_guc_find(setting->name);

	if (known == NULL || (known->flags & GUC_CUSTOM_PLACEHOLDER) != 0)
		DefineCustomStringVariable(setting->name, setting->description, NULL,
								   &setting->text, NULL,
								   PGC_USERSET, GUC_CUSTOM_PLACEHOLDER, check, NULL, show);
}

void
wemb_index_settings_stand_in(void)
{
	static bool defined = false;

	/* Not by a helper at its work: the server sets no values then, so those of placeholders would be lost. */
	if (defined || IsInParallelMode())
		return;
	stand_in(EF_SEARCH, check_ef_search, show_ef_search);
	stand_in(ITERATIVE_SCAN, check_iterative_scan, show_iterative_scan);
	stand_in(MAX_SCAN_TUPLES, check_max_scan_tuples, show_max_scan_tuples);
	stand_in(SCAN_MEM_MULTIPLIER, check_scan_mem_multiplier, show_scan_mem_multiplier);
	defined = true;
}

/* ---- reading ---- */

/* Whether a setting of pgvector's library has its default.  Variables of text have no value then. */
static bool
has_default(const char *name)
{
	const struct config_generic *known = wemb_guc_find(name);

	return known != NULL && known->vartype != PGC_STRING && known->source == PGC_S_DEFAULT;
}

/* The value, or what holds unless set; says whether it is set, to what makes sense. */
static bool
read_value(int i, double *value)
{
	const StandIn *setting = &stand_ins[i];
	const char *text = GetConfigOption(setting->name, true, false);
	const char *hint;

	if (text != NULL && text[0] != '\0' && parse_value(setting, text, value, &hint) && in_range(setting, *value) &&
		!has_default(setting->name))
		return true;
	*value = setting->preset;
	return false;
}

void
wemb_hnsw_settings(HnswSettings *settings)
{
	double		value;

	settings->ef_search_set = read_value(EF_SEARCH, &value);
	settings->ef_search = (int) value;
	(void) read_value(ITERATIVE_SCAN, &value);
	settings->iterative = (HnswIterative) value;
	(void) read_value(MAX_SCAN_TUPLES, &value);
	settings->max_scan_tuples = (int64) value;
	(void) read_value(SCAN_MEM_MULTIPLIER, &settings->scan_mem_multiplier);
	settings->target_recall = target_recall;
}
