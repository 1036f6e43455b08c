# man_rows.pl FOLDER LANGUAGE...: manual pages below FOLDER/LANGUAGE/man?/ as rows "name, body" for COPY.
# The body is plain text without roff's markup.  Uses nothing but perl-base and gzip.
use strict;
use warnings;

my ($folder, @languages) = @ARGV;
die "usage: man_rows.pl FOLDER LANGUAGE...\n" unless @languages;

binmode(STDOUT, ':utf8');
for my $language (@languages)
{
	for my $file (sort grep { !-l } glob("$folder/$language/man?/*.gz"))
	{
		open(my $page, '-|', 'gzip', '-dc', $file) or die "gzip: $!\n";
		binmode($page, ':utf8');
		my @lines = <$page>;
		close $page or die "$file is damaged\n";
		next if grep { !utf8::valid($_) } @lines;
		my $body = plain_text(@lines);
		next if $body eq '';	# only a reference to another page
		my ($name) = $file =~ m{([^/]+)\.gz$};
		print copy_field("$language/$name"), "\t", copy_field($body), "\n";
	}
}
close STDOUT or die "writing: $!\n";

# Requests whose arguments are text; all others are layout.
my %is_text;
# Requests after which a new line of text begins.
my %is_break;

BEGIN
{
	$is_text{$_} = 1 for qw(SH SS B I BR BI IR RB RI IB SM SB IP TP UR MT OP
	  Sh Ss It Nm Nd Ar Fl Op Pa Xr Ic Ql Dq Sq Pq Bq Cm Ev Em Sy Li Dl D1 Tn Sx Qq Va Ad An Aq Er Fa Fn Vt);
	$is_break{$_} = 1 for qw(SH SS IP TP PP LP P HP RS RE sp br nf fi EX EE Sp Vb Ve CS CE TS TE
	  Sh Ss It Pp Bl El Bd Ed Dl D1 bp ti in);
}

sub plain_text
{
	my @lines = @_;
	my @out = ('');
	my $is_tag = 0;		# what comes next stands before an indented paragraph

	while (defined(my $line = shift @lines))
	{
		chomp $line;
		$line =~ s/\r$//;
		$line =~ s/(?<!\\)((?:\\\\)*)\\["#].*//;	# comment
		if ($line !~ /^[.'][ \t]*(\\?\S*)[ \t]*(.*)$/)
		{
			if ($line =~ /^\s*$/) { push @out, '' if $out[-1] ne ''; }
			else { $out[-1] = joined($out[-1], unescaped($line)) . ($is_tag ? ' ' : ''); }
			$is_tag = 0;
			next;
		}

		my ($request, $arguments) = ($1, $2);
		if ($request eq 'ig' || $request =~ /^(?:de|am)i?1?$/)
		{
			my $end = $request eq 'ig' ? $arguments : (split ' ', $arguments)[1];
			$end = '.' unless defined $end && $end =~ /^\w+$/;
			shift @lines while @lines && $lines[0] !~ /^[.']\s*\Q$end\E\s*$/;
			shift @lines;
		}
		elsif ($request =~ /^(?:if|ie|el|while)$/)
		{
			my $open = braces($arguments);
			while ($open > 0 && @lines) { $open += braces(shift @lines); }
		}
		elsif ($request eq 'TS')
		{
			shift @lines while @lines && $lines[0] !~ /\.\s*$/;	# the table's format
			shift @lines;
			push @out, '';
		}
		else
		{
			push @out, '' if $is_break{$request};
			next unless $is_text{$request};
			my @words = words($request eq 'IP' ? first_argument($arguments) : $arguments);
			@words = map { $_ eq 'Ns' || $_ eq 'No' || $_ eq 'Xo' || $_ eq 'Xc' || $is_text{$_} && length == 2 ? () : $_ } @words
			  if $request =~ /^[A-Z][a-z0-9]$/;
			my $text = join($request =~ /^(?:BR|BI|IR|RB|RI|IB)$/ ? '' : ' ', map { unescaped($_) } @words);
			$text = "-$text" if $request eq 'Fl';
			$out[-1] = joined($out[-1], $text) . ($is_tag ? ' ' : '');
			push @out, '' if $request =~ /^(?:SH|SS|Sh|Ss|IP)$/;
			$is_tag = $request eq 'TP';
		}
	}

	my $body = join("\n", grep { /\S/ } map { s/[ \t]+/ /g; s/^ +| +$//g; $_ } @out);
	return $body =~ /\S/ ? $body : '';
}

# roff joins lines with a space; Chinese has none.
sub joined
{
	my ($before, $after) = @_;
	return $after if $before eq '';
	return $before if $after eq '';
	my $wide = qr/[\x{2E80}-\x{9FFF}\x{F900}-\x{FAFF}\x{FF00}-\x{FFEF}]/;
	return $before =~ /$wide\s*$/ && $after =~ /^\s*$wide/ ? $before . $after : "$before $after";
}

sub braces
{
	my ($line) = @_;
	my $opened = () = $line =~ /\\\{/g;
	my $closed = () = $line =~ /\\\}/g;
	return $opened - $closed;
}

sub words
{
	my ($arguments) = @_;
	my @words;
	push @words, defined $1 ? $1 =~ s/""/"/gr : $2
	  while $arguments =~ /\G\s*(?:"((?:[^"]|"")*)"?|((?:\\.|[^\s\\])+|\\$))/g;
	return @words;
}

sub first_argument
{
	my ($arguments) = @_;
	return $arguments =~ /^\s*("(?:[^"]|"")*"?|(?:\\.|\S)+)/ ? $1 : '';
}

sub unescaped
{
	my ($text) = @_;
	my %named = (
		bu => "\x{2022}", aq => "'", lq => "\x{201C}", rq => "\x{201D}", oq => "\x{2018}", cq => "\x{2019}",
		dq => '"', em => "\x{2014}", en => "\x{2013}", hy => '-', ga => '`', ha => '^', ti => '~', sl => '/',
		rs => '\\', co => "\x{A9}", rg => "\x{AE}", de => "\x{B0}", bv => '|', br => '|', or => '|', ul => '_',
		pd => "\x{2202}", '->' => "\x{2192}", '<-' => "\x{2190}", '<=' => "\x{2264}", '>=' => "\x{2265}",
		'+-' => "\x{B1}", mu => "\x{D7}", '*p' => "\x{3C0}", '*b' => "\x{3B2}", '*W' => "\x{3A9}",
		at => '@', sh => '#', Do => '$', lB => '[', rB => ']');
	my %string = (lq => "\x{201C}", rq => "\x{201D}", '``' => "\x{201C}", "''" => "\x{201D}",
		'C+' => 'C++', '--' => "\x{2014}", R => "\x{AE}");

	$text =~ s{
		\\(?:
			f(?:\((..)|\[[^\]]*\]|.)				# font
		|	s(?:[+-]?\d|\([+-]?\d\d|[+-]\(\d\d|\[[^\]]*\]|'[^']*')	# size
		|	\*(?:\((..)|\[([^\]]*)\]|(.))			# string
		|	\((..) | \[([^\]]*)\]					# character
		|	[hvlLwobDANSHXZxC]'[^']*'				# motion, line, width ...
		|	[nkmMgFVY](?:\(..|\[[^\]]*\]|.)			# register, colour ...
		|	(.)										# one character
		)
	}{
		defined $5 ? $named{$5} // ''
		: defined $6 ? ($6 =~ /^u([0-9A-F]{4,6})$/ ? chr(hex $1) : $named{$6} // '')
		: defined $2 || defined $3 || defined $4 ? $string{$2 // $3 // $4} // ''
		: !defined $7 ? ''
		: $7 eq '-' || $7 eq '.' || $7 eq "'" || $7 eq '`' ? $7
		: $7 eq 'e' || $7 eq '\\' ? '\\'
		: $7 eq ' ' || $7 eq '~' || $7 eq '0' || $7 eq 't' ? ' '
		: $7 =~ /[\w\\"&|^,\/:%!?{})cdruz<>+=\]#]/ ? ''
		: $7
	}gex;
	return $text;
}

sub copy_field
{
	my ($text) = @_;
	my %escape = ("\\" => "\\\\", "\n" => "\\n", "\r" => "\\r", "\t" => "\\t");
	$text =~ s/([\\\n\r\t])/$escape{$1}/g;
	return $text;
}
