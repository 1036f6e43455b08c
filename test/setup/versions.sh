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

[ $# -gt 0 ] || { sed -n '2,12s/^# \{0,1\}//p' "$0"; exit 1; }
[ "$(id -u)" -eq 0 ] || { echo "chroot needs root" >&2; exit 1; }

inside() {
	set -euo pipefail
	cd /tmp/wemb-versions/source
	bin=$(pg_config --bindir) place=/tmp/wemb-versions/server
	make -s >build.log 2>&1 || { tail -n 20 build.log; return 1; }
	grep -q ' warning: ' build.log && { grep ' warning: ' build.log; return 1; }
	# shellcheck source=server.sh
	. test/setup/server.sh
	stage_server "$place"
	start_server "$place"
	status=0
	make -s installcheck bindir="$place$bin" >check.log 2>&1 || status=$?
	stop_server "$place"
	[ $status -eq 0 ] || { cat regression.diffs; return 1; }
}

failed=0
for root; do
	work=$root/tmp/wemb-versions
	version=$(chroot "$root" pg_config --version)
	rm -rf "$work"
	mkdir -p "$work/source" "$work/server"
	git -C "$top" ls-files -z | tar -C "$top" --null -T - -cf - | tar -C "$work/source" --no-same-owner -xf -
	chroot "$root" chown -R postgres /tmp/wemb-versions
	mountpoint -q "$root/proc" || mount -t proc proc "$root/proc"
	mountpoint -q "$root/dev" || mount --bind /dev "$root/dev"
	mountpoint -q "$root/dev/shm" || mount -t tmpfs tmpfs "$root/dev/shm"
	if chroot "$root" runuser -u postgres -- bash -c "$(declare -f inside); inside" >"$work.log" 2>&1; then
		echo "ok $version"
	else
		echo "not ok $version"
		tail -n 60 "$work.log"
		failed=1
	fi
	umount "$root/dev/shm" "$root/dev" "$root/proc"
	rm -rf "$work" "$work.log"
done
exit $failed
