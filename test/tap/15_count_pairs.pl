# Training from counts of which words occur together, by several processes: as
# many as asked for, as good as one, and nothing left when they are stopped.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Test::More;
use Time::HiRes qw(time);
use WembTest;

my $node = WembTest::start_node('main',
	conf => [ 'shared_buffers = 64MB', 'maintenance_work_mem = 4MB', 'max_worker_processes = 8', 'max_parallel_workers = 8' ]);
my $session = WembTest::Session->new($node);
my $watcher = WembTest::Session->new($node);

WembTest::create_topics($node, 'topics', 2000);
$watcher->ask('CREATE TABLE large AS ' . WembTest::counting_query(20000, 3000));
$watcher->ask(q{CREATE TABLE one_large_text AS SELECT string_agg(body, ' ') AS body FROM large});
# not so large that helpers read it, and then number the words in another order
$watcher->ask('CREATE TABLE medium AS ' . WembTest::counting_query(2000, 3000));

# ---- results ----

# Of the five nearest words of every word, the share that is of its topic.
sub right_neighbours
{
	my $values = join(', ', map { my $topic = $_; map { "('$topic', '$_')" } @{ $WembTest::topics{$topic} } } sort keys %WembTest::topics);

	return $watcher->ask(qq{
		WITH words (topic, word) AS (VALUES $values)
		SELECT avg((near.topic = words.topic)::int) FROM words, wemb_most_similar(words.word, 5, 'm') m LEFT JOIN words near ON near.word = m.word});
}

foreach my $algorithm (qw(svd glove))
{
	foreach my $workers (1, 2, 4)
	{
		my $result = $session->query("SELECT count(*) FROM wemb_train('topics', 'body', 20, model => 'm', algorithm => '$algorithm', workers => $workers)");
		my $processes = $result->{err} =~ /by (\d+) processes/ ? $1 : 1;

		is($result->{out}, 50, "$algorithm: all words, with $workers workers") or diag $result->{err};
		cmp_ok($processes, '<=', $workers, "$algorithm: no more than $workers processes");
		cmp_ok($processes, '>', 1, "$algorithm: $workers workers are several processes") if $workers > 1;
		cmp_ok(right_neighbours(), '>', 0.8, "$algorithm: good neighbours with $workers workers");
	}
}

# Who multiplies which rows makes no difference to svd, and neither does the memory for counting.
my %seen;

foreach my $workers (1, 2, 3)
{
	foreach my $memory ('1MB', '64MB')
	{
		$session->query("SET maintenance_work_mem = '$memory'");
		$session->query("SELECT count(*) FROM wemb_train('medium', 'body', 10, model => 'm', algorithm => 'svd', workers => $workers)");
		$seen{ WembTest::fingerprint($node, 'm') }++;
	}
}
is(join(' ', values %seen), 6, 'svd: the same bytes with any number of processes and any memory');
$session->query('RESET maintenance_work_mem');
$session->query(q{SELECT wemb_drop_model('m')});

# With no process to be had, one does it all.
$session->query('SET max_parallel_workers = 0');
foreach my $algorithm (qw(svd glove))
{
	my $result = $session->query("SELECT count(*) FROM wemb_train('topics', 'body', 20, model => 'm', algorithm => '$algorithm', workers => 3)");

	is($result->{out}, 50, "$algorithm: works without a free process");
	unlike($result->{err}, qr/by \d+ processes/, "$algorithm: one process did it");
}
$session->query('RESET max_parallel_workers');
$session->query(q{SELECT wemb_drop_model('m')});

# ---- stopped ----

my $helpers = q{SELECT pid FROM pg_stat_activity WHERE backend_type = 'parallel worker'};
my %stages = (
	'counting' => [ 'one_large_text', q{dimensions => 20, algorithm => 'svd', window_size => 300} ],
	'training svd' => [ 'large', q{dimensions => 1500, algorithm => 'svd', window_size => 50} ],
	'training glove' => [ 'topics', q{dimensions => 300, algorithm => 'glove', epochs => 100000} ]);

sub start_stage
{
	my ($stage) = @_;
	my ($source, $options) = @{ $stages{$stage} };
	my ($phase) = $stage =~ /^(\w+)/;

	$session->start("SET wemb.progress_interval = 1; SELECT count(*) FROM wemb_train('$source', 'body', model => 'm', workers => 2, $options)");
	$session->wait_message(qr/$phase:/) or die "no $phase: $session->{err}";
}

sub check_stopped
{
	my ($name, $began, $error) = @_;
	my $result = $session->finish;

	like($result->{err}, $error, "$name: the error");
	cmp_ok($result->{ended} - $began, '<', $WembTest::prompt, "$name: at once");
	WembTest::wait_until(sub { $watcher->ask($helpers) eq '' }, 'the end of the helpers');
	is(WembTest::leftovers($node, 'm'), '', "$name: nothing is left");
	is($session->ask('SELECT 1'), 1, "$name: the session goes on");
}

foreach my $stage (sort keys %stages)
{
	my $began;

	start_stage($stage);
	$began = time;
	$watcher->ask("SELECT pg_cancel_backend($session->{pid})");
	check_stopped("$stage, cancel", $began, qr/ERROR:  57014: canceling statement/);

	start_stage($stage);
	# Each pass has helpers of its own: there is none for a moment, and one that is done with its own no longer
	# matters: it may have ended since it was listed, of which the server warns.
	WembTest::wait_until(
		sub {
			my ($helper) = split(/\n/, $watcher->ask($helpers));

			$began = time if defined $helper && $watcher->query("SELECT pg_terminate_backend($helper)")->{out} eq 't';
			$session->read_output(0.02);
			return $session->is_over;
		}, 'the end that a helper makes');
	check_stopped("$stage, a helper is ended", $began, qr/(?:ERROR|FATAL):  57P01: terminating|ERROR:  55000: lost connection to parallel worker/);
}

# What the temporary files may take is limited.
{
	my $result = $session->query(q{SET temp_file_limit = '1MB'; SELECT count(*) FROM wemb_train('large', 'body', 10, model => 'm', algorithm => 'svd', workers => 1, window_size => 50)});

	like($result->{err}, qr/ERROR:  53400: temporary file size exceeds temp_file_limit/, 'temp_file_limit holds');
	is(WembTest::leftovers($node, 'm'), '', 'temp_file_limit: nothing is left');
}

done_testing();
