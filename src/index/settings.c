/*
 * settings.c
 *		How much effort a search takes: pgvector's settings, and wemb.target_recall.
 *
 * Settings named hnsw.* and ivfflat.* are pgvector's, and are honoured whoever knows them.
 * Its library may be loaded before ours, after, or never, and a user may have
 * set them before either (ALTER DATABASE, postgresql.conf, SET).  So:
 *
 * 1. They are read by name.  What the server has under a name is pgvector's
 *    variable, a placeholder (text that waits for a library) or ours.
 * 2. In databases with access methods hnsw and ivfflat of ours, SHOW, SET and
 *    their errors shall be as with pgvector's library.  There, the first use of
 *    either defines what is not defined.  Never on loading: both libraries may
 *    be preloaded, or used by turns in different databases.
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
	GucStringCheckHook check;
	GucShowHook show;
	char	   *text;			/* as set by the user, or NULL; the server's to change */
} StandIn;

/* STAND_IN(index, word of its hooks, name, description, kind, preset, min, max), in the order of definition */
#define ALL_STAND_INS \
	STAND_IN(EF_SEARCH, ef_search, "hnsw.ef_search", \
			 "Sets how many candidates a search of a graph keeps.", \
			 SETTING_INT, 40, 1, HNSW_MAX_EF) \
	STAND_IN(GRAPH_ITERATIVE, graph_iterative, "hnsw.iterative_scan", \
			 "Sets whether a search of a graph goes on until the query has enough rows.", \
			 SETTING_ITERATIVE, INDEX_ITERATIVE_STRICT, INDEX_ITERATIVE_OFF, INDEX_ITERATIVE_STRICT) \
	STAND_IN(MAX_SCAN_TUPLES, max_scan_tuples, "hnsw.max_scan_tuples", \
			 "Sets how many rows a search that goes on visits at most.", \
			 SETTING_INT, 20000, 1, INT_MAX) \
	STAND_IN(SCAN_MEM_MULTIPLIER, scan_mem_multiplier, "hnsw.scan_mem_multiplier", \
			 "Sets how many times work_mem a search that goes on may use.", \
			 SETTING_REAL, 1, 1, 1000) \
	STAND_IN(PROBES, probes, "ivfflat.probes", \
			 "Sets how many lists are searched.", \
			 SETTING_INT, 1, 1, IVF_MAX_PROBES) \
	STAND_IN(LISTS_ITERATIVE, lists_iterative, "ivfflat.iterative_scan", \
			 "Sets whether further lists are searched until the query has enough rows.", \
			 SETTING_ITERATIVE, INDEX_ITERATIVE_RELAXED, INDEX_ITERATIVE_OFF, INDEX_ITERATIVE_RELAXED) \
	STAND_IN(MAX_PROBES, max_probes, "ivfflat.max_probes", \
			 "Sets how many lists a search that goes on searches at most.", \
			 SETTING_INT, IVF_MAX_PROBES, 1, IVF_MAX_PROBES)

#define STAND_IN(index, ...) index,
enum
{
	ALL_STAND_INS STAND_INS
};
#undef STAND_IN

/* Hooks are not told which variable they are called for. */
#define STAND_IN(index, word, ...) \
	static bool check_##word(char **text, void **extra, GucSource source); \
	static const char *show_##word(void);
ALL_STAND_INS
#undef STAND_IN

#define STAND_IN(index, word, name, description, kind, preset, min, max) \
	{name, description, kind, preset, min, max, check_##word, show_##word, NULL},
static StandIn stand_ins[STAND_INS] = {ALL_STAND_INS};
#undef STAND_IN

static const char *const iterative_names[] = {
	[INDEX_ITERATIVE_OFF] = "off",
	[INDEX_ITERATIVE_RELAXED] = "relaxed_order",
	[INDEX_ITERATIVE_STRICT] = "strict_order",
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
			for (int i = (int) setting->min; i <= (int) setting->max; i++)
				if (pg_strcasecmp(text, iterative_names[i]) == 0)
				{
					*value = i;
					return true;
				}
			*hint = setting->max < INDEX_ITERATIVE_STRICT ? "Available values: off, relaxed_order."
				: "Available values: off, relaxed_order, strict_order.";
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

#define STAND_IN(index, word, ...) \
	static bool check_##word(char **text, void **extra, GucSource source) \
	{ \
		return check_text(&stand_ins[index], *text); \
	} \
	static const char *show_##word(void) \
	{ \
		return show_text(&stand_ins[index]); \
	}
ALL_STAND_INS
#undef STAND_IN

/* ---- definition ---- */

void
wemb_index_settings_init(void)
{
	DefineCustomRealVariable("wemb.target_recall",
							 "Sets the share of true neighbours that a search of an index aims at.",
							 "The index knows from its build what effort that takes. "
							 "Where an effort is set, such as hnsw.ef_search or ivfflat.probes, that holds.",
							 &target_recall,
							 0.95, 0.5, 0.999,
							 PGC_USERSET, 0, NULL, NULL, NULL);
}

static void
stand_in(StandIn *setting)
{
	struct config_generic *known = wemb_guc_find(setting->name);

	if (known == NULL || (known->flags & GUC_CUSTOM_PLACEHOLDER) != 0)
		DefineCustomStringVariable(setting->name, setting->description, NULL,
								   &setting->text, NULL,
								   PGC_USERSET, GUC_CUSTOM_PLACEHOLDER, setting->check, NULL, setting->show);
}

void
wemb_index_settings_stand_in(void)
{
	static bool defined = false;

	/* Not by a helper at its work: the server sets no values then, so those of placeholders would be lost. */
	if (defined || IsInParallelMode())
		return;
	for (int i = 0; i < STAND_INS; i++)
		stand_in(&stand_ins[i]);
	defined = true;
}

/* ---- reading ---- */

/* Whether a library's setting has its default.  Variables of text, stand-ins for pgvector's, have no value then. */
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
	(void) read_value(GRAPH_ITERATIVE, &value);
	settings->iterative = (IndexIterative) value;
	(void) read_value(MAX_SCAN_TUPLES, &value);
	settings->max_scan_tuples = (int64) value;
	(void) read_value(SCAN_MEM_MULTIPLIER, &settings->scan_mem_multiplier);
	settings->target_recall = target_recall;
	settings->target_set = !has_default("wemb.target_recall");
}

void
wemb_ivf_settings(IvfSettings *settings)
{
	double		value;

	settings->probes_set = read_value(PROBES, &value);
	settings->probes = (int) value;
	(void) read_value(LISTS_ITERATIVE, &value);
	settings->iterative = (IndexIterative) value;
	(void) read_value(MAX_PROBES, &value);
	settings->max_probes = (int) value;
	settings->target_recall = target_recall;
}
