#!/usr/bin/env bash
# index.sh: the graph index side by side with pgvector's.
#
#	test/bench/index.sh PGVECTOR VECTORS.tsv
#
# PGVECTOR is the folder in which pgvector was built for the same PostgreSQL:
# it has vector.so, vector.control and sql/vector--*.sql.  Lines of VECTORS.tsv
# are an id, a tabulator and a vector in brackets; the last 1,000 are queries.
# Both extensions are in one server, each in a database of its own with the same
# rows, all of them in shared buffers.  For each metric both build an index
# (m = 16, ef_construction = 64), and searches for the nearest 10 are timed in
# turns, ROUNDS (3) times SECONDS_EACH (3) for each effort of EFFORTS; the fastest
# round of each side counts.  Recall is over QUERIES (200) against exact search.
#
# METRICS ("l2 cosine"), CLIENTS (1), WORKERS (1) of a build, MEMORY (512MB) for it.
set -euo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=sides.sh
. "$top/test/bench/sides.sh"

[ $# -eq 2 ] || die "usage: index.sh PGVECTOR VECTORS.tsv"
enter_sides index.sh "$1" "$2"
load_side wemb wemb "$2"
load_side pgvector vector "$2"

for metric in ${METRICS:-l2 cosine}; do
	operator=$(operator_of "$metric")
	for side in pgvector wemb; do
		make_truth $side "$operator"
		build_index $side hnsw "vector_${metric}_ops" 'WITH (m = 16, ef_construction = 64)'
	done
	printf '%-7s %-5s %9s %9s %9s %9s\n' metric ef pgvector recall wemb recall
	for ef in ${EFFORTS:-20 30 40 60 80 120 160 240}; do
		settings="-c hnsw.ef_search=$ef"
		theirs=$(speed pgvector "$operator" "$settings") ours=$(speed wemb "$operator" "$settings")
		printf '%-7s %-5s %9s %9s %9s %9s\n' "$metric" "$ef" "$theirs" "$(recall pgvector "$operator" "$settings")" \
			"$ours" "$(recall wemb "$operator" "$settings")"
	done
done
