#!/usr/bin/env bash
# index.sh: the graph index side by side with pgvector's.
#
#	test/bench/index.sh PGVECTOR VECTORS.tsv...
#
# PGVECTOR is the folder in which pgvector was built for the same PostgreSQL:
# it has vector.so, vector.control and sql/vector--*.sql.  Lines of each VECTORS.tsv
# are an id, a tabulator and a vector in brackets; the last 1,000 are queries.
# Both extensions are in one server, each in a database of its own with the same
# rows, all of them in shared buffers.  For each file and metric both build an index
# (m = 16, ef_construction = 64), and searches for the nearest 10 are timed in
# turns, ROUNDS (3) times SECONDS_EACH (3) for each effort of EFFORTS; the fastest
# round of each side counts.  Recall is over QUERIES (200) against exact search.
# Last come queries a second at a recall of 0.95 and of 0.99, interpolated between
# the efforts on both sides of it, and their ratio.
#
# METRICS ("l2 cosine"), CLIENTS ("1 2"), WORKERS (1) of a build, MEMORY (512MB) for it.
set -euo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=sides.sh
. "$top/test/bench/sides.sh"

[ $# -ge 2 ] || die "usage: index.sh PGVECTOR VECTORS.tsv..."
enter_sides index.sh "$@"
shift

# Lines of effort, pgvector's queries a second and recall, wemb's: queries a second at a recall, and the ratio.
summary() { # NAME
	awk -v name="$1" 'function at(target, speed, recall,   i, share) {
			for (i = 1; i <= n && recall[i] < target; i++);
			if (i > n || i == 1)
				return 0
			share = (target - recall[i - 1]) / (recall[i] - recall[i - 1])
			return 1 / (1 / speed[i - 1] + share * (1 / speed[i] - 1 / speed[i - 1]))
		}
		{ n++; theirs[n] = $2; their_recall[n] = $3; ours[n] = $4; our_recall[n] = $5 }
		END {
			for (target = 0.95; target < 1; target += 0.04) {
				t = at(target, theirs, their_recall); o = at(target, ours, our_recall)
				printf "%s at %.2f: ", name, target
				if (t > 0 && o > 0)
					printf "pgvector %d, wemb %d, %.1f times\n", t, o, o / t
				else
					print "not between these efforts"
			}
		}'
}

searches() { # NAME OPERATOR; for so many clients
	local ef settings theirs ours
	printf '%-24s %-5s %9s %9s %9s %9s\n' "$1" ef pgvector recall wemb recall
	for ef in ${EFFORTS:-10 20 30 40 60 80 120 160 240}; do
		settings="-c hnsw.ef_search=$ef"
		theirs=$(speed pgvector "$2" "$settings") ours=$(speed wemb "$2" "$settings")
		printf '%-24s %-5s %9s %9s %9s %9s\n' "$1" "$ef" "$theirs" "$(recall pgvector "$2" "$settings")" \
			"$ours" "$(recall wemb "$2" "$settings")" | tee -a "$place/lines"
	done
	sed 's/^.\{24\}//' "$place/lines" | summary "$1"
	rm "$place/lines"
}

many_clients=${CLIENTS:-1 2}
for vectors; do
	for side in wemb:wemb pgvector:vector; do
		load_side ${side%:*} ${side#*:} "$vectors"
	done
	for metric in ${METRICS:-l2 cosine}; do
		operator=$(operator_of "$metric")
		for side in pgvector wemb; do
			make_truth $side "$operator"
			build_index $side hnsw "vector_${metric}_ops" 'WITH (m = 16, ef_construction = 64)'
		done
		for clients in $many_clients; do
			searches "$(basename "$vectors" .tsv) $metric, $clients" "$operator"
		done
	done
done
