# A training whose numbers are not finite any more goes back and on with a
# smaller learning rate, says so, and logs it; one whose loss falls no more can
# stop early.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Test::More;
use WembTest;

my $node = WembTest::start_node('main', conf => [ 'shared_buffers = 64MB', 'max_worker_processes = 8' ]);
my $session = WembTest::Session->new($node);

# Three words that follow each other at random, in one text: with a wide window,
# each centre pulls and pushes the same few rows hundreds of times at once.
$session->ask('SET client_min_messages = warning');
$session->ask($_) foreach
  q{CREATE TABLE three AS SELECT string_agg(CASE WHEN i % 2 = 0 THEN 'a b a b a b a b a b a b c a b' ELSE 'b a c b b a a c a a a b' END, ' ') AS body FROM generate_series(1, 300) i},
  'CREATE TABLE topics AS ' . WembTest::topic_query(2000);
$session->ask('SET client_min_messages = notice; SET wemb.progress_interval = 0');


my $finite = q{SELECT bool_and(vector_norm(vec) BETWEEN 0.999 AND 1.001) FROM m};
my $warning = qr/^WARNING:  01000: training has diverged in epoch (\d+) and goes back to the end of epoch (\d+)\nDETAIL:  Vectors have numbers that are not finite\. The learning rate is ([\d.e-]+) of what it was\.$/m;

# ---- diverged ----

foreach my $case (
	[ 'skip-gram', 'epochs => 8', 1 ],
	[ 'skip-gram, two processes', 'epochs => 8', 2 ],
	[ 'CBOW', q{epochs => 8, algorithm => 'cbow', window_size => 1000}, 1 ],
	[ 'hierarchical softmax', q{epochs => 8, loss => 'hs', window_size => 30}, 1 ],
	[ 'hierarchical softmax, two processes', q{epochs => 8, loss => 'hs', window_size => 30}, 2 ],
	[ 'subwords', q{epochs => 8, min_n => 1, max_n => 2, buckets => 1000, window_size => 10}, 1 ])
{
	my ($name, $options, $workers) = @$case;
	my $result = $session->query(qq{SELECT count(*) FROM wemb_train('three', 'body', 10, model => 'm', alpha => 1, sample => 0, workers => $workers, }
		. join(', ', ($options =~ /max_n/ ? () : 'max_n => 0'), ($options =~ /window_size/ ? () : 'window_size => 100'), $options) . ')');
	my @warnings = $result->{err} =~ /$warning/g;
	my @log = map { [ split /\|/, $_, -1 ] }
	  split(/\n/, $session->ask(q{SELECT epoch, loss IS NULL, event IS NOT NULL, coalesce(event, '') FROM wemb_training_log('m')}));
	my (@epochs, $restarts);

	is($result->{out}, 3, "$name: ends well") or diag $result->{err};
	cmp_ok(scalar(@warnings), '>', 0, "$name: a warning");
	$restarts = @warnings / 3;
	cmp_ok($restarts, '<=', 8, "$name: not more than eight");
	foreach my $i (0 .. $restarts - 1)
	{
		my ($bad, $back, $rate) = @warnings[ 3 * $i .. 3 * $i + 2 ];

		cmp_ok($back, '<', $bad, "$name: goes back");
		is($rate, 0.5**($i + 1), "$name: half the learning rate");
	}
	is($session->ask($finite), 't', "$name: all numbers are finite in the end");

	# the log: epochs one after the other, and what happened where
	is(scalar(grep { $_->[2] eq 't' } @log), $restarts, "$name: restarts in the log");
	foreach my $line (@log)
	{
		my ($epoch, $no_loss, $event, $what) = @$line;

		if ($event eq 't')
		{
			$what =~ /^not finite: back to the end of epoch (\d+) with [\d.e-]+ of the learning rate$/ or fail("$name: event: $what");
			is($no_loss, 't', "$name: no loss where it is not finite");
			splice(@epochs, $1);
		}
		else
		{
			push @epochs, $epoch;
		}
	}
	is("@epochs", '1 2 3 4 5 6 7 8', "$name: all epochs in the log");
	like($session->ask(q{SELECT data ->> 'epochs' FROM (SELECT data -> 'training' AS data FROM m_parts WHERE part = 'options') t}), qr/^8$/, "$name: epochs of the model");
	is(join(' ', WembTest::temporary_files($node)), '', "$name: no file is left");
}

# What no smaller learning rate saves: the error is there, and the old model.
my $before = WembTest::fingerprint($node, 'm');
foreach my $workers (1, 2)
{
	my $result = $session->query(qq{SELECT count(*) FROM wemb_train('three', 'body', 10, model => 'm', alpha => 1, min_alpha => 1, sample => 0, min_n => 1, max_n => 2, buckets => 10,
		window_size => 100, epochs => 20, workers => $workers)});

	like($result->{err}, qr/ERROR:  22P01: training has diverged in epoch \d+\nDETAIL:  Vectors have numbers that are not finite, even after 8 restarts.*\nHINT:  Lower alpha\.$/m,
		"$workers processes: beyond help") or diag substr($result->{err}, -500);
	is(scalar(() = $result->{err} =~ /$warning/g) / 3, 8, "$workers processes: eight restarts");
	is(WembTest::fingerprint($node, 'm'), $before, "$workers processes: the old model stays");
	is(join(' ', WembTest::temporary_files($node)), '', "$workers processes: no file is left");
}

# ---- converged ----

sub train_topics
{
	my ($options) = @_;
	my $err = $session->query(qq{SELECT count(*) FROM wemb_train('topics', 'body', 10, model => 't', sample => 0, epochs => 60, $options)})->{err};
	my ($epochs, $fallen) = split(/\|/, $session->ask(q{SELECT count(*), min(last_value / loss) FROM (SELECT loss, lag(loss) OVER (ORDER BY epoch) AS last_value FROM wemb_training_log('t')) l}));

	return ($err, $epochs, $fallen);
}

my ($err, $all) = train_topics('workers => 1');
unlike($err, qr/converged/, 'without tolerance: nothing of it');
is($all, 60, 'without tolerance: all epochs');
foreach my $case ([ 0.5, 1, 2, 2 ], [ 0.01, 1, 3, 59 ], [ 0.01, 2, 3, 59 ], [ 0, 1, 3, 60 ], [ 1, 1, 2, 2 ])
{
	my ($tolerance, $workers, $least, $most) = @$case;
	my ($err, $epochs) = train_topics("tolerance => $tolerance, workers => $workers");

	cmp_ok($epochs, '>=', $least, "tolerance $tolerance, $workers processes: epochs");
	cmp_ok($epochs, '<=', $most, "tolerance $tolerance, $workers processes: epochs");
	like($err, qr/The loss converged after $epochs of 60 epochs\./, "tolerance $tolerance, $workers processes: said") if $epochs < 60;
	is($session->ask(q{SELECT (data -> 'training' ->> 'epochs')::int FROM t_parts WHERE part = 'options'}), $epochs, "tolerance $tolerance, $workers processes: epochs of the model");
}
is($session->sqlstate(q{SELECT wemb_train('topics', 'body', 10, model => 't', tolerance => -0.1)}), '22023', 'tolerance below 0');
is($session->sqlstate(q{SELECT wemb_train('topics', 'body', 10, model => 't', tolerance => 'NaN')}), '22023', 'tolerance NaN');

done_testing();
