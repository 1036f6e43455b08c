# wemb_train_query(): any SELECT of one column of text; everything else is
# refused with an error that says what is wrong.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Test::More;
use WembTest;

my $node = WembTest::start_node('main', conf => ['shared_buffers = 64MB']);
my $session = WembTest::Session->new($node);

$session->ask('SET client_min_messages = warning');
$session->ask($_) foreach
  q{CREATE TABLE t AS SELECT 'cat dog bird ' || chr(96 + i) AS a, i AS b FROM generate_series(1, 20) i},
  q{CREATE FUNCTION f() RETURNS SETOF text LANGUAGE sql VOLATILE AS 'SELECT a FROM t'},
  'CREATE DOMAIN prose AS varchar(100)';

sub train
{
	my ($query) = @_;
	return $session->query(qq{SELECT count(*) FROM wemb_train_query(\$query\$$query\$query\$, 4, model => 'm', epochs => 1)});
}

# ---- what can be trained on ----

# 23 words in all 20 rows: three in each, and one of its own.
foreach my $case (
	[ 'SELECT a FROM t', 23 ],
	[ 'SELECT a FROM t;', 23 ],
	[ "SELECT a FROM t ;\n;;", 23 ],
	[ 'SELECT a FROM t -- all of it', 23 ],
	[ 'SELECT a FROM t; -- all of it', 23 ],
	[ 'SELECT a FROM t /* all */ ; /* of it */', 23 ],
	[ '/* first */ -- that', 'ERROR:  42P11: query must be one SELECT' ],
	[ "-- first\nSELECT a FROM t", 23 ],
	[ q{; ; SELECT a FROM t WHERE a <> ';'}, 23 ],
	[ '(SELECT a FROM t)', 23 ],
	[ 'SELECT a AS "body; --" FROM t', 23 ],
	[ 'SELECT a FROM t ORDER BY b LIMIT 3', 6 ],
	[ 'SELECT a FROM t UNION ALL SELECT a FROM t', 23 ],
	[ 'SELECT DISTINCT a FROM t FOR UPDATE', 'ERROR:  0A000: FOR UPDATE is not allowed with DISTINCT clause' ],
	[ 'SELECT a FROM t FOR UPDATE', 23 ],
	[ 'WITH w AS (SELECT a FROM t) SELECT a FROM w', 23 ],
	[ 'WITH RECURSIVE w AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM w WHERE i < 5) SELECT a FROM w JOIN t ON b = i', 8 ],
	[ q{VALUES ('one two'), ('two three'), (NULL)}, 3 ],
	[ q{SELECT 'one two'}, 2 ],
	[ 'SELECT f()', 23 ],
	[ 'SELECT * FROM f()', 23 ],
	[ 'SELECT unnest(ARRAY[a, a]) FROM t', 23 ],
	[ 'SELECT a::char(100) FROM t', 23 ],
	[ 'SELECT a::prose FROM t', 23 ],
	[ 'SELECT string_agg(a, chr(10)) FROM t', 23 ],

	# ---- and what can not ----

	[ '', 'ERROR:  42P11: query must be one SELECT' ],
	[ ' ; ', 'ERROR:  42P11: query must be one SELECT' ],
	(map { [ $_, 'ERROR:  42P11: query must be one SELECT' ] }
		'SELECT a FROM t; SELECT a FROM t', 'SELECT a FROM t; DROP TABLE t', q{INSERT INTO t VALUES ('x', 1)}, q{INSERT INTO t VALUES ('x', 1) RETURNING a},
		'UPDATE t SET b = 0 RETURNING a', 'WITH w AS (DELETE FROM t RETURNING a) SELECT a FROM w', 'SELECT a INTO other FROM t', 'EXPLAIN SELECT a FROM t',
		'SHOW work_mem', 'DROP TABLE t', 'BEGIN', 'COPY t TO STDOUT', 'FETCH ALL FROM c', 'DECLARE c CURSOR FOR SELECT a FROM t', 'EXECUTE p', q{DO 'BEGIN END'}),
	[ 'SELECT a, b FROM t', "ERROR:  42804: query must return one column of text\nDETAIL:  It returns 2 columns." ],
	[ 'TABLE t', "ERROR:  42804: query must return one column of text\nDETAIL:  It returns 2 columns." ],
	[ 'SELECT FROM t', "ERROR:  42804: query must return one column of text\nDETAIL:  It returns 0 columns." ],
	[ 'SELECT b FROM t', "ERROR:  42804: query must return one column of text\nDETAIL:  Its column is of type integer." ],
	[ 'SELECT ARRAY[a] FROM t', "ERROR:  42804: query must return one column of text\nDETAIL:  Its column is of type text[]." ],
	[ 'SELECT to_tsvector(a) FROM t', "ERROR:  42804: query must return one column of text\nDETAIL:  Its column is of type tsvector." ],
	[ 'SELECT a::bytea FROM t', "ERROR:  42804: query must return one column of text\nDETAIL:  Its column is of type bytea." ],
	[ 'SELECT ROW(a) FROM t', "ERROR:  42804: query must return one column of text\nDETAIL:  Its column is of type record." ],
	[ 'SELEC a FROM t', 'ERROR:  42601: syntax error at or near "SELEC"' ],
	[ 'SELECT a FROM t /* without end', 'ERROR:  42601: unterminated /* comment' ],
	[ 'SELECT a) AS s; DROP TABLE t; --', 'ERROR:  42601: syntax error at or near ")"' ],
	[ 'SELECT a FROM t) AS source (body) --', 'ERROR:  42601: syntax error at or near ")"' ],
	[ 'SELECT a FROM nowhere', 'ERROR:  42P01: relation "nowhere" does not exist' ],
	[ 'SELECT c FROM t', 'ERROR:  42703: column "c" does not exist' ],
	[ 'SELECT a FROM t WHERE b = $1', 'ERROR:  42P02: there is no parameter $1' ],
	[ 'SELECT a FROM t WHERE 1 / (b - 15) > -5', 'ERROR:  22012: division by zero' ],
	[ 'SELECT a FROM t WHERE b < 0', "ERROR:  P0002: there is no text to train on\nDETAIL:  The source has no rows." ],
	[ 'SELECT NULL', "ERROR:  P0002: there is no text to train on\nDETAIL:  Of 1 rows, 1 are NULL" ])
{
	my ($query, $expected) = @$case;
	my $result = train($query);

	if ($expected =~ /^\d/)
	{
		is("$result->{out}$result->{err}", $expected, "trains on: $query");
	}
	else
	{
		is(substr($result->{err}, 0, length $expected), $expected, "refused: $query");
	}
	like($result->{err}, qr/\nHINT:  VALUES, TABLE, and WITH/, "what is possible instead of: $query") if $result->{err} =~ /42P11/;
}
is($session->sqlstate('SELECT * FROM wemb_train_query(NULL)'), '22004', 'no query');
is($session->ask('SELECT count(*), sum(b) FROM t'), '20|210', 'nothing was changed');

# The same words and vectors as from the table itself.
$session->ask(q{CREATE TABLE one AS SELECT * FROM wemb_train('t', 'a', 4, model => 'm', epochs => 2)});
$session->ask(q{CREATE TABLE two AS SELECT * FROM wemb_train_query('SELECT a FROM t', 4, model => 'm', epochs => 2)});
is($session->ask('SELECT count(*) FROM (TABLE one EXCEPT TABLE two) d'), 0, 'the same as wemb_train()');

done_testing();
