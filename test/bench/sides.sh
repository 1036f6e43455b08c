# shellcheck shell=bash
# sides.sh: wemb and pgvector side by side in one server, for the benchmarks of indexes.  Sourced, not run.
#
#	enter_sides SCRIPT ARG...	goes on in a copy of the tree, with a server that has both extensions, as `place`
#	load_side DATABASE EXTENSION VECTORS	tables items (id, vec, bucket) and queries (id, vec): the last 1,000 lines
#	make_truth DATABASE OPERATOR	table truth: the nearest 10 of the first `queries` queries
#	build_index DATABASE METHOD CLASS OPTIONS	the index items_vec, and a line that says what it took
#	recall DATABASE OPERATOR SETTINGS [CONDITION]	of the nearest 10
#	speed DATABASE OPERATOR SETTINGS [CONDITION]	queries a second, the fastest of `rounds`
#
# SETTINGS are options of a server, as -c name=value.  CONDITION is a WHERE clause.
# Lines of VECTORS are an id, a tabulator and a vector in brackets.

# shellcheck source=../setup/packages.sh
. "$top/test/setup/packages.sh"
# shellcheck source=../setup/workplace.sh
. "$top/test/setup/workplace.sh"
# shellcheck source=../setup/server.sh
. "$top/test/setup/server.sh"
unset MAKEFLAGS MFLAGS MAKELEVEL

sql() { psql -XqAt -v ON_ERROR_STOP=1 "$@"; }

# PGVECTOR is the folder in which pgvector was built for the same PostgreSQL:
# it has vector.so, vector.control and sql/vector--*.sql.
enter_sides() { # SCRIPT PGVECTOR VECTORS...
	local lib share path paths=()
	if ! in_copy; then
		need_packages demo
		for path in "${@:2}"; do
			paths+=("$(realpath "$path")")
		done
		script=test/bench/$1 enter_copy "${paths[@]}"
	fi
	find_postgres
	rounds=${ROUNDS:-3} seconds=${SECONDS_EACH:-3} queries=${QUERIES:-200} clients=${CLIENTS:-1}
	workers=${WORKERS:-1} memory=${MEMORY:-512MB}
	place=${top%/*}/server
	mkdir -p "$place"
	trap 'stop_server "$place"; leave_copy' EXIT
	make -C "$top" -s
	stage_server "$place"
	lib=$("$PG_CONFIG" --pkglibdir) share=$("$PG_CONFIG" --sharedir)
	cp "$2/vector.so" "$place$lib/"
	cp "$2/vector.control" "$2"/sql/vector--*.sql "$place$share/extension/"
	SERVER_SETTINGS="shared_buffers = 2GB" start_server "$place"
}

load_side() {
	local dim
	dim=$(($(head -n 1 "$3" | tr -cd , | wc -c) + 1))
	dropdb --if-exists "$1" 2>/dev/null
	createdb "$1"
	sql -d "$1" -c "CREATE EXTENSION $2" >/dev/null
	sql -d "$1" <<-SQL
		CREATE TABLE items (id integer PRIMARY KEY, vec vector($dim), bucket integer GENERATED ALWAYS AS (id % 100) STORED);
		CREATE TABLE queries (id serial PRIMARY KEY, vec vector($dim));
		ALTER TABLE items ALTER vec SET STORAGE plain;
		ALTER TABLE queries ALTER vec SET STORAGE plain;
	SQL
	head -n "-1000" "$3" | sql -d "$1" -c 'COPY items (id, vec) FROM stdin'
	tail -n 1000 "$3" | cut -f2 | sql -d "$1" -c 'COPY queries (vec) FROM stdin'
	sql -d "$1" -c 'VACUUM (FREEZE, ANALYZE)'
}

make_truth() { # DATABASE OPERATOR [CONDITION]
	sql -d "$1" <<-SQL
		SET client_min_messages = warning;
		DROP INDEX IF EXISTS items_vec;
		DROP TABLE IF EXISTS truth;
		CREATE TABLE truth AS SELECT q.id,
			(SELECT array_agg(id) FROM (SELECT i.id FROM items i ${3:-} ORDER BY i.vec $2 q.vec LIMIT 10) s) AS nearest
			FROM queries q WHERE q.id <= $queries;
	SQL
}

# Prints the seconds that statements take.
timed() { # DATABASE STATEMENTS
	{
		echo '\timing on'
		echo "$2"
	} | sql -d "$1" | awk '/^Time:/ { t += $2 } END { printf "%.2f\n", t / 1000 }'
}

build_index() {
	local took size
	sql -d "$1" -c 'SET client_min_messages = warning' -c 'DROP INDEX IF EXISTS items_vec'
	took=$(PGOPTIONS="-c maintenance_work_mem=$memory -c max_parallel_maintenance_workers=$workers -c client_min_messages=warning" \
		timed "$1" "CREATE INDEX items_vec ON items USING $2 (vec $3) $4;")
	size=$(sql -d "$1" -c "SELECT pg_size_pretty(pg_relation_size('items_vec'))")
	printf '%-9s %-8s %-18s build %s s, %s\n' "$1" "$2" "$3" "$took" "$size"
}

recall() {
	PGOPTIONS="$3 -c enable_seqscan=off" sql -d "$1" <<-SQL
		SELECT round(sum((SELECT count(*) FROM unnest(nearest) x WHERE x IN (SELECT id FROM (SELECT i.id FROM items i ${4:-}
			ORDER BY i.vec $2 (SELECT vec FROM queries WHERE id = truth.id) LIMIT 10) s)))
			/ sum(cardinality(nearest)), 3) FROM truth;
	SQL
}

speed() {
	local best=0 tps round
	printf '\\set i random(1, 1000)\nSELECT id FROM items %s ORDER BY vec %s (SELECT vec FROM queries WHERE id = :i) LIMIT 10;\n' \
		"${4:-}" "$2" >"$place/query.sql"
	for ((round = 0; round < rounds; round++)); do
		tps=$(PGOPTIONS="$3 -c enable_seqscan=off" pgbench -n -M prepared -f "$place/query.sql" -c "$clients" -j "$clients" \
			-T "$seconds" "$1" 2>/dev/null | sed -n 's/^tps = \([0-9]*\).*/\1/p')
		[ "${tps:-0}" -le "$best" ] || best=$tps
	done
	echo "$best"
}

operator_of() { # METRIC
	case $1 in l2) echo '<->' ;; cosine) echo '<=>' ;; ip) echo '<#>' ;; l1) echo '<+>' ;; esac
}
