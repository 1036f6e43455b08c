#!/usr/bin/env bash
# corpus.sh: real text for the demo, the tests and the benchmarks, all of it from Debian's packages.
#
# Run as `corpus.sh manual|packages|manpages_zh`, or sourced, each of these
# creates and fills a table in the server that PGHOST and the like name:
#
#	load_manual			docs (id, title, body): PostgreSQL's manual in reading order, one row a page
#	load_packages		packages (name, description): what `apt-cache search .` prints, without its minutes of waiting
#	load_manpages_zh	manpages_zh (name, body): manual pages in Chinese, simplified and traditional
#
# Texts that are not on the system are read from packages unpacked in a private folder.

load_manual() {
	local folder
	folder=$(manual_folder "" || manual_folder "$(unpack_package "$(manual_package)")") ||
		die "PostgreSQL's manual can't be had.  As administrator, type: apt-get install $(manual_package)"
	load_rows 'docs (id integer PRIMARY KEY, title text NOT NULL, body text NOT NULL)' \
		perl "$top/test/setup/html_rows.pl" "$folder"
}

load_manpages_zh() {
	local folder
	folder=$(manpages_zh_folder "" || manpages_zh_folder "$(unpack_package manpages-zh)") ||
		die "The Chinese manual pages can't be had.  As administrator, type: apt-get install manpages-zh"
	load_rows 'manpages_zh (name text PRIMARY KEY, body text NOT NULL)' \
		perl "$top/test/setup/man_rows.pl" "$folder" zh_CN zh_TW
}

load_packages() {
	local records status=0
	records=$(mktemp)
	apt-cache dumpavail >"$records" 2>/dev/null || true
	if [ "$(grep -c '^Package:' "$records")" -lt 10000 ]; then
		own_lists
		apt-cache "${own_apt[@]}" dumpavail >"$records" 2>/dev/null || true
	fi
	if [ "$(grep -c '^Package:' "$records")" -lt 10000 ]; then
		rm -f "$records"
		die "The list of Debian's packages can't be had.  As administrator, type: apt-get update"
	fi
	# shellcheck disable=SC2016	# perl's variables
	load_rows 'packages (name text PRIMARY KEY, description text NOT NULL)' perl -ne '
		$name = $1 if /^Package: (\S+)/;
		next unless /^Description(?:-en)?: (.*\S)/ && !$seen{$name}++;
		($text = $1) =~ s/([\\\t])/$1 eq "\t" ? " " : "\\\\"/ge;
		print "$name\t$text\n"' "$records" || status=$?
	rm -f "$records"
	return $status
}

# load_rows TABLE COMMAND...: a table of the rows that COMMAND prints in COPY's format.
load_rows() {
	local definition=$1 table=${1%% *}
	shift
	psql -Xq -v ON_ERROR_STOP=1 -c "CREATE TABLE $definition" &&
		"$@" | PGCLIENTENCODING=UTF8 psql -Xq -v ON_ERROR_STOP=1 -c "\\copy $table FROM pstdin" &&
		psql -Xq -v ON_ERROR_STOP=1 -c "ANALYZE $table"
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
	set -euo pipefail
	top=$(cd "$(dirname "$0")/../.." && pwd)
	# shellcheck source=packages.sh
	. "$top/test/setup/packages.sh"
	find_postgres
	if [ -z "${WEMB_PACKAGES:-}" ]; then
		WEMB_PACKAGES=$(mktemp -d)
		trap 'rm -rf "$WEMB_PACKAGES"' EXIT
	fi
	case ${1:-} in
		manual | packages | manpages_zh) "load_$1" ;;
		*) die "usage: corpus.sh manual|packages|manpages_zh" ;;
	esac
fi
