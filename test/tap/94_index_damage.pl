# Bytes of an index are changed on disk: wemb_index_check() says which rule is
# broken, and a search is an error or goes on, but never brings the server down.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Test::More;
use WembTest;

my $page_size = 8192;
my $node = WembTest::start_node('main', conf => [ 'autovacuum = off', 'shared_buffers = 16MB' ]);

# A table each, so that a search has no other index.
foreach ('hnsw', 'ivf')
{
	WembTest::sql($node, qq{CREATE TABLE of_$_ AS SELECT i AS id, (SELECT array_agg(get_byte(decode(md5(i::text), 'hex'), k) ORDER BY k)
		FROM generate_series(0, 15) k)::vector(16) AS v FROM generate_series(1, 3000) i});
	WembTest::sql($node, "CREATE INDEX rows_$_ ON of_$_ USING wemb_$_ (v vector_l2_ops)");
}
WembTest::sql($node, 'CHECKPOINT');

my %file = map { $_ => $node->data_dir . '/' . WembTest::sql($node, "SELECT pg_relation_filepath('rows_$_')") } 'hnsw', 'ivf';

sub read_file
{
	my ($name) = @_;
	open(my $file, '<:raw', $name) or die "$name: $!";
	local $/;
	return scalar <$file>;
}

sub write_file
{
	my ($name, $content) = @_;
	open(my $file, '+<:raw', $name) or die "$name: $!";
	print $file $content;
	close $file or die "$name: $!";
}

# Numbers of a page at the place that its README gives: of the contents, and of the special space.
sub put { my ($page, $offset, $format, $value) = @_; substr($$page, 24 + $offset, length pack($format, 0)) = pack($format, $value); }
sub get { my ($page, $offset, $format) = @_; return unpack($format, substr($$page, 24 + $offset)); }
sub special { my ($page, $offset, $format) = @_; return unpack($format, substr($$page, unpack('v', substr($$page, 16, 2)) + $offset)); }

sub put_special
{
	my ($page, $offset, $format, $value) = @_;
	substr($$page, unpack('v', substr($$page, 16, 2)) + $offset, length pack($format, 0)) = pack($format, $value);
}

my ($directory, $codes, $cells) = (2, 3, 4);
my $slots = 2;

my $far_away = 0x4B000006;

# What is damaged: the index, the kind of its page (0: the metapage) and which of that kind, how, what the check says, and
# what a search says, if that is certain.
foreach my $case (
	[ 'magic number', 'ivf', 0, 0, sub { put($_[0], 0, 'V', 1) }, qr/ERROR:  XX002: index "rows_ivf" is damaged: the metapage does not fit the index at block 0\nHINT:  REINDEX it\./ ],
	[ 'version', 'ivf', 0, 0, sub { put($_[0], 4, 'v', 77) }, qr/ERROR:  0A000: index "rows_ivf" has version 77 of its format, but this wemb reads version \d+\nHINT:  REINDEX it\./ ],
	[ 'kind of the metapage', 'ivf', 0, 0, sub { put_special($_[0], 2, 'v', 9) }, qr/ERROR:  XX002: index "rows_ivf" is damaged: no metapage at block 0/ ],
	[ 'number of lists', 'ivf', 0, 0, sub { put($_[0], 28, 'V', 30000) }, qr/^L1/m ],
	[ 'first page of a list', 'ivf', $directory, 0, sub { put($_[0], 8 + 4 * cell_pages($_[0]), 'V', 1000000) }, qr/^L4/m ],
	[ 'next page of a list', 'ivf', $codes, 0, sub { put($_[0], 0, 'V', $far_away) }, qr/^L4/m, qr/ERROR:  XX002: index "rows_ivf" is damaged: no page at block $far_away\n/ ],
	[ 'rows before a page', 'ivf', $codes, 0, sub { put($_[0], 4, 'V', 5) }, qr/^L2/m ],
	[ 'rows of a page', 'ivf', $codes, 1, sub { put($_[0], 8, 'v', 60000) }, qr/^L2/m ],
	[ 'owner of a page of codes', 'ivf', $codes, 1, sub { put_special($_[0], 4, 'V', 4) }, qr/^L3/m ],
	[ 'page retired', 'ivf', $codes, 2, sub { put_special($_[0], 8, 'V', 4) }, qr/^L4/m ],
	[ 'page of zeros', 'ivf', $cells, 3, sub { ${ $_[0] } = "\0" x $page_size }, qr/^L4/m ],
	[ 'codes', 'ivf', $codes, 3, sub { substr(${ $_[0] }, 200, 4000) ^= "\xff" x 4000 }, qr/^L5/m ],
	[ 'row of another', 'ivf', $cells, 5, sub { substr(${ $_[0] }, 24 + 12, 6) = substr(${ $_[0] }, 24 + 12 + cell_size(), 6) }, qr/^L6(?s:.*)^L7/m ],
	[ 'row lost', 'ivf', $cells, 6, sub { substr(${ $_[0] }, 24 + 12, 6) = "\0" x 6 }, qr/^L7/m ],
	[ 'magic number', 'hnsw', 0, 0, sub { put($_[0], 0, 'V', 1) }, qr/ERROR:  XX002: index "rows_hnsw" is damaged/ ],
	[ 'version', 'hnsw', 0, 0, sub { put($_[0], 4, 'v', 77) }, qr/ERROR:  0A000: index "rows_hnsw" has version 77/ ],
	[ 'pages of a vector', 'hnsw', $slots, 100, sub { put($_[0], 20, 'V', $far_away) }, qr/^I10/m, qr/ERROR:  XX002: index "rows_hnsw" is damaged: no page at block $far_away\n/ ])
{
	my ($name, $index, $kind, $which, $damage, $says, $search_says) = @$case;
	my $sound = read_file($file{$index});
	my $block = 0;

	if ($kind > 0)
	{
		my @blocks = grep { my $page = substr($sound, $_ * $page_size, $page_size); special(\$page, 2, 'v') == $kind } 0 .. length($sound) / $page_size - 1;
		$block = $blocks[$which];
	}
	my $page = substr($sound, $block * $page_size, $page_size);
	$damage->(\$page);
	$node->stop;
	write_file($file{$index}, substr($sound, 0, $block * $page_size) . $page . substr($sound, ($block + 1) * $page_size));
	$node->start;
	my $session = WembTest::Session->new($node);
	my $result = $session->query("SELECT rule || ' ' || problem FROM wemb_index_check('rows_$index')");
	like($result->{err} . $result->{out}, $says, "$index, $name: found");
	$result = $session->query("SET enable_seqscan = off; SELECT count(*) FROM (SELECT id FROM of_$index ORDER BY v <-> (SELECT v FROM of_$index LIMIT 1) LIMIT 3000) s");
	ok(!$result->{lost}, "$index, $name: the server is there after a search");
	like($result->{err}, $search_says, "$index, $name: the search says so") if defined $search_says;
	$session->close;
	$node->stop;
	write_file($file{$index}, $sound);
	$node->start;
}
is(WembTest::sql($node, "SELECT count(*) FROM wemb_index_check('rows_ivf')"), '0', 'sound at the end');

# Damage pages of one kind: what a statement says of it, and whether block is as it was.
sub says_of_damage
{
	my ($kind, $damage, $block, $statement) = @_;
	my $sound = read_file($file{ivf});
	my $damaged = $sound;

	foreach my $at (map { $_ * $page_size } 0 .. length($sound) / $page_size - 1)
	{
		my $page = substr($sound, $at, $page_size);
		next if special(\$page, 2, 'v') != $kind;
		$damage->(\$page, $at / $page_size);
		substr($damaged, $at, $page_size) = $page;
	}
	$node->stop;
	write_file($file{ivf}, $damaged);
	$node->start;
	my $session = WembTest::Session->new($node);
	my $result = $session->query($statement);
	$session->close;
	$node->stop;
	my $same = substr(read_file($file{ivf}), $block * $page_size, $page_size) eq substr($damaged, $block * $page_size, $page_size);
	write_file($file{ivf}, $sound);
	$node->start;
	return ($result->{err}, $same);
}

# Pages of codes that name a page of the directory for their rows: nobody writes there.
sub name_directory
{
	my ($page) = @_;

	foreach my $i (0 .. 50)
	{
		put($page, 12 + 4 * $i, 'V', 1) if special_kind_is_cells(get($page, 12 + 4 * $i, 'V'));
	}
}

# Pages of codes that a list goes on with after themselves, and ones that have their rows themselves: neither waits for ever.
sub follow_itself { my ($page, $block) = @_; put($page, 0, 'V', $block); }
sub contain_its_rows { my ($page, $block) = @_; put($page, 12 + 4 * $_, 'V', $block) foreach 0 .. 50; }

foreach my $statement ('INSERT INTO of_ivf SELECT id, v FROM of_ivf LIMIT 20', 'VACUUM of_ivf')
{
	my ($error) = says_of_damage($codes, \&follow_itself, 1, $statement);
	like($error, qr/ERROR:  XX002: index "rows_ivf" is damaged: a chain without end at block \d+\n/, "a circle of pages: $statement");
}
my ($error) = says_of_damage($codes, \&contain_its_rows, 1, 'INSERT INTO of_ivf SELECT id, v FROM of_ivf LIMIT 20');
like($error, qr/ERROR:  XX002: index "rows_ivf" is damaged: no cells of the page at block \d+\n/, 'a page that has its own rows');

my $same;
($error, $same) = says_of_damage($codes, \&name_directory, 1, 'INSERT INTO of_ivf SELECT id, v FROM of_ivf LIMIT 20');
like($error, qr/ERROR:  XX002: index "rows_ivf" is damaged: no cells of the page at block 1\n/, 'an insert says which page has no cells');
ok($same, 'and does not change it');
($error, $same) = says_of_damage($codes, \&name_directory, 1, 'DELETE FROM of_ivf; VACUUM of_ivf');
like($error, qr/ERROR:  XX002: index "rows_ivf" is damaged: another kind of page at block 1\n/, 'vacuum says which page has no cells');
ok($same, 'and does not change it');

# A centroid and a row take as many bytes, 20 and a byte a dimension; a page of the directory names pages of cells for its entries.
sub cell_size { return 36; }

sub cell_pages
{
	my ($page) = @_;
	my $n = 0;

	$n++ while get($page, 8 + 4 * $n, 'V') < 100000 && get($page, 8 + 4 * $n, 'V') > 0 && special_kind_is_cells(get($page, 8 + 4 * $n, 'V'));
	return $n;
}

sub special_kind_is_cells
{
	my ($block) = @_;
	my $page = substr(read_file($file{ivf}), $block * $page_size, $page_size);

	return length($page) == $page_size && special(\$page, 2, 'v') == $cells;
}

done_testing();
