# shellcheck shell=bash
# workplace.sh: an ordinary user, a private copy of the tree, and jobs that end with us.  Sourced, not run.
#
#	enter_copy ARG...		goes on with the calling script in a private copy, as an ordinary user;
#							`script` names it if it is not in test/setup
#	copy_source FOLDER		copies the tree there
#	leave_copy				removes the copy if the calling script made it
#	temp_base				prints the folder for private directories
#	run_job LIMIT CMD...	runs a command that a signal to us ends, and the time limit
#	end_job					ends the one that is running
#
# Whoever sources this has set `top` to the top of the tree, and packages.sh.
# All work is done in a copy: the checkout stays as it is, and root and an
# ordinary user take the same road.

# initdb and the server refuse root, so root's work is done as postgres (whom
# the server's package creates), else as nobody.
work_user() {
	if ! is_root; then
		id -un
	elif id postgres >/dev/null 2>&1; then
		say postgres
	else
		say nobody
	fi
}

as_work_user() {
	local user
	if is_root; then
		user=$(work_user)
		setpriv --reuid="$(id -u "$user")" --regid="$(id -g "$user")" --clear-groups "$@"
	else
		"$@"
	fi
}

# A socket's path has at most 107 bytes, and root's TMPDIR may be closed to others.
temp_base() {
	local base=${TMPDIR:-/tmp}
	if [ ${#base} -gt 50 ] || [ "${base#/}" = "$base" ] || ! as_work_user test -w "$base" -a -x "$base"; then
		base=/tmp
	fi
	say "$base"
}

# A copy carries a file that names its script.
# shellcheck disable=SC2154
in_copy() { [ -f "$top/../.wemb-copy" ]; }

# The tree without what was built in it.
copy_source() {
	tar -C "$top" --exclude-vcs --anchored --no-wildcards-match-slash \
		--exclude='./sql/wemb--*.sql' --exclude=./results --exclude='./regression.*' --exclude=./output_iso \
		--exclude=./build --exclude=./tmp_check --exclude='./test/*/build' \
		--no-anchored --exclude='*.o' --exclude='*.bc' --exclude='*.so' \
		-cf - . | tar -C "$1" --no-same-owner -xf -
}

enter_copy() {
	local base copy user settings
	! in_copy || return 0
	base=$(temp_base)
	user=$(work_user)
	copy=$(mktemp -d "$base/wemb-work-XXXXXX")
	# shellcheck disable=SC2064	# the folder as it is named now
	trap "rm -rf '$copy'" EXIT
	mkdir "$copy/source" "$copy/tmp" "$copy/packages"
	echo "${0##*/}" >"$copy/.wemb-copy"
	copy_source "$copy/source"
	settings=("TMPDIR=$base" "WEMB_PACKAGES=$copy/packages")
	cd "$copy/source" || exit
	# From here on the copy belongs to the script that runs in it.
	if is_root; then
		chown -R "$(id -u "$user"):$(id -g "$user")" "$copy"
		settings+=("HOME=$copy/tmp" "USER=$user" "LOGNAME=$user")
		exec setpriv --reuid="$(id -u "$user")" --regid="$(id -g "$user")" --clear-groups \
			env "${settings[@]}" bash "${script:-test/setup/${0##*/}}" "$@"
	fi
	exec env "${settings[@]}" bash "${script:-test/setup/${0##*/}}" "$@"
}

leave_copy() {
	if in_copy && [ "$(cat "$top/../.wemb-copy")" = "${0##*/}" ]; then
		cd /
		rm -rf "${top%/*}"
	fi
}

# A foreground command would keep bash from hearing a signal until it ends, so
# it runs in a process group of its own, which `timeout` ends as a whole.
job=
run_job() {
	local limit=$1 status=0
	shift
	set -m
	timeout --kill-after=30 "$limit" "$@" &
	job=$!
	set +m
	wait "$job" || status=$?
	job=
	return $status
}

end_job() {
	if [ -n "$job" ]; then
		kill -TERM "$job" 2>/dev/null || true
		wait "$job" || true
		job=
	fi
}
