/*
 * status.c
 *		Values that sessions publish.
 *
 * One process writes a value, and copies it between two increments of a
 * counter: while the counter is odd, or has changed since the copy began,
 * readers copy again.  So the writer never waits, and a reader that is stopped
 * harms nobody.
 *
 * A reader may come late: the segment may be gone, or another one may have its
 * handle by now.  Attaching tells the first, the header of the segment the
 * second.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "port/atomics.h"
#include "storage/lock.h"

#include "pg/compat.h"
#include "pg/shared_memory.h"
#include "pg/status.h"

#define STATUS_WAIT		1000	/* microseconds until a reader looks again */

/* The beginning of the segment; the value and the extra bytes follow. */
typedef struct StatusHeader
{
	uint32		class;			/* STATUS_CLASS */
	uint32		kind;
	uint32		size;			/* of the value */
	volatile uint32 changes;	/* odd: the value is being written */
} StatusHeader;

#define VALUE_OFFSET	MAXALIGN(sizeof(StatusHeader))

struct Status
{
	dsm_segment *segment;
	LOCKTAG		tag;
};

static char *
value_of(StatusHeader *header)
{
	return (char *) header + VALUE_OFFSET;
}

static Size
extra_offset(Size size)
{
	return CACHELINEALIGN(VALUE_OFFSET + size);
}

static void
set_tag(LOCKTAG *tag, Oid database, dsm_handle handle, uint16 kind)
{
	tag->locktag_field1 = database;
	tag->locktag_field2 = STATUS_CLASS;
	tag->locktag_field3 = handle;
	tag->locktag_field4 = kind;
	tag->locktag_type = LOCKTAG_USERLOCK;
	tag->locktag_lockmethodid = DEFAULT_LOCKMETHOD;
}

Status *
wemb_status_open(uint16 kind, Size size, Size extra, char **why)
{
	Size		total = extra_offset(size) + extra;
	dsm_segment *segment = wemb_dsm_try_create(total, why);
	StatusHeader *header;
	Status	   *status;

	if (segment == NULL)
		return NULL;
	header = dsm_segment_address(segment);
	memset(header, 0, total);
	header->class = STATUS_CLASS;
	header->kind = kind;
	header->size = (uint32) size;

	status = palloc(sizeof(Status));
	status->segment = segment;
	set_tag(&status->tag, MyDatabaseId, dsm_segment_handle(segment), kind);
	if (LockAcquireNoErrorCompat(&status->tag, ExclusiveLock) == LOCKACQUIRE_NOT_AVAIL)
	{
		dsm_detach(segment);
		pfree(status);
		*why = pstrdup(_("the lock table is full"));
		return NULL;
	}
	return status;
}

void
wemb_status_close(Status *status)
{
	LockRelease(&status->tag, ExclusiveLock, false);
	dsm_detach(status->segment);
	pfree(status);
}

void
wemb_status_write(Status *status, const void *value)
{
	StatusHeader *header = dsm_segment_address(status->segment);

	header->changes++;
	pg_write_barrier();
	memcpy(value_of(header), value, header->size);
	pg_write_barrier();
	header->changes++;
}

dsm_segment *
wemb_status_segment(const Status *status)
{
	return status->segment;
}

void *
wemb_status_extra(dsm_segment *segment)
{
	StatusHeader *header = dsm_segment_address(segment);

	return (char *) header + extra_offset(header->size);
}

/* Copy the value of a segment as it is at one moment; false if it holds none of this kind. */
static bool
copy_value(dsm_segment *segment, uint16 kind, Size size, void *value)
{
	StatusHeader *header = dsm_segment_address(segment);

	if (dsm_segment_map_length(segment) < extra_offset(size) ||
		header->class != STATUS_CLASS || header->kind != kind || header->size != size)
		return false;
	for (;;)
	{
		uint32		changes = header->changes;

		pg_read_barrier();
		memcpy(value, value_of(header), size);
		pg_read_barrier();
		if (changes % 2 == 0 && header->changes == changes)
			return true;
		CHECK_FOR_INTERRUPTS();
		pg_usleep(STATUS_WAIT);
	}
}

/* The same, of the segment that has this handle; false also if there is none any more. */
static bool
read_segment(dsm_handle handle, uint16 kind, Size size, void *value)
{
	dsm_segment *segment = dsm_find_mapping(handle);
	bool		good;

	if (segment != NULL)
		return copy_value(segment, kind, size, value);	/* one's own */
	segment = dsm_attach(handle);
	if (segment == NULL)
		return false;
	good = copy_value(segment, kind, size, value);
	dsm_detach(segment);
	return good;
}

void
wemb_status_read(uint16 kind, Size size, StatusCallback callback, void *arg)
{
	LockData   *locks = GetLockStatusData();
	void	   *value = palloc(size);

	for (int i = 0; i < locks->nelements; i++)
	{
		const LockInstanceData *lock = &locks->locks[i];
		LOCKTAG		wanted;

		set_tag(&wanted, lock->locktag.locktag_field1, lock->locktag.locktag_field3, kind);
		if (lock->holdMask != 0 && memcmp(&lock->locktag, &wanted, sizeof(LOCKTAG)) == 0 &&
			read_segment(lock->locktag.locktag_field3, kind, size, value))
			callback(arg, lock->pid, lock->locktag.locktag_field1, value);
	}
	pfree(value);
}
