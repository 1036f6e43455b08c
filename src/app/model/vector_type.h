/*
 * vector_type.h
 *		Which type is vector in this database: wemb's own or pgvector's.
 */
#ifndef WEMB_VECTOR_TYPE_H
#define WEMB_VECTOR_TYPE_H

#include "postgres.h"

/* The type that wemb(text) returns, the extension being installed. */
extern Oid	wemb_vector_type(void);

/* The schema of an extension.  An error if it is not installed in this database. */
extern Oid	wemb_extension_schema(const char *name);

/* The name of the schema in which it and its operators are.  palloc'd, not quoted. */
extern char *wemb_vector_schema(void);

#endif							/* WEMB_VECTOR_TYPE_H */
