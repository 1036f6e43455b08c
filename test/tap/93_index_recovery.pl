# The server is killed while indexes are built, inserted into and vacuumed:
# afterwards they are sound, have every row, and go on working.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Test::More;
use Time::HiRes qw(sleep);
use WembTest;

# Few buffers, so that some pages are on disk and some are not.
my $node = WembTest::start_node('main', conf => [
	'shared_buffers = 2MB', 'checkpoint_timeout = 1h', 'max_wal_size = 2GB', 'autovacuum = off', 'restart_after_crash = on',
	'max_parallel_maintenance_workers = 1', 'min_parallel_table_scan_size = 0' ]);

WembTest::create_vector_of($node);

sub points
{
	my ($from, $to) = @_;
	return "SELECT i AS id, vector_of('row ' || i)::vector(16) AS v FROM generate_series($from, $to) i";
}

sub check_sound
{
	my ($table, $name) = @_;
	my $scan = "SELECT id FROM $table ORDER BY v <-> vector_of('all') LIMIT 1000000";

	is(WembTest::sql($node, "SELECT string_agg(rule || ' ' || problem, ', ') FROM wemb_index_check('${table}_v')"), '', "$name: sound");
	is(WembTest::sql($node, $WembTest::whole_scan . qq{
		SELECT count(*) - count(DISTINCT id) || ' ' || (SELECT count(*) FROM $table) - count(DISTINCT id) FROM ($scan) s}),
		'0 0', "$name: every row once");
}

# The server is killed from within: all its processes end without a word.
sub crash
{
	$node->stop('immediate');
	$node->start;
}

foreach my $case ([ 'graph', 'wemb_hnsw', 'WITH (m = 8, ef_construction = 32)' ], [ 'lists', 'wemb_ivf', '' ])
{
	my ($table, $method, $options) = @$case;
	my $create = "CREATE INDEX ${table}_v ON $table USING $method (v vector_l2_ops) $options";

	# ---- after the commit ----

	WembTest::sql($node, $_) foreach "CREATE TABLE $table AS " . points(1, 2000), 'CHECKPOINT', $create;
	crash();
	check_sound($table, "$table, built");
	WembTest::sql($node, "INSERT INTO $table " . points(2001, 3000));
	crash();
	check_sound($table, "$table, inserted into");
	WembTest::sql($node, $_) foreach "DELETE FROM $table WHERE id % 3 = 0", 'CHECKPOINT', "VACUUM $table";
	crash();
	check_sound($table, "$table, vacuumed");
	WembTest::sql($node, $_) foreach 'CHECKPOINT', "VACUUM $table", "INSERT INTO $table " . points(3001, 3500),
	  "UPDATE $table SET v = vector_of('new ' || id) WHERE id % 7 = 0", "VACUUM $table";
	crash();
	check_sound($table, "$table, vacuumed and inserted into");

	# ---- an unlogged table is empty afterwards ----

	WembTest::sql($node, $_) foreach "CREATE UNLOGGED TABLE quick_$table AS " . points(1, 500),
	  "CREATE INDEX quick_${table}_v ON quick_$table USING $method (v vector_l2_ops)", 'CHECKPOINT';
	crash();
	is(WembTest::sql($node, "SELECT rows FROM wemb_index_stats('quick_${table}_v')"), '0', "$table, unlogged: empty");
	WembTest::sql($node, "INSERT INTO quick_$table " . points(1, 300));
	check_sound("quick_$table", "$table, unlogged: inserted into");

	# ---- in the middle of it ----

	# What is killed, and how to see that it is under way.  The pauses that vacuum makes make it long enough.
	my $size = "SELECT pg_relation_size('${table}_v')";
	foreach my $stage (
		[ 'a build', "DROP INDEX ${table}_v; INSERT INTO $table " . points(10001, 30000), "$create",
			q{SELECT count(*) > 0 FROM pg_stat_progress_create_index WHERE phase ~ 'loading tuples|k-means|assigning'}, $create ],
		[ 'an insert', '', "INSERT INTO $table " . points(40001, 90000), sub { "SELECT pg_relation_size('${table}_v') > $_[0] + 100000" }, '' ],
		[ 'an insert after a checkpoint', '', "INSERT INTO $table " . points(100001, 150000), sub { "SELECT pg_relation_size('${table}_v') > $_[0] + 100000" }, '' ],
		[ 'a vacuum', "DELETE FROM $table WHERE id % 5 = 1", "SET vacuum_cost_delay = 1; SET vacuum_cost_limit = 40; VACUUM $table",
			q{SELECT count(*) > 0 FROM pg_stat_progress_vacuum WHERE phase = 'vacuuming indexes'}, '' ],
		[ 'a vacuum again', '', "SET vacuum_cost_delay = 1; SET vacuum_cost_limit = 40; VACUUM $table",
			q{SELECT count(*) > 0 FROM pg_stat_progress_vacuum WHERE phase = 'vacuuming indexes'}, '' ])
	{
		my ($name, $before, $statement, $reached, $after) = @$stage;
		# lists are built and vacuumed so fast that it may be over before it is seen
		my $may_be_done = $table eq 'lists' && $name =~ /build|vacuum/;

		foreach my $wait (0, 0.1, 0.3)
		{
			my $session;

			WembTest::sql($node, $before) if $before ne '' && !($name eq 'a build' && $wait > 0);
			WembTest::sql($node, 'CHECKPOINT') if $name =~ /checkpoint/ || $wait > 0.2;
			my $now = $name eq 'a build' ? 0 : WembTest::sql($node, $size);
			$session = WembTest::Session->new($node);
			# statements one by one: VACUUM cannot run in a transaction
			my @statements = split(/; /, $statement);
			WembTest::sql($node, "DROP INDEX IF EXISTS ${table}_v") if $name eq 'a build';
			my $last = pop @statements;
			$session->ask($_) foreach @statements;
			$session->start($last);
			my $condition = ref $reached ? $reached->($now) : $reached;
			$condition = "SELECT ($condition) OR (state = 'idle' AND query ~ '^(VACUUM|CREATE INDEX)') FROM pg_stat_activity WHERE pid = $session->{pid}"
			  if $may_be_done;
			WembTest::wait_for($node, $condition, $name);
			sleep $wait;
			kill 'KILL', $session->{pid};
			my $lost = $session->finish->{lost};
			ok($lost || $may_be_done, "$table, $name, killed after $wait s");
			$session->close;
			WembTest::wait_until(sub { $node->psql('postgres', 'SELECT 1') == 0 }, 'the server to be up again');
			is(join(' ', WembTest::temporary_files($node)), '', "$table, $name: no temporary file");
			next if $name eq 'a build';
			check_sound($table, "$table, $name");
		}
		WembTest::sql($node, "DROP INDEX IF EXISTS ${table}_v") if $name eq 'a build';
		WembTest::sql($node, $after) if $after ne '';
		WembTest::sql($node, "VACUUM $table") if $name =~ /again/;
		check_sound($table, "$table, after $name");
	}
	WembTest::sql($node, "DROP TABLE $table");
}

done_testing();
