# Reading and training in several processes: as many as asked for and no more
# than the server allows, the same words and counts as one process finds, and
# vectors as good.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Test::More;
use WembTest;

# the server's log then has a line for each helper that starts
my $node = WembTest::start_node('main', conf => [
	'shared_buffers = 128MB', 'max_wal_size = 2GB', 'log_min_messages = debug1', 'max_worker_processes = 16', 'max_parallel_workers = 8' ]);
my $session = WembTest::Session->new($node);
my $other = WembTest::Session->new($node);
my $log_seen = 0;

# How many helpers have started since this was asked last.
sub helpers_started
{
	my $log = PostgreSQL::Test::Utils::slurp_file($node->logfile);
	my $count = () = substr($log, $log_seen) =~ /starting background worker process "parallel worker for PID/g;

	$log_seen = length $log;
	return $count;
}

$session->ask('SET client_min_messages = warning');
$session->ask($_) foreach
  'CREATE TABLE topics AS ' . WembTest::topic_query(2000),
  'CREATE TABLE small AS ' . WembTest::counting_query(2000, 1000);
$session->ask('RESET client_min_messages; SET wemb.progress_interval = 0');

# ---- how many processes ----

my $endless = q{SELECT count(*) FROM wemb_train('small', 'body', 20, model => 'm', epochs => 100000, workers => %d)};
my $helpers_of = "SELECT count(*) FROM pg_stat_activity WHERE leader_pid = $session->{pid} AND pid <> leader_pid";

# Settings of the session, workers, and how many processes are at work.
foreach my $case ([ '', 1, 1 ], [ '', 2, 2 ], [ '', 4, 4 ], [ 'max_parallel_workers = 2', 4, 3 ], [ 'max_parallel_workers = 0', 4, 1 ],
	[ 'max_parallel_maintenance_workers = 0', 3, 3 ], [ 'max_parallel_workers_per_gather = 0', 2, 2 ], [ '', 1000, 9 ])
{
	my ($setting, $workers, $processes) = @$case;
	my $name = join(', ', $setting || (), "workers => $workers");
	my $result;

	$session->ask("SET $setting") if $setting;
	$session->start(sprintf($endless, $workers));
	WembTest::wait_until(sub { ($other->ask("SELECT coalesce(max(epoch), 0) FROM wemb_progress WHERE pid = $session->{pid}")) > 1 }, 'the second epoch');
	is($other->ask($helpers_of), $processes - 1, "$name: processes");
	is($other->ask("SELECT workers FROM wemb_progress WHERE pid = $session->{pid}"), $processes, "$name: processes in wemb_progress");
	$other->ask("SELECT pg_cancel_backend($session->{pid})");
	$result = $session->finish;
	like($result->{err}, qr/^ERROR:  57014/, "$name: cancelled");
	is($other->ask($helpers_of), 0, "$name: no helper stays");

	$result = $session->query(qq{SELECT count(*) FROM wemb_train('small', 'body', 20, model => 'm', epochs => 2, workers => $workers)});
	like($result->{err}, $processes > 1 ? qr/words\/s by $processes processes;/ : qr/words\/s;/, "$name: processes in the report");
	if ($processes < $workers)
	{
		like($result->{err}, qr/Of the $workers workers asked for, only $processes could be had\..*\nHINT:  .*max_parallel_workers.*max_worker_processes/,
			"$name: told that there were fewer");
	}
	else
	{
		unlike($result->{err}, qr/asked for|HINT/, "$name: as many as asked for");
	}
	$session->ask('RESET ALL; SET wemb.progress_interval = 0');
}

# Without being asked: up to max_parallel_maintenance_workers and the number of processors, for much text.
foreach my $case ([ 0, 'small', 5, 0 ], [ 8, 'small', 1, 0 ], [ 1, 'small', 5, 1 ])
{
	my ($most, $source, $epochs, $helpers) = @$case;

	SKIP:
	{
		skip 'this machine has one processor', 2 if $helpers && `getconf _NPROCESSORS_ONLN` < 2;
		$session->ask("SET max_parallel_maintenance_workers = $most");
		helpers_started();
		unlike($session->query(qq{SELECT count(*) FROM wemb_train('$source', 'body', 5, model => 'm', epochs => $epochs)})->{err}, qr/asked for/,
			"max_parallel_maintenance_workers = $most, $epochs epochs: nobody asked for helpers");
		is(helpers_started(), $helpers, "max_parallel_maintenance_workers = $most, $epochs epochs: helpers");
	}
}
$session->ask('RESET max_parallel_maintenance_workers');

# ---- a result as good ----

# The share of words near a word that are of its topic, on average; models of 48 words and the two that all topics share.
sub topics_found
{
	my ($model) = @_;
	return $session->ask(qq{
		SELECT round(avg((a.topic = b.topic)::int), 3) FROM (SELECT DISTINCT topic, w FROM topics, unnest(string_to_array(body, ' ')) w WHERE w NOT IN ('the', 'and')) a,
			LATERAL wemb_most_similar(a.w, 5, '$model') n
			JOIN (SELECT DISTINCT topic, w FROM topics, unnest(string_to_array(body, ' ')) w WHERE w NOT IN ('the', 'and')) b ON b.w = n.word});
}

$session->ask('SET client_min_messages = warning');
# Not CBOW with hierarchical softmax, which finds few of these topics in Gensim either.
foreach my $options ('', q{, algorithm => 'cbow'}, q{, loss => 'hs'}, ', max_n => 0')
{
	foreach my $workers (1, 2, 4)
	{
		$session->ask(qq{SELECT count(*) FROM wemb_train('topics', 'body', 20, model => 'm', epochs => 30, sample => 0, alpha => 0.05, workers => $workers$options)});
		cmp_ok(topics_found('m'), '>', 0.95, "workers => $workers$options: neighbours are of the same topic");
	}
}

# So little text that helpers would only be in the way.
my $little = $session->query(qq{SELECT count(*) FROM wemb_train_query('SELECT body FROM topics LIMIT 500', 50, model => 'm')});
is($little->{out}, 50, '500 short rows, nothing chosen');
cmp_ok(topics_found('m'), '>', 0.95, '500 short rows, nothing chosen: neighbours are of the same topic');
note sprintf('500 short rows: %.2f s', $little->{seconds});

# ---- one process: the same bytes; other instructions: nearly the same ----

my @kernels = grep { $session->sqlstate("SET wemb.kernel = $_") eq '' } qw(portable neon avx2 avx512);
note "kernels: @kernels";
foreach my $options ('', q{, algorithm => 'cbow'}, q{, loss => 'hs'}, q{, algorithm => 'cbow', loss => 'hs', max_n => 0})
{
	foreach my $kernel (@kernels)
	{
		$session->ask("SET wemb.kernel = $kernel");
		$session->ask("DROP TABLE IF EXISTS ${kernel}_$_; CREATE TABLE ${kernel}_$_ AS SELECT * FROM wemb_train('topics', 'body', 20, model => 'm', epochs => 3, workers => 1$options)")
		  foreach 1, 2;
		is($session->ask("SELECT count(*) FROM (TABLE ${kernel}_1 EXCEPT TABLE ${kernel}_2) t"), 0, "$kernel$options: the same twice");
		is($session->ask("SELECT count(*) FROM ${kernel}_1 a JOIN portable_1 b USING (word, freq)"), 50, "$kernel$options: the same words");
		my $apart = $session->ask("SELECT max(a.vec <=> b.vec) FROM ${kernel}_1 a JOIN portable_1 b USING (word)");
		note "$kernel$options: largest cosine distance to portable $apart";
		# sums of floats in another order differ in the last of 24 bits; measured after 60,000 tokens: 2e-7
		cmp_ok($apart, '<', 1e-5, "$kernel$options: nearly the same as portable");
	}
}
$session->ask('RESET wemb.kernel');

# ---- reading: the same words and counts ----

# Rows of 5 kB, some NULL, empty, without a word, with a token that is too long,
# and one that is longer than a piece.
my $mixed = q{
	SELECT CASE WHEN i %% 100 = 0 THEN NULL WHEN i %% 100 = 1 THEN '' WHEN i %% 100 = 2 THEN ' ... ' WHEN i %% 100 = 3 THEN repeat('long', 100) || ' short'
		WHEN i = 2004 THEN repeat(body || ' Großes 中文分词 ' || i || ' ', 600)
		ELSE repeat(body || ' w' || i || ' Running cafés ' || i %% 1000 || E'\n', 10) END AS body
	FROM (SELECT i, (SELECT string_agg('w' || (i * 97 + j * j) %% 5000, ' ') FROM generate_series(0, 99) j) AS body FROM generate_series(1, %d) i) t};
$session->ask('CREATE TABLE large AS ' . sprintf($mixed, 3000));
$session->ask('CREATE TABLE larger AS SELECT body FROM large, generate_series(1, 6)');
is($session->ask('SELECT (SELECT sum(octet_length(body)) / 1000000 FROM large), (SELECT sum(octet_length(body)) / 1000000 FROM larger)'), '17|106',
	'17 MB, which is one batch, and 106 MB, which are two');

# The report of a training with so many workers, without its times; words and counts go to the table counts_N.
sub count_words
{
	my ($source, $workers, $options) = @_;
	my $err;

	$session->ask("SET client_min_messages = warning; DROP TABLE IF EXISTS counts_$workers; SET client_min_messages = notice");
	$err = $session->query(qq{CREATE TABLE counts_$workers AS SELECT word, freq
		FROM wemb_train('$source', 'body', 2, model => 'm', epochs => 1, negative => 1, window_size => 1, sample => 1e-9, alpha => 0.01, max_n => 0, workers => $workers, $options)})->{err};
	die $err unless $err =~ s/ in [\d.]+ s$//m;
	$err =~ s/Trained at [^.]*(?:\.\d+[^.]*)?\. ?//;
	return $err;
}

foreach my $case (
	[ 'large', q{tokenizer => 'unicode'}, 1 ], [ 'large', q{tokenizer => 'whitespace'}, 1 ], [ 'large', q{tokenizer => 'english'}, 1 ],
	[ 'large', q{tokenizer => 'unicode', min_count => 1, seed => 7}, 1 ], [ 'larger', q{tokenizer => 'whitespace'}, 2 ], [ 'larger', q{tokenizer => 'unicode'}, 2 ])
{
	my ($source, $options, $batches) = @$case;
	my $name = "$source, $options";
	my $report = count_words($source, 1, $options);

	foreach my $workers (2, 4)
	{
		my $started;

		helpers_started();
		is(count_words($source, $workers, $options), $report, "$name: the same report of $workers processes");
		$started = helpers_started();
		is($started, ($batches + 1) * ($workers - 1), "$name: $workers processes read and train");
		is($session->ask("SELECT count(*) FROM ((TABLE counts_1 EXCEPT ALL TABLE counts_$workers) UNION ALL (TABLE counts_$workers EXCEPT ALL TABLE counts_1)) t"), 0,
			"$name: the same words and counts");
	}
	is(join(' ', WembTest::temporary_files($node)), '', "$name: no file is left");
}

# With no helper free, and with little memory.
$session->ask('SET max_parallel_workers = 0');
like(count_words('large', 3, q{tokenizer => 'unicode'}), qr/Of the 3 workers asked for, only 1 could be had/, 'reading with no helper free');
$session->ask('RESET max_parallel_workers');
count_words('large', 1, q{tokenizer => 'unicode'});
is($session->ask('SELECT count(*) FROM ((TABLE counts_1 EXCEPT ALL TABLE counts_3) UNION ALL (TABLE counts_3 EXCEPT ALL TABLE counts_1)) t'), 0,
	'reading with no helper free: the same words and counts');
$session->ask(q{SET maintenance_work_mem = '1MB'; SET work_mem = '64kB'; SET wemb.max_memory = '20MB'});
count_words('large', 2, q{tokenizer => 'unicode'});
is($session->ask('SELECT count(*) FROM ((TABLE counts_1 EXCEPT ALL TABLE counts_2) UNION ALL (TABLE counts_2 EXCEPT ALL TABLE counts_1)) t'), 0,
	'reading with little memory: the same words and counts');
$session->ask(q{SET temp_file_limit = '3MB'});
like($session->query(q{SELECT count(*) FROM wemb_train('large', 'body', 2, model => 'm', epochs => 1, workers => 2)})->{err},
	qr/^ERROR:  53400: temporary file size exceeds/, 'reading beyond temp_file_limit');
$session->ask('RESET ALL');
is(join(' ', WembTest::temporary_files($node)), '', 'no file is left');

done_testing();
