#!/usr/bin/env bash
# exact_scan.sh: nearest neighbours without an index, side by side with pgvector.
#
#	test/bench/exact_scan.sh PGVECTOR
#
# PGVECTOR is the folder in which pgvector was built for the same PostgreSQL:
# it has vector.so, vector.control and sql/vector--*.sql.  Both extensions are
# in one server, each in a database of its own with the same rows, all of them
# in shared buffers.  ORDER BY v <-> q LIMIT 10 and its like run in turns, ROUNDS
# (5) times QUERIES (7) in each; the fastest one of each side counts.
#
# ROWS (200000), DIMENSIONS (100); WORKERS ("0 1"): with so many parallel
# workers besides the session's own process.
set -euo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=../setup/packages.sh
. "$top/test/setup/packages.sh"
# shellcheck source=../setup/workplace.sh
. "$top/test/setup/workplace.sh"
# shellcheck source=../setup/server.sh
. "$top/test/setup/server.sh"
unset MAKEFLAGS MFLAGS MAKELEVEL

[ $# -eq 1 ] || die "usage: exact_scan.sh PGVECTOR"
if ! in_copy; then
	need_packages demo
	pgvector=$(realpath "$1")
	script=test/bench/exact_scan.sh enter_copy "$pgvector"
fi
pgvector=$1
find_postgres
rounds=${ROUNDS:-5} queries=${QUERIES:-7} rows=${ROWS:-200000} dim=${DIMENSIONS:-100} workers=${WORKERS:-0 1}
place=${top%/*}/server
mkdir -p "$place"
trap 'stop_server "$place"; leave_copy' EXIT

sql() { psql -XqAt -v ON_ERROR_STOP=1 "$@"; }

load() { # DATABASE EXTENSION
	createdb "$1"
	sql -d "$1" -c "CREATE EXTENSION $2" >/dev/null
	sql -d "$1" >/dev/null <<-SQL
		SELECT setseed(0.5);
		CREATE TABLE vector_rows AS SELECT i AS id, array_agg(random() * 2 - 1)::real[]::vector($dim) AS v
			FROM generate_series(1, $rows) i, generate_series(1, $dim) k GROUP BY i ORDER BY i;
		CREATE TABLE halfvec_rows AS SELECT id, v::halfvec($dim) AS v FROM vector_rows ORDER BY id;
		VACUUM (FREEZE, ANALYZE) vector_rows;
		VACUUM (FREEZE, ANALYZE) halfvec_rows;
		CREATE TABLE query AS SELECT v FROM vector_rows WHERE id = 77;
	SQL
}

# Milliseconds of the fastest of several runs.
fastest() { # DATABASE TYPE OPERATOR WORKERS
	local i
	{
		echo "SET max_parallel_workers_per_gather = $4;"
		echo 'SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;'
		echo '\timing on'
		for ((i = 0; i < queries; i++)); do
			echo "SELECT id FROM $2_rows ORDER BY v $3 (SELECT v::$2 FROM query) LIMIT 10;"
		done
	} | sql -d "$1" | awk '/^Time:/ && (!best || $2 < best) { best = $2 } END { print best }'
}

make -C "$top" -s
stage_server "$place"
lib=$("$PG_CONFIG" --pkglibdir) share=$("$PG_CONFIG" --sharedir)
cp "$pgvector/vector.so" "$place$lib/"
cp "$pgvector/vector.control" "$pgvector"/sql/vector--*.sql "$place$share/extension/"
SERVER_SETTINGS="shared_buffers = 1GB" start_server "$place"
load wemb wemb
load pgvector vector

printf '%-8s %-9s %-4s %12s %12s %7s\n' workers type '' 'pgvector ms' 'wemb ms' ratio
for n in $workers; do
	for type in vector halfvec; do
		for operator in '<->' '<=>' '<#>' '<+>'; do
			times=''
			for ((round = 0; round < rounds; round++)); do
				times="$times $(fastest pgvector $type "$operator" "$n") $(fastest wemb $type "$operator" "$n")"
			done
			echo "$times" | awk -v n="$n" -v type=$type -v operator="$operator" '{
				theirs = $1; ours = $2
				for (i = 3; i <= NF; i += 2) { if ($i < theirs) theirs = $i; if ($(i + 1) < ours) ours = $(i + 1) }
				printf "%-8s %-9s %-4s %12.1f %12.1f %7.2f\n", n, type, operator, theirs, ours, theirs / ours
			}'
		done
	done
done
