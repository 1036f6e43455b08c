# html_rows.pl FOLDER: PostgreSQL's manual as rows "id, title, body" for COPY, pages in reading order.
# Uses nothing but perl-base.
use strict;
use warnings;

my $folder = shift or die "usage: html_rows.pl FOLDER\n";
my (%html, %next);

opendir(my $dir, $folder) or die "$folder: $!\n";
for my $file (grep { /\.html$/ } readdir $dir)
{
	open(my $page, '<:utf8', "$folder/$file") or die "$folder/$file: $!\n";
	local $/;
	$html{$file} = <$page>;
	$next{$file} = $1 if $html{$file} =~ /<link rel="next" href="([^"#]+)/;
}

# From page to page as a reader goes, then those that no page leads to.
my (@order, %seen);
for my $start ('index.html', sort keys %html)
{
	for (my $file = $start; defined $file && $html{$file} && !$seen{$file}++; $file = $next{$file})
	{
		push @order, $file;
	}
}

binmode(STDOUT, ':utf8');
my $id = 0;
for my $file (@order)
{
	my $page = $html{$file};
	my ($title) = $page =~ m{<title>(.*?)</title>}s;
	$page =~ s{^.*?<body\b[^>]*>}{}s;
	$page =~ s{<div class="navheader">.*?<hr\s*/?></div>}{}s;
	$page =~ s{<div class="navfooter">.*}{}s;
	print join("\t", ++$id, map { copy_field(plain_text($_)) } $title // $file, $page), "\n";
}
close STDOUT or die "writing: $!\n";

sub plain_text
{
	my ($text) = @_;

	# Space means something in <pre> only: it is put aside under two control characters.
	$text =~ s{(<pre\b[^>]*>.*?</pre>)}{$1 =~ tr/\n /\x01\x02/r}gse;
	$text =~ s/<!--.*?-->//gs;
	$text =~ s/\s+/ /g;
	my $block = 'p|div|pre|h[1-6]|[bh]r|ul|ol|dl|dt|dd|li|table|thead|tbody|tr|caption|blockquote';
	$text =~ s{</?(?:$block)\b[^>]*>}{\n}g;
	$text =~ s{</t[dh]>}{  }g;
	$text =~ s/<[^>]*>//g;
	$text =~ s/^ +| +$//gm;
	$text =~ tr/\x01\x02/\n /;
	$text =~ s/&(#x[0-9a-f]+|#[0-9]+|[a-z]+);/entity($1)/gie;

	$text =~ s/\x{A0}/ /g;
	$text =~ s/[\x{200B}\x{FEFF}\x00]//g;
	$text =~ s/[ \t]+$//gm;
	$text =~ s/\n{3,}/\n\n/g;
	$text =~ s/^\s+|\s+$//g;
	return $text;
}

sub entity
{
	my ($name) = @_;
	my %named = (amp => '&', lt => '<', gt => '>', quot => '"', apos => "'", nbsp => ' ',
		ndash => "\x{2013}", mdash => "\x{2014}", hellip => "\x{2026}", copy => "\x{A9}");
	return chr(hex $1) if $name =~ /^#x(.+)/i;
	return chr($1) if $name =~ /^#(.+)/;
	return $named{lc $name} // "&$name;";
}

sub copy_field
{
	my ($text) = @_;
	my %escape = ("\\" => "\\\\", "\n" => "\\n", "\r" => "\\r", "\t" => "\\t");
	$text =~ s/([\\\n\r\t])/$escape{$1}/g;
	return $text;
}
