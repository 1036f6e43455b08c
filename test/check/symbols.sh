#!/bin/sh
# Fails if the library defines a dynamic symbol without our prefix: such a name can bind to that of another library, or the
# other way round, since the server loads both into one process.
#	symbols.sh [wemb.so]
lib=${1:-$(dirname "$0")/../../wemb.so}
if [ ! -f "$lib" ]; then
	echo "# $lib does not exist: run make first"
	echo "not ok check: symbols"
	exit 1
fi
bad=$(nm -D --defined-only "$lib" | awk '{ print $NF }' |
	grep -vxE 'wemb_[A-Za-z0-9_]+|pg_finfo_wemb_[A-Za-z0-9_]+|Pg_magic_func|_PG_init|_init|_fini')
if [ -n "$bad" ]; then
	printf '%s\n' "$bad" | sed 's/^/# without our prefix: /'
	echo "not ok check: symbols"
	exit 1
fi
echo "ok check: symbols"
