# wemb_tune_dimensions() while it runs: what others see of it, that it stops
# within a second at every stage and leaves nothing; and on real text, that more
# dimensions are judged better as long as they are.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Test::More;
use Time::HiRes qw(time);
use WembTest;

my $node = WembTest::start_node('main', conf => [ 'shared_buffers = 128MB', 'maintenance_work_mem = 1MB', 'dynamic_shared_memory_type = mmap' ]);
my $segments = $node->data_dir . '/pg_dynshmem';
my $session = WembTest::Session->new($node);
my $watcher = WembTest::Session->new($node);

$watcher->ask($_) foreach
  q{CREATE VIEW rows AS SELECT repeat('alpha beta gamma delta ', 25) AS body FROM (SELECT generate_series(1, 1000000000)) s},
  'CREATE TABLE small AS ' . WembTest::counting_query(300, 500),
  'CREATE TABLE large AS ' . WembTest::counting_query(20000, 1000);

# Of shared memory, with weights in it: the server has smaller ones of its own.
sub segments
{
	return map { s{.*/}{}r } grep { -s $_ > 4000000 } glob("$segments/mmap.*");
}

# Stages: the call, and the phase and the model that others see at it.
my $any = 'wemb_tune_dimensions';
my %stages = (
	reading => [ q{wemb_tune_dimensions('rows', 'body')}, 'reading', $any ],
	'the second trial' => [ q{wemb_tune_dimensions('small', 'body', '{2,300}', epochs => 200, workers => 1)}, 'training', "$any: 300" ],
	'the second trial, two processes' => [ q{wemb_tune_dimensions('small', 'body', '{2,300}', epochs => 200, buckets => 10000, workers => 2)}, 'training', "$any: 300" ],
	counting => [ q{wemb_tune_dimensions('large', 'body', '{20}', algorithm => 'glove', window_size => 1000, workers => 2)}, 'counting', "$any: 20" ],
	judging => [ q{wemb_tune_dimensions('large', 'body', '{8000}', epochs => 1, min_count => 500, max_n => 0, window_size => 1, negative => 1, sample => 1e-9)}, 'judging', "$any: 8000" ]);

$session->query('SET client_min_messages = warning');
foreach my $stage (sort keys %stages)
{
	my ($call, $phase, $model) = @{ $stages{$stage} };
	my ($began, $result);

	$session->start("SELECT count(*) FROM $call");
	WembTest::wait_until(sub { $watcher->ask("SELECT phase || ' ' || model FROM wemb_progress WHERE pid = $session->{pid}") eq "$phase $model" }, $stage);
	isnt(join(' ', segments()), '', "$stage: there is shared memory") if $stage =~ /two processes/;
	$began = time;
	$watcher->ask("SELECT pg_cancel_backend($session->{pid})");
	$result = $session->finish;
	note sprintf('%s: %.3f s', $stage, $result->{ended} - $began);
	like($result->{err}, qr/^ERROR:  57014/m, "$stage: cancelled");
	cmp_ok($result->{ended} - $began, '<', $WembTest::prompt, "$stage: at once");
	is(join(' ', WembTest::temporary_files($node)), '', "$stage: no file is left");
	is(join(' ', segments()), '', "$stage: no shared memory is left");
	is($watcher->ask(q{SELECT count(*) FROM wemb_progress}), 0, "$stage: out of wemb_progress");
	is($session->ask(q{SELECT count(*) FROM pg_class WHERE relname LIKE 'wemb\_model%' AND relkind = 'r'}), 0, "$stage: no table is left");
	is($session->query(q{SELECT count(*) FROM wemb_tune_dimensions('small', 'body', '{2,4}', epochs => 1)})->{out}, 2, "$stage: the session goes on");
}
is(join(' ', segments()), '', 'no shared memory is left by what succeeds');

# ---- real text ----

SKIP:
{
	my $problem = WembTest::load_text($node, 'manual');
	my @rows;

	skip $problem, 1 if $problem;
	$session->query(q{SET maintenance_work_mem = '64MB'});
	foreach my $options (q{algorithm => 'svd'}, 'epochs => 3, max_n => 0')
	{
		@rows = map { [ split(/\|/) ] } split(/\n/, $session->query(
			qq{SELECT dimensions, retrieval, neighbours, recommended FROM wemb_tune_dimensions('docs', 'body', '{2,10,50}', $options)})->{out});
		is(join(' ', map { $_->[0] } @rows), '2 10 50', "$options: a row for each");
		cmp_ok($rows[0][1], '<', $rows[1][1] / 1.5, "$options: 2 dimensions find less than 10");
		cmp_ok($rows[1][1], '<', $rows[2][1] / 1.2, "$options: 10 find less than 50");
		# by chance a half is found at 0.004, and half of the neighbours are
		cmp_ok($rows[2][1], '>', 0.1, "$options: what 50 find");
		cmp_ok($rows[2][2], '>', 0.65, "$options: what 50 know of neighbours");
		is(join(' ', map { $_->[3] } @rows), 'f f t', "$options: 50 are recommended");
	}
}

done_testing();
