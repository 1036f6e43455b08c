/*
 * train_method.c
 *		The methods by algorithm.
 */
#include "pg/compat.h"

#include "app/train/train_method.h"

static const TrainMethod *const methods[] = {
	[ALGORITHM_SKIPGRAM] = &wemb_method_skipgram,
	[ALGORITHM_CBOW] = &wemb_method_skipgram,
	[ALGORITHM_RNN] = &wemb_method_rnn,
};

const TrainMethod *
wemb_train_method(TrainAlgorithm algorithm)
{
	return methods[algorithm];
}
