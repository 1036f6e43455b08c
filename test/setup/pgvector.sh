#!/usr/bin/env bash
# pgvector.sh: the tests of wemb beside pgvector, with Debian's package of it.
#
#	test/setup/pgvector.sh [ROOT]
#
# ROOT is a Debian tree as make_tree in tree.sh makes it.  Without one, a tree
# of Debian trixie, which has PostgreSQL 17, is made with debootstrap below
# /var/tmp and removed at the end.  Needs root, for chroot; the server inside
# runs as postgres.  Prints a line "ok ..." or "not ok ..." for each test.
set -euo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=packages.sh
. "$top/test/setup/packages.sh"
# shellcheck source=workplace.sh
. "$top/test/setup/workplace.sh"
# shellcheck source=tree.sh
. "$top/test/setup/tree.sh"
unset MAKEFLAGS MFLAGS MAKELEVEL

inside() {
	set -euo pipefail
	local place=/tmp/wemb/server status=0 tests
	# shellcheck source=packages.sh
	. test/setup/packages.sh
	# shellcheck source=server.sh
	. test/setup/server.sh
	find_postgres
	export MAKEFLAGS=' -- with_llvm=no'	# here is no clang
	if ! make -s -j"$(nproc)" PG_CONFIG="$PG_CONFIG" >build.log 2>&1; then
		tail -n 50 build.log
		echo "not ok beside pgvector: build"
		return 1
	fi
	stage_server "$place"
	start_server "$place"
	# All but the tests of the types themselves, which are pgvector's here.
	tests=$(make -s print-REGRESS PG_CONFIG="$PG_CONFIG" | tr ' ' '\n' | grep -E '^(train|model|embed|words)_')
	make -s installcheck PG_CONFIG="$STAGED_BIN/pg_config" REGRESS="${tests//$'\n'/ }" \
		REGRESS_OPTS='--load-extension=vector --load-extension=wemb' || { status=1; cat regression.diffs; }
	stop_server "$place"
	make -s test-tap PG_CONFIG="$STAGED_BIN/pg_config" bindir="$STAGED_BIN" PROVE_FLAGS=-v \
		PROVE_TESTS=test/tap/37_coexist_pgvector.pl || status=1
	return $status
}

finish() {
	leave_tree
	[ -z "$made" ] || rm -rf --one-file-system "$made" "$made.log"
}

root=${1:-} made=
is_root || die "chroot needs root"
[ -z "$root" ] || [ -d "$root/etc" ] || die "$root is no Debian tree"
umask 022
trap finish EXIT
trap 'exit 130' HUP INT TERM
if [ -z "$root" ]; then
	command -v debootstrap >/dev/null || install_packages debootstrap
	made=$(mktemp -d /var/tmp/wemb-tree-XXXXXX)
	root=$made
	chmod 755 "$root"
	if ! make_tree trixie 17 "$root" >"$root.log" 2>&1; then
		tail -n 50 "$root.log"
		die "not ok beside pgvector: a tree of Debian trixie"
	fi
fi
try_in_tree "$root" inside || exit 1
