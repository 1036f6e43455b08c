/*
 * index_recall.h
 *		wemb_index_recall(): how many of the true nearest rows a search of an index finds.
 */
#ifndef WEMB_INDEX_RECALL_H
#define WEMB_INDEX_RECALL_H

/* Once, when the library is loaded: the planner is told which indexes a query of ours shall see. */
extern void wemb_index_recall_init(void);

#endif							/* WEMB_INDEX_RECALL_H */
