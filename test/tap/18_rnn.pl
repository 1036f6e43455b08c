# Recurrent networks in the engine that all algorithms share: several processes,
# an answer to Ctrl-C within a second, the same bytes again, kernels that agree,
# what others see; and on real text, neighbours that make sense.
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

# ---- steps that are too large ----

# Gradients are cut, so numbers stay finite; what is learned may be worth little.
is($session->query(train('topics', q{dimensions => 20, epochs => 3, optimizer => 'sgd', alpha => 1, min_alpha => 1}))->{out}, 50, 'the largest steps');
is($session->ask('SELECT count(*) FROM m WHERE NOT vector_norm(vec) BETWEEN 0 AND 1.001'), 0, 'the largest steps: all numbers are finite');

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
