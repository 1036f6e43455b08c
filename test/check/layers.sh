#!/bin/sh
# Fails if a file of src/ uses what its layer must not see.  The layers: src/README.md.
cd "$(dirname "$0")/../../src" || exit 1
status=0

# result NAME LINES: the verdict; LINES are the offending ones.
result() {
	if [ -z "$2" ]; then
		echo "ok check: layers: $1"
	else
		printf '%s\n' "$2" | sed 's/^/# /'
		echo "not ok check: layers: $1"
		status=1
	fi
}

# includes DIRECTORY PATTERN ALLOWED: lines that include a file matching PATTERN but not ALLOWED.
includes() {
	[ -d "$1" ] || return 0
	grep -rnE "#include [\"<]($2)" "$1" --include='*.[ch]' | grep -vE "#include [\"<]($3)"
}
core()   { result "core/$1" "$(includes "core/$1" '.' "core/($2)/|$system")"; }
server() { result "$1" "$(includes "$1" '(core|pg|type|index|app)/' "$2")"; }

libc='assert|ctype|errno|float|inttypes|limits|math|stdalign|stdarg|stdatomic|stdbool|stddef|stdint|stdio|stdlib|string'
system="($libc)\\.h>|unicode/[a-z0-9]+\\.h>|(immintrin|cpuid|arm_neon)\\.h>|sys/auxv\\.h>"

core base   'base'
core kernel 'base|kernel'
core text   'base|text'
core model  'base|kernel|text|model'
core train  'base|kernel|model|train'
core quant  'base|kernel|quant'
core ann    'base|kernel|quant|ann'
core format 'base|text|format'
server pg    'core/(base|kernel)/|pg/'
server type  'core/(base|kernel|text)/|pg/|type/'
server index 'core/(base|kernel|quant|ann)/|pg/|type/|index/'
server app   'core/(base|kernel|text|model|train|format)/|pg/|type/|app/'

result 'folders of core are all known' \
	"$(ls core | grep -vxE 'base|kernel|text|model|train|quant|ann|format')"
result 'index/hnsw and index/ivf' \
	"$(includes index/hnsw 'index/ivf/' '^$'; includes index/ivf 'index/hnsw/' '^$')"
result 'PG_VERSION_NUM only in pg/compat.h' \
	"$(grep -rn PG_VERSION_NUM . --include='*.[ch]' | grep -v '^./pg/compat\.h:')"
result 'core prints, allocates and exits nowhere' \
	"$(grep -rnE '\b(printf|fprintf|puts|putchar|perror|exit|abort|malloc|calloc|realloc|free|longjmp|setjmp|ereport|elog|palloc)[ ]*\(' core --include='*.[ch]' | grep -vE '^[^:]*:[0-9]+:[[:space:]]*(/?\*|//)')"

# A header compiles alone; templates (_impl.h), tables and instruction sets (isa_) do not.
alone=
for h in $(find core -name '*.h' | grep -vE '_(impl|table)\.h$|/isa_[a-z0-9_]*\.h$' | sort); do
	out=$(echo "#include \"$h\"" | ${CC:-cc} -std=gnu11 -Wall -Werror -I. -fsyntax-only -x c - 2>&1) || alone="$alone$out
"
done
result 'headers of core compile alone' "$alone"
exit $status
