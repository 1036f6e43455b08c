# Helper processes that are stopped, or whose leader is: an answer within a
# second, a clear error, no process and nothing else left, and a server and a
# session that go on.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Test::More;
use Time::HiRes qw(time);
use WembTest;

my $node = WembTest::start_node('main', conf => [
	'restart_after_crash = on', 'shared_buffers = 64MB', 'max_worker_processes = 8', 'max_parallel_workers = 8' ]);
my $version = WembTest::pg_version($node);
my ($session, $watcher);

sub connect_all
{
	$_ = WembTest::Session->new($node) foreach $session, $watcher;
	$session->query('SET client_min_messages = error');
}

connect_all();
# in LZ4, reading these long texts takes less time than tokenizing them
$watcher->ask(q{SET default_toast_compression = 'lz4'}) if $version >= 14;
$watcher->ask($_) foreach
  'CREATE TABLE small AS ' . WembTest::counting_query(2000, 1000),
  'CREATE TABLE topics AS ' . WembTest::topic_query(1000),
  # 100 rows of 4 MB: a second of reading, then one batch of Chinese text, which takes long to cut into words
  q{CREATE TABLE large AS SELECT repeat('中文分词的速度 ', 200000) AS body FROM generate_series(1, 40)};

my %stages = (
	reading => q{SELECT count(*) FROM wemb_train('large', 'body', 10, model => 'm', epochs => 1, workers => 3)},
	training => q{SELECT count(*) FROM wemb_train('small', 'body', 50, model => 'm', epochs => 100000, workers => 3)},
	'training with wide windows' =>
	  q{SELECT count(*) FROM wemb_train('small', 'body', 1000, model => 'm', epochs => 100000, window_size => 200, negative => 20, sample => 0, workers => 3)});
my $all_helpers = q{FROM pg_stat_activity WHERE backend_type = 'parallel worker'};

# Start a training, wait until its helpers are at work, and return their numbers.
sub start_stage
{
	my ($stage) = @_;
	my $phase = $stage =~ s/ .*//r;

	$session->start($stages{$stage});
	WembTest::wait_until(sub { $watcher->ask("SELECT count(*) $all_helpers AND leader_pid = $session->{pid}") == 2 }, "helpers of $stage");
	WembTest::wait_until(sub { $watcher->ask("SELECT count(*) FROM wemb_progress WHERE pid = $session->{pid} AND epoch > 0") }, 'an epoch') if $phase eq 'training';
	is($watcher->ask("SELECT phase FROM wemb_progress WHERE pid = $session->{pid}"), $phase, "$stage: at work");
	return split(/\n/, $watcher->ask("SELECT pid $all_helpers AND leader_pid = $session->{pid} ORDER BY pid"));
}

sub check_nothing_left
{
	my ($name) = @_;
	is($watcher->ask("SELECT count(*) $all_helpers"), 0, "$name: no helper stays");
	is(WembTest::leftovers($node, 'm'), '', "$name: nothing is left");
	is($watcher->ask(q{SELECT count(*) FROM wemb_progress}), 0, "$name: out of wemb_progress");
	return;
}

sub check_goes_on
{
	my ($name) = @_;
	is($session->query(q{SELECT count(*) FROM wemb_train('topics', 'body', 10, model => 'other', epochs => 3, workers => 3)})->{out}, 50, "$name: the session trains again");
	return;
}

# Stopped by what is done to it, with this error, at once.
sub check_stopped
{
	my ($name, $stage, $error, $stop) = @_;
	my @helpers = start_stage($stage);
	my ($began, $result);

	$began = time;
	$stop->(@helpers);
	$result = $session->finish;
	note sprintf('%s: %.3f s', $name, $result->{ended} - $began);
	like($result->{err}, $error, "$name: error");
	cmp_ok($result->{ended} - $began, '<', $WembTest::prompt, "$name: at once");
	check_nothing_left($name);
	check_goes_on($name);
	return;
}

# ---- cancelled, ended, timed out ----

my $cancelled = qr/^ERROR:  57014: canceling statement due to user request\n$/;
my $ended = qr/^ERROR:  57P01: terminating (?:background worker|connection)[^\n]*due to administrator command\nCONTEXT:  parallel worker\n$/;

foreach my $stage ('reading', 'training', 'training with wide windows')
{
	check_stopped("$stage, cancel", $stage, $cancelled, sub { $watcher->ask("SELECT pg_cancel_backend($session->{pid})") });
	check_stopped("$stage, SIGINT to a helper", $stage, qr/^ERROR:  57014: canceling statement due to user request\nCONTEXT:  parallel worker\n$/, sub { kill 'INT', $_[1] });
	check_stopped("$stage, a helper is terminated", $stage, $ended, sub { $watcher->ask("SELECT pg_terminate_backend($_[0])") });
	check_stopped("$stage, both helpers are terminated", $stage, $ended, sub { $watcher->ask("SELECT pg_terminate_backend(pid) $all_helpers") });
}
foreach my $stage ('reading', 'training')
{
	my $result;

	$session->ask(q{SET statement_timeout = '1.5s'});
	$result = $session->query($stages{$stage});
	$session->ask('SET statement_timeout = 0');
	like($result->{err}, qr/^ERROR:  57014: canceling statement due to statement timeout\n$/, "$stage, timeout: error");
	cmp_ok($result->{seconds} - 1.5, '<', $WembTest::prompt, "$stage, timeout: at once");
	check_nothing_left("$stage, timeout");
	check_goes_on("$stage, timeout");
}

# ---- the leader's session ends ----

foreach my $stage ('reading', 'training')
{
	start_stage($stage);
	$watcher->ask("SELECT pg_terminate_backend($session->{pid})");
	like($session->finish->{err}, qr/FATAL:  57P01: terminating connection/, "$stage, the leader is terminated");
	WembTest::wait_for($node, "SELECT count(*) = 0 FROM pg_stat_activity WHERE pid = $session->{pid} OR backend_type = 'parallel worker'", 'their end');
	check_nothing_left("$stage, the leader is terminated");
	connect_all();
}

# ---- an error that is caught ----

$watcher->ask(q{CREATE FUNCTION try(query text) RETURNS text LANGUAGE plpgsql AS $$
	BEGIN
		EXECUTE query;
		RETURN 'no error';
	EXCEPTION
		WHEN query_canceled THEN RETURN 'cancelled';
		WHEN OTHERS THEN RETURN SQLSTATE;
	END $$});
foreach my $stage ('reading', 'training')
{
	foreach my $case ([ 'cancel', 'cancelled', sub { kill 'INT', $session->{pid} } ], [ 'a helper is terminated', '57P01', sub { kill 'TERM', $_[0] } ])
	{
		my ($name, $answer, $stop) = @$case;
		local $stages{$stage} = "SELECT try(\$q\$$stages{$stage}\$q\$)";
		my @helpers;

		$session->query('BEGIN; CREATE TABLE kept AS SELECT 1 AS i');
		@helpers = start_stage($stage);
		$stop->(@helpers);
		is($session->finish->{out}, $answer, "$stage, $name: caught");
		is($watcher->ask("SELECT count(*) $all_helpers"), 0, "$stage, $name, caught: no helper stays");
		is(join(' ', WembTest::temporary_files($node)), '', "$stage, $name, caught: no file is left");
		is($session->ask('SELECT i FROM kept'), 1, "$stage, $name, caught: the transaction goes on");
		check_goes_on("$stage, $name, caught");
		$session->query('ROLLBACK');
	}
}

# ---- a helper is killed: the server starts anew ----

foreach my $stage ('reading', 'training')
{
	my @helpers = start_stage($stage);

	kill 'KILL', $helpers[0];
	ok($session->finish->{lost}, "$stage, a helper is killed: the server starts anew");
	WembTest::wait_for($node, 'SELECT true', 'the server\'s recovery');
	# before 14, temporary files are kept for inspection until the next start
	$node->restart if $version < 14;
	connect_all();
	check_nothing_left("$stage, a helper is killed");
	check_goes_on("$stage, a helper is killed");
}
is(join(' ', glob($node->data_dir . '/pg_dynshmem/*')), '', 'no segment of shared memory is left');

done_testing();
