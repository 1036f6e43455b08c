# Indexes on a hot standby that does not tell the primary what it reads: before
# places of rows that went are used again, replay waits for scans that may be on
# their way there, or cancels them.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Test::More;
use WembTest;

my $primary = WembTest::start_node('primary', streaming => 1, conf => [ 'autovacuum = off', 'max_wal_size = 2GB' ]);

# A scan has a page of the table pinned, and up to 13 replay needs some without pins.
plan skip_all => 'vacuum on the primary needs pages of the table for itself' if WembTest::pg_version($primary) < 14;

$primary->backup('copy');
my $standby = WembTest::new_node('standby');
$standby->init_from_backup($primary, 'copy', has_streaming => 1);
$standby->append_conf('postgresql.conf', "hot_standby_feedback = off\n");
$standby->start;

sub catch_up
{
	$primary->wait_for_catchup($standby, 'replay', $primary->lsn('insert'));
}

sub run
{
	WembTest::sql($primary, $_) foreach @_;
}

# How long replay waits for queries: -1 is for ever.
sub set_delay
{
	my ($delay) = @_;

	WembTest::sql($standby, "ALTER SYSTEM SET max_standby_streaming_delay = $delay");
	$standby->reload;
	WembTest::wait_for($standby, "SELECT setting = '$delay' FROM pg_settings WHERE name = 'max_standby_streaming_delay'", 'the setting');
}

# Until all is replayed, or replay waits for a query; returns whether it waits.
sub replay_waits
{
	my $lsn = $primary->lsn('insert');
	my $waiting = q{EXISTS (SELECT FROM pg_stat_activity WHERE backend_type = 'startup' AND wait_event = 'RecoveryConflictSnapshot')};

	WembTest::wait_for($standby, "SELECT pg_last_wal_replay_lsn() >= '$lsn' OR $waiting", 'replay');
	return WembTest::sql($standby, "SELECT pg_last_wal_replay_lsn() < '$lsn'") eq 't';
}

WembTest::create_vector_of($primary);

# A table of which much has been deleted, whose dead rows are still in its index.
sub make_table
{
	my ($table, $method) = @_;

	run("DROP TABLE IF EXISTS $table",
		"CREATE TABLE $table (id integer, v vector(16))",
		"INSERT INTO $table SELECT i, vector_of('row ' || i) FROM generate_series(1, 3000) i",
		"CREATE INDEX ${table}_v ON $table USING $method",
		"DELETE FROM $table WHERE id % 3 > 0",
		"VACUUM (INDEX_CLEANUP off, TRUNCATE false) $table");
	catch_up();
}

# Begin a scan there, whose snapshot is after the deletion; returns the first rows.
sub begin_scan
{
	my ($session, $table) = @_;

	$session->ask($WembTest::whole_scan . 'BEGIN ISOLATION LEVEL REPEATABLE READ');
	$session->ask("DECLARE c CURSOR FOR SELECT id FROM $table ORDER BY v <-> vector_of('cursor')");
	return split(/\n/, $session->ask('FETCH 20 FROM c'));
}

# The primary vacuums, twice with a transaction between, and uses the places.
sub use_again
{
	my ($table) = @_;
	my $vacuum = "VACUUM (INDEX_CLEANUP on, TRUNCATE false) $table";

	run($vacuum, 'SELECT txid_current()', $vacuum,
		"INSERT INTO $table SELECT i, vector_of('row ' || i) FROM generate_series(4001, 6000) i");
}

foreach my $case ([ 'graph', 'wemb_hnsw (v vector_l2_ops) WITH (m = 8, ef_construction = 32)' ], [ 'lists', 'wemb_ivf (v vector_l2_ops)' ])
{
	my ($table, $method) = @$case;
	my $session = WembTest::Session->new($standby);
	my (@found, %seen, $result);

	make_table($table, $method);
	set_delay(-1);
	@found = begin_scan($session, $table);
	use_again($table);
	ok(replay_waits(), "$table: replay waits for a scan under way");
	push @found, split(/\n/, $session->ask('FETCH ALL FROM c'));
	is(scalar(grep { $seen{$_}++ } @found), 0, "$table: which gives no row twice");
	is(join(' ', sort { $a <=> $b } keys %seen), join(' ', map { 3 * $_ } 1 .. 1000), "$table: and all rows of its snapshot");
	$session->ask('COMMIT');
	catch_up();
	is(WembTest::sql($standby, "$WembTest::whole_scan SELECT count(*) FROM (SELECT id FROM $table ORDER BY v <-> vector_of('all') LIMIT 100000) s"),
		'3000', "$table: then replay goes on");

	make_table($table, $method);
	set_delay(0);
	begin_scan($session, $table);
	use_again($table);
	catch_up();
	$result = $session->query('FETCH ALL FROM c');
	like($result->{err}, qr/40001: .* due to conflict with recovery/, "$table: a scan that replay may not wait for is cancelled");
	is($result->{out}, '', "$table: and gives no row");
}

done_testing();
