#!/bin/sh
# Fails if clang-format, by .clang-format, would lay out a file of src/ or test/ otherwise.
#
# PostgreSQL's layout aligns declarations and comments in columns, which clang-format cannot; and where a long expression is
# broken is a matter of taste.  So both texts are compared without comments, blanks inside a line count as one, and an
# expression in parentheses or braces counts as one line.  What is left: indentation, braces, blanks, one statement a line.
cd "$(dirname "$0")/../.." || exit 1
format=$(command -v clang-format-14 || command -v clang-format) || {
	echo "# skipped: format needs clang-format (package clang-format)"
	exit 0
}
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT

# The text as it is compared, each line after its number.
cat >"$tmp/plain.pl" <<'EOP'
local $/;
$_ = <STDIN>;
# comments away, their line ends kept; strings and character constants are stepped over
s{("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|/\*.*?\*/|//[^\n]*}{ if (defined $1) { $1 } else { my $c = $&; $c =~ tr/\n//cd; $c } }gse;
my ($number, $joined, $first, $depth, $list) = (0, '', 0, 0, 0);
for my $line (split /\n/, $_, -1)
{
	$number++;
	$line =~ s/[ \t]+$//;
	next if $line eq '';
	my ($indent, $text) = $line =~ /^(\s*)(.*)$/;
	$text =~ s/[ \t]+/ /g;
	$text =~ s/ ?\\$//;
	next if $text eq '';
	if ($joined eq '') { $first = $number; $joined = $indent . $text; }
	else { $joined .= " $text"; }
	(my $bare = $text) =~ s/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'//g;
	$depth += () = $bare =~ /[(\[]/g;
	$depth -= () = $bare =~ /[)\]]/g;
	next if $depth > 0;
	# a list of initial values, an enum or several declarators; whatever a line in the middle of an expression ends with
	$list = 1 if $joined =~ /= ?\{|=$|^\s*(typedef )?enum\b/ || $bare =~ /,$/;
	next if $list && $bare !~ /;$/;
	next unless $list || $text =~ /[;{}]$|^#|\b(else|do)$/ || $joined =~ /^\s*#|^[A-Za-z_][\w \*]*$|^\s*(case\b.*|\w+) ?:$/ ||
		($text =~ /\)$/ && $joined =~ /^\S|^\s*(\} ?)?(else )?(if|for|while|switch|\w*foreach\w*) ?\(/);
	$list = $depth = 0;
	$joined =~ s/\b(if|for|while|switch) \(/$1\x01(/g;
	$joined =~ s/(?<=\S) ([()\[\]{},&*])/$1/g;
	$joined =~ s/([()\[\]{},&*]) /$1/g;
	print "$first\t$joined\n";
	$joined = '';
}
EOP

status=0
files=$(find src test -name '*.[ch]' -not -path '*/build/*' -not -name '*_table.h' | sort)
for f in $files; do
	perl "$tmp/plain.pl" <"$f" >"$tmp/is"
	"$format" --style=file --assume-filename="$f" <"$f" | perl "$tmp/plain.pl" >"$tmp/want"
	cut -f2- "$tmp/is" >"$tmp/is.text"
	cut -f2- "$tmp/want" >"$tmp/want.text"
	cmp -s "$tmp/is.text" "$tmp/want.text" && continue
	# what differs, the file's lines with their numbers
	diff "$tmp/is.text" "$tmp/want.text" | while read -r mark rest; do
		case $mark in
			[0-9]*) n=${mark%%[acd,]*} ;;
			'<') echo "# $f:$(sed -n "${n}p" "$tmp/is" | cut -f1): is:     $rest"; n=$((n + 1)) ;;
			'>') echo "#   should be: $rest" ;;
		esac
	done | tr '\001' ' ' | head -n 20 >"$tmp/bad"
	[ -s "$tmp/bad" ] && cat "$tmp/bad" && status=1
done

# Columns, by characters and tabs of 4; a message or a test's text is not broken, so lines with a string are let off.
columns=$(perl -CSD -ne '1 while s/^(.*?)\t/$1 . " " x (4 - length($1) % 4)/e; chomp;
	print "# $ARGV:$.: longer than 120 columns\n" if length > 120 && !/"/; close ARGV if eof' $files)
blanks=$(grep -nE '[[:space:]]+$' $files /dev/null | sed 's/^/# blank at the end of the line: /')
spaces=$(grep -nE '^ {4}' $files /dev/null | sed 's/^/# indented by spaces: /')
for lines in "$blanks" "$spaces" "$columns"; do
	[ -z "$lines" ] || { printf '%s\n' "$lines"; status=1; }
done
[ $status -eq 0 ] && echo "ok check: format" || echo "not ok check: format"
exit $status
