#!/usr/bin/env bash
# train.sh: training side by side with fastText, word2vec and Gensim, the same settings.
#
#	test/bench/train.sh TEXT SCORE [fasttext] [word2vec] [gensim] [NAME=PROGRAM ...]
#
# TEXT has a document a line and words separated by blanks.  SCORE is a program
# that is given a file of vectors in word2vec's text format and prints their
# quality.  fasttext and word2vec are taken from PATH, Gensim from
# /usr/bin/python3.  NAME=PROGRAM adds a yardstick, called as PROGRAM TEXT
# VECTORS.bin PROCESSES, for skip-gram; its vectors are in the binary format.
#
# Settings for all: window 5, 5 negatives, sample 1e-4, min_count 5; EPOCHS (5),
# DIMENSIONS (100), WORKERS (2) processes or threads.  ROUNDS (1) repeats the
# alternation.  PARTS chooses among:
#
#	skipgram	without subwords, with all peers
#	subwords	skip-gram with n-grams of 3 to 6, with fastText
#	cbow		with all peers
#	others		the other algorithms and losses of wemb, for their time and quality
#	tutorial	recurrent networks beside wemb's other algorithms, in the setting of doc/tutorial.md: the 10,000 most
#				frequent words, 50 dimensions, the other options chosen from the data
#	kernels		skip-gram with each kernel, one epoch
#	sizes		TEXT and TEXT repeated up to 100 million words, with a vocabulary that stays the same, one
#				epoch, maintenance_work_mem 64 MB (MEMORY), with the most memory that the session and its
#				helpers had at once, beyond what a session has anyway and without the server's shared_buffers,
#				and what training said it needed
#	memory		the same of each algorithm, on TEXT as it is
#
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

[ $# -ge 2 ] || die "usage: train.sh TEXT SCORE [fasttext] [word2vec] [gensim] [NAME=PROGRAM ...]"
if ! in_copy; then
	need_packages demo
	text=$(realpath "$1") score=$(realpath "$2")
	shift 2
	script=test/bench/train.sh enter_copy "$text" "$score" "$@"
fi
text=$1 score=$2
shift 2
peers=("$@")
find_postgres
rounds=${ROUNDS:-1} epochs=${EPOCHS:-5} dim=${DIMENSIONS:-100} workers=${WORKERS:-2} memory=${MEMORY:-64MB}
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

# ---- one run ----

seconds_of() { # COMMAND...: runs it and sets seconds
	local began=$EPOCHREALTIME
	"$@" >"$out/log" 2>&1 || { cat "$out/log"; return 1; }
	seconds=$(awk -v a="$began" -v b="$EPOCHREALTIME" 'BEGIN { print b - a }')
}

line() { # NAME WORDS EPOCHS: what seconds_of has found
	awk -v n="$1" -v w="$2" -v e="$3" -v s="$seconds" \
		'BEGIN { printf "%-22s %8.1f s %10.0f words/s  ", n, s, w * e / s }'
}

scored() { # NAME VECTORS binary|text COMMAND...: its time, and the quality of what it leaves in VECTORS
	local name=$1 vectors=$2 format=$3
	shift 3
	seconds_of "$@"
	line "$name" "$words" "$epochs"
	if [ "$format" = binary ]; then "$score" "$vectors" binary; else "$score" "$vectors"; fi
}

train_wemb() { # TABLE OPTIONS [MEMORY [MIN_COUNT]]
	sql -c "SET maintenance_work_mem = '${3:-256MB}'" -c 'SET client_min_messages = debug1' \
		-c "SELECT count(*) FROM wemb_train('$1', 'body', $dim, tokenizer => 'whitespace',
		window_size => 5, min_count => ${4:-5}, workers => $workers, $2)"
}

wemb() { # NAME OPTIONS
	seconds_of train_wemb docs "$2"
	sql -c "SELECT count(*) || ' $dim' FROM wemb_model" >"$out/wemb.vec"
	sql -c "SELECT word || ' ' || translate(vec::text, ',[]', ' ') FROM wemb_model ORDER BY freq DESC" >>"$out/wemb.vec"
	line "$1" "$words" "$epochs"
	"$score" "$out/wemb.vec"
}

# ---- peers: PEER ARCHITECTURE MAX_N ----

fasttext_run() {
	scored "fasttext $1" "$out/fasttext.vec" text fasttext "$1" -input "$text" -output "$out/fasttext" -dim "$dim" -ws 5 \
		-neg 5 -t 1e-4 -epoch "$epochs" -minCount 5 -minn 3 -maxn "$2" -thread "$workers" -lr 0.05
}

word2vec_run() {
	local cbow=0 alpha=0.025
	[ "$1" = skipgram ] || { cbow=1 alpha=0.05; }
	scored "word2vec $1" "$out/word2vec.bin" binary word2vec -train "$text" -output "$out/word2vec.bin" -cbow "$cbow" \
		-size "$dim" -window 5 -negative 5 -hs 0 -sample 1e-4 -threads "$workers" -binary 1 -iter "$epochs" -min-count 5 \
		-alpha "$alpha"
}

gensim_run() {
	local sg=1
	[ "$1" = skipgram ] || sg=0
	scored "gensim $1" "$out/gensim.bin" binary /usr/bin/python3 -c "
from gensim.models.word2vec import Word2Vec
m = Word2Vec(corpus_file='$text', vector_size=$dim, window=5, negative=5, sg=$sg, sample=1e-4, epochs=$epochs, min_count=5,
	workers=$workers)
m.wv.save_word2vec_format('$out/gensim.bin', binary=True)"
}

run_peers() { # ARCHITECTURE MAX_N
	local peer
	for peer in "${peers[@]}"; do
		case $peer in
			*=*) [ "$1$2" != skipgram0 ] || scored "${peer%%=*}" "$out/other.bin" binary "${peer#*=}" "$text" "$out/other.bin" "$workers" ;;
			fasttext) fasttext_run "$1" "$2" ;;
			*) [ "$2" != 0 ] || "${peer}_run" "$1" ;;
		esac
	done
}

# ---- parts ----

part_skipgram() {
	wemb 'wemb skipgram' "epochs => $epochs, sample => 1e-4, negative => 5, max_n => 0"
	run_peers skipgram 0
}

part_subwords() {
	wemb 'wemb subwords' "epochs => $epochs, sample => 1e-4, negative => 5, min_n => 3, max_n => 6"
	run_peers skipgram 6
}

part_cbow() {
	wemb 'wemb cbow' "epochs => $epochs, sample => 1e-4, negative => 5, max_n => 0, algorithm => 'cbow'"
	run_peers cbow 0
}

part_others() {
	wemb 'wemb skipgram hs' "epochs => $epochs, sample => 1e-4, max_n => 0, loss => 'hs'"
	wemb 'wemb cbow hs' "epochs => $epochs, sample => 1e-4, max_n => 0, loss => 'hs', algorithm => 'cbow'"
	wemb 'wemb glove' "algorithm => 'glove'"
	wemb 'wemb svd' "algorithm => 'svd'"
}

tutorial() { # NAME OPTIONS
	dim=50 wemb "$1" "max_vocab => 10000, $2"
}

part_tutorial() {
	local cell
	for cell in elman gru lstm; do
		epochs=3 tutorial "wemb rnn $cell" "algorithm => 'rnn', cell => '$cell', epochs => 3"
	done
	epochs=5
	tutorial 'wemb skipgram' 'epochs => 5, max_n => 0'
	tutorial 'wemb subwords' 'epochs => 5'
	tutorial 'wemb cbow' "epochs => 5, max_n => 0, algorithm => 'cbow'"
	epochs=15 tutorial 'wemb glove' "algorithm => 'glove', epochs => 15"
	epochs=1 tutorial 'wemb svd' "algorithm => 'svd'"
	epochs=${EPOCHS:-5}
}

part_kernels() {
	local kernel epochs=1
	for kernel in portable avx2 avx512 neon; do
		sql -c "LOAD 'wemb'" -c "SET wemb.kernel = '$kernel'" >/dev/null 2>&1 || continue
		PGOPTIONS="-c wemb.kernel=$kernel" wemb "wemb $kernel" "epochs => 1, sample => 1e-4, negative => 5, max_n => 0"
	done
}

# The most memory that the session and its helpers have had, in MB, from now until the file "watching" goes.  What
# the whole server shares, its buffers above all, is mapped from /dev/zero.
watch_memory() {
	local server most=0 now
	server=$(head -1 "$place/data/postmaster.pid")
	while [ -e "$out/watching" ]; do
		now=$(for pid in $(pgrep -P "$server" -f 'parallel worker|\[local\]'); do cat "/proc/$pid/smaps" 2>/dev/null || :; done |
			awk '/^[0-9a-f]+-[0-9a-f]+ / { shared = $6 == "/dev/zero" } /^Pss:/ && !shared { kb += $2 } END { print int(kb / 1024) }')
		[ "$now" -le "$most" ] || most=$now
		echo "$most" >"$out/most"
		sleep 0.2
	done
}

watched() { # COMMAND...: as seconds_of, and sets most
	local watcher
	touch "$out/watching"
	watch_memory &
	watcher=$!
	seconds_of "$@"
	rm "$out/watching"
	wait "$watcher"
	most=$(cat "$out/most")
}

train_watched() { # TABLE OPTIONS MIN_COUNT NAME WORDS: time of one epoch, and memory beyond that of an idle session
	local idle
	watched sql -c "LOAD 'wemb'" -c 'SELECT pg_sleep(1)'
	idle=$most
	watched train_wemb "$1" "$2" "$memory" "$3"
	line "wemb $4" "$5" 1
	echo "$((most - idle)) MB at most, $(sed -n 's/.*training needs \(.*\) of memory.*/\1/p' "$out/log") estimated"
}

part_sizes() {
	local n=1
	while [ $((n * words)) -le 110000000 ]; do
		sql -c "DROP TABLE IF EXISTS many" -c "CREATE TABLE many AS SELECT body FROM docs, generate_series(1, $n)"
		train_watched many "epochs => 1, sample => 1e-4, negative => 5, max_n => 0" $((5 * n)) \
			"$((n * words / 1000000)) Mio words" $((n * words))
		n=$((n == 1 ? 2 : n + 2))
	done
}

part_memory() {
	train_watched docs "epochs => 1, max_n => 0" 5 skipgram "$words"
	train_watched docs "epochs => 1" 5 subwords "$words"
	train_watched docs "epochs => 1, max_n => 0, loss => 'hs'" 5 'skipgram hs' "$words"
	train_watched docs "epochs => 1, max_n => 0, algorithm => 'cbow'" 5 cbow "$words"
	train_watched docs "epochs => 1, algorithm => 'glove'" 5 glove "$words"
	train_watched docs "algorithm => 'svd'" 5 svd "$words"
	train_watched docs "epochs => 1, algorithm => 'rnn'" 5 rnn "$words"
}

load
words=$(wc -w <"$text")
for _ in $(seq "$rounds"); do
	for part in ${PARTS:-skipgram subwords cbow others kernels sizes}; do
		"part_$part"
	done
done
