# Damaged index files: wemb_index_check() says what is wrong, and whatever bytes there are, scans,
# inserts and vacuum do their work or report an error.
#
# ROUNDS=n in the environment damages n times at random, not once.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Test::More;
use WembTest;

my $node = WembTest::start_node('main', conf => [ 'shared_buffers = 16MB', 'autovacuum = off', 'fsync = off', q{statement_timeout = '60s'} ]);

if (WembTest::sql($node, 'SHOW data_checksums') eq 'on')
{
	$node->stop;
	PostgreSQL::Test::Utils::system_or_bail('pg_checksums', '--disable', '-D', $node->data_dir);
	$node->start;
}

WembTest::create_vector_of($node);

# ---- an index's bytes: src/index/hnsw/README.md says where things lie ----

my ($block_size, $page_head, $special, $none) = (8192, 24, 8, 0x7FFFFFFF);
my %in_meta = (magic => 0, entry => 100, next => 108, free => 112);
my %in_slot = (kind => 0, layer => 1, nlinks => 2, tid => 4, copy_size => 10, below => 12, more => 16, lost => 32, copy => 36);

sub number_at
{
	my ($index, $place) = @_;
	return unpack('V', substr($index->{bytes}, $place, 4));
}

sub byte_at
{
	my ($index, $place) = @_;
	return ord(substr($index->{bytes}, $place, 1));
}

sub put
{
	my ($index, $place, $format, $value) = @_;
	my $bytes = pack($format, $value);

	substr($index->{bytes}, $place, length $bytes) = $bytes;
}

sub in_meta { return $page_head + $in_meta{ $_[0] }; }

sub read_index
{
	my ($table) = @_;
	my $path = $node->data_dir . '/' . WembTest::sql($node, "SELECT pg_relation_filepath('${table}_v')");
	my $index = { path => $path, bytes => PostgreSQL::Test::Utils::slurp_file($path) };

	$index->{$_->[0]} = unpack('v', substr($index->{bytes}, $page_head + $_->[1], 2)) foreach [ slot_size => 16 ], [ links => 18 ], [ value_size => 20 ];
	$index->{per_page} = int(($block_size - $page_head - $special) / $index->{slot_size});
	$index->{slots} = number_at($index, in_meta('next'));
	return $index;
}

sub write_index
{
	my ($index) = @_;
	open(my $out, '+<:raw', $index->{path}) or die "$index->{path}: $!";
	print $out $index->{bytes};
	close $out;
}

# Where the slot of that number lies, or a field of it.
sub in_slot
{
	my ($index, $n, $field) = @_;
	return $block_size * (1 + int($n / $index->{per_page})) + $page_head + $index->{slot_size} * ($n % $index->{per_page}) + $in_slot{$field};
}

sub link_place
{
	my ($index, $n, $i) = @_;
	return in_slot($index, $n, 'copy') + $index->{value_size} + 4 * $i;
}

sub links_of
{
	my ($index, $n) = @_;
	return map { number_at($index, link_place($index, $n, $_)) } 0 .. byte_at($index, in_slot($index, $n, 'nlinks')) - 1;
}

sub is_record { my ($index, $n, $layer) = @_; return byte_at($index, in_slot($index, $n, 'kind')) == 1 && byte_at($index, in_slot($index, $n, 'layer')) == $layer; }

# The first slot for which the condition holds.
sub find
{
	my ($index, $condition) = @_;
	foreach my $n (0 .. $index->{slots} - 1) { return $n if $condition->($n); }
	die 'no such slot';
}

# A record of layer 0 with a parent, a child, and a link that is of neither.
sub inner
{
	my ($index) = @_;
	return find($index, sub {
		my @links = is_record($index, $_[0], 0) ? links_of($index, $_[0]) : ();
		return @links > 3 && $links[0] != $none && (grep { $_ & 0x80000000 } @links) && !($links[-1] & 0x80000000);
	});
}

sub last_link { my ($index, $n) = @_; return link_place($index, $n, byte_at($index, in_slot($index, $n, 'nlinks')) - 1); }

# ---- damage of each kind: the rule that it breaks ----

my @cases = (
	[ link_to_nowhere => 'I1', sub { put($_[0], last_link($_[0], inner($_[0])), 'V', 4000000) } ],
	[ link_twice => 'I1', sub { my $n = inner($_[0]); put($_[0], last_link($_[0], $n), 'V', (links_of($_[0], $n))[0]) } ],
	[ too_many_links => 'I2', sub { put($_[0], in_slot($_[0], inner($_[0]), 'nlinks'), 'C', 200) } ],
	[ layer_too_high => 'I2', sub { put($_[0], in_slot($_[0], inner($_[0]), 'layer'), 'C', 77) } ],
	[ copy_too_short => 'I2', sub { put($_[0], in_slot($_[0], inner($_[0]), 'copy_size'), 'v', 3) } ],
	[ another_parent => 'I3', sub { my $n = inner($_[0]); put($_[0], link_place($_[0], $n, 0), 'V', (links_of($_[0], $n))[-1]) } ],
	[ a_child_of_others => 'I3', sub { my $n = inner($_[0]); put($_[0], last_link($_[0], $n), 'V', (links_of($_[0], $n))[-1] | 0x80000000) } ],
	[ parents_in_a_circle => 'I4', sub { my $n = inner($_[0]); put($_[0], link_place($_[0], $n, 0), 'V', (grep { $_ & 0x80000000 } links_of($_[0], $n))[0]) } ],
	[ row_of_another => 'I4', sub { put($_[0], in_slot($_[0], inner($_[0]), 'tid'), 'V', 0x00630000) } ],
	[ below_another => 'I5', sub { my $index = $_[0]; put($index, in_slot($index, find($index, sub { is_record($index, $_[0], 1) }), 'below'), 'V', inner($index)) } ],
	[ entry_nowhere => 'I6', sub { put($_[0], in_meta('entry'), 'V', 123456) } ],
	[ entry_on_another_layer => 'I6', sub { put($_[0], in_meta('entry'), 'V', inner($_[0])) } ],
	[ rows_in_a_circle => 'I7', sub { my $index = $_[0]; my $n = find($index, sub { byte_at($index, in_slot($index, $_[0], 'kind')) == 2 }); put($index, in_slot($index, $n, 'more'), 'V', $n) } ],
	[ rows_nowhere => 'I7', sub { put($_[0], in_slot($_[0], inner($_[0]), 'more'), 'V', 5000000) } ],
	[ too_many_rows => 'I7', sub { my $index = $_[0]; put($index, in_slot($index, find($index, sub { byte_at($index, in_slot($index, $_[0], 'kind')) == 2 }), 'copy_size'), 'v', 60000) } ],
	[ another_code => 'I8', sub { my $n = inner($_[0]); put($_[0], link_place($_[0], $n, $_[0]{links}) + $_, 'C', 255 ^ byte_at($_[0], link_place($_[0], $n, $_[0]{links}) + $_)) foreach 0 .. 7 } ],
	[ another_factor => 'I8', sub { my $place = link_place($_[0], inner($_[0]), $_[0]{links}) + 8 * $_[0]{links}; put($_[0], $place + 1, 'C', 64 ^ byte_at($_[0], $place + 1)) } ],
	[ no_such_kind => 'I9', sub { put($_[0], in_slot($_[0], inner($_[0]), 'kind'), 'C', 9) } ],
	[ free_and_in_use => 'I9', sub { put($_[0], in_meta('free'), 'V', inner($_[0])) } ],
	[ given_out_again => 'I9', sub { put($_[0], in_meta('next'), 'V', 2) } ],
	[ no_page => 'I9', sub { put($_[0], 2 * $block_size - $special + 2, 'v', 77) } ],
	[ another_vector => 'I10', sub { my $place = in_slot($_[0], inner($_[0]), 'copy') + 5; put($_[0], $place, 'C', 128 ^ byte_at($_[0], $place)) } ],
	[ nothing_lost => 'I10', sub { put($_[0], in_slot($_[0], inner($_[0]), 'lost'), 'V', 0) } ]);

# Every vector twice, so that there are lists of rows.
sub make
{
	my ($table, $class, $element) = @_;

	WembTest::sql($node, qq{
		CREATE TABLE $table AS SELECT i AS id, (vector_of('row ' || i % 300))::$element AS v FROM generate_series(1, 600) i;
		CREATE INDEX ${table}_v ON $table USING wemb_hnsw (v $class) WITH (m = 4, ef_construction = 16)});
}

# Damage indexes while the server is stopped.
sub damage
{
	my (%how) = @_;
	my %indexes;

	WembTest::sql($node, 'CHECKPOINT');
	%indexes = map { $_ => read_index($_) } sort keys %how;
	$node->stop;
	foreach my $table (sort keys %how)
	{
		$how{$table}->($indexes{$table});
		write_index($indexes{$table});
	}
	$node->start;
}

# Whatever comes of it: an answer or an error, and a server that goes on.
my %sqlstates;

# Errors that are not meant to happen, but for what the server says of rows in the wrong order, or far behind the end of the table.
my @internal;
my $servers_own = qr/index returned tuples in wrong order|could not open file .*: previous segment is only/;

sub use_index
{
	my ($table) = @_;
	my $session = WembTest::Session->new($node);

	$session->ask('SET enable_seqscan = off');
	foreach my $statement (
		"SELECT count(*) FROM wemb_index_check('${table}_v')",
		"SELECT count(*) FROM wemb_index_stats('${table}_v')",
		"SELECT count(*) FROM (SELECT id FROM $table ORDER BY v <-> (SELECT v FROM $table LIMIT 1) LIMIT 10) s",
		"SET hnsw.iterative_scan = relaxed_order",
		"SELECT count(*) FROM (SELECT id FROM $table ORDER BY v <-> (SELECT v FROM $table LIMIT 1) LIMIT 1000) s",
		"INSERT INTO $table SELECT id + 1000, v FROM $table WHERE id % 40 = 1",
		"INSERT INTO $table SELECT 2000 + i, vector_of('new ' || i) FROM generate_series(1, 20) i",
		"DELETE FROM $table WHERE id % 3 = 0",
		"VACUUM $table",
		"INSERT INTO $table SELECT 3000 + i, vector_of('newer ' || i) FROM generate_series(1, 20) i",
		"SELECT count(*) FROM wemb_index_check('${table}_v')")
	{
		my $result = $session->query($statement);

		$sqlstates{ $1 // '' }++ if $result->{err} =~ /ERROR:  (\w{5}):/;
		push @internal, $result->{err} if $result->{err} =~ /ERROR:  XX000: (?!$servers_own)/;
		return "$statement: " . substr($result->{err}, 0, 300) if $result->{lost};
	}
	return '';
}

make($_->[0], 'vector_l2_ops', 'vector(16)') foreach @cases;
is(WembTest::sql($node, "SELECT count(*) FROM wemb_index_check('$_->[0]_v')"), '0', "$_->[0]: sound before") foreach @cases;
damage(map { $_->[0] => $_->[2] } @cases);
foreach my $case (@cases)
{
	my ($table, $rule) = @$case;

	like(WembTest::sql($node, "SELECT string_agg(rule || ': ' || problem, '; ') FROM wemb_index_check('${table}_v')"), qr/(?:^|; )$rule: /, "$table: breaks $rule");
	is(use_index($table), '', "$table: the server goes on");
}

# The metapage of another index, or of none: an error that says so, and REINDEX mends it.
damage($cases[0][0] => sub { put($_[0], in_meta('magic'), 'V', 1) });
my $session = WembTest::Session->new($node);
foreach my $statement ("SELECT * FROM wemb_index_check('$cases[0][0]_v')", "INSERT INTO $cases[0][0] SELECT 1, vector_of('a')", "VACUUM $cases[0][0]")
{
	is($session->sqlstate($statement), 'XX002', "another metapage: $statement");
}
WembTest::sql($node, "REINDEX TABLE $cases[0][0]");
is(WembTest::sql($node, "SELECT count(*) FROM wemb_index_check('$cases[0][0]_v')"), '0', 'sound after REINDEX');
WembTest::sql($node, "DROP TABLE $_->[0]") foreach @cases;

# ---- damage at random ----

srand(7);
my @kinds = ([ 'vector_l2_ops', 'vector(16)' ], [ 'vector_ip_ops', 'vector(16)' ], [ 'vector_l1_ops', 'vector(16)' ], [ 'halfvec_cosine_ops', 'halfvec(16)' ], [ 'sparsevec_l2_ops', 'sparsevec(16)' ]);
foreach my $round (1 .. $ENV{ROUNDS} // 1)
{
	my %tables;

	foreach my $i (0 .. 9)
	{
		my ($class, $element) = @{ $kinds[ $i % @kinds ] };
		my $flips = 1 + int(rand(40));
		my @places = map { [ rand, 1 + int(rand(255)) ] } 1 .. $flips;

		make("random$i", $class, $element);
		# mostly heads of slots and links, where one bit matters more
		$tables{"random$i"} = sub {
			my ($index) = @_;
			foreach my $place (@places)
			{
				my $at = int($place->[0] * length $index->{bytes});

				if ($place->[1] % 4 > 0 && $at >= $block_size && ($at % $block_size) >= $page_head)
				{
					my $in = ($at % $block_size - $page_head) % $index->{slot_size};
					$at += $in % ($in_slot{copy} + $index->{value_size} + 4 * $index->{links}) - $in;
				}
				put($index, $at, 'C', $place->[1] ^ byte_at($index, $at)) if $at % $block_size >= $page_head;
			}
		};
	}
	damage(%tables);
	is(use_index($_), '', "round $round, $_: the server goes on") foreach sort keys %tables;
	WembTest::sql($node, "DROP TABLE $_") foreach sort keys %tables;
}
diag('errors: ' . join(', ', map { "$_ $sqlstates{$_}" } sort keys %sqlstates)) if $ENV{ROUNDS};
ok(!$sqlstates{'57014'}, 'nothing takes for ever');

my $log = PostgreSQL::Test::Utils::slurp_file($node->logfile);
is(join("\n", $log =~ /^.*(?:PANIC|terminated by signal|TRAP).*$/mg), '', 'no process has crashed');

is(join("\n", @internal), '', 'no internal error of ours');

done_testing();
