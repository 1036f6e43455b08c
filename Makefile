# wemb: word embeddings inside PostgreSQL.
#
#   make demo                     build, start a private server, train on real text, ask it questions
#   make demo-psql, demo-clean    go on with that server; remove it
#   make test                     build, start private servers, run every test
#   make && make install          into the PostgreSQL that pg_config names
#   make installcheck             SQL tests against a running server
#
# `demo` and `test` install what a fresh Debian machine lacks, so they must
# work before PostgreSQL's build files exist: they do not need pg_config here.

EXTENSION  = wemb
EXTVERSION = $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" wemb.control)

CORE   = $(sort $(wildcard src/core/*/*.c))
SERVER = src/module.c $(sort $(wildcard src/pg/*.c src/type/*.c src/index/*.c src/index/*/*.c src/app/*/*.c))

MODULE_big = wemb
OBJS       = $(CORE:.c=.o) $(SERVER:.c=.o)

# The order is that of dependence: header refuses to run outside CREATE
# EXTENSION; types come before the functions that use them.  TYPE_PARTS and
# AM_PARTS are plain DDL that runs only in a database without pgvector.
# part@name is the part with @am@ in it replaced by the name.
TYPE_PARTS  = vector vector_operators vector_casts vector_aggregates \
              halfvec halfvec_operators halfvec_casts halfvec_aggregates \
              sparsevec sparsevec_operators sparsevec_casts bit
AM_PARTS    = hnsw hnsw_classes@hnsw index_classes@hnsw ivfflat ivf_classes@ivfflat index_classes@ivfflat
SQL_PARTS   = header index_metrics types_begin $(TYPE_PARTS) $(AM_PARTS) types_end \
              wemb_hnsw wemb_ivf classes_begin hnsw_classes@wemb_hnsw index_classes@wemb_hnsw \
              ivf_classes@wemb_ivf index_classes@wemb_ivf classes_end index train tune model embed words progress
INSTALL_SQL = sql/wemb--$(EXTVERSION).sql
DATA_built  = $(INSTALL_SQL)
DATA        = $(wildcard sql/upgrade/wemb--*--*.sql)

PG_CPPFLAGS = -I$(srcdir)/src
PG_CFLAGS   = -std=gnu11 -Wall -Wextra -Wno-declaration-after-statement \
              -Wno-unused-parameter -Wno-sign-compare -Wno-missing-field-initializers
SHLIB_LINK  = -licuuc -lm

# A table of contents of the SQL tests, in reading order.
REGRESS      = type_vector vector_operators vector_casts vector_aggregates vector_pieces \
               type_halfvec halfvec_operators \
               type_sparsevec sparsevec_operators sparsevec_casts bit_distances \
               train_sources train_options train_algorithms train_phrases train_update train_errors train_progress train_tune train_rnn \
               model_tables model_privileges model_settings embed_text embed_phrases embed_once words_similar \
               index_hnsw_classes index_hnsw_options index_hnsw_settings index_hnsw_search index_hnsw_plans \
               index_hnsw_vacuum index_hnsw_check index_hnsw_build \
               index_ivf_classes index_ivf_options index_ivf_settings index_ivf_search index_ivf_recall index_ivf_plans \
               index_ivf_vacuum index_ivf_check index_recall
REGRESS_OPTS = --load-extension=wemb

EXTRA_CLEAN = test/unit/build test/fuzz/build build

ifneq ($(filter-out demo demo-psql demo-clean test,$(or $(MAKECMDGOALS),all)),)
PG_CONFIG ?= pg_config
PGXS      := $(shell $(PG_CONFIG) --pgxs)
ifeq ($(PGXS),)
$(error pg_config not found: install postgresql-server-dev-15 (Debian), or set PG_CONFIG)
endif
include $(PGXS)

# The arithmetic kernels are written for a fixed order of operations; only
# explicit fused multiply-adds may appear.
src/core/kernel/%.o src/core/base/%.o src/core/quant/%.o: override CFLAGS += -O3 -ffp-contract=off
src/core/train/%.o src/core/text/%.o src/core/model/%.o src/core/ann/%.o src/type/%.o src/index/hnsw/%.o src/index/ivf/%.o: override CFLAGS += -O3

$(INSTALL_SQL): $(sort $(foreach part,$(SQL_PARTS),sql/install/$(firstword $(subst @, ,$(part))).sql)) Makefile
	for part in $(SQL_PARTS); do sed "s/@am@/$${part#*@}/g" sql/install/$${part%@*}.sql || exit 1; done > $@

# PGXS does not track headers: a changed header rebuilds everything.
HEADERS = $(wildcard src/*/*.h src/*/*/*.h)
$(OBJS) $(OBJS:.o=.bc): $(HEADERS)

test-unit:
	$(MAKE) -C test/unit check
test-fuzz:
	$(MAKE) -C test/fuzz check
test-check:
	for c in test/check/*.sh; do sh $$c || exit 1; done
test-tap:
	$(prove_installcheck)
print-REGRESS:
	@echo $(REGRESS)
PROVE_TESTS = test/tap/*.pl
endif

demo:
	@test/setup/demo.sh run
demo-psql:
	@test/setup/demo.sh psql
demo-clean:
	@test/setup/demo.sh clean
test:
	@test/setup/test.sh

.PHONY: demo demo-psql demo-clean test test-unit test-fuzz test-check test-tap print-REGRESS
