/*
 * hnsw_page.c
 *		The layout of an index, and empty pages.
 */
#include "postgres.h"

#include "core/ann/graph.h"
#include "core/quant/quant.h"
#include "index/hnsw/hnsw_page.h"

#define CODE_DIM_ENOUGH		512 /* codes of so many dimensions guide a search well, however many the vectors have */
#define FACTORS_SIZE		4	/* a code's add and rescale */
#define FEW_LINKS			8	/* if m is less, links of the tree, a parent's and a child's, leave few: */
#define TREE_LINKS			2	/* so the lowest layer has as many more */

StaticAssertDecl(HNSW_NONE == GRAPH_NONE, "no slot must be no node");

static int
link_size(int code_dim)
{
	return (int) sizeof(uint32) + (code_dim > 0 ? code_dim / 8 + FACTORS_SIZE : 0);
}

/* The most dimensions of codes, up to padded, that links links have room for in room bytes; 0 if less than 64. */
static int
code_dim_fitting(int room, int links, int padded)
{
	int			bytes = room / links - (int) sizeof(uint32) - FACTORS_SIZE;

	return bytes < QUANT_PAD / 8 ? 0 : Min(bytes * 8 / QUANT_PAD * QUANT_PAD, padded);
}

/* If giving up at most an eighth of the links lets one more slot onto a page, do so. */
static void
fit_one_more(HnswLayout *layout, int m)
{
	int			slot = HNSW_PAGE_ROOM / (layout->slots_per_page + 1) / 4 * 4;
	int			links = (slot - (int) offsetof(HnswSlot, data) - layout->value_size) / link_size(layout->code_dim);

	if (links >= m && links >= layout->links - layout->links / 8)
		layout->links = Min(links, layout->links);
}

static void
size_slot(HnswLayout *layout)
{
	int			links_size = layout->links * link_size(layout->code_dim);
	int			size = (int) offsetof(HnswSlot, data) + layout->value_size + links_size;

	layout->slot_size = TYPEALIGN(4, size);
	layout->slots_per_page = HNSW_PAGE_ROOM / layout->slot_size;
}

/*
 * Codes keep all dimensions if a page has room.  If not, codes and then links
 * are cut, and at last the copy gets pages of its own.
 */
HnswLayout
wemb_hnsw_layout(int value, int dim, bool coded, int m)
{
	int			links = 2 * m + (m < FEW_LINKS ? TREE_LINKS : 0);
	HnswLayout	layout = {.value_size = TYPEALIGN(4, value), .links = Min(links, GRAPH_MAX_LINKS)};
	int			padded = TYPEALIGN(QUANT_PAD, dim);
	int			room = HNSW_PAGE_ROOM - (int) offsetof(HnswSlot, data);

	if (room - layout.value_size < m * link_size(coded ? Min(padded, CODE_DIM_ENOUGH) : 0))
		layout.value_size = 0;
	room -= layout.value_size;
	if (coded)
	{
		layout.code_dim = code_dim_fitting(room, layout.links, padded);
		if (layout.code_dim < Min(padded, CODE_DIM_ENOUGH))
		{
			layout.links = Max(m, room / link_size(Min(padded, CODE_DIM_ENOUGH)));
			layout.code_dim = code_dim_fitting(room, layout.links, padded);
		}
	}
	else
		layout.links = Min(layout.links, room / link_size(0));
	size_slot(&layout);
	fit_one_more(&layout, m);
	size_slot(&layout);
	return layout;
}

void
wemb_hnsw_page_init(Page page, uint16 kind)
{
	PageInit(page, BLCKSZ, sizeof(HnswSpecial));
	((PageHeader) page)->pd_lower = ((PageHeader) page)->pd_upper;
	hnsw_special(page)->magic = HNSW_PAGE_MAGIC;
	hnsw_special(page)->kind = kind;
}
