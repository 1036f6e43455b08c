# Indexes on a hot standby: each page is replayed as it was written, searches
# give what they give on the primary, and one under way goes on while vacuum
# and inserts are replayed.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Test::More;
use WembTest;

my $primary = WembTest::start_node('primary', streaming => 1,
	conf => [ q{wal_consistency_checking = 'all'}, 'shared_buffers = 64MB', 'max_wal_size = 2GB', 'autovacuum = off' ]);
$primary->backup('copy');
my $standby = WembTest::new_node('standby');
$standby->init_from_backup($primary, 'copy', has_streaming => 1);
# vacuum leaves what searches on the standby still see, and replay waits for no search
$standby->append_conf('postgresql.conf', "hot_standby_feedback = on\nwal_receiver_status_interval = 1\nmax_standby_streaming_delay = 60s\n");
$standby->start;

sub catch_up
{
	$primary->wait_for_catchup($standby, 'replay', $primary->lsn('insert'));
}

# Statements on the primary.
sub run
{
	WembTest::sql($primary, $_) foreach @_;
	catch_up();
}

# Until the primary knows that the standby sees nothing of what has been deleted so far.
sub wait_unseen
{
	my $xid = WembTest::sql($primary, 'SELECT txid_current()');

	catch_up();
	WembTest::wait_until(
		sub { WembTest::sql($primary, "SELECT backend_xmin::text::bigint >= $xid FROM pg_stat_replication") eq 't' },
		'what the standby sees');
}

WembTest::create_vector_of($primary);

sub nearest
{
	my ($table, $query, $limit) = @_;
	return "SELECT string_agg(id || ' ' || d, ',') FROM (SELECT id, v <-> vector_of('$query') AS d FROM $table ORDER BY v <-> vector_of('$query') LIMIT $limit) s";
}

sub check_same
{
	my ($table, $what) = @_;
	my @queries = (map({ nearest($table, $_, 20) } 'one', 'two', 'three'), nearest($table, 'all', 100000));
	my $here = join("\n", map { WembTest::sql($primary, $WembTest::whole_scan . $_) } @queries);
	my $there = join("\n", map { WembTest::sql($standby, $WembTest::whole_scan . $_) } @queries);
	my $lost = "SELECT count(*) FROM $table WHERE id NOT IN (SELECT id FROM (SELECT id FROM $table ORDER BY v <-> vector_of('all') LIMIT 100000) s)";

	ok($here eq $there, "$table, $what: the same on the standby") or diag("primary: $here\nstandby: $there");
	is(WembTest::sql($standby, $WembTest::whole_scan . $lost), '0', "$table, $what: all rows on the standby");
	is(WembTest::sql($primary, "SELECT count(*) FROM wemb_index_check('${table}_v')"), '0', "$table, $what: sound");
}

foreach my $case ([ 'graph', 'wemb_hnsw', 'WITH (m = 8, ef_construction = 32)' ], [ 'lists', 'wemb_ivf', '' ])
{
	my ($table, $method, $options) = @$case;
	my $create = "CREATE INDEX ${table}_v ON $table USING $method (v vector_l2_ops) $options";
	my $insert = "INSERT INTO $table SELECT i, vector_of('row ' || i) FROM generate_series";
	my $searched = WembTest::Session->new($standby);

	run("CREATE TABLE $table (id integer, v vector(16))", $create);
	check_same($table, 'empty');
	run("$insert(1, 1500) i");
	check_same($table, 'inserted one by one');
	run("DROP INDEX ${table}_v", $create);
	check_same($table, 'built');
	run("UPDATE $table SET v = vector_of('again ' || id) WHERE id % 5 = 0");
	check_same($table, 'updated');
	run("DELETE FROM $table WHERE id % 3 = 0", "VACUUM $table", "VACUUM $table");
	check_same($table, 'vacuumed');
	run("$insert(2001, 2500) i");
	check_same($table, 'places used again');
	run("BEGIN; $insert(3001, 3100) i; ROLLBACK", "VACUUM $table");
	check_same($table, 'rows of an aborted transaction vacuumed');

	# A scan that has begun, whose snapshot is after the deletion and before what takes its places.  It has a page
	# of the table pinned, so all that replay needs a page without pins for is done before, by a vacuum that comes
	# after the standby has said that it no longer sees the rows; up to 13 that is not so.
	run("DELETE FROM $table WHERE id % 2 = 0");
	wait_unseen();
	run("VACUUM (INDEX_CLEANUP off, TRUNCATE false) $table");
	if (WembTest::pg_version($primary) >= 14)
	{
		my $rows = WembTest::sql($primary, "SELECT count(*) FROM $table");
		my $vacuum = "VACUUM (INDEX_CLEANUP on, TRUNCATE false) $table";
		my (@found, %seen);

		$searched->ask($WembTest::whole_scan . 'BEGIN ISOLATION LEVEL REPEATABLE READ');
		$searched->ask("DECLARE c CURSOR FOR SELECT id FROM $table ORDER BY v <-> vector_of('cursor')");
		@found = split(/\n/, $searched->ask('FETCH 20 FROM c'));
		run($vacuum, 'SELECT txid_current()', $vacuum, "$insert(4001, 6000) i");
		push @found, split(/\n/, $searched->ask('FETCH ALL FROM c'));
		is(scalar(grep { $seen{$_}++ } @found), 0, "$table: a scan under way gives no row twice");
		is(scalar(keys %seen), $rows, "$table: a scan under way gives all rows of its snapshot");
		$searched->ask('COMMIT');
	}
	check_same($table, 'vacuumed and inserted under a scan');

	run("DELETE FROM $table", "VACUUM $table", "VACUUM $table");
	check_same($table, 'emptied');
	run("$insert(1, 300) i", "REINDEX INDEX ${table}_v", "TRUNCATE $table", "$insert(1, 100) i");
	check_same($table, 'truncated');
	run("ALTER TABLE $table SET UNLOGGED", "$insert(101, 300) i", "ALTER TABLE $table SET LOGGED");
	check_same($table, 'logged again');
}

# The standby becomes the primary, and writes.
$standby->promote;
foreach my $table ('graph', 'lists')
{
	WembTest::sql($standby, "INSERT INTO $table SELECT i, vector_of('row ' || i) FROM generate_series(1001, 1500) i; DELETE FROM $table WHERE id % 2 = 0");
	WembTest::sql($standby, "VACUUM $table");
	is(WembTest::sql($standby, "SELECT count(*) FROM wemb_index_check('${table}_v')"), '0', "$table: sound on the promoted standby");
}

done_testing();
