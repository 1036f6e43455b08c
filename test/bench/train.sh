#!/usr/bin/env bash
# train.sh: training side by side with fastText and word2vec, one worker each, the same settings.
#
#	test/bench/train.sh TEXT SCORE [fasttext] [word2vec]
#
# TEXT has a document a line and words separated by blanks.  SCORE is a program
# that is given a file of vectors in word2vec's text format and prints their
# quality.  fasttext and word2vec are taken from PATH.  ROUNDS (1) repeats the
# alternation, EPOCHS (5) and DIMENSIONS (100) are for all.
#
# Skip-gram, window 5, 5 negatives, sample 1e-4, min_count 5, no subwords.
# wemb's time is that of the whole statement: reading, counting, training,
# storing and returning the words; a peer's is that of its whole process.
# words/s counts every word of TEXT once an epoch, for all alike.
set -euo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=../setup/packages.sh
. "$top/test/setup/packages.sh"
# shellcheck source=../setup/workplace.sh
. "$top/test/setup/workplace.sh"
# shellcheck source=../setup/server.sh
. "$top/test/setup/server.sh"
unset MAKEFLAGS MFLAGS MAKELEVEL

[ $# -ge 2 ] || die "usage: train.sh TEXT SCORE [fasttext] [word2vec]"
if ! in_copy; then
	need_packages demo
	text=$(realpath "$1") score=$(realpath "$2")
	shift 2
	script=test/bench/train.sh enter_copy "$text" "$score" "$@"
fi
text=$1 score=$2
shift 2
find_postgres
rounds=${ROUNDS:-1} epochs=${EPOCHS:-5} dim=${DIMENSIONS:-100}
place=${top%/*}/server
out=${top%/*}/tmp
mkdir -p "$place"
trap 'stop_server "$place"; leave_copy' EXIT

sql() { psql -XqAt -v ON_ERROR_STOP=1 "$@"; }

load() {
	make -C "$top" -s
	SERVER_SETTINGS="maintenance_work_mem = 256MB" stage_server "$place"
	start_server "$place"
	sql -c 'CREATE EXTENSION wemb' -c 'CREATE TABLE docs (body text)'
	sql -c "\\copy docs FROM '$text' WITH (FORMAT csv, DELIMITER E'\\x01', QUOTE E'\\x02')"
	sql -c 'VACUUM ANALYZE docs'
}

# timed NAME VECTORS COMMAND...: the time of the command, and the score of what it leaves in VECTORS.
timed() {
	local name=$1 vectors=$2 began seconds
	shift 2
	began=$EPOCHREALTIME
	"$@" >"$out/$name.log" 2>&1 || { cat "$out/$name.log"; return 1; }
	seconds=$(awk -v a="$began" -v b="$EPOCHREALTIME" 'BEGIN { print b - a }')
	[ "$name" != wemb ] || export_wemb
	awk -v n="$name" -v w="$words" -v e="$epochs" -v s="$seconds" \
		'BEGIN { printf "%-10s %8.1f s %10.0f words/s  ", n, s, w * e / s }'
	"$score" "$vectors"
}

run_wemb() {
	sql -c "SELECT count(*) FROM wemb_train('docs', 'body', $dim, window_size => 5, negative => 5, sample => 1e-4,
		min_count => 5, epochs => $epochs, max_n => 0, tokenizer => 'whitespace' ${WEMB_OPTIONS:+, $WEMB_OPTIONS})"
}

export_wemb() {
	sql -c "SELECT count(*) || ' $dim' FROM wemb_model" >"$out/wemb.vec"
	sql -c "SELECT word || ' ' || translate(vec::text, ',[]', ' ') FROM wemb_model ORDER BY freq DESC" >>"$out/wemb.vec"
}

run_fasttext() {
	fasttext skipgram -input "$text" -output "$out/fasttext" -dim "$dim" -ws 5 -neg 5 -t 1e-4 -epoch "$epochs" \
		-minCount 5 -maxn 0 -thread 1
}

run_word2vec() {
	word2vec -train "$text" -output "$out/word2vec.vec" -cbow 0 -size "$dim" -window 5 -negative 5 -hs 0 \
		-sample 1e-4 -threads 1 -binary 0 -iter "$epochs" -min-count 5
}

load
words=$(wc -w <"$text")
for _ in $(seq "$rounds"); do
	timed wemb "$out/wemb.vec" run_wemb
	for peer in "$@"; do
		timed "$peer" "$out/$peer.vec" "run_$peer"
	done
done
