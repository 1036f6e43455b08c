#!/usr/bin/env bash
# index_lists.sh: the list index side by side with pgvector's graph and lists.
#
#	test/bench/index_lists.sh PGVECTOR VECTORS.tsv
#
# What the arguments are, and how searches are timed: see index.sh.  For each
# metric the three indexes are built, and searches are timed for each number of
# PROBES of our lists ("unset" is what wemb.target_recall chooses), THEIR_PROBES of pgvector's
# (LISTS of them, 265) and EFFORTS of its graph.  Then 10,000 rows are inserted
# into each, and conditions that 1 and 10 of 100 rows pass are searched, ours
# without a setting, pgvector's with an iterative scan (and 10 probes).  At last
# MILLION (1000000; 0: not) rows, sums of two of the vectors, are built into lists.
#
# METRICS ("l2 cosine"), CLIENTS (1), WORKERS (1) of a build, MEMORY (512MB) for it.
set -euo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=sides.sh
. "$top/test/bench/sides.sh"

[ $# -eq 2 ] || die "usage: index_lists.sh PGVECTOR VECTORS.tsv"
enter_sides index_lists.sh "$1" "$2"
lists=${LISTS:-265} million=${MILLION:-1000000}

# The three indexes: side, method, options.
indexes=("wemb wemb_ivf" "pgvector ivfflat WITH (lists = $lists)" "pgvector hnsw WITH (m = 16, ef_construction = 64)")

build() { # INDEX: sets side, method
	local options
	read -r side method options <<<"$1"
	build_index "$side" "$method" "vector_${metric}_ops" "$options"
}

sweep() { # SETTING VALUE...: q/s and recall
	local setting=$1 value settings
	shift
	for value; do
		settings=
		[ "$value" = unset ] || settings="-c $setting=$value"
		printf '%-9s %-8s %-7s %-16s %6s %9s %9s\n' "$side" "$method" "$metric" "$setting" "$value" \
			"$(speed "$side" "$operator" "$settings")" "$(recall "$side" "$operator" "$settings")"
	done
}

# Rows are twice some of those that are there; WAL is what the index and the table need.
insert() {
	local before took
	before=$(sql -d "$side" -c 'SELECT pg_current_wal_insert_lsn()')
	took=$(timed "$side" "INSERT INTO items (id, vec) SELECT id + 10000000, vec + vec FROM items ORDER BY id LIMIT 10000;")
	printf '%-9s %-8s %-7s 10000 inserts %s s, %s bytes of WAL a row\n' "$side" "$method" "$metric" "$took" \
		"$(sql -d "$side" -c "SELECT round((pg_current_wal_insert_lsn() - '$before') / 10000)")"
	sql -d "$side" -c 'DELETE FROM items WHERE id >= 10000000' -c 'VACUUM items'
}

filter() { # SETTINGS: conditions that have nothing to do with the vectors
	local condition
	for condition in 'WHERE bucket = 7' 'WHERE bucket < 10'; do
		make_filtered_truth "$condition"
		printf '%-9s %-8s %-7s %-18s %9s queries/s, recall %s, rows %s\n' "$side" "$method" "$metric" "$condition" \
			"$(speed "$side" "$operator" "$1" "$condition")" "$(recall "$side" "$operator" "$1" "$condition")" "$(rows "$1" "$condition")"
	done
}

make_filtered_truth() { # CONDITION: the index stays
	sql -d "$side" <<-SQL
		SET enable_indexscan = off;
		TRUNCATE truth;
		INSERT INTO truth SELECT q.id,
			(SELECT array_agg(id) FROM (SELECT i.id FROM items i $1 ORDER BY i.vec $operator q.vec LIMIT 10) s)
			FROM queries q WHERE q.id <= $queries;
	SQL
}

rows() { # SETTINGS CONDITION: of a LIMIT 10, on average
	PGOPTIONS="$1 -c enable_seqscan=off" sql -d "$side" <<-SQL
		SELECT round(avg((SELECT count(*) FROM (SELECT i.id FROM items i $2
			ORDER BY i.vec $operator (SELECT vec FROM queries WHERE id = truth.id) LIMIT 10) s)), 2) FROM truth;
	SQL
}

build_million() {
	sql -d wemb <<-SQL
		SET client_min_messages = warning;
		CREATE TABLE numbered AS SELECT row_number() OVER () - 1 AS n, vec FROM items;
		CREATE INDEX ON numbered (n);
		ANALYZE numbered;
		DROP TABLE items CASCADE;
		CREATE TABLE items AS SELECT a.vec + b.vec AS vec
			FROM generate_series(0, $million - 1) i, (SELECT count(*) AS rows FROM numbered) r
				JOIN numbered a ON true JOIN numbered b ON true
			WHERE a.n = i % r.rows AND b.n = (i * 31 + i / r.rows * 977 + 13) % r.rows;
		ALTER TABLE items ALTER vec TYPE vector($(sql -d wemb -c 'SELECT vector_dims(vec) FROM queries LIMIT 1'));
	SQL
	metric=l2
	printf '%s rows: ' "$million"
	build "wemb wemb_ivf"
}

load_side wemb wemb "$2"
load_side pgvector vector "$2"
for metric in ${METRICS:-l2 cosine}; do
	operator=$(operator_of "$metric")
	for index in "${indexes[@]}"; do
		make_truth "${index%% *}" "$operator"
		build "$index"
		# shellcheck disable=SC2086	# a list of words
		case $method in
			wemb_ivf) sweep ivfflat.probes ${PROBES:-unset 2 4 8 12 16 24 32} ;;
			ivfflat) sweep ivfflat.probes ${THEIR_PROBES:-2 4 8 16 32 64} ;;
			hnsw) sweep hnsw.ef_search ${EFFORTS:-20 40 60 80 120 160} ;;
		esac
		insert
		case $method in
			wemb_ivf) filter '' ;;
			ivfflat) filter '-c ivfflat.probes=10 -c ivfflat.iterative_scan=relaxed_order' ;;
			hnsw) filter '-c hnsw.iterative_scan=strict_order' ;;
		esac
	done
done
[ "$million" -eq 0 ] || build_million
