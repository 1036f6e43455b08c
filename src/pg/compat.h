/*
 * compat.h
 *		One API for PostgreSQL 13 to 18, newest first.
 *
 * The rest of the code is written for the newest server; this header, and no
 * other file, may name PG_VERSION_NUM.
 */
#ifndef WEMB_COMPAT_H
#define WEMB_COMPAT_H

#include "postgres.h"

#if PG_VERSION_NUM < 130000 || PG_VERSION_NUM >= 190000
#error "wemb is written for PostgreSQL 13 to 18"
#endif

/* 16: VARDATA_ANY() and friends moved out of postgres.h. */
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/* 16: stringToQualifiedNameList() can report softly. */
#if PG_VERSION_NUM >= 160000
#define stringToQualifiedNameListCompat(s) stringToQualifiedNameList(s, NULL)
#else
#define stringToQualifiedNameListCompat(s) stringToQualifiedNameList(s)
#endif


/* 15: older servers know the reserved prefix call by another name. */
#if PG_VERSION_NUM < 150000
#define MarkGUCPrefixReserved(prefix) EmitWarningsOnPlaceholders(prefix)
#endif

#endif							/* WEMB_COMPAT_H */
