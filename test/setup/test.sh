#!/usr/bin/env bash
# test.sh: every test, in a private copy of the tree, on private servers (make test).
#
# The last line alone sums up: "N passed, N failed".  With KEEP=1 the copy,
# its servers' folders and all logs stay.  WEMB_TREE=FOLDER is a Debian tree for
# pgvector.sh, which otherwise makes one and removes it.
set -euo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=packages.sh
. "$top/test/setup/packages.sh"
# shellcheck source=workplace.sh
. "$top/test/setup/workplace.sh"
# shellcheck source=server.sh
. "$top/test/setup/server.sh"
unset MAKEFLAGS MFLAGS MAKELEVEL

# Chroot needs root, which the copy is without: so this comes first.  What it
# says waits behind a descriptor for being counted.
try_pgvector() {
	local log sudo status=0 began=$SECONDS
	log=$(mktemp)
	exec 5<"$log"
	if sudo=$(as_root); then
		printf '%s' "Testing beside pgvector, in a tree of Debian trixie${sudo:+ (through sudo)}"
		# shellcheck disable=SC2024,SC2086	# the log is ours; one word, two or none
		$sudo bash "$top/test/setup/pgvector.sh" ${WEMB_TREE:+"$WEMB_TREE"} >"$log" 2>&1 </dev/null || status=$?
		say ": $((SECONDS - began)) s"
		[ $status -eq 0 ] || say "not ok beside pgvector: exit status $status" >>"$log"
	else
		say 'ok # SKIP to make a tree of Debian trixie, one must be root or have sudo' >"$log"
	fi
	rm -f "$log"
	[ $status -lt 128 ] || exit $status	# a signal
}

if ! in_copy; then
	need_packages test
	try_pgvector
	# shellcheck disable=SC2119
	enter_copy
fi

workplace=${top%/*}
place=$workplace/server
export LC_ALL=C.UTF-8 TMPDIR=$workplace/tmp
passed=0 failed=0 skipped=0 steps=0

main() {
	local began=$SECONDS check
	# The folder for clang is copied before anything is built.
	cp -a "$top" "$workplace/clang"
	[ -z "${KEEP:-}" ] || say "Everything stays in $workplace."

	step 'build with gcc' build gcc "$top"
	step 'build with clang' build clang "$workplace/clang" -Wno-unknown-warning-option -Wno-ignored-optimization-argument \
		-Wno-ignored-attributes
	step 'unit tests' make -j"$(nproc)" -C test/unit check
	[ "$(uname -m)" = aarch64 ] || step 'unit tests, NEON kernels' make -j"$(nproc)" -C test/unit check-neon
	step 'fuzz tests' make -C test/fuzz check
	for check in test/check/*.sh; do
		step "check ${check##*/}" sh "$check"
	done

	step 'private server' open_server
	step 'texts' check_texts
	step 'regression tests' make installcheck "PG_CONFIG=$STAGED_BIN/pg_config"
	if compgen -G 'test/isolation/specs/*.spec' >/dev/null; then
		step 'isolation tests' isolation
	fi
	stop_server "$place"
	step 'server tests' make test-tap "PG_CONFIG=$STAGED_BIN/pg_config" "bindir=$STAGED_BIN" PROVE_FLAGS=-v
	step 'beside pgvector' show_pgvector
	step 'demo' check_demo

	say "That took $((SECONDS - began)) seconds."
	summary
}

# ---- steps: a name and a command, which is a function below or runs on its own ----

limit=20m

step() {
	local name=$1 log began=$SECONDS status=0 ok not_ok
	shift
	steps=$((steps + 1))
	log=$workplace/log/$steps.log
	printf '%-28s' "$name"
	if declare -F "$1" >/dev/null; then
		"$@" >"$log" 2>&1 </dev/null || status=$?
	else
		run_job "$limit" "$@" >"$log" 2>&1 </dev/null || status=$?
	fi
	read -r ok not_ok < <(count_results "$log")
	if [ "$status$ok$not_ok" = 000 ] && grep -q '^ok .*# SKIP' "$log"; then
		skipped=$((skipped + 1))
		sed -n 's/^ok .*# SKIP/skipped:/p' "$log"
		return
	fi
	# What crashes, or runs no test, has failed even if no line says so.
	if [ "$not_ok" -eq 0 ] && { [ $status -ne 0 ] || [ "$ok" -eq 0 ]; }; then
		not_ok=1
		say "not ok $name: exit status $status, $ok tests passed" >>"$log"
	fi
	passed=$((passed + ok))
	failed=$((failed + not_ok))
	printf '%5d passed %4d failed %5d s\n' "$ok" "$not_ok" $((SECONDS - began))
	[ "$not_ok" -eq 0 ] || show_failure "$log"
}

# Lines "ok ..." and "not ok ...", and pg_regress's "test NAME ... ok" of PostgreSQL 13 to 15.
# Skipped and expected failures count as neither.
count_results() {
	awk '
		/^ok( |$)/ && !/# *(SKIP|skip)/ { ok++ }
		/^not ok( |$)/ && !/# *TODO/ { not_ok++ }
		/^(test|    ) +[^ ]+ +\.\.\. ok( |$)/ { ok++ }
		/^(test|    ) +[^ ]+ +\.\.\. FAILED/ { not_ok++ }
		END { print ok + 0, not_ok + 0 }' "$1"
}

show_failure() {
	local file
	say ''
	grep '^not ok' "$1" || true
	say '' "---- output of the failed step, its last 400 lines"
	tail -n 400 "$1"
	for file in "$top"/regression.diffs "$workplace"/isolation/output_iso/regression.diffs; do
		if [ -s "$file" ]; then
			say "---- ${file##*/}"
			head -n 1000 "$file"
			rm "$file"
		fi
	done
	say '----' ''
}

result() {
	if [ "$1" = 0 ]; then say "ok $2"; else say "not ok $2"; fi
}

# ---- the steps' functions ----

show_pgvector() { cat <&5; }

build() {
	local compiler=$1 folder=$2 log=$workplace/log/build-$1 status=0
	shift 2
	# The server was compiled once and for all with flags that another compiler may not know.
	run_job "$limit" make -C "$folder" -j"$(nproc)" CC="$compiler" COPT="$*" >"$log" 2>&1 || status=$?
	cat "$log"
	result $status "build with $compiler"
	! grep -q 'warning:' "$log" || status=1
	result $status "build with $compiler without a warning"
}

open_server() {
	local status=0
	stage_server "$place" && start_server "$place" || status=$?
	result $status 'private server with the extension'
}

# The loaders bring what the demo and the tests count on.
check_texts() {
	local text
	for text in manual packages manpages_zh; do
		run_job "$limit" bash test/setup/corpus.sh $text
		result $? "$text: loaded"
	done
	psql -XAtq -v ON_ERROR_STOP=1 <<-'SQL'
		SELECT CASE WHEN good THEN 'ok ' ELSE 'not ok ' END || name FROM (
			SELECT 'manual: a thousand pages', count(*) > 1000 FROM docs
			UNION ALL SELECT 'manual: titles', count(*) > 0 FROM docs WHERE title ~ 'Routine Vacuuming$'
			UNION ALL SELECT 'manual: no empty page', min(length(body)) > 30 FROM docs
			UNION ALL SELECT 'manual: no markup', count(*) = 0 FROM docs WHERE body ~ '</(div|span|dd)>|&nbsp;'
			UNION ALL SELECT 'manual: no navigation', count(*) = 0 FROM docs WHERE body ~ '^Prev|Next$'
			UNION ALL SELECT 'packages: twenty thousand names', count(*) > 20000 FROM packages
			UNION ALL SELECT 'packages: a description each', bool_and(description ~ '\S') FROM packages
			UNION ALL SELECT 'packages: postgresql', count(*) = 1 FROM packages
				WHERE name = 'postgresql' AND description ~ 'database'
			UNION ALL SELECT 'manual pages in Chinese: a thousand', count(*) > 1000 FROM manpages_zh
			UNION ALL SELECT 'manual pages in Chinese: text', count(*) = 2 FROM manpages_zh
				WHERE (name, body ~ '列出目[录錄][内內]容') IN (('zh_CN/ls.1', true), ('zh_TW/ls.1', true))
			UNION ALL SELECT 'manual pages in Chinese: no markup', count(*) = 0 FROM manpages_zh
				WHERE body ~ '(^|\n)\.[A-Z]{2} ' AND body !~ 'roff|-man'	-- but in pages about markup
		) AS tests (name, good);
	SQL
}

isolation() {
	local specs
	specs=$(for specs in test/isolation/specs/*.spec; do basename "$specs" .spec; done)
	mkdir -p "$workplace/isolation"
	# shellcheck disable=SC2086	# one word a spec
	run_job "$limit" "$(dirname "$("$PG_CONFIG" --pgxs)")/../test/isolation/pg_isolation_regress" \
		--bindir="$STAGED_BIN" --inputdir=test/isolation --outputdir="$workplace/isolation/output_iso" \
		--load-extension=wemb $specs
}

# The demo in a folder of its own: it ends well, can be resumed and removed, and leaves no process.
check_demo() {
	local status=0 answer folder=$workplace/demo
	export WEMB_DEMO=$folder
	run_job "$limit" bash test/setup/demo.sh run || status=$?
	result $status 'demo ends well'
	[ $status -eq 0 ] || return 1
	[ -d "$folder/data" ] && [ ! -e "$folder/data/postmaster.pid" ]
	result $? 'demo leaves its database and no process'
	answer=$(echo "SELECT count(*) FROM (SELECT title FROM docs ORDER BY vec <-> wemb('vacuum') LIMIT 5) AS found" |
		bash test/setup/demo.sh psql) || status=$?
	say "$answer"
	[ $status -eq 0 ] && [[ $answer = *5* ]]
	result $? 'demo can be resumed'
	bash test/setup/demo.sh clean && [ ! -e "$folder" ]
	result $? 'demo can be removed'
}

# ---- the end ----

summary() {
	done=1
	[ $skipped -eq 0 ] || say "Steps that were skipped: $skipped"
	say "$passed passed, $failed failed"
	[ $failed -eq 0 ]
}

finish() {
	local status=$? pid
	trap '' HUP INT TERM
	set +e
	exec >&3 2>&4	# a signal may come while they lead to a file
	end_job
	# A server that a killed test left behind, wherever its folder is.
	while read -r pid; do
		"$STAGED_BIN/pg_ctl" -D "${pid%/*}" -m immediate -w stop >/dev/null 2>&1 || true
	done < <([ -z "${STAGED_BIN:-}" ] || find "$workplace" -name postmaster.pid)
	if [ -z "${done:-}" ]; then
		say '' "$passed passed, $((failed + 1)) failed"
	fi
	[ -n "${KEEP:-}" ] || leave_copy
	exit $status
}

umask 077
mkdir -p "$workplace/log"
exec 3>&1 4>&2
trap finish EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
find_postgres
main
