#!/bin/sh
# Fails unless each C symbol named in sql/install/ is one SQL-callable function of src/, and each of these is named there.
# In a template the macro's line, or the one above it, lists what it expands to: /* wemb_vector_in, wemb_halfvec_in */.
cd "$(dirname "$0")/../.." || exit 1
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
status=0

result() {
	if [ -z "$2" ]; then
		echo "ok check: sqlmap: $1"
	else
		printf '%s\n' "$2" | sed 's/^/# /'
		echo "not ok check: sqlmap: $1"
		status=1
	fi
}

# Comments away, one long line: a name may stand on the line below its library.
cat sql/install/*.sql | sed 's/--.*//' | tr '\n\t' '  ' >"$tmp/sql"
grep -oE "'MODULE_PATHNAME' *, *'[^']+'" "$tmp/sql" | sed "s/.*'\([^']*\)'\$/\1/" | sort -u >"$tmp/named"

find src -name '*.[ch]' | sort | xargs awk '
	/^[ \t]*PG_FUNCTION_INFO_V1\(/ {
		name = $0
		sub(/^[ \t]*PG_FUNCTION_INFO_V1\(/, "", name)
		if (match(name, /^[A-Za-z0-9_]+\)/))
			print substr(name, 1, RLENGTH - 1)
		else
		{
			text = index($0, "/*") ? substr($0, index($0, "/*")) : before
			while (match(text, /wemb_[A-Za-z0-9_]+/))
			{
				print substr(text, RSTART, RLENGTH)
				text = substr(text, RSTART + RLENGTH)
			}
		}
	}
	{ before = $0 }' | sort >"$tmp/defined"
sort -u "$tmp/defined" >"$tmp/defined_once"

result 'every symbol named in SQL is defined'        "$(comm -23 "$tmp/named" "$tmp/defined_once")"
result 'every SQL-callable function is named in SQL' "$(comm -13 "$tmp/named" "$tmp/defined_once")"
result 'no symbol is defined twice'                  "$(uniq -d "$tmp/defined")"
result 'every C function spells its symbol'          "$(grep -oE "'MODULE_PATHNAME' *[^, ].{0,40}" "$tmp/sql")"
exit $status
