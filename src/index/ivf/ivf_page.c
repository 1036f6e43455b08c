/*
 * ivf_page.c
 *		The layout of an index, and empty pages.
 */
#include "postgres.h"

#include "index/ivf/ivf_page.h"

#define MOST_BLOCKS		64		/* of a page */

static int
pages_of_cells(const IvfLayout *layout, int cells)
{
	return (cells + layout->cells_per_page - 1) / layout->cells_per_page * layout->pages_per_cell;
}

/* As many blocks as a page has room for, with the numbers of the pages of their cells. */
static void
fit_blocks(IvfLayout *layout)
{
	int			room = IVF_PAGE_ROOM - (int) offsetof(IvfCodesPage, cells);
	int			n = 1;

	while (n < MOST_BLOCKS && (n + 1) * layout->block_size +
		   pages_of_cells(layout, (n + 1) * LIST_BLOCK) * (int) sizeof(BlockNumber) <= room)
		n++;
	layout->blocks_per_page = n;
	layout->code_cells = pages_of_cells(layout, n * LIST_BLOCK);
}

/* As many entries as a page has room for; whole pages of cells. */
static void
fit_lists(IvfLayout *layout)
{
	int			room = IVF_PAGE_ROOM - (int) offsetof(IvfDirectoryPage, cells);
	int			n = layout->cells_per_page;
	int			bytes = n * (int) sizeof(IvfList) + layout->pages_per_cell * (int) sizeof(BlockNumber);

	n *= Max(room / bytes, 1);
	n = Min(n, room / ((int) sizeof(IvfList) + (int) sizeof(BlockNumber)));
	layout->lists_per_page = n;
	layout->directory_cells = pages_of_cells(layout, n);
}

IvfLayout
wemb_ivf_layout(int value, int block_size)
{
	IvfLayout	layout = {.cell_size = TYPEALIGN(4, (int) offsetof(IvfCell, bytes) + value), .block_size = block_size};

	layout.cells_per_page = Max(IVF_PAGE_ROOM / layout.cell_size, 1);
	layout.pages_per_cell = (layout.cell_size + IVF_PAGE_ROOM - 1) / IVF_PAGE_ROOM;
	Assert(layout.pages_per_cell <= IVF_MAX_CELL_PAGES);
	fit_blocks(&layout);
	fit_lists(&layout);
	return layout;
}

void
wemb_ivf_page_init(Page page, uint16 kind, uint32 owner)
{
	PageInit(page, BLCKSZ, sizeof(IvfSpecial));
	((PageHeader) page)->pd_lower = ((PageHeader) page)->pd_upper;
	ivf_special(page)->magic = IVF_PAGE_MAGIC;
	ivf_special(page)->kind = kind;
	ivf_special(page)->owner = owner;
}

void
wemb_ivf_codes_init(const IvfLayout *layout, Page page, uint32 list, uint32 before)
{
	IvfCodesPage *codes = ivf_codes(page);

	wemb_ivf_page_init(page, IVF_PAGE_CODES, list);
	codes->next = InvalidBlockNumber;
	codes->before = before;
	for (int i = 0; i < layout->code_cells; i++)
		codes->cells[i] = InvalidBlockNumber;
	ivf_codes_set_used(layout, page);
}
