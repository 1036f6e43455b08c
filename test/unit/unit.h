/*
 * unit.h
 *		The harness of the unit tests.
 *
 *	int
 *	main(void)
 *	{
 *		unit_group("adds small numbers");
 *		CHECK(1 + 1 == 2, "1 + 1 is %d", 1 + 1);
 *		unit_group("adds large numbers");
 *		...
 *		return unit_done();
 *	}
 *
 * Each group prints one line, "ok <module>: <group>" or "not ok ...", after a
 * line "# ..." for each of its checks that failed.  unit_done() prints
 * "<module>: N passed, N failed", counting groups, and gives the exit status.
 *
 * UNIT_EMULATED is defined where another processor is emulated, some fifty
 * times slower: tests that take seconds do less there.
 */
#ifndef WEMB_UNIT_H
#define WEMB_UNIT_H

#include <stdbool.h>
#include <stdio.h>

#ifndef UNIT_NAME
#define UNIT_NAME	"unit"		/* the Makefile sets the module's name */
#endif

/* A group that goes wrong a thousand times need not say so a thousand times. */
#define UNIT_MAX_MESSAGES	10

static const char *unit_current;	/* group that is open, or NULL */
static int	unit_bad_checks;	/* in that group */
static int	unit_passed;
static int	unit_failed;

#define CHECK(condition, ...) \
	do \
	{ \
		if (!(condition) && unit_bad_checks++ < UNIT_MAX_MESSAGES) \
		{ \
			printf("# %s:%d: %s: ", __FILE__, __LINE__, #condition); \
			printf(__VA_ARGS__); \
			printf("\n"); \
		} \
	} while (0)

static inline void
unit_end_group(void)
{
	if (unit_current == NULL)
		return;
	printf("%s " UNIT_NAME ": %s\n", unit_bad_checks == 0 ? "ok" : "not ok", unit_current);
	if (unit_bad_checks == 0)
		unit_passed++;
	else
		unit_failed++;
	fflush(stdout);				/* a crash in the next group leaves this one known */
	unit_current = NULL;
}

/* Close the group before, if any, and open this one. */
static inline void
unit_group(const char *name)
{
	unit_end_group();
	unit_current = name;
	unit_bad_checks = 0;
}

/* Close the last group, print the sum, return what main() shall. */
static inline int
unit_done(void)
{
	unit_end_group();
	printf(UNIT_NAME ": %d passed, %d failed\n", unit_passed, unit_failed);
	return unit_failed == 0 ? 0 : 1;
}

#endif							/* WEMB_UNIT_H */
