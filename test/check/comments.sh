#!/bin/sh
# Fails if an object of the install script has no COMMENT ON.  Objects that share a name are counted.
cd "$(dirname "$0")/../.." || exit 1
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT

kinds='FUNCTION|PROCEDURE|AGGREGATE|OPERATOR|TYPE|VIEW|ACCESS METHOD'
cat sql/install/*.sql | sed 's/--.*//' | tr '\t' ' ' | tr -s ' ' >"$tmp/sql"

# names WORDS: "KIND name" of each match, sorted; a type's shell and its body are one object.
names() {
	grep -oiE "$1 ($kinds) [^ (;]+" "$tmp/sql" |
		sed -E "s/^($1) //I; s/^($kinds) /\U&/I" | grep -vE '^OPERATOR (CLASS|FAMILY)$' | sort >"$tmp/names"
	grep -v '^TYPE ' "$tmp/names"
	grep '^TYPE ' "$tmp/names" | uniq
}
names 'CREATE( OR REPLACE)?' | sort >"$tmp/created"
names 'COMMENT ON' | sort >"$tmp/commented"
missing=$(comm -23 "$tmp/created" "$tmp/commented")
orphaned=$(comm -13 "$tmp/created" "$tmp/commented")
if [ -n "$missing$orphaned" ]; then
	[ -z "$missing" ] || printf '%s\n' "$missing" | sed 's/^/# without a comment: /'
	[ -z "$orphaned" ] || printf '%s\n' "$orphaned" | sed 's/^/# comment on nothing: /'
	echo "not ok check: comments"
	exit 1
fi
echo "ok check: comments"
