# The same seed and text give the same model, to the bit, whatever the memory
# is, where one process trains; another seed gives another, and another instruction set nearly the same.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Test::More;
use WembTest;

my $node = WembTest::start_node('main', conf => [ 'shared_buffers = 64MB', 'max_wal_size = 2GB' ]);

WembTest::create_topics($node, 'topics', 1000);
# 2,020,000 tokens and ends of texts: eight times what 1 MB holds
WembTest::sql($node, 'CREATE TABLE large AS ' . WembTest::counting_query(20000, 1000));

# Train in a session of its own; returns the model's fingerprint.
sub train
{
	my ($source, $options, @settings) = @_;
	my $session = WembTest::Session->new($node);
	my ($returned, $stored);

	$session->ask("SET $_") foreach 'client_min_messages = warning', @settings;
	$returned = $session->query(qq{SELECT md5(string_agg(word || ' ' || freq || ' ' || encode(vector_send(vec), 'hex'), ',' ORDER BY word COLLATE "C"))
		FROM wemb_train('$source', 'body', model => 'm', $options)});
	die $returned->{err} if $returned->{err} =~ /ERROR/;
	is($returned->{err}, '', join(', ', $source, @settings) . ': no warning');
	$stored = WembTest::fingerprint($node, 'm');
	is($returned->{out}, (split(/ /, $stored))[0], join(', ', $source, @settings) . ': what is returned is what is stored');
	return $stored;
}

# ---- seeds ----

foreach my $options ('dimensions => 20, epochs => 5', 'dimensions => 17, epochs => 5, max_n => 0', q{dimensions => 20, epochs => 5, tokenizer => 'english', unit_length => false})
{
	my %seen;

	$seen{ train('topics', "$options, seed => $_") }++ foreach 1, 2, -1;
	is(scalar(keys %seen), 3, "$options: each seed gives another model");
	$seen{ train('topics', "$options, seed => $_") }++ foreach 1, 2;
	$seen{ train('topics', "$options, seed => 1", @$_) }++ foreach
	  [ q{work_mem = '64kB'}, q{DateStyle = 'SQL, DMY'}, 'extra_float_digits = -10', q{TimeZone = 'Asia/Tokyo'} ],
	  [ 'jit_above_cost = 0', 'wemb.progress_interval = 1', 'synchronize_seqscans = off' ];
	is(scalar(keys %seen), 3, "$options: the same seed gives the same model");
}

# ---- memory ----

my $options = 'dimensions => 8, epochs => 3, negative => 2, window_size => 2, sample => 1, buckets => 500, workers => 1';
my %by_memory = map { $_ => train('large', $options, "maintenance_work_mem = '$_'") } '1MB', '2MB', '1GB';

is($by_memory{$_}, $by_memory{'1GB'}, "the same model with $_ of memory") foreach '1MB', '2MB';
is(join(' ', WembTest::temporary_files($node)), '', 'no file is left');

# ---- kernels ----

sub keep
{
	my ($kernel) = @_;
	my $fingerprint = train('topics', 'dimensions => 20, epochs => 10', "wemb.kernel = $kernel");

	WembTest::sql($node, "DROP TABLE IF EXISTS by_$kernel; CREATE TABLE by_$kernel AS TABLE m");
	return $fingerprint;
}

my $portable = keep('portable');
my $session = WembTest::Session->new($node);
my $default = $session->ask(q{SELECT vector_dims('[1]'::vector); SHOW wemb.kernel}) =~ s/^1\n//r;

is($default, 'auto', 'the best kernel by default');
foreach my $kernel (split(/[{},]+/, $session->ask(q{SELECT enumvals FROM pg_settings WHERE name = 'wemb.kernel'})))
{
	next if $kernel eq '' || $kernel eq 'portable';

	SKIP:
	{
		skip "this machine has no $kernel", 1 if $session->sqlstate("SET wemb.kernel = $kernel");
		is(keep($kernel), keep($kernel), "$kernel: the same twice");
		# sums of floats in another order differ in the last of 24 bits
		cmp_ok($session->ask("SELECT max(a.vec <=> b.vec) FROM by_portable a JOIN by_$kernel b USING (word)"), '<', 1e-5,
			"$kernel: as near to portable as rounding allows");
		is($session->ask("SELECT count(*) FROM by_portable a JOIN by_$kernel b USING (word, freq)"), 50, "$kernel: the same words");
	}
}
is(keep('portable'), $portable, 'portable: the same twice');

done_testing();
