# A model trained on the primary serves on its hot standbys, where nothing can
# be written; and every page of it is replayed as it was written.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Test::More;
use WembTest;

my $primary = WembTest::start_node('primary', streaming => 1,
	conf => [ q{wal_consistency_checking = 'all'}, 'shared_buffers = 64MB', 'max_wal_size = 1GB', 'autovacuum = off' ]);
$primary->backup('copy');
my $standby = WembTest::new_node('standby');
$standby->init_from_backup($primary, 'copy', has_streaming => 1);
$standby->start;

sub train
{
	my ($seed, $dimensions) = @_;
	WembTest::sql($primary, "SELECT count(*) FROM wemb_train('topics', 'body', $dimensions, model => 'news', seed => $seed, epochs => 5)");
	$primary->wait_for_catchup($standby, 'replay', $primary->lsn('insert'));
}

WembTest::create_topics($primary, 'topics', 1000);
train(1, 20);

# Sessions on the standby, which stay: all can only read, in four ways.
my %sessions = map { $_ => WembTest::Session->new($standby) } 'plain', 'read only', 'read only by default', 'REPEATABLE READ';
$sessions{'read only by default'}->ask('SET default_transaction_read_only = on');

sub ask
{
	my ($way, $query) = @_;
	my $begin = $way eq 'read only' ? 'BEGIN READ ONLY; ' : $way eq 'REPEATABLE READ' ? 'BEGIN ISOLATION LEVEL REPEATABLE READ; ' : '';

	return $sessions{$way}->ask($begin . $query . ($begin ne '' ? '; COMMIT' : ''));
}

my @queries = (
	q{SELECT wemb('cat pan', 'news')},
	q{SELECT string_agg(wemb(body, 'news')::text, ',' ORDER BY id) FROM topics},
	q{SELECT wemb('unheardof words', 'news')},
	q{SELECT string_agg(word || similarity, ',' ORDER BY similarity DESC, word) FROM wemb_most_similar('ship', 10, 'news')},
	q{SELECT wemb_similarity('rose', 'tulip', 'news')},
	q{SELECT model, owner, words, dimensions, tokens, texts, options FROM wemb_models},
	q{SELECT string_agg(id::text, ',') FROM (SELECT id FROM topics ORDER BY wemb(body, 'news') <-> wemb('storm', 'news'), id LIMIT 5) s},
	q{SELECT md5(string_agg(word || vec, ',' ORDER BY word)) FROM news});

# Old sessions see each new model, as the primary does.
my $last = '';
foreach my $model ([ 1, 20 ], [ 2, 20 ], [ 1, 30 ], [ 1, 20 ])
{
	my ($seed, $dimensions) = @$model;
	my @wanted;

	train($seed, $dimensions);
	@wanted = map { WembTest::sql($primary, $_) } @queries;
	isnt($wanted[0], $last, "seed $seed, $dimensions dimensions: another model on the primary");
	$last = $wanted[0];
	foreach my $way (sort keys %sessions)
	{
		is_deeply([ map { ask($way, $_) } @queries ], \@wanted, "seed $seed, $dimensions dimensions: the same on the standby, $way");
	}
}

# A transaction that began before goes on with what it sees.
my $session = $sessions{'REPEATABLE READ'};
$session->ask('BEGIN ISOLATION LEVEL REPEATABLE READ');
my $before = $session->ask($queries[0]);
train(3, 20);
isnt($sessions{plain}->ask($queries[0]), $before, 'another model for others');
is($session->ask($queries[0]), $before, 'the same model for a transaction that has begun before');
$session->ask('COMMIT');
is($session->ask($queries[0]), WembTest::sql($primary, $queries[0]), 'the new one afterwards');

# ---- what would write ----

foreach my $way (sort keys %sessions)
{
	my $begin = $way eq 'read only' ? 'BEGIN READ ONLY' : $way eq 'REPEATABLE READ' ? 'BEGIN ISOLATION LEVEL REPEATABLE READ' : 'BEGIN';

	foreach my $case (
		[ 'train', q{SELECT count(*) FROM wemb_train('topics', 'body', 5, model => 'mine')}, qr/cannot execute wemb_train\(\)/ ],
		[ 'train again', q{SELECT count(*) FROM wemb_train('topics', 'body', 20, model => 'news')}, qr/cannot execute wemb_train\(\)/ ],
		[ 'drop', q{SELECT wemb_drop_model('news')}, qr/cannot / ])
	{
		my ($name, $query, $message) = @$case;
		my $result;

		$sessions{$way}->ask($begin);
		$result = $sessions{$way}->query($query);
		$sessions{$way}->ask('ROLLBACK');
		like($result->{err}, $name eq 'drop' ? qr/^ERROR:  (25006|55000): $message/ : qr/^ERROR:  25006: $message/, "$name on the standby, $way");
	}
}

# The same on the primary, in a read-only transaction.
$session = WembTest::Session->new($primary);
$session->ask('SET default_transaction_read_only = on');
is($session->sqlstate(q{SELECT count(*) FROM wemb_train('topics', 'body', 20, model => 'news')}), '25006', 'train in a read-only transaction');
is($session->sqlstate(q{SELECT wemb_drop_model('news')}), '25006', 'drop in a read-only transaction');
is($session->ask($queries[$_]), $sessions{plain}->ask($queries[$_]), "read only on the primary: query $_") foreach 0 .. $#queries;

# ---- promoted, the standby goes on by itself ----

my @wanted = map { WembTest::sql($primary, $_) } @queries;
$primary->stop;
$standby->promote;
WembTest::wait_for($standby, 'SELECT NOT pg_is_in_recovery()', 'the promotion');
is_deeply([ map { $sessions{plain}->ask($_) } @queries ], \@wanted, 'promoted: the same model');
like($sessions{plain}->query(q{SELECT count(*) FROM wemb_train('topics', 'body', 20, model => 'news', seed => 5)})->{err}, qr/NOTICE.*model public\.news/,
	'promoted: trains again');
isnt($sessions{plain}->ask($queries[0]), $wanted[0], 'promoted: another model');

my $log = PostgreSQL::Test::Utils::slurp_file($standby->logfile);
is(join("\n", $log =~ /^.*(?:PANIC|FATAL:  inconsistent page).*$/mg), '', 'every page is replayed as it was written');

done_testing();
