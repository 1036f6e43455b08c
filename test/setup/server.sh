# shellcheck shell=bash
# server.sh: a private PostgreSQL for the demo, the tests and the benchmarks.  Sourced, not run.
#
#	stage_server DIR	a PostgreSQL under DIR that shares the system's files but has extension
#						and library folders of its own, and this extension in them
#	staged_server DIR	the same, made earlier; both set STAGED_BIN and put it first in PATH
#	start_server DIR	a cluster DIR/data on a socket in DIR, no TCP port; sets PGHOST, PGUSER, PGDATABASE
#	stop_server DIR		stops it; harmless when it is not running
#
# The server refuses root, so whoever sources this must be an ordinary user:
# see enter_copy in workplace.sh.  PG_CONFIG names the installation to use.
# DIR must be short, for the socket's path has at most 107 bytes.

staged_server() {
	STAGED_BIN=$1$("${PG_CONFIG:-pg_config}" --bindir)
	export STAGED_BIN PATH=$STAGED_BIN:$PATH
}

# Programs find their folders relative to their own place, so a tree of links
# with real copies of the programs is an installation of its own: nothing is
# installed into the system, and no right to do so is needed.
stage_server() {
	local dir=$1 bin lib share
	bin=$("${PG_CONFIG:-pg_config}" --bindir)
	lib=$("${PG_CONFIG:-pg_config}" --pkglibdir)
	share=$("${PG_CONFIG:-pg_config}" --sharedir)
	mkdir -p "$dir$bin" "$dir$lib" "$dir$share"
	cp -Lf "$bin"/* "$dir$bin"/
	cp -Rsf "$lib"/. "$dir$lib"/
	cp -Rsf "$share"/. "$dir$share"/
	rm -rf "$dir$lib"/wemb.so "$dir$lib"/bitcode/wemb* "$dir$share"/extension/wemb*
	make -s install PG_CONFIG="${PG_CONFIG:-pg_config}" DESTDIR="$dir" >"$dir/install.log" 2>&1 ||
		{ cat "$dir/install.log"; return 1; }
	staged_server "$dir"
}

start_server() {
	local dir=$1 setting
	# Nothing in the caller's environment may lead to another server.
	for setting in "${!PG@}"; do
		[ "$setting" = PG_CONFIG ] || unset "$setting"
	done
	if [ ! -d "$dir/data" ]; then
		"$STAGED_BIN/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$dir/initdb.log" 2>&1 ||
			{ cat "$dir/initdb.log"; return 1; }
		cat >>"$dir/data/postgresql.conf" <<-CONF
			listen_addresses = ''
			unix_socket_directories = '$dir'
			unix_socket_permissions = 0700
			fsync = off
			shared_buffers = 256MB
			max_wal_size = 4GB
			${SERVER_SETTINGS:-}
		CONF
	fi
	"$STAGED_BIN/pg_ctl" -D "$dir/data" -l "$dir/server.log" -w start >"$dir/start.log" 2>&1 3>&- 4>&- ||
		{ cat "$dir/start.log" "$dir/server.log"; return 1; }
	export PGHOST=$dir PGUSER=postgres PGDATABASE=postgres
}

stop_server() {
	local dir=$1
	[ -f "$dir/data/postmaster.pid" ] || return 0
	"$STAGED_BIN/pg_ctl" -D "$dir/data" -m fast -w stop >/dev/null 2>&1 ||
		"$STAGED_BIN/pg_ctl" -D "$dir/data" -m immediate -w stop >/dev/null 2>&1 || true
}
