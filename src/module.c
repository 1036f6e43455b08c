/*
 * module.c
 *		What the server looks for when it loads the library.
 */
#include "postgres.h"

#include "fmgr.h"

#include "core/kernel/kernel.h"
#include "index/hnsw/hnsw.h"
#include "index/index_recall.h"
#include "index/ivf/ivf.h"
#include "index/settings.h"
#include "pg/guc.h"

PG_MODULE_MAGIC;

void		_PG_init(void);

void
_PG_init(void)
{
	wemb_kernel_init();
	wemb_index_settings_init(); /* before wemb_guc_init(), which forgets what it does not know of wemb.* */
	wemb_hnsw_options_init();
	wemb_ivf_options_init();
	wemb_index_recall_init();
	wemb_guc_init();			/* after the kernels: wemb.kernel chooses among them */
}
