/*
 * shared_memory.c
 *		Dynamic shared memory that may not be there.
 */
#include "postgres.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

#include "pg/shared_memory.h"

/* The message of the error being handled, in context; the error is over then.  A cancel goes on. */
static char *
take_error(MemoryContext context)
{
	ErrorData  *error;
	char	   *message;

	MemoryContextSwitchTo(context);
	error = CopyErrorData();
	FlushErrorState();
	if (error->sqlerrcode == ERRCODE_QUERY_CANCELED)
		ReThrowError(error);
	message = pstrdup(error->message);
	FreeErrorData(error);
	return message;
}

dsm_segment *
wemb_dsm_try_create(Size size, char **why)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	dsm_segment *volatile segment = NULL;

	*why = NULL;
	BeginInternalSubTransaction(NULL);
	PG_TRY();
	{
		segment = dsm_create(size, DSM_CREATE_NULL_IF_MAXSEGMENTS);
		/* what a half-made segment leaves goes with the subtransaction, a whole one must not */
		if (segment != NULL)
			dsm_pin_mapping(segment);
	}
	PG_CATCH();
	{
		*why = take_error(context);
	}
	PG_END_TRY();

	if (segment != NULL)
		ReleaseCurrentSubTransaction();
	else
		RollbackAndReleaseCurrentSubTransaction();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;

	if (segment != NULL)
		dsm_unpin_mapping(segment);
	else if (*why == NULL)
		*why = pstrdup(_("there are too many dynamic shared memory segments"));
	/* a signal may have been what kept the system from reserving the pages */
	CHECK_FOR_INTERRUPTS();
	return segment;
}

dsm_segment *
wemb_dsm_attach(dsm_handle handle)
{
	dsm_segment *segment = dsm_attach(handle);

	if (segment == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("could not map a dynamic shared memory segment")));
	return segment;
}
