# shellcheck shell=bash
# tree.sh: this source built and tried in a Debian tree with another PostgreSQL.  Sourced by root, not run.
#
#	make_tree RELEASE VERSION ROOT	a tree of that Debian release, with PostgreSQL VERSION, pgvector
#									and what building and testing needs
#	try_in_tree ROOT FUNCTION		runs a function of the caller's inside, as postgres, in a copy of
#									the source, where /tmp/wemb/server is a folder for a server
#	leave_tree						ends what runs there, for whoever is interrupted
#	find_mirror						prints where this system has its Debian packages from
#
# Whoever sources this has set `top` to the top of the tree, and workplace.sh.

find_mirror() {
	local site
	# shellcheck disable=SC2016	# apt's own variable
	site=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Origin: Debian' 2>/dev/null | grep -m 1 -v security) || true
	say "${site:-http://deb.debian.org/debian}"
}

# The server's headers depend on the whole of clang, for code that is compiled
# just in time: unpacked and not installed, they come without.
make_tree() {
	local release=$1 version=$2 root=$3
	run_job 15m debootstrap --variant=minbase \
		--include="postgresql-$version,postgresql-$version-pgvector,libicu-dev,make,gcc,libc6-dev,perl,libipc-run-perl" \
		"$release" "$root" "$(find_mirror)" </dev/null &&
		run_job 5m chroot "$root" sh -ec "cd /tmp && apt-get -qq update &&
			apt-get -qq -o APT::Sandbox::User= download postgresql-server-dev-$version &&
			dpkg-deb -x postgresql-server-dev-$version*.deb / && rm postgresql-server-dev-*.deb" </dev/null
}

# In a container mounts may be forbidden: a folder does for shared memory, and
# nothing of ours needs /proc.
mounted=()
mount_in_tree() {
	local root=$1 target=$2
	shift 2
	if ! mountpoint -q "$root$target" && mount "$@" "$root$target" 2>/dev/null; then
		mounted=("$root$target" "${mounted[@]}")
	fi
}

# For a trap: harmless when there is nothing to leave.
leave_tree() {
	local target
	end_job
	for target in "${mounted[@]}"; do
		umount "$target"
	done
	mounted=()
}

try_in_tree() {
	local root=$1 function=$2 work=$1/tmp/wemb status=0
	rm -rf "$work"
	mkdir -p "$work/source" "$work/server" "$work/tmp" "$root/dev/shm"
	copy_source "$work/source"
	chroot "$root" chown -R postgres /tmp/wemb
	chmod 1777 "$root/dev/shm"
	mount_in_tree "$root" /proc -t proc proc
	mount_in_tree "$root" /dev/shm -t tmpfs tmpfs
	run_job 20m chroot "$root" runuser -u postgres -- env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 HOME=/tmp/wemb TMPDIR=/tmp/wemb/tmp \
		bash -c "cd /tmp/wemb/source && $(declare -f "$function") && $function" </dev/null || status=$?
	leave_tree
	rm -rf "$work"
	return $status
}
