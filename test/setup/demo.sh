#!/usr/bin/env bash
# demo.sh: the main job on real text in a private server (make demo, demo-psql, demo-clean).
#
# WEMB_DEMO names the folder for it; its path must be short, for a socket is in it.
set -euo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=packages.sh
. "$top/test/setup/packages.sh"
# shellcheck source=workplace.sh
. "$top/test/setup/workplace.sh"
# shellcheck source=server.sh
. "$top/test/setup/server.sh"
# shellcheck source=corpus.sh
. "$top/test/setup/corpus.sh"
unset MAKEFLAGS MFLAGS MAKELEVEL
export LC_ALL=C.UTF-8

run_demo() {
	local began=$SECONDS
	refuse_running_server
	rm -rf "$place"
	mkdir "$place"
	unfinished=$place
	say '' 'wemb: word embeddings trained, stored and searched inside PostgreSQL' ''
	work 'Building the extension' build_extension
	work 'Starting a private server' start_demo_server
	work "Loading PostgreSQL's own manual" load_manual
	run_job 600 psql -Xq -v ON_ERROR_STOP=1 <"$top/test/setup/tour.sql" || {
		local status=$?
		say '' "The server's log ends so:"
		tail -n 20 "$place/server.log"
		exit $status
	}
	stop_server "$place"
	unfinished=
	cat <<-END

		That took $((SECONDS - began)) seconds.  No process is left; the database waits in $place.

		    make demo-psql      starts it again and opens psql: ask it something of your own
		    make demo-clean     removes it

	END
}

build_extension() {
	make -C "$top" -s -j"$(nproc)" && stage_server "$place"
}

start_demo_server() {
	start_server "$place" && psql -Xqc 'CREATE DATABASE demo' && export PGDATABASE=demo
}

# work TITLE COMMAND: one line with the time it took; its output only when it fails.
work() {
	local title=$1 began=$EPOCHREALTIME status=0
	shift
	printf '  %-34s' "$title"
	work_log=$place/work.log
	"$@" >"$work_log" 2>&1 || status=$?
	[ $status -eq 0 ] || exit $status
	work_log=
	awk -v a="$began" -v b="$EPOCHREALTIME" 'BEGIN { printf "%6.1f s\n", b - a }'
}

open_psql() {
	[ -d "$place/data" ] || die "There is no demo in $place yet.  Run first: make demo"
	refuse_running_server
	staged_server "$place"
	start_server "$place"
	export PGDATABASE=demo
	# Ctrl-C belongs to psql alone, which gets the terminal while it runs.
	set -m
	psql || true
	set +m
}

clean() {
	[ -d "$place" ] || { say "There is no demo in $place."; return; }
	staged_server "$place"
	stop_server "$place"
	rm -rf "$place"
	say "Removed $place."
}

refuse_running_server() {
	local pid
	[ -f "$place/data/postmaster.pid" ] || return 0
	pid=$(head -n 1 "$place/data/postmaster.pid")
	if kill -0 "$pid" 2>/dev/null; then
		place=
		die "The demo's server is running: in another make demo or demo-psql, which should end first," \
			"or left over from a killed one; then stop it with: make demo-clean"
	fi
}

finish() {
	trap '' HUP INT TERM
	set +e
	exec >&3 2>&4	# a signal may come while they lead to a file
	end_job
	[ -z "$work_log" ] || { say 'failed' ''; cat "$work_log"; }
	[ -z "$place" ] || [ "$action" = clean ] || [ -z "${STAGED_BIN:-}" ] || stop_server "$place"
	[ -z "$unfinished" ] || rm -rf "$unfinished"
	leave_copy
}

action=${1:-run}
case $action in
	run | psql | clean) ;;
	*) die "usage: demo.sh [run|psql|clean]" ;;
esac
if ! in_copy; then
	if [ "$action" = run ]; then
		need_packages demo
		enter_copy run
	elif is_root; then
		enter_copy "$action"
	fi
fi

unfinished=
work_log=
place=
exec 3>&1 4>&2
trap finish EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
umask 077
find_postgres
place=${WEMB_DEMO:-$(temp_base)/wemb-demo-$(id -u)}
if [ -L "$place" ] || { [ -e "$place" ] && [ ! -O "$place" ]; }; then
	die "$place belongs to somebody else."
fi
case $action in
	run) run_demo ;;
	psql) open_psql ;;
	clean) clean ;;
esac
