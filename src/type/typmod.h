/*
 * typmod.h
 *		The type modifier of every vector type: the number of dimensions.
 *
 * The server's own way to print one will do, so no typmod_out is needed.
 */
#ifndef WEMB_TYPMOD_H
#define WEMB_TYPMOD_H

#include "postgres.h"

#include "utils/array.h"

/* What a typmod_in is called with -> dimensions, 1 .. max_dim; anything else is an error.  type is the SQL name. */
extern int32 wemb_typmod_dim(ArrayType *modifiers, const char *type, int max_dim);

#endif							/* WEMB_TYPMOD_H */
