/*
 * tokens.c
 *		The tokens of a text, by any tokenizer that a model can name.
 *
 * A long text is handed on in pieces that end after white space, so that
 * cancelling and memory do not depend on how long it is.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_ts_config.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "nodes/value.h"
#include "tsearch/ts_utils.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"
#include "utils/varlena.h"

#include "app/tokenize/tokens.h"
#include "core/text/pieces.h"
#include "pg/compat.h"

#define PIECE_BYTES		(64 * 1024)

struct Tokens
{
	const char *name;
	const char *rest;			/* what is left of the text behind the piece */
	size_t		nrest;
	Tokenizer	tokenizer;		/* unused with a text search configuration */

	Oid			config;			/* text search configuration, or InvalidOid */
	MemoryContext piece_context;	/* lexemes of the piece */
	ParsedText	lexemes;
	int			next_lexeme;
	uint64		nskipped;		/* lexemes too long; the tokenizer counts its own */
};

/* The text search configuration called so, or InvalidOid. */
static Oid
find_config(const char *name)
{
	List	   *parts;
	List	   *names = NIL;
	ListCell   *cell;

	if (!SplitIdentifierString(pstrdup(name), '.', &parts) || parts == NIL || list_length(parts) > 2)
		return InvalidOid;
	foreach(cell, parts)
		names = lappend(names, makeString(pstrdup(lfirst(cell))));
	return get_ts_config_oid(names, true);
}

/* The configuration's name with its schema, quoted where needed. */
static char *
config_name(Oid config)
{
	HeapTuple	tuple = SearchSysCache1(TSCONFIGOID, ObjectIdGetDatum(config));
	Form_pg_ts_config form;
	char	   *schema;
	char	   *name;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for text search configuration %u", config);
	form = (Form_pg_ts_config) GETSTRUCT(tuple);
	schema = get_namespace_name(form->cfgnamespace);
	if (schema == NULL)
		elog(ERROR, "cache lookup failed for schema %u", form->cfgnamespace);
	name = quote_qualified_identifier(schema, NameStr(form->cfgname));
	ReleaseSysCache(tuple);
	return name;
}

static void
require_utf8(void)
{
	if (GetDatabaseEncoding() != PG_UTF8)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("tokenizer \"unicode\" needs a database in encoding UTF8"),
				 errdetail("The encoding of this database is %s.", GetDatabaseEncodingName()),
				 errhint("Use tokenizer => 'whitespace' or a text search configuration, or a database in UTF8.")));
}

/* Memory context callback: ICU's memory is not the server's. */
static void
close_tokenizer(void *tokenizer)
{
	wemb_tokenizer_close(tokenizer);
}

Tokens *
wemb_tokens_open(const char *tokenizer)
{
	Tokens	   *tokens = palloc0(sizeof(Tokens));
	MemoryContextCallback *callback;

	tokens->config = InvalidOid;
	if (pg_strcasecmp(tokenizer, "unicode") == 0)
	{
		require_utf8();
		tokens->name = "unicode";
		wemb_tokenizer_init(&tokens->tokenizer, TOKENIZER_UNICODE);
		callback = palloc0(sizeof(*callback));
		callback->func = close_tokenizer;
		callback->arg = &tokens->tokenizer;
		MemoryContextRegisterResetCallback(CurrentMemoryContext, callback);
	}
	else if (pg_strcasecmp(tokenizer, "whitespace") == 0)
	{
		tokens->name = "whitespace";
		wemb_tokenizer_init(&tokens->tokenizer, TOKENIZER_WHITESPACE);
	}
	else
	{
		tokens->config = find_config(tokenizer);
		if (!OidIsValid(tokens->config))
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_OBJECT),
					 errmsg("tokenizer \"%s\" does not exist", tokenizer),
					 errhint("Use \"unicode\", \"whitespace\", or the name of a text search configuration (psql lists them with \\dF).")));
		tokens->name = config_name(tokens->config);
		tokens->piece_context = AllocSetContextCreate(CurrentMemoryContext, "wemb tokens of a piece",
													  ALLOCSET_DEFAULT_SIZES);
	}
	return tokens;
}

const char *
wemb_tokens_name(const Tokens *tokens)
{
	return tokens->name;
}

void
wemb_tokens_start(Tokens *tokens, const char *text, size_t len)
{
	tokens->rest = text;
	tokens->nrest = len;
	tokens->next_lexeme = tokens->lexemes.curwords = 0;
	if (!OidIsValid(tokens->config))
		wemb_tokenizer_start(&tokens->tokenizer, "", 0);
}

/* Take the next piece off the text; false when nothing is left. */
static bool
take_piece(Tokens *tokens, const char **piece, size_t *len)
{
	CHECK_FOR_INTERRUPTS();
	if (tokens->nrest == 0)
		return false;
	*piece = tokens->rest;
	*len = wemb_text_piece(tokens->rest, tokens->nrest, PIECE_BYTES);
	/* in other encodings than UTF-8 only the server knows where characters end */
	if (*len < tokens->nrest && GetDatabaseEncoding() != PG_UTF8 && !text_is_space((*piece)[*len - 1]))
		*len = Max(pg_mbcliplen(*piece, (int) tokens->nrest, PIECE_BYTES), 1);
	tokens->rest += *len;
	tokens->nrest -= *len;
	return true;
}

/* Run the next piece through the text search configuration. */
static bool
parse_piece(Tokens *tokens)
{
	const char *piece;
	size_t		len;
	MemoryContext caller;

	if (!take_piece(tokens, &piece, &len))
		return false;
	MemoryContextReset(tokens->piece_context);
	caller = MemoryContextSwitchTo(tokens->piece_context);
	tokens->next_lexeme = 0;
	tokens->lexemes.curwords = 0;
	tokens->lexemes.pos = 0;
	tokens->lexemes.lenwords = (int32) (len / 6) + 2;
	tokens->lexemes.words = palloc(tokens->lexemes.lenwords * sizeof(ParsedWord));
	parsetext(tokens->config, &tokens->lexemes, unconstify(char *, piece), (int32) len);
	MemoryContextSwitchTo(caller);
	return true;
}

static bool
next_lexeme(Tokens *tokens, Token *token)
{
	do
	{
		while (tokens->next_lexeme < tokens->lexemes.curwords)
		{
			const ParsedWord *lexeme = &tokens->lexemes.words[tokens->next_lexeme++];

			if (lexeme->len > TOKEN_MAX_BYTES)
				tokens->nskipped++;
			else if (lexeme->len > 0)
			{
				token->text = lexeme->word;
				token->len = lexeme->len;
				return true;
			}
		}
	} while (parse_piece(tokens));
	return false;
}

bool
wemb_tokens_next(Tokens *tokens, Token *token)
{
	const char *piece;
	size_t		len;

	if (OidIsValid(tokens->config))
		return next_lexeme(tokens, token);
	while (!wemb_tokenizer_next(&tokens->tokenizer, token))
	{
		if (!take_piece(tokens, &piece, &len))
			return false;
		wemb_tokenizer_resume(&tokens->tokenizer, piece, len);
	}
	return true;
}

uint64
wemb_tokens_skipped(const Tokens *tokens)
{
	return tokens->nskipped + tokens->tokenizer.nskipped;
}
