/*
 * ivf_writer.c
 *		A list's pages, written anew.
 */
#include "postgres.h"

#include "index/ivf/ivf_lists.h"
#include "index/ivf/ivf_writer.h"
#include "miscadmin.h"

struct IvfWriter
{
	const IvfIndex *index;
	IvfEmit		emit;
	uint32		list;
	uint32		rows;			/* of the list in all */
	uint32		done;
	const BlockNumber *blocks;
	const BlockNumber *at;		/* block of the page of codes at work */
	PGAlignedBlock codes;
	PGAlignedBlock cells;
	float	   *centroid;		/* rotated */
	float	   *rotated;
	float	   *scratch;
	uint8	   *code;
};

IvfWriter *
wemb_ivf_writer_create(const IvfIndex *index, IvfEmit emit)
{
	IvfWriter  *writer = palloc0(sizeof(IvfWriter));
	const Quant *codes = index->vectors.codes;

	writer->index = index;
	writer->emit = emit;
	if (codes != NULL)
	{
		writer->centroid = palloc(codes->padded * sizeof(float));
		writer->rotated = palloc(codes->padded * sizeof(float));
		writer->scratch = palloc(wemb_copy_scratch_size(&index->vectors) * sizeof(float));
		writer->code = palloc(codes->code_bytes);
	}
	return writer;
}

/* ---- codes in blocks: the last one of a list is an array until it is full ---- */

/* An array of LIST_BLOCK codes becomes a block; one takes as many bytes as the other. */
static void
array_to_block(const Quant *quant, char *block)
{
	Size		size = wemb_quant_block_size(quant);
	char	   *array = palloc(size);
	uint8	   *code = palloc(quant->code_bytes);
	QuantFactors factors;

	memcpy(array, block, size);
	for (int i = 0; i < LIST_BLOCK; i++)
	{
		wemb_quant_array_get(quant, array, LIST_BLOCK, i, code, &factors);
		wemb_quant_block_put(quant, block, i, code, &factors);
	}
	pfree(array);
	pfree(code);
}

void
wemb_ivf_code_put(const IvfIndex *index, Page page, int i, const uint8 *code, const QuantFactors *factors)
{
	const Quant *quant = index->vectors.codes;
	char	   *block;

	if (quant == NULL)
		return;
	block = ivf_block(&index->layout, page, i / LIST_BLOCK);
	wemb_quant_array_put(quant, block, LIST_BLOCK, i % LIST_BLOCK, code, factors);
	if (i % LIST_BLOCK == LIST_BLOCK - 1)
		array_to_block(quant, block);
}

void
wemb_ivf_code_get(const IvfIndex *index, Page page, int i, int n, uint8 *code, QuantFactors *factors)
{
	const char *block = ivf_block(&index->layout, page, i / LIST_BLOCK);

	if (n >= (i / LIST_BLOCK + 1) * LIST_BLOCK)
		wemb_quant_block_get(index->vectors.codes, block, i % LIST_BLOCK, code, factors);
	else
		wemb_quant_array_get(index->vectors.codes, block, LIST_BLOCK, i % LIST_BLOCK, code, factors);
}

/* ---- pages ---- */

/* Pages of cells that so many rows of a page of codes take. */
static int
cell_pages(const IvfLayout *layout, uint32 rows)
{
	return (rows + layout->cells_per_page - 1) / layout->cells_per_page * layout->pages_per_cell;
}

uint32
wemb_ivf_pages_of(const IvfLayout *layout, uint32 rows)
{
	uint32		full = rows / ivf_rows_per_page(layout);
	uint32		rest = rows % ivf_rows_per_page(layout);

	return full * (1 + layout->code_cells) + (rest > 0 || full == 0 ? 1 + cell_pages(layout, rest) : 0);
}

/* Begin the page of codes for the row that comes next. */
static void
begin_page(IvfWriter *writer)
{
	const IvfLayout *layout = &writer->index->layout;
	Page		page = (Page) writer->codes.data;
	int			room = ivf_rows_per_page(layout);
	uint32		left = writer->rows - writer->done;
	IvfCodesPage *codes = ivf_codes(page);

	writer->at = writer->blocks + writer->done / room * (1 + layout->code_cells);
	wemb_ivf_codes_init(layout, page, writer->list, writer->done);
	codes->n = Min(left, room);
	ivf_codes_set_used(layout, page);
	codes->next = left > room ? writer->at[1 + layout->code_cells] : InvalidBlockNumber;
	memcpy(codes->cells, writer->at + 1, cell_pages(layout, codes->n) * sizeof(BlockNumber));
}

static void
end_page(IvfWriter *writer)
{
	writer->emit(writer->index, writer->at[0], (Page) writer->codes.data);
}

void
wemb_ivf_writer_begin(IvfWriter *writer, uint32 list, const IndexCopy *centroid, float unit, uint32 rows,
					  const BlockNumber *blocks)
{
	writer->list = list;
	writer->rows = rows;
	writer->done = 0;
	writer->blocks = blocks;
	wemb_ivf_set_unit(writer->index, unit);
	if (writer->centroid != NULL)
		wemb_copy_rotate(&writer->index->vectors, centroid, writer->scratch, writer->centroid);
	begin_page(writer);
}

/* A cell of several pages. */
static void
write_parts(IvfWriter *writer, const IvfCell *cell, int i)
{
	const IvfLayout *layout = &writer->index->layout;
	Page		page = (Page) writer->cells.data;

	for (int part = 0; part < layout->pages_per_cell; part++)
	{
		wemb_ivf_page_init(page, IVF_PAGE_CELLS, writer->at[0]);
		memcpy(PageGetContents(page), (const char *) cell + part * IVF_PAGE_ROOM, ivf_part_size(layout, part));
		writer->emit(writer->index, writer->at[1 + ivf_cell_page(layout, i) + part], page);
	}
}

static void
write_cell(IvfWriter *writer, const IvfCell *cell, int i)
{
	const IvfLayout *layout = &writer->index->layout;
	Page		page = (Page) writer->cells.data;

	if (layout->pages_per_cell > 1)
	{
		write_parts(writer, cell, i);
		return;
	}
	if (i % layout->cells_per_page == 0)
		wemb_ivf_page_init(page, IVF_PAGE_CELLS, writer->at[0]);
	memcpy(ivf_cell(layout, page, i), cell, layout->cell_size);
	ivf_cells_set_used(layout, page, i);
	if (i % layout->cells_per_page == layout->cells_per_page - 1 || i + 1 == ivf_codes((Page) writer->codes.data)->n)
		writer->emit(writer->index, writer->at[1 + ivf_cell_page(layout, i)], page);
}

static void
write_code(IvfWriter *writer, const IvfCell *cell, int i)
{
	const IvfIndex *index = writer->index;
	IndexCopy	copy = wemb_ivf_copy(index, cell);
	QuantFactors factors;

	wemb_copy_rotate(&index->vectors, &copy, writer->scratch, writer->rotated);
	wemb_quant_encode(index->vectors.codes, writer->rotated, writer->centroid, writer->code, &factors);
	wemb_ivf_code_put(index, (Page) writer->codes.data, i, writer->code, &factors);
}

void
wemb_ivf_writer_add(IvfWriter *writer, const IvfCell *cell)
{
	int			room = ivf_rows_per_page(&writer->index->layout);
	int			i = writer->done % room;

	if (i == 0)
		CHECK_FOR_INTERRUPTS();
	write_cell(writer, cell, i);
	if (writer->centroid != NULL)
		write_code(writer, cell, i);
	writer->done++;
	if (i + 1 == room && writer->done < writer->rows)
	{
		end_page(writer);
		begin_page(writer);
	}
}

BlockNumber
wemb_ivf_writer_end(IvfWriter *writer)
{
	if (writer->done != writer->rows)
		elog(ERROR, "list %u has %u rows, not %u", writer->list, writer->done, writer->rows);
	end_page(writer);
	return writer->at[0];
}
