# The server is killed: what was committed is there again, word for word, and
# what was not has left nothing.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Test::More;
use WembTest;

my $node = WembTest::start_node('main', conf => [
	'shared_buffers = 64MB', 'maintenance_work_mem = 1MB', 'checkpoint_timeout = 1h', 'max_wal_size = 2GB', 'autovacuum = off', 'wal_level = replica' ]);

WembTest::create_topics($node, 'topics', 1000);
WembTest::sql($node, $_) foreach
  'CREATE TABLE many_words AS ' . WembTest::counting_query(1000, 100000),
  'CREATE TABLE many_tokens AS ' . WembTest::counting_query(6000, 1000),
  'CHECKPOINT';

sub train
{
	my ($model, $seed, $dimensions, $more) = @_;
	return "SELECT count(*) FROM wemb_train('topics', 'body', $dimensions, model => '$model', seed => $seed, epochs => 3" . ($more // '') . ')';
}

sub crash
{
	my ($name) = @_;

	$node->stop('immediate');
	$node->start;
	is(join(' ', WembTest::temporary_files($node)), '', "$name: no temporary file");
}

# ---- after the commit ----

# What is there before, with a checkpoint after it or not; what is trained.
foreach my $case (
	[ 'a new model', '', train('m', 1, 10) ],
	[ 'a model trained again', train('m', 1, 10), train('m', 2, 10) ],
	[ 'a model trained again after a checkpoint', train('m', 1, 10) . '; CHECKPOINT', train('m', 2, 10) ],
	[ 'a model of other dimensions', train('m', 1, 10), train('m', 2, 30) ],
	[ 'a model of wide vectors', '', train('m', 1, 3000, ', max_n => 0') ],
	[ 'a model dropped and trained', train('m', 1, 10), q{SELECT wemb_drop_model('m'); } . train('m', 2, 10) ],
	[ 'a model trained twice in a transaction', '', 'BEGIN; ' . train('m', 1, 10) . '; ' . train('m', 2, 10) . '; COMMIT' ])
{
	my ($name, $before, $sql) = @$case;
	my ($fingerprint, $vector);

	WembTest::sql($node, 'DROP TABLE IF EXISTS m, m_parts; CHECKPOINT');
	WembTest::sql($node, $before) if $before ne '';
	WembTest::sql($node, $sql);
	$fingerprint = WembTest::fingerprint($node, 'm');
	$vector = WembTest::sql($node, q{SELECT wemb('cat pan unheardof', 'm')});
	crash($name);
	is(WembTest::fingerprint($node, 'm'), $fingerprint, "$name: the same");
	is(WembTest::sql($node, q{SELECT wemb('cat pan unheardof', 'm')}), $vector, "$name: wemb()");
	is(WembTest::sql($node, q{SET enable_seqscan = off; SELECT count(*), sum((SELECT freq FROM m n WHERE n.word = m.word)) = sum(freq) FROM m}),
		'50|t', "$name: its index");
}

# ---- in the middle of it ----

my $old = WembTest::fingerprint($node, 'm');
my $vector = WembTest::sql($node, q{SELECT wemb('cat', 'm')});

# Options and how to see that it has come so far; model is the old one or a new one.
foreach my $case (
	[ 'reading', q{'many_tokens', 'body', 10}, sub { WembTest::temporary_files($node) } ],
	[ 'training', q{'many_tokens', 'body', 10, epochs => 100000}, sub { $_[0]->read_output(0.1); $_[0]{err} =~ /training:/ } ],
	[ 'storing', q{'many_words', 'body', 400, epochs => 1, min_count => 1, max_n => 0, negative => 1, window_size => 1, sample => 1e-9},
		sub { WembTest::sql($node, q{SELECT count(*) FROM pg_locks WHERE locktype = 'object' AND classid = 'pg_extension'::regclass}) } ],
	[ 'not committed', q{'topics', 'body', 10}, sub { $_[0]->is_over } ])
{
	my ($name, $arguments, $reached) = @$case;

	foreach my $model ('m', 'new')
	{
		my $session = WembTest::Session->new($node);

		$session->ask(q{SET wemb.progress_interval = '1s'; BEGIN});
		$session->start("SELECT count(*) FROM wemb_train($arguments, model => '$model')");
		WembTest::wait_until(sub { $session->read_output(0); $reached->($session) }, $name);
		$session->finish if $name eq 'not committed';
		crash("$name, model $model");
		$session->finish if $session->{running};
		is(WembTest::leftovers($node, 'new'), '', "$name, model $model: nothing is left");
		is(WembTest::fingerprint($node, 'm'), $old, "$name, model $model: the old model");
		is(WembTest::sql($node, q{SELECT wemb('cat', 'm')}), $vector, "$name, model $model: works");
	}
}

done_testing();
