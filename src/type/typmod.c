/*
 * typmod.c
 *		The type modifier of every vector type.
 */
#include "type/typmod.h"

int32
wemb_typmod_dim(ArrayType *modifiers, const char *type, int max_dim)
{
	int			nmodifiers;
	int32	   *values = ArrayGetIntegerTypmods(modifiers, &nmodifiers);

	if (nmodifiers != 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("invalid type modifier")));
	if (values[0] < 1)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("dimensions for type %s must be at least 1", type)));
	if (values[0] > max_dim)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("dimensions for type %s cannot exceed %d", type, max_dim)));
	return values[0];
}
