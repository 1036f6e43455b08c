# Recurrent networks in the engine that all algorithms share: several processes,
# an answer to Ctrl-C within a second, the same bytes again, kernels that agree,
# what others see, a restart where numbers are not finite; and on real text, neighbours that make sense.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Test::More;
use Time::HiRes qw(time);
use WembTest;

my $node = WembTest::start_node('main', conf => [ 'shared_buffers = 128MB', 'max_worker_processes = 8', 'max_parallel_workers = 8' ]);
my $session = WembTest::Session->new($node);
my $watcher = WembTest::Session->new($node);

WembTest::create_topics($node, 'topics', 2000);
WembTest::sql($node, 'CREATE TABLE small AS ' . WembTest::counting_query(300, 1000));

sub train
{
	my ($source, $options) = @_;
	return qq{SELECT count(*) FROM wemb_train('$source', 'body', model => 'm', algorithm => 'rnn', $options)};
}

# Words of one topic are nearer to each other than to the rest.
sub knows_topics
{
	return $session->ask(q{SELECT wemb_similarity('cat', 'horse', 'm') > wemb_similarity('cat', 'kettle', 'm') AND
		wemb_similarity('spoon', 'bowl', 'm') > wemb_similarity('spoon', 'reef', 'm') AND
		wemb_similarity('tide', 'storm', 'm') > wemb_similarity('tide', 'rose', 'm')});
}

# ---- several processes ----

foreach my $cell (qw(elman gru lstm))
{
	foreach my $workers (1, 2, 4)
	{
		my $result = $session->query(train('topics', "dimensions => 20, epochs => 10, cell => '$cell', workers => $workers"));

		is($result->{out}, 50, "$cell, $workers processes: words");
		like($result->{err}, qr/ by $workers processes/, "$cell, $workers processes: at work") if $workers > 1;
		is(knows_topics(), 't', "$cell, $workers processes: words of a topic are near");
	}
}

# ---- stopped ----

my %stages = (
	'one process' => 'dimensions => 50, epochs => 100000, workers => 1',
	'two processes' => 'dimensions => 50, epochs => 100000, workers => 2',
	'the largest network' => q{dimensions => 1024, cell => 'lstm', window_size => 16, epochs => 100000, workers => 2});

$session->query('SET client_min_messages = warning');
foreach my $stage (sort keys %stages)
{
	my $before = WembTest::fingerprint($node, 'm');
	my ($began, $result);

	$session->start(train('small', $stages{$stage}));
	WembTest::wait_until(sub { $watcher->ask("SELECT count(*) FROM wemb_progress WHERE pid = $session->{pid} AND phase = 'training' AND tokens_done > 0") }, $stage);
	is($watcher->ask("SELECT model, phase, percent >= 0, epoch >= 1, tokens_total > 0 FROM wemb_progress WHERE pid = $session->{pid}"), 'public.m|training|t|t|t', "$stage: what others see");
	$began = time;
	$watcher->ask("SELECT pg_cancel_backend($session->{pid})");
	$result = $session->finish;
	note sprintf('%s: %.3f s', $stage, $result->{ended} - $began);
	like($result->{err}, qr/^ERROR:  57014/m, "$stage: cancelled");
	cmp_ok($result->{ended} - $began, '<', $WembTest::prompt, "$stage: at once");
	is(WembTest::fingerprint($node, 'm'), $before, "$stage: the old model stays");
	is(join(' ', WembTest::temporary_files($node)), '', "$stage: no file is left");
}

# ---- the same again ----

sub fingerprint
{
	my ($options, @settings) = @_;
	my $other = WembTest::Session->new($node);

	$other->ask("SET $_") foreach 'client_min_messages = warning', @settings;
	$other->ask(train('topics', "dimensions => 17, epochs => 3, workers => 1, $options"));
	return WembTest::fingerprint($node, 'm');
}

foreach my $options (q{cell => 'elman'}, q{cell => 'gru', optimizer => 'adagrad'}, q{cell => 'lstm', optimizer => 'sgd'})
{
	is(fingerprint($options), fingerprint($options, q{maintenance_work_mem = '1MB'}, 'wemb.progress_interval = 1'), "$options: the same again");
	isnt(fingerprint($options), fingerprint("$options, seed => 2"), "$options: another seed, another model");
}

# Other kernels round otherwise in the last bits.
foreach my $kernel (split(/[{},]+/, $session->ask(q{SELECT vector_dims('[1]'::vector); SELECT enumvals FROM pg_settings WHERE name = 'wemb.kernel'}) =~ s/^1\n//r))
{
	next if $kernel eq '' || $kernel eq 'portable' || $session->sqlstate("SET wemb.kernel = $kernel");
	fingerprint(q{optimizer => 'sgd'}, 'wemb.kernel = portable');
	WembTest::sql($node, 'DROP TABLE IF EXISTS by_portable; CREATE TABLE by_portable AS TABLE m');
	fingerprint(q{optimizer => 'sgd'}, "wemb.kernel = $kernel");
	cmp_ok($session->ask('SELECT max(m.vec <=> p.vec) FROM m JOIN by_portable p USING (word)'), '<', 1e-4, "$kernel: as near to portable as rounding allows");
}

# ---- texts that are like their neighbours ----

# 60 sections of 16,000 tokens, each with 13 of 256 words: what one teaches is forgotten in the next.  If they came
# in this order, the loss would be lowest while steps are large.
WembTest::sql($node, q{CREATE TABLE sections AS SELECT s * 200 + t AS id, (SELECT string_agg('w' || (hashint4(s * 13 +
	hashint4(s * 2000000 + t * 1000 + j) % 13) & 255), ' ') FROM generate_series(1, 80) j) AS body
	FROM generate_series(1, 60) s, generate_series(1, 200) t ORDER BY 1});
foreach my $workers (1, 2)
{
	my @loss;

	$session->query(train('sections', "dimensions => 20, epochs => 8, workers => $workers"));
	@loss = split(/ /, $session->ask(q{SELECT string_agg(loss::text, ' ' ORDER BY epoch) FROM wemb_training_log('m')}));
	note "@loss";
	is(scalar(grep { $loss[$_] >= $loss[ $_ - 1 ] } 1 .. $#loss), 0, "$workers processes: the loss falls in every epoch");
	like($session->query(train('sections', "dimensions => 20, epochs => 8, tolerance => 0.001, workers => $workers") =~ s/'m'/'n'/r)->{out}, qr/^\d+$/, "$workers processes: with a tolerance");
	is($session->ask(q{SELECT count(*) FROM wemb_training_log('n')}), 8, "$workers processes: which stops nothing while the loss falls");
}

# ---- steps that are too large ----

# Gradients are cut, so numbers stay finite; what is learned may be worth little.
is($session->query(train('topics', q{dimensions => 20, epochs => 3, optimizer => 'sgd', alpha => 1, min_alpha => 1}))->{out}, 50, 'the largest steps');
is($session->ask('SELECT count(*) FROM m WHERE NOT vector_norm(vec) BETWEEN 0 AND 1.001'), 0, 'the largest steps: all numbers are finite');

# ---- numbers that are not finite ----

# Steps are cut, so it takes a model to start from whose weights sum up to more than a float can be.
my $diverged = qr/^WARNING:  01000: training has diverged in epoch 1 and goes back to the end of epoch 0\nDETAIL:  .* not finite\. The learning rate is ([\d.e-]+) of what it was\.$/m;

$session->query('SET client_min_messages = notice; SET wemb.progress_interval = 0');
$session->query(q{SELECT count(*) FROM wemb_train('topics', 'body', 8, model => 'bad', algorithm => 'rnn', epochs => 1)});
$session->query(q{UPDATE bad_parts SET vec = array_fill(3e38::real, ARRAY[8])::vector WHERE part IN ('network', 'input', 'output')});
foreach my $workers (1, 2)
{
	my $before = WembTest::fingerprint($node, 'm');
	my $result = $session->query(train('topics', "dimensions => 8, epochs => 3, init => 'bad', workers => $workers"));

	like($result->{err}, qr/^ERROR:  22P01: training has diverged in epoch 1\nDETAIL:  .*, even after 8 restarts.*\nHINT:  Lower alpha\.$/m, "$workers processes, beyond help: error");
	is(join(' ', $result->{err} =~ /$diverged/g), join(' ', map { 0.5**$_ } 1 .. 8), "$workers processes, beyond help: steps half as large each time");
	is(WembTest::fingerprint($node, 'm'), $before, "$workers processes, beyond help: the old model stays");
	is(join(' ', WembTest::temporary_files($node)), '', "$workers processes, beyond help: no file is left");
}

# The same model, whose network a policy hides once it was read: the second time all is well.
$session->ask($_) foreach
  'CREATE SEQUENCE reads',
  'CREATE ROLE reader',
  'GRANT SELECT ON bad, bad_parts, topics, reads TO reader; GRANT USAGE ON reads TO reader; GRANT CREATE ON SCHEMA public TO reader',
  'ALTER TABLE bad ENABLE ROW LEVEL SECURITY',
  'ALTER TABLE bad_parts ENABLE ROW LEVEL SECURITY',
  q{CREATE POLICY counted ON bad USING (nextval('reads') > 0)},
  q{CREATE POLICY once ON bad_parts USING (part <> 'network' OR NOT (SELECT is_called FROM reads))};
foreach my $workers (1, 2)
{
	my ($result, @log);

	$session->ask(q{SELECT setval('reads', 1, false)});
	$session->ask('SET ROLE reader');
	$result = $session->query(train('topics', "dimensions => 8, epochs => 3, alpha => 0.01, init => 'bad', workers => $workers") =~ s/'m'/'reread'/r);
	is(join(' ', $result->{err} =~ /$diverged/g), '0.5', "$workers processes, gone back: one restart") or diag $result->{err};
	is($result->{out}, 50, "$workers processes, gone back: words");
	@log = split(/\n/, $session->ask(q{SELECT concat_ws(' ', epoch, loss IS NULL, alpha < 0.005, event) FROM wemb_training_log('reread')}));
	is(shift @log, '1 t f not finite: back to the end of epoch 0 with 0.5 of the learning rate', "$workers processes, gone back: logged");
	is(join(', ', @log), '1 f t, 2 f t, 3 f t', "$workers processes, gone back: all epochs, in steps half as large");
	is($session->ask('SELECT bool_and(vector_norm(vec) BETWEEN 0.999 AND 1.001) FROM reread'), 't', "$workers processes, gone back: all numbers are finite");
	$session->ask(q{SELECT wemb_drop_model('reread'); RESET ROLE});
}
$session->query('SET client_min_messages = warning');

# ---- real text ----

SKIP:
{
	my $problem = WembTest::load_text($node, 'manual');
	skip $problem, 1 if $problem;

	cmp_ok($session->query(q{SELECT count(*) FROM wemb_train('docs', 'body', 50, model => 'm', algorithm => 'rnn', max_vocab => 10000, epochs => 12)})->{out}, '>', 5000, 'manual: words');
	is($session->ask(q{SELECT min(l.loss) < f.loss * 0.95 FROM wemb_training_log('m') l, wemb_training_log('m') f WHERE f.epoch = 1 GROUP BY f.loss}), 't', 'manual: the loss falls');
	cmp_ok($session->ask('SELECT vector_norm(avg(vec)) FROM m'), '<', 0.7, 'manual: vectors have not become one');
	foreach my $case (
		[qw(index indexes indexed btree gin scan scans multicolumn heap)],
		[qw(insert update delete merge select)],
		[qw(monday tuesday wednesday thursday friday saturday sunday january february)],
		[qw(left right inner outer)],
		[qw(password passwords authentication authenticated credentials scram md5 passwd encrypted user)])
	{
		my ($word, @expected) = @$case;
		my %near = map { $_ => 1 } split(/ /, $session->ask("SELECT coalesce(string_agg(word, ' '), '') FROM wemb_most_similar('$word', 10, 'm')"));

		next if !%near && $session->ask("SELECT count(*) FROM m WHERE word = '$word'") eq '0';
		ok((grep { $near{$_} } @expected), "manual: near $word") or diag join(' ', sort keys %near);
	}
}

done_testing();
