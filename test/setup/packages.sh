# shellcheck shell=bash
# packages.sh: what the demo and the tests need from Debian.  Sourced, not run.
#
#	need_packages demo|test	installs what is missing, or says what to type and exits; sets PG_CONFIG
#	find_postgres			sets PG_CONFIG only
#	unpack_package PACKAGE	prints a folder with the package's files in it; needs no right to install
#
# Nothing of the system changes except that packages are added: no cluster is
# created, none is touched.

say() { printf '%s\n' "$@"; }	# a line each
die() { printf '%s\n' "$@" >&2; exit 1; }

is_root() { [ "$(id -u)" = 0 ]; }

# ---- which PostgreSQL ----

# The version that can be built against already, else one whose server is
# here, else the one this Debian offers.
find_postgres() {
	local named=${PG_CONFIG:-} pgxs
	PG_CONFIG=${PG_CONFIG:-pg_config}
	if pgxs=$("$PG_CONFIG" --pgxs 2>/dev/null) && [ -f "$pgxs" ]; then
		PG_CONFIG=$(command -v "$PG_CONFIG")
		pg_bindir=$("$PG_CONFIG" --bindir)
		pg_version=$("$PG_CONFIG" --version | sed 's/^PostgreSQL \([0-9]*\).*/\1/')
	elif [ -n "$named" ]; then
		die "PG_CONFIG=$named is no pg_config, or its PostgreSQL has no files to build extensions with."
	else
		pg_version=$(installed_server)
		pg_version=${pg_version:-$(offered_server)}
		pg_bindir=/usr/lib/postgresql/$pg_version/bin
		PG_CONFIG=$pg_bindir/pg_config
	fi
	case $pg_version in
		1[3-8]) ;;
		*) die "wemb needs PostgreSQL 13 to 18, but $PG_CONFIG is of version $pg_version." \
			"Name another one: make ... PG_CONFIG=/path/to/pg_config" ;;
	esac
	export PG_CONFIG
}

installed_server() {
	local version
	for version in 18 17 16 15 14 13; do
		if [ -x "/usr/lib/postgresql/$version/bin/postgres" ]; then
			say "$version"
			return
		fi
	done
}

offered_server() {
	local version system
	version=$(apt-cache depends postgresql 2>/dev/null | sed -n 's/^ *Depends: postgresql-\([0-9]*\)$/\1/p')
	if [ -z "$version" ]; then	# no package lists yet
		# shellcheck disable=SC1091
		system=$(. /etc/os-release && echo "${ID:-}${VERSION_ID:-}")
		case $system in
			debian11) version=13 ;;
			debian13) version=17 ;;
			ubuntu22.04) version=14 ;;
			ubuntu24.04) version=16 ;;
			*) version=15 ;;
		esac
	fi
	say "$version"
}

# ---- which packages ----

needed_programs() {
	local purpose=$1
	echo gcc make libc6-dev libicu-dev
	case $pg_bindir in
		/usr/lib/postgresql/*) echo "postgresql-$pg_version" "postgresql-server-dev-$pg_version" ;;
	esac
	if [ "$purpose" = test ]; then
		echo clang libclang-rt-dev clang-format binutils perl libipc-run-perl python3-psycopg2
		# Other builds of node bring an npm of their own.
		command -v npm >/dev/null || echo nodejs npm
		# The NEON kernels run natively on arm64, everywhere else in an emulator.
		[ "$(dpkg --print-architecture)" = arm64 ] ||
			echo gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user
	fi
}

is_installed() {
	dpkg-query -W -f '${db:Status-Status}\n' "$1" 2>/dev/null | grep -qx installed
}

# Packages of which only the text is read.  A minimal system leaves out
# documentation even when the package is installed: the files decide.
needed_texts() {
	local purpose=$1
	manual_folder "" >/dev/null || manual_package
	if [ "$purpose" = test ]; then
		manpages_zh_folder "" >/dev/null || echo manpages-zh
	fi
}

# The manual of the version in use, where this Debian has it.
manual_package() {
	case $pg_bindir in
		/usr/lib/postgresql/*) echo "postgresql-doc-$pg_version" ;;
		*) echo "postgresql-doc-$(offered_server)" ;;
	esac
}

# Both print a folder below the one given (nothing: the system's root), and fail when it isn't there.
manual_folder() {
	local own folder
	own=$("$PG_CONFIG" --htmldir 2>/dev/null) || own=
	for folder in "$1/usr/share/doc/$(manual_package)/html" "$own/html" "$own"; do
		if [ -f "$folder/index.html" ] && [ -f "$folder/sql-select.html" ]; then
			say "$folder"
			return
		fi
	done
	return 1
}

manpages_zh_folder() {
	local folder=$1/usr/share/man
	[ -f "$folder/zh_CN/man1/ls.1.gz" ] || return 1
	say "$folder"
}

# ---- installing ----

need_packages() {
	local purpose=$1 package missing=() to_install=()
	if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
		die "make $purpose gets what it needs from Debian's packages, and this system has no apt-get." \
			"Elsewhere, build with: make && make install"
	fi
	find_postgres
	for package in $(needed_programs "$purpose"); do
		is_installed "$package" || missing+=("$package")
	done
	to_install=("${missing[@]}")
	for package in $(needed_texts "$purpose"); do
		is_installed "$package" || to_install+=("$package")
	done
	[ ${#to_install[@]} -gt 0 ] || return 0
	if ! install_packages "${to_install[@]}"; then
		# Texts can be read from a package that isn't installed; programs can't.
		[ ${#missing[@]} -eq 0 ] || die "" "Packages are missing that make $purpose needs.  As administrator, type:" "" \
			"    sudo apt-get install --no-install-recommends ${to_install[*]}" ""
	fi
	for package in "${missing[@]}"; do
		is_installed "$package" || die "$package is still missing after its installation."
	done
}

# What stands before a command so that it runs as root; fails where there is no way.
as_root() {
	if is_root; then
		return
	elif ! command -v sudo >/dev/null; then
		return 1
	elif sudo -n true 2>/dev/null; then
		say 'sudo -n'
	elif [ -t 0 ] && [ -t 2 ]; then
		say sudo
	else
		return 1
	fi
}

install_packages() {
	local log status=0 sudo
	sudo=$(as_root) || return 1
	log=$(mktemp)
	say "Installing${sudo:+ (through sudo)} $*"
	[ "$sudo" != sudo ] || say "sudo may ask for your password; to refuse, press Ctrl-D."
	# shellcheck disable=SC2024,SC2086	# the log is ours; one word, two or none
	$sudo bash -c "exec 2>&1; $install_script" install "$@" >"$log" || status=$?
	[ $status -eq 0 ] || tail -n 20 "$log" >&2
	rm -f "$log"
	return $status
}

# Runs as root.  A server package creates and starts a cluster of its own on
# installation unless postgresql-common is told not to: a settings file says
# so for the time being.
# shellcheck disable=SC2016
install_script='
set -eu
umask 022
export DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l LC_ALL=C
folder=/etc/postgresql-common/createcluster.d
file=$folder/wemb-no-cluster.conf
made=
cleanup() {
	rm -f "$file"
	for d in $made; do rmdir "$d" 2>/dev/null || true; done
}
trap cleanup EXIT
trap "exit 130" HUP INT TERM
for d in "${folder%/*}" "$folder"; do
	[ -d "$d" ] || { mkdir "$d"; made="$d $made"; }
done
echo "create_main_cluster = false" >"$file"
apt-get -q update || echo "apt-get update failed; going on with the lists at hand"
apt-get -q -y -o Dpkg::Use-Pty=0 install --no-install-recommends "$@"
'

# ---- reading packages without installing them ----

# Both keep what they fetch in the folder WEMB_PACKAGES, which the caller made.

# Options for apt with package lists of our own, where the system has none.
own_lists() {
	own_apt=(-o "Dir::State::lists=$WEMB_PACKAGES/lists" -o "Dir::Cache=$WEMB_PACKAGES/cache" -o APT::Sandbox::User=)
	if [ ! -d "$WEMB_PACKAGES/lists" ]; then
		mkdir -p "$WEMB_PACKAGES/lists/partial" "$WEMB_PACKAGES/cache/archives/partial"
		apt-get -qq "${own_apt[@]}" update >/dev/null 2>&1 || true
	fi
}

unpack_package() {
	local package=$1 folder=$WEMB_PACKAGES/$1
	if [ ! -d "$folder" ]; then
		mkdir -p "$folder.part"
		(
			cd "$folder.part"
			apt-get -qq download "$package" >/dev/null 2>&1 || {
				own_lists
				apt-get -qq "${own_apt[@]}" download "$package" >/dev/null
			}
			dpkg-deb -x ./*.deb .
			rm ./*.deb
		) || { rm -rf "$folder.part"; return 1; }
		mv "$folder.part" "$folder"
	fi
	say "$folder"
}
