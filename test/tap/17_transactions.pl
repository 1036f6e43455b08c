# Training with helpers wherever a query can stand: in functions and blocks, in
# every kind of transaction, on every kind of source, as every user.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Test::More;
use WembTest;

my $node = WembTest::start_node('main', conf => [ 'shared_buffers = 64MB', 'max_wal_size = 2GB', 'max_worker_processes = 8', 'max_parallel_workers = 8' ]);
my $version = WembTest::pg_version($node);
my $session = WembTest::Session->new($node);
my $debug_parallel = $version >= 16 ? 'debug_parallel_query' : 'force_parallel_mode';

# 12 MB of text: more than the leader reads alone
my $rows = 12000;
my $body = q{repeat('alpha beta gamma delta w' || i % 100 || ' ', 42)};

$session->ask('SET client_min_messages = warning; SET wemb.progress_interval = 0');
$session->ask($_) foreach
  "CREATE TABLE large AS SELECT i, $body AS body FROM generate_series(1, $rows) i",
  q{CREATE TABLE expected AS SELECT word, freq FROM wemb_train('large', 'body', 4, model => 'm', epochs => 1, max_n => 0, workers => 1)},
  q{CREATE TABLE small AS SELECT i, body FROM large WHERE i <= 500};
is($session->ask('SELECT count(*), sum(freq) FROM expected'), '104|' . $rows * 42 * 5, 'what to expect');

sub train
{
	my ($source, $options) = @_;
	return "wemb_train('$source', 'body', 4, model => 'm', epochs => 1, max_n => 0, workers => 3" . ($options // '') . ')';
}

my $differences = q{SELECT count(*) FROM ((SELECT word, freq FROM m EXCEPT TABLE expected) UNION ALL (TABLE expected EXCEPT SELECT word, freq FROM m)) d};

# The statements end well, with three processes, and the model is as expected.
sub check
{
	my ($name, @statements) = @_;
	my $err = '';

	$session->ask(q{SELECT wemb_drop_model('m')}) if $session->ask(q{SELECT to_regclass('m')}) ne '';
	$session->ask('SET client_min_messages = notice');
	$err .= $session->query($_)->{err} foreach @statements;
	$session->query('SET client_min_messages = warning');
	unlike($err, qr/ERROR|WARNING/, "$name: ends well");
	like($err, qr/ by 3 processes;/, "$name: in three processes");
	is($session->ask($differences), 0, "$name: words and counts");
	is(join(' ', WembTest::temporary_files($node)), '', "$name: no file is left");
	$session->query('ROLLBACK') if $session->ask(q{SELECT now() <> statement_timestamp()}) eq 't';
	return;
}

sub check_error
{
	my ($name, $query, $error, @before) = @_;

	$session->ask($_) foreach @before;
	like($session->query($query)->{err}, $error, "$name: error");
	$session->query('ROLLBACK') if @before;
	is(join(' ', WembTest::temporary_files($node)), '', "$name: no file is left");
	is($session->ask(q{SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'parallel worker'}), 0, "$name: no helper stays");
	return;
}

# ---- where the call stands ----

my $perform = 'PERFORM ' . train('large');
check('alone', 'SELECT count(*) FROM ' . train('large'));
check('in a select list', 'SELECT count(*) FROM (SELECT ' . train('large') . ') t');
check('as a row source of CREATE TABLE', 'CREATE TABLE made AS SELECT * FROM ' . train('large'));
check('as a row source of INSERT', 'INSERT INTO made SELECT * FROM ' . train('large'));
check('in DO', "DO \$\$ BEGIN $perform; END \$\$");
check('in DO, in a block with an exception handler', "DO \$\$ BEGIN BEGIN $perform; EXCEPTION WHEN OTHERS THEN RAISE; END; END \$\$");
check('twice in DO', "DO \$\$ BEGIN FOR i IN 1 .. 2 LOOP $perform; END LOOP; END \$\$");
check('in a procedure that commits', "CREATE PROCEDURE p() LANGUAGE plpgsql AS \$\$ BEGIN $perform; COMMIT; $perform; ROLLBACK; END \$\$", 'CALL p()');
check('in a function in SQL', 'CREATE FUNCTION in_sql() RETURNS bigint LANGUAGE sql AS $$ SELECT count(*) FROM ' . train('large') . ' $$', 'SELECT in_sql()');
check('in a prepared statement', 'PREPARE s AS SELECT count(*) FROM ' . train('large'), 'EXECUTE s', 'EXECUTE s');
check('in a cursor', 'BEGIN', 'DECLARE c CURSOR FOR SELECT * FROM ' . train('large'), 'FETCH 10 FROM c', 'COMMIT');
check('in a savepoint', 'BEGIN', 'SAVEPOINT s', 'SELECT count(*) FROM ' . train('large'), 'RELEASE s', 'COMMIT');
check('where a subtransaction failed before', 'BEGIN', 'SAVEPOINT s', q{DO 'BEGIN CREATE TABLE gone (); END'}, 'ROLLBACK TO s', 'SELECT count(*) FROM ' . train('large'), 'COMMIT');
check($_, "BEGIN ISOLATION LEVEL $_", 'SELECT count(*) FROM ' . train('large'), 'COMMIT') foreach 'REPEATABLE READ', 'SERIALIZABLE';
check('with another kernel for the transaction', 'BEGIN', 'SET LOCAL wemb.kernel = portable', 'SELECT count(*) FROM ' . train('large'), 'COMMIT');
is($session->ask('SHOW wemb.kernel'), 'auto', 'with another kernel for the transaction: it is over');
check('with parallel queries forced', "SET $debug_parallel = on", 'SET parallel_setup_cost = 0', 'SET parallel_tuple_cost = 0', 'SET min_parallel_table_scan_size = 0',
	'SELECT count(*) FROM ' . train('large'), "RESET $debug_parallel");
$session->ask('RESET parallel_setup_cost; RESET parallel_tuple_cost; RESET min_parallel_table_scan_size');

# ---- what it reads ----

check('a table of the same transaction', 'BEGIN', 'CREATE TABLE fresh AS TABLE large', 'SELECT count(*) FROM ' . train('fresh'), 'COMMIT');
check('rows of the same transaction', 'BEGIN', 'TRUNCATE fresh', 'INSERT INTO fresh TABLE large', 'SELECT count(*) FROM ' . train('fresh'), 'COMMIT');
check('a temporary table', 'CREATE TEMP TABLE mine AS TABLE large', 'SELECT count(*) FROM ' . train('mine'));
check('an unlogged table', 'CREATE UNLOGGED TABLE light AS TABLE large', 'SELECT count(*) FROM ' . train('light'));
check('a text search configuration of the same transaction', 'BEGIN', 'CREATE TEXT SEARCH CONFIGURATION own (COPY = simple)',
	'SELECT count(*) FROM ' . train('large', q{, tokenizer => 'own'}), 'COMMIT');
$session->ask('DROP TABLE fresh, mine, light');

# A view whose function writes: once for each row, though helpers are at work in between.
$session->ask($_) foreach
  'CREATE SEQUENCE calls', 'CREATE TABLE seen (i int)',
  q{CREATE FUNCTION note_row(i int, body text) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
	BEGIN
		PERFORM nextval('calls');
		INSERT INTO seen VALUES (i);
		RETURN body;
	END $$},
  'CREATE VIEW writing AS SELECT note_row(i, body) AS body FROM large';
check('a view that writes', 'SELECT count(*) FROM ' . train('writing'));
is($session->ask('SELECT count(*), count(DISTINCT i), (SELECT last_value FROM calls) FROM seen'), "$rows|$rows|$rows", 'a view that writes: each row once');

# A source that trains another model on the way, and one that would train the same.
$session->ask($_) foreach
  q{CREATE FUNCTION train_inside(i int, model text) RETURNS text LANGUAGE sql VOLATILE AS $$
	SELECT count(*)::text FROM wemb_train('small', 'body', 4, model => model, epochs => 1, max_n => 0, workers => 3) $$},
  q{CREATE VIEW nested AS SELECT CASE WHEN i % 5000 = 0 AND train_inside(i, 'inner_model') IS NULL THEN 'none' ELSE body END AS body FROM large},
  q{CREATE VIEW biting AS SELECT CASE WHEN i % 5000 = 0 AND train_inside(i, 'm') IS NULL THEN 'none' ELSE body END AS body FROM large};
check('a source that trains another model', 'SELECT count(*) FROM ' . train('nested'));
is($session->ask('SELECT count(*) FROM inner_model'), 104, 'a source that trains another model: which is there');
check('a source that trains the same model', 'SELECT count(*) FROM ' . train('biting'));

# Errors in the middle.
$session->ask(q{CREATE VIEW failing AS SELECT CASE WHEN 1 / (i - 11000) = 2 THEN 'none' ELSE body END AS body FROM large});
check_error('an error in row 11,000', 'SELECT count(*) FROM ' . train('failing'), qr/^ERROR:  22012: division by zero\n/);
check('after it', 'SELECT count(*) FROM ' . train('large'));

# ---- who trains ----

$session->ask($_) foreach
  'CREATE ROLE author NOLOGIN', 'CREATE ROLE owner NOLOGIN', 'GRANT CREATE ON SCHEMA public TO author, owner', 'GRANT SELECT ON expected TO author, owner',
  'CREATE TABLE guarded AS SELECT i, body, i % 2 = 0 AS public FROM large, generate_series(0, 1)', 'ALTER TABLE guarded ENABLE ROW LEVEL SECURITY',
  'UPDATE guarded SET public = false', 'INSERT INTO guarded SELECT i, body, true FROM large',
  'CREATE POLICY p ON guarded USING (public)', 'GRANT SELECT ON guarded, large TO author';
check('a role that cannot log in', 'SET ROLE author', 'SELECT count(*) FROM ' . train('large'), 'RESET ROLE');
is($session->ask(q{SELECT relowner::regrole FROM pg_class WHERE relname = 'm'}), 'author', 'a role that cannot log in: owns the model');
check('row security', 'SET ROLE author', 'SELECT count(*) FROM ' . train('guarded'), 'RESET ROLE');
check('a function with its definer\'s rights',
	'CREATE FUNCTION definer() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS $$ SELECT count(*) FROM ' . train('guarded') . ' $$',
	'ALTER FUNCTION definer() OWNER TO author', 'SELECT definer()');

# ---- where nothing may be written ----

check_error('a read-only transaction', 'SELECT count(*) FROM ' . train('large'), qr/^ERROR:  25006: cannot execute \S+ in a read-only transaction\n$/, 'BEGIN READ ONLY');

done_testing();
