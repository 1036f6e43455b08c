# A training that is stopped, in whatever way and at whatever stage, answers
# within a second and leaves nothing: no table, no file, no memory, and the old
# model of that name as it was.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Test::More;
use Time::HiRes qw(time);
use WembTest;

my $node = WembTest::start_node('main', conf => [ 'restart_after_crash = on', 'maintenance_work_mem = 1MB', 'shared_buffers = 64MB' ]);
my $version = WembTest::pg_version($node);
my $watcher = WembTest::Session->new($node);
my $session = WembTest::Session->new($node);

# A target list is evaluated row by row: the rows never end.  The long texts
# are values of 100 MB; compressing them better would only take time.
$watcher->query('SET default_toast_compression = lz4') if $version >= 14;
$watcher->ask($_) foreach
  q{CREATE VIEW rows AS SELECT repeat('alpha beta gamma delta ', 25) AS body FROM (SELECT generate_series(1, 1000000000)) s},
  q{CREATE TABLE long_words AS SELECT repeat('alpha beta gamma delta ', 4500000) AS body},
  q{CREATE TABLE long_word AS SELECT repeat('alphabetagammadelta', 5500000) AS body},
  q{CREATE TABLE long_chinese AS SELECT repeat('中文分词的速度', 5000000) AS body},
  'CREATE TABLE small AS ' . WembTest::counting_query(200, 1000),
  q{CREATE TABLE one_text AS SELECT string_agg(body, ' ') AS body FROM small},
  q{CREATE TABLE one_large_text AS SELECT string_agg(body, ' ') AS body FROM (} . WembTest::counting_query(20000, 1000) . ') s',
  'CREATE TABLE many_words AS ' . WembTest::counting_query(1000, 100000),
  'CREATE TABLE topics AS ' . WembTest::topic_query(1000);

# Stages: the view or table, options that make this stage long and those before
# it short, and which errors can come from it.
my $cancelled = qr/ERROR:  57014: canceling statement[^\n]*\n$/;
my %stages = (
	'reading rows' => [ 'rows', 'dimensions => 20', $cancelled ],
	'reading long words' => [ 'long_words', 'dimensions => 20', $cancelled ],
	# which most tokenizers pass over in no time
	'reading a long word' => [ 'long_word', 'dimensions => 20', qr/$cancelled|ERROR:  P0002: there is no text/ ],
	'reading Chinese' => [ 'long_chinese', 'dimensions => 20', qr/$cancelled|ERROR:  P0002: there is no text/ ],
	'training' => [ 'small', 'dimensions => 300, epochs => 100000', $cancelled ],
	'training on one long text' => [ 'one_text', 'dimensions => 300, epochs => 100000', $cancelled ],
	'training with wide windows' =>
	  [ 'one_text', 'dimensions => 2000, epochs => 100000, window_size => 100, negative => 20, sample => 0', $cancelled ],
	'counting' => [ 'one_large_text', q{dimensions => 20, algorithm => 'svd', window_size => 300}, $cancelled ],
	'counting far neighbours' => [ 'one_large_text', q{dimensions => 20, algorithm => 'glove', window_size => 1000}, $cancelled ],
	'training svd' => [ 'many_words', q{dimensions => 2000, algorithm => 'svd', min_count => 1}, $cancelled ],
	'training glove' => [ 'small', q{dimensions => 300, algorithm => 'glove', epochs => 100000}, $cancelled ],
	'training glove in many dimensions' => [ 'small', q{dimensions => 16000, algorithm => 'glove', epochs => 100000}, $cancelled ],
	'making large matrices' => [ 'many_words', 'dimensions => 2000, epochs => 1, min_count => 1, max_n => 0', $cancelled ],
	'storing' => [
		'many_words',
		'dimensions => 400, epochs => 1, min_count => 1, max_n => 0, negative => 1, window_size => 1, sample => 1e-9',
		qr/ERROR:  57014: canceling statement/ ]);
my $within_storing = qr/CONTEXT:  SQL statement "(?:INSERT INTO|ALTER TABLE)/;

sub train
{
	my ($stage, $more) = @_;
	my ($source, $options) = @{ $stages{$stage} };
	return "SELECT count(*) FROM wemb_train('$source', 'body', model => 'm', $options" . ($more // '') . ')';
}

# The lock that a training takes when it begins to store.
my $is_storing = q{SELECT count(*) FROM pg_locks WHERE locktype = 'object' AND classid = 'pg_extension'::regclass AND pid = };

# Wait until the session's training has come to a stage.
sub wait_stage
{
	my ($stage, $victim) = @_;

	if ($stage =~ /^reading/)
	{
		WembTest::wait_until(sub { WembTest::temporary_files($node) }, $stage);
	}
	elsif ($stage =~ /^(training|counting)/)
	{
		$victim->wait_message(qr/$1:/) or die "no $1: $victim->{err}";
	}
	else
	{
		WembTest::wait_until(sub { $watcher->ask($is_storing . $victim->{pid}) }, $stage);
	}
}

# Stopped within the time, with the right error, and nothing left.
sub check_stopped
{
	my ($name, $stage, $result, $seconds, $left) = @_;
	my $problem =
		$result->{err} !~ $stages{$stage}[2] ? "not stopped, or at another stage: $result->{out} $result->{err}"
	  : $session->ask('SELECT 1') ne '1' ? 'the session is unusable'
	  : WembTest::leftovers($node, 'm');

	note sprintf('%s: %.3f s', $name, $seconds);
	is($problem, '', "$name: stops and leaves nothing");
	cmp_ok($seconds, '<', $WembTest::prompt, "$name: stops at once");
}

# ---- statement_timeout ----

my @tokenizers = qw(unicode whitespace english);
my @timeouts = (
	(map { my $stage = $_; map { [ $stage, 0.3, $_ ] } @tokenizers }
		'reading rows', 'reading long words', 'reading a long word', 'reading Chinese'),
	[ 'training', 0.5 ], [ 'training on one long text', 0.5 ], [ 'training with wide windows', 0.7 ],
	[ 'counting', 2.0 ], [ 'counting far neighbours', 2.5 ], [ 'training svd', 1.0 ], [ 'training glove', 0.5 ],
	[ 'training glove in many dimensions', 1.0 ], [ 'making large matrices', 0.7 ]);

sub time_out
{
	my ($stage, $seconds, $tokenizer) = @_;
	my $result;

	$session->ask("SET statement_timeout = '${seconds}s'");
	$result = $session->query(train($stage, $tokenizer ? ", tokenizer => '$tokenizer'" : ''));
	$session->ask('SET statement_timeout = 0');
	return ($result, $result->{seconds} - $seconds);
}

foreach my $case (@timeouts)
{
	my ($stage, $seconds, $tokenizer) = @$case;

	SKIP:
	{
		skip 'less than 4 GB of memory are free', 2 if $stage =~ /matrices/ && free_memory() < 4e6;
		check_stopped(join(', ', $stage, $tokenizer // (), 'timeout'), $stage, time_out(@$case));
	}
}

sub free_memory
{
	my $known = -r '/proc/meminfo' ? PostgreSQL::Test::Utils::slurp_file('/proc/meminfo') : '';
	return $known =~ /^MemAvailable:\s+(\d+) kB/m ? $1 : 0;
}

# ---- memory ----

# Megabytes of the session's process, and of the server's memory contexts.
sub memory
{
	my $status = -r "/proc/$session->{pid}/status" ? PostgreSQL::Test::Utils::slurp_file("/proc/$session->{pid}/status") : '';
	my $resident = $status =~ /^RssAnon:\s+(\d+) kB/m ? $1 / 1024 : 0;
	my $contexts = $version < 14 ? 0 : $session->ask('SELECT sum(total_bytes) / 1048576.0 FROM pg_backend_memory_contexts');

	return ($resident, $contexts);
}

my ($resident, $contexts) = memory();
time_out($_->[0], 0.2, $_->[2]) foreach @timeouts[0 .. 3 * @tokenizers];
my ($resident_now, $contexts_now) = memory();
note sprintf('resident %.1f MB, then %.1f MB; contexts %.2f MB, then %.2f MB', $resident, $resident_now, $contexts, $contexts_now);
cmp_ok($resident_now, '<', $resident + 30, 'stopped trainings leave no memory to the process');
SKIP:
{
	skip 'no view of memory contexts before 14', 2 if $version < 14;
	cmp_ok($contexts_now, '<', $contexts + 0.5, 'stopped trainings leave no memory');
	is($session->ask(q{SELECT string_agg(name, ', ') FROM pg_backend_memory_contexts WHERE name ~ '^wemb'}), '',
		'stopped trainings leave no memory context');
}

# ---- wemb() of a long text ----

foreach my $tokenizer (@tokenizers)
{
	WembTest::sql($node, "SELECT count(*) FROM wemb_train('topics', 'body', 10, model => 'short', epochs => 1, tokenizer => '$tokenizer')");
	foreach my $query (
		q{SELECT wemb(body, 'short') FROM long_words},
		q{SELECT wemb_similarity('cat', body, 'short') FROM long_words},
		q{SELECT count(*) FROM long_words, wemb_most_similar(body, 5, 'short')})
	{
		my $result;

		$session->ask(q{SET statement_timeout = '0.3s'});
		$result = $session->query($query);
		$session->ask('SET statement_timeout = 0');
		like($result->{err}, $cancelled, "$tokenizer: stops: $query");
		cmp_ok($result->{seconds} - 0.3, '<', $WembTest::prompt, "$tokenizer: stops at once: $query");
	}
	is($session->ask(q{SELECT wemb('cat', 'short') = vec FROM short WHERE word = 'cat'}), 't', "$tokenizer: wemb() works afterwards");
}
WembTest::sql($node, q{SELECT wemb_drop_model('short')});

# ---- pg_cancel_backend() ----

foreach my $stage ('reading rows', 'training', 'training on one long text', 'counting', 'training svd', 'training glove', 'storing')
{
	my ($cancelled, $result);

	$session->ask('SET wemb.progress_interval = 1');
	$session->start(train($stage));
	wait_stage($stage, $session);
	$cancelled = time;
	$watcher->ask("SELECT pg_cancel_backend($session->{pid})");
	$result = $session->finish;
	check_stopped("$stage, cancel", $stage, $result, $result->{ended} - $cancelled);
}

# Storing once more, by a timeout in the middle of it: nobody knows when that is, so try.
{
	my ($result, $late, $begun);

	$session->start(train('storing'));
	wait_stage('storing', $session);
	$begun = time - $session->{began};
	$session->finish;
	foreach my $try (1 .. 10)
	{
		$watcher->query(q{SELECT wemb_drop_model('m')}) if $watcher->ask(q{SELECT to_regclass('m')});
		($result, $late) = time_out('storing', sprintf('%.2f', $begun));
		last if $result->{err} =~ $within_storing;
		$begun *= $result->{err} =~ /57014/ ? 1.1 : 0.9;
	}
	like($result->{err}, $within_storing, 'storing, timeout: in the middle of it');
	check_stopped('storing, timeout', 'storing', $result, $late);
}

# ---- the session is ended, or killed ----

foreach my $stage ('reading rows', 'training', 'storing')
{
	my $victim = WembTest::Session->new($node);
	my ($ended, $result);

	$victim->ask('SET wemb.progress_interval = 1');
	$victim->start(train($stage));
	wait_stage($stage, $victim);
	$ended = time;
	$watcher->ask("SELECT pg_terminate_backend($victim->{pid})");
	$result = $victim->finish;
	note sprintf('%s, terminate: %.3f s', $stage, $result->{ended} - $ended);
	like($result->{err}, qr/FATAL:  57P01: terminating connection/, "$stage: session is ended");
	cmp_ok($result->{ended} - $ended, '<', $WembTest::prompt, "$stage: session is ended at once");
	WembTest::wait_for($node, "SELECT count(*) = 0 FROM pg_stat_activity WHERE pid = $victim->{pid}", 'the session\'s end');
	is(WembTest::leftovers($node, 'm'), '', "$stage: an ended session leaves nothing");
}

# With an old model of that name; storing replaces it, by one of as many dimensions.
WembTest::sql($node, q{SELECT count(*) FROM wemb_train('topics', 'body', 400, model => 'm', epochs => 1)});
my $old = WembTest::fingerprint($node, 'm');

foreach my $stage ('reading rows', 'training', 'storing')
{
	my $victim = WembTest::Session->new($node);

	$victim->ask('SET wemb.progress_interval = 1');
	$victim->start(train($stage));
	wait_stage($stage, $victim);
	kill 'KILL', $victim->{pid};
	ok($victim->finish->{lost}, "$stage: session is killed");
	WembTest::wait_for($node, 'SELECT true', 'the server\'s recovery');
	# before 14, temporary files are kept for inspection until the next start
	$node->restart if $version < 14;
	$watcher = WembTest::Session->new($node);
	is(join(' ', WembTest::temporary_files($node)), '', "$stage: a killed session leaves no file");
	is(WembTest::fingerprint($node, 'm'), $old, "$stage: a killed session leaves the old model");
	is(WembTest::sql($node, q{SELECT vector_dims(wemb('cat', 'm')), (SELECT count(*) FROM wemb_models)}), '400|1', "$stage: which works");
}
is(WembTest::sql($node, q{SELECT count(*) FROM wemb_train('topics', 'body', 400, model => 'm', epochs => 1)}), 50, 'and can be replaced');

done_testing();
