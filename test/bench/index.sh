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
# shellcheck source=../setup/packages.sh
. "$top/test/setup/packages.sh"
# shellcheck source=../setup/workplace.sh
. "$top/test/setup/workplace.sh"
# shellcheck source=../setup/server.sh
. "$top/test/setup/server.sh"
unset MAKEFLAGS MFLAGS MAKELEVEL

[ $# -eq 2 ] || die "usage: index.sh PGVECTOR VECTORS.tsv"
if ! in_copy; then
	need_packages demo
	pgvector=$(realpath "$1") vectors=$(realpath "$2")
	script=test/bench/index.sh enter_copy "$pgvector" "$vectors"
fi
pgvector=$1 vectors=$2
find_postgres
rounds=${ROUNDS:-3} seconds=${SECONDS_EACH:-3} queries=${QUERIES:-200} clients=${CLIENTS:-1}
efforts=${EFFORTS:-20 30 40 60 80 120 160 240} workers=${WORKERS:-1} memory=${MEMORY:-512MB}
place=${top%/*}/server
mkdir -p "$place"
trap 'stop_server "$place"; leave_copy' EXIT

sql() { psql -XqAt -v ON_ERROR_STOP=1 "$@"; }

load() { # DATABASE EXTENSION
	createdb "$1"
	sql -d "$1" -c "CREATE EXTENSION $2" >/dev/null
	sql -d "$1" <<-SQL
		CREATE TABLE items (id integer PRIMARY KEY, vec vector($dim));
		CREATE TABLE queries (id serial PRIMARY KEY, vec vector($dim));
		ALTER TABLE items ALTER vec SET STORAGE plain;
		ALTER TABLE queries ALTER vec SET STORAGE plain;
	SQL
	head -n "-1000" "$vectors" | sql -d "$1" -c 'COPY items FROM stdin'
	tail -n 1000 "$vectors" | cut -f2 | sql -d "$1" -c 'COPY queries (vec) FROM stdin'
	sql -d "$1" -c 'VACUUM (FREEZE, ANALYZE)'
}

build() { # DATABASE METRIC OPERATOR: an index, the true neighbours, and a line
	sql -d "$1" -c 'DROP INDEX IF EXISTS items_vec' -c 'DROP TABLE IF EXISTS truth' -c "CREATE TABLE truth AS
		SELECT q.id, (SELECT array_agg(id) FROM (SELECT i.id FROM items i ORDER BY i.vec $3 q.vec LIMIT 10) s) AS nearest
		FROM queries q WHERE q.id <= $queries" 2>/dev/null
	sql -d "$1" <<-SQL | awk -v name="$1" -v metric="$2" '/^Time:/ { t = $2 / 1000; next } { size = $0 }
		END { printf "%-9s %-7s build %.1f s, %s\n", name, metric, t, size }'
		SET maintenance_work_mem = '$memory';
		SET max_parallel_maintenance_workers = $workers;
		\timing on
		CREATE INDEX items_vec ON items USING hnsw (vec vector_$2_ops) WITH (m = 16, ef_construction = 64);
		\timing off
		SELECT pg_size_pretty(pg_relation_size('items_vec'));
	SQL
}

recall() { # DATABASE OPERATOR EFFORT
	sql -d "$1" <<-SQL
		SET hnsw.ef_search = $3;
		SET enable_seqscan = off;
		SELECT round(avg((SELECT count(*) FROM unnest(nearest) x WHERE x IN (SELECT id FROM (SELECT i.id FROM items i
			ORDER BY i.vec $2 (SELECT vec FROM queries WHERE id = truth.id) LIMIT 10) s)) / 10.0), 3) FROM truth;
	SQL
}

speed() { # DATABASE EFFORT: queries a second
	PGOPTIONS="-c hnsw.ef_search=$2 -c enable_seqscan=off" pgbench -n -M prepared -f "$place/query.sql" \
		-c "$clients" -j "$clients" -T "$seconds" "$1" 2>/dev/null | sed -n 's/^tps = \([0-9]*\).*/\1/p'
}

faster() { [ "$1" -gt "$2" ] && echo "$1" || echo "$2"; }

make -C "$top" -s
stage_server "$place"
lib=$("$PG_CONFIG" --pkglibdir) share=$("$PG_CONFIG" --sharedir)
cp "$pgvector/vector.so" "$place$lib/"
cp "$pgvector/vector.control" "$pgvector"/sql/vector--*.sql "$place$share/extension/"
SERVER_SETTINGS="shared_buffers = 2GB" start_server "$place"
dim=$(($(head -n 1 "$vectors" | tr -cd , | wc -c) + 1))
load wemb wemb
load pgvector vector

for metric in ${METRICS:-l2 cosine}; do
	case $metric in l2) operator='<->' ;; cosine) operator='<=>' ;; ip) operator='<#>' ;; l1) operator='<+>' ;; esac
	build pgvector "$metric" "$operator"
	build wemb "$metric" "$operator"
	printf '\\set i random(1, 1000)\nSELECT id FROM items ORDER BY vec %s (SELECT vec FROM queries WHERE id = :i) LIMIT 10;\n' \
		"$operator" >"$place/query.sql"
	printf '%-7s %-5s %9s %9s %9s %9s\n' metric ef pgvector recall wemb recall
	for ef in $efforts; do
		theirs=0 ours=0
		for ((round = 0; round < rounds; round++)); do
			theirs=$(faster "$(speed pgvector "$ef")" "$theirs")
			ours=$(faster "$(speed wemb "$ef")" "$ours")
		done
		printf '%-7s %-5s %9s %9s %9s %9s\n' "$metric" "$ef" "$theirs" "$(recall pgvector "$operator" "$ef")" \
			"$ours" "$(recall wemb "$operator" "$ef")"
	done
done
