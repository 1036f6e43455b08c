# Builds of a graph that does not fit maintenance_work_mem: they show how far they are, end
# at once when they are cancelled, and leave no file, whatever stage they were at; several processes take part.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Test::More;
use Time::HiRes qw(time sleep);
use WembTest;

my $node = WembTest::start_node('main', conf => [ 'maintenance_work_mem = 4MB', 'max_worker_processes = 8',
	'max_parallel_workers = 8', 'min_parallel_table_scan_size = 0', 'wal_level = minimal', 'max_wal_senders = 0' ]);
my $watcher = WembTest::Session->new($node);
my $session = WembTest::Session->new($node);
my $create = 'CREATE INDEX items_v ON items USING wemb_hnsw (v vector_l2_ops)';
my $progress = 'FROM pg_stat_progress_create_index';

$watcher->ask($_) foreach
  q{CREATE TABLE items AS SELECT i AS id, ARRAY(SELECT random()::real FROM generate_series(1, 64) WHERE i > 0)::vector(64) v
	FROM generate_series(1, 30000) i},
  'ALTER TABLE items ALTER v TYPE vector(64)', 'ALTER TABLE items SET (parallel_workers = 2)', 'ANALYZE items';
$session->ask('SET client_min_messages = warning');

# Wait until the build is in a phase and has gone so far in it; returns whether it got there before its end.
sub wait_phase
{
	my ($phase, $rows) = @_;
	my $is = '0';

	until ($session->is_over)
	{
		$is = $watcher->ask(qq{SELECT phase = 'building index: $phase' AND tuples_done >= $rows $progress});
		last if $is eq 't';
		$session->read_output(0.01);
	}
	return $is eq 't';
}

foreach my $workers (0, 2)
{
	my %stages = ("files, $workers workers" => [ 'loading tuples', 500 ], "parts, $workers workers" => [ 'building parts', 0 ],
		"later parts, $workers workers" => [ 'building parts', 15000 ]);

	$session->ask("SET max_parallel_maintenance_workers = $workers");
	foreach my $stage (sort keys %stages)
	{
		my ($result, $began);

		$session->start($create);
		ok(wait_phase(@{ $stages{$stage} }), "$stage: shown");
		$began = time;
		$watcher->ask("SELECT pg_cancel_backend($session->{pid})");
		$result = $session->finish;
		like($result->{err}, qr/57014: canceling statement/, "$stage: cancelled");
		cmp_ok($result->{ended} - $began, '<', $WembTest::prompt, "$stage: at once");
		is(join(', ', WembTest::temporary_files($node)), '', "$stage: no file is left");
		is($watcher->ask(q{SELECT count(*) FROM pg_class WHERE relname = 'items_v'}), '0', "$stage: no index is left");
	}
}

# Helpers insert, as many as were asked for
$session->start($create);
ok(wait_phase('building parts', 1), 'workers: shown');
my $most = 0;
until ($session->is_over)
{
	my $n = $watcher->ask(qq{SELECT count(*) FROM pg_stat_activity WHERE leader_pid = $session->{pid}});
	$most = $n if $n > $most;
	$session->read_output(0.01);
}
is($session->finish->{err}, '', 'workers: done');
is($most, 2, 'workers: two');
is($session->ask(q{SELECT count(*) FROM wemb_index_check('items_v')}), '0', 'workers: sound');
is(join(', ', WembTest::temporary_files($node)), '', 'workers: no file is left');

# A debug message says so, in pgvector's words, of graphs and of lists.
foreach my $method ('wemb_hnsw', 'wemb_ivf')
{
	my $result;

	$session->ask('DROP INDEX items_v');
	$session->ask('SET client_min_messages = debug1');
	$result = $session->query("CREATE INDEX items_v ON items USING $method (v vector_l2_ops)");
	$session->query('SET client_min_messages = warning');
	like($result->{err}, qr/using 2 parallel workers/, "$method: a message about workers");
}

# Too few temporary files
$session->ask('DROP INDEX items_v');
$session->ask(q{SET temp_file_limit = '1MB'});
like($session->query($create)->{err}, qr/^ERROR:  53400: temporary file size exceeds temp_file_limit/, 'temp_file_limit');
is(join(', ', WembTest::temporary_files($node)), '', 'temp_file_limit: no file is left');

$session->close;
$watcher->close;
$node->stop;
done_testing();
