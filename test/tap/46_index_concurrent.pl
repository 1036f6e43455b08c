# Indexes in concurrent use: while some sessions insert, update and delete rows and
# others vacuum the table and make the index anew, every search gives the rows of its
# snapshot, each once and in order, and the index is sound afterwards.
#
# ROUNDS=n in the environment makes each session do n times as much, not once.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Test::More;
use WembTest;

my $rounds = $ENV{ROUNDS} // 1;

# Few buffers, so that pages come and go.
my $node = WembTest::start_node('main', conf => [ 'shared_buffers = 4MB', 'autovacuum = off', 'max_connections = 20', q{statement_timeout = '300s'} ]);

WembTest::create_vector_of($node);
WembTest::sql($node, $_) foreach (
	# Rows up to 500 stay as they are; those of a writer have numbers of its own.
	q{CREATE PROCEDURE write_rows(rows regclass, writer integer, rounds integer) LANGUAGE plpgsql AS $$
		BEGIN
			FOR round IN 1 .. rounds LOOP
				EXECUTE format('INSERT INTO %s SELECT $1 * 100000 + $2 * 20 + i, vector_of(concat($1, $2, i)) FROM generate_series(1, 20) i', rows)
					USING writer, round;
				COMMIT;
				EXECUTE format('UPDATE %s SET v = vector_of(concat(id, $2)) WHERE id / 100000 = $1 AND id %% 7 = $2 %% 7', rows) USING writer, round;
				IF round % 5 = 0 THEN ROLLBACK; ELSE COMMIT; END IF;
				EXECUTE format('DELETE FROM %s WHERE id / 100000 = $1 AND id %% 3 = $2 %% 3', rows) USING writer, round;
				COMMIT;
			END LOOP;
		END $$},

	# One statement has one snapshot: what the scan of the index gives and what the table has.
	# The nearest row of a list index is certain only where all lists are read.
	q{CREATE PROCEDURE search_rows(rows regclass, searcher integer, rounds integer) LANGUAGE plpgsql AS $$
		DECLARE
			found text;
		BEGIN
			FOR round IN 1 .. rounds LOOP
				SET LOCAL hnsw.iterative_scan = relaxed_order;
				SET LOCAL ivfflat.iterative_scan = relaxed_order;
				EXECUTE format('SELECT count(*) - count(DISTINCT id) || '' twice, '' || (SELECT count(*) FROM %1$s) - count(DISTINCT id) || '' lost''
					FROM (SELECT id FROM %1$s ORDER BY v <-> vector_of($1) LIMIT 1000000) scan', rows)
					INTO found USING concat(searcher, round);
				IF found <> '0 twice, 0 lost' THEN
					RAISE EXCEPTION 'search %: %', round, found;
				END IF;
				SET LOCAL hnsw.iterative_scan = strict_order;
				SET LOCAL ivfflat.iterative_scan = off;
				SET LOCAL ivfflat.probes = 32768;
				EXECUTE format('SELECT min(d) || '' '' || count(*) FILTER (WHERE d < before) FROM (SELECT d, lag(d) OVER () AS before
					FROM (SELECT v <-> vector_of($1) AS d FROM %1$s ORDER BY v <-> vector_of($1) LIMIT 50) scan) s', rows)
					INTO found USING 'row ' || (searcher * 100 + round) % 500 + 1;
				IF found <> '0 0' THEN
					RAISE EXCEPTION 'search %: nearest row, rows out of order: %', round, found;
				END IF;
				COMMIT;
			END LOOP;
		END $$});

# Do these statements, again and again from the first, until no session of a list works.
sub until_over
{
	my ($sessions, @statements) = @_;
	my $maker = WembTest::Session->new($node);
	my $done = 0;

	while (grep { !$_->is_over } @$sessions)
	{
		my $result = $maker->query($statements[ $done++ % @statements ]);

		die $result->{err} if $result->{err} =~ /ERROR|FATAL/;
		$_->read_output(0) foreach @$sessions;
	}
	$maker->close;
	return $done;
}

foreach my $case ([ 'graph', 'wemb_hnsw', 'WITH (m = 8, ef_construction = 32)' ], [ 'lists', 'wemb_ivf', '' ])
{
	my ($table, $method, $options) = @$case;
	my $create = "INDEX CONCURRENTLY ${table}_v ON $table USING $method (v vector_l2_ops) $options";

	foreach my $beside (
		[ 'vacuum', "VACUUM $table" ],
		[ 'reindex', "REINDEX INDEX CONCURRENTLY ${table}_v", "VACUUM $table" ],
		[ 'all anew', "DROP INDEX CONCURRENTLY ${table}_v", "CREATE $create", "REINDEX TABLE CONCURRENTLY $table" ])
	{
		my ($what, @statements) = @$beside;
		my @names = ('a writer', 'another writer', 'a search', 'another search');
		my @sessions = map { WembTest::Session->new($node) } @names;
		my $done;

		# without an index there is a sort
		WembTest::sql($node, $_) foreach ("CREATE TABLE $table AS SELECT i AS id, vector_of('row ' || i)::vector(16) AS v FROM generate_series(1, 500) i", "CREATE $create");
		$_->ask($WembTest::whole_scan) foreach @sessions;
		$sessions[$_]->start("CALL write_rows('$table', @{[ $_ + 1 ]}, @{[ 15 * $rounds ]})") foreach 0, 1;
		$sessions[$_]->start("CALL search_rows('$table', @{[ $_ + 1 ]}, @{[ 40 * $rounds ]})") foreach 2, 3;
		$done = until_over(\@sessions, @statements);
		cmp_ok($done, '>', 1, "$table, $what: done more than once while the others worked");
		foreach my $i (0 .. $#names)
		{
			is($sessions[$i]->finish->{err}, '', "$table, $what: $names[$i]");
			$sessions[$i]->close;
		}
		WembTest::sql($node, "CREATE $create") unless WembTest::sql($node, "SELECT to_regclass('${table}_v')");
		foreach my $when ('afterwards', 'vacuumed')
		{
			WembTest::sql($node, "VACUUM $table") if $when eq 'vacuumed';
			is(WembTest::sql($node, "SELECT string_agg(rule || ' ' || problem, ', ') FROM wemb_index_check('${table}_v')"), '', "$table, $what, $when: sound");
		}
		WembTest::sql($node, "$WembTest::whole_scan CALL search_rows('$table', 9, 3)");
		WembTest::sql($node, "DROP TABLE $table");
	}
}

done_testing();
