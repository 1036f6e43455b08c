#!/usr/bin/env bash
# versions.sh: builds wemb and runs its SQL tests in other Debian releases' PostgreSQL.
#
#	test/setup/versions.sh ROOT...
#
# Each ROOT is a Debian tree with a server and its headers, as root makes with
#
#	debootstrap --variant=minbase --include=postgresql-17,postgresql-server-dev-17,libicu-dev,make,gcc,libc6-dev trixie ROOT
#
# (bullseye has 13, bookworm 15, trixie 17, forky 18).  Needs root, for chroot;
# the server inside runs as postgres.  Prints one line for each tree.
set -euo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=packages.sh
. "$top/test/setup/packages.sh"
# shellcheck source=workplace.sh
. "$top/test/setup/workplace.sh"
# shellcheck source=tree.sh
. "$top/test/setup/tree.sh"

[ $# -gt 0 ] || { sed -n '2,12s/^# \{0,1\}//p' "$0"; exit 1; }
is_root || die "chroot needs root"

inside() {
	set -euo pipefail
	local bin place=/tmp/wemb/server status=0
	bin=$(pg_config --bindir)
	make -s >build.log 2>&1 || { tail -n 20 build.log; return 1; }
	grep -q ' warning: ' build.log && { grep ' warning: ' build.log; return 1; }
	# shellcheck source=server.sh
	. test/setup/server.sh
	stage_server "$place"
	start_server "$place"
	make -s installcheck bindir="$place$bin" >check.log 2>&1 || status=$?
	stop_server "$place"
	[ $status -eq 0 ] || { cat regression.diffs; return 1; }
}

trap leave_tree EXIT
trap 'exit 130' HUP INT TERM
log=$(mktemp)
failed=0
for root; do
	version=$(chroot "$root" pg_config --version)
	if try_in_tree "$root" inside >"$log" 2>&1; then
		echo "ok $version"
	else
		echo "not ok $version"
		tail -n 60 "$log"
		failed=1
	fi
done
rm -f "$log"
exit $failed
