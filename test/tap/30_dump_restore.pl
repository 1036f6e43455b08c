# Models and vectors come through a dump unchanged, whoever makes it and in
# whatever format.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Test::More;
use WembTest;

my $node = WembTest::start_node('main', conf => ['shared_buffers = 64MB']);
my $folder = PostgreSQL::Test::Utils::tempdir();
my $owner = WembTest::sql($node, 'SELECT current_user');

# Everything that can hold or use a vector.  What is computed at restore time
# must name its model with its schema, for search_path is empty then.
sub fill
{
	my ($database, $user, $wemb) = @_;
	my $session = WembTest::Session->new($node, database => $database, user => $user);

	$session->query($_)->{err} =~ /ERROR/ and die "$database: $_: $session->{result}{err}" foreach
	  'CREATE SCHEMA "a Model"',
	  'CREATE TABLE topics AS ' . WembTest::topic_query(500),
	  'CREATE VIEW in_order AS SELECT body FROM topics ORDER BY id',
	  q{SELECT count(*) FROM wemb_train('in_order', 'body', 20, model => 'news', epochs => 5)},
	  q{SELECT count(*) FROM wemb_train('topics', 'body', 8, model => '"a Model"."Näme ''x"', epochs => 5, unit_length => false)},
	  q{SELECT count(*) FROM wemb_train('topics', 'body', 8, model => 'stems', tokenizer => 'english', max_n => 0, epochs => 5)},
	  q{SET wemb.model = 'public.news'},
	  'ALTER TABLE topics ADD PRIMARY KEY (id), ADD vec vector(20)',
	  'UPDATE topics SET vec = wemb(body)',
	  'ALTER TABLE topics ADD opposite vector(20) GENERATED ALWAYS AS (vec * \'[' . join(',', (-1) x 20) . ']\') STORED, ADD CHECK (vector_norm(vec) < 1.1)',
	  'CREATE INDEX ON topics (vec)',
	  q{CREATE TABLE odd (id integer PRIMARY KEY, vec vector DEFAULT '[1,2]', vecs vector(3)[])},
	  q{INSERT INTO odd VALUES (1, DEFAULT, NULL), (2, NULL, '{"[1,2,3]",NULL}'), (3, '[1e-45,-0,3.4028235e38]', '{}'), (4, '[0.1]', NULL)},
	  q{CREATE VIEW cats AS SELECT id FROM topics ORDER BY vec <-> wemb('cat', 'public.news') LIMIT 3},
	  q{CREATE MATERIALIZED VIEW distances AS SELECT id, vec <=> wemb('cat', 'public.news') AS distance FROM topics},
	  q{CREATE FUNCTION cat() RETURNS vector LANGUAGE sql STABLE AS $$SELECT wemb('cat', 'public.news')$$};
	return;
}

# What must be the same, to the bit.
my $state = q{SELECT string_agg(x, E'\n') FROM (
	SELECT concat_ws(' ', model, owner, words, dimensions, tokenizer, tokens, texts, trained_at, options) AS x FROM
		(SELECT * FROM wemb_models ORDER BY model COLLATE "C") m
	UNION ALL SELECT concat_ws(' ', id, vector_send(wemb(body, 'public.news')), vector_send(wemb('un' || body, '"a Model"."Näme ''x"')),
		vector_send(wemb(body, 'public.stems')), vector_send(vec), vector_send(opposite))
		FROM (SELECT * FROM topics ORDER BY id) t
	UNION ALL SELECT concat_ws(' ', id, vector_send(vec), vecs) FROM (SELECT * FROM odd ORDER BY id) o
	UNION ALL SELECT id::text FROM cats
	UNION ALL SELECT concat_ws(' ', id, distance) FROM (SELECT * FROM distances ORDER BY id) d
	UNION ALL SELECT cat()::text
	UNION ALL SELECT concat_ws(' ', word, similarity) FROM wemb_most_similar('dog', 5, 'public.news')) s};

fill('postgres', $owner);
my $wanted = WembTest::sql($node, $state);
my @lines = split(/\n/, $wanted);
is(scalar(grep { /^"a Model"|^public/ } @lines), 3, 'three models before the dump');

# ---- formats ----

# How to dump to a file, and how to restore from it.
foreach my $case (
	[ 'plain', [qw(pg_dump -f FILE)], [qw(psql -Xq -o /dev/null -v ON_ERROR_STOP=1 -f FILE)] ],
	[ 'plain, INSERT', [qw(pg_dump --column-inserts -f FILE)], [qw(psql -Xq -o /dev/null -v ON_ERROR_STOP=1 -1 -f FILE)] ],
	[ 'custom', [qw(pg_dump -Fc -f FILE)], [qw(pg_restore -e -d restored FILE)] ],
	[ 'directory, parallel', [qw(pg_dump -Fd -j2 -f FILE)], [qw(pg_restore -e -j2 -d restored FILE)] ],
	[ 'schema, then data', [qw(pg_dump -Fc -f FILE)], [qw(pg_restore -e --section=pre-data --section=data --section=post-data -d restored FILE)] ])
{
	my ($name, $dump, $restore) = @$case;
	my $file = "$folder/" . $name =~ s/\W+/_/gr;
	my ($dumped, $restored) = map { [ map { s/FILE/$file/r } @$_ ] } $dump, $restore;

	is_deeply(WembTest::run_program($node, 'postgres', @$dumped), { status => 0, out => '', err => '' }, "$name: dump");
	WembTest::sql($node, 'CREATE DATABASE restored TEMPLATE template0');
	is_deeply(WembTest::run_program($node, 'restored', @$restored), { status => 0, out => '', err => '' }, "$name: restore");
	is(WembTest::sql($node, $state, 'restored'), $wanted, "$name: the same");
	is(WembTest::sql($node, q{SELECT count(*) FROM wemb_train('in_order', 'body', 20, model => 'news', epochs => 5)}, 'restored'),
		WembTest::sql($node, 'SELECT count(*) FROM news', 'restored'), "$name: a restored model can be replaced");
	is(WembTest::fingerprint($node, 'news', 'restored'), WembTest::fingerprint($node, 'news'), "$name: by the same");
	is(WembTest::sql($node, q{SELECT wemb_drop_model(model) FROM wemb_models WHERE model = 'public.stems'; SELECT count(*) FROM wemb_models}, 'restored'),
		"\n2", "$name: a restored model can be dropped");
	WembTest::sql($node, 'DROP DATABASE restored');
}

# ---- data only ----

my $before = WembTest::fingerprint($node, 'news');
my $session = WembTest::Session->new($node);
my $vector = $session->ask(q{SELECT wemb('cat dog', 'news')});
my $data = WembTest::run_program($node, 'postgres', qw(pg_dump --data-only -t news -t news_parts));
is($data->{status}, 0, 'data only: dump') or diag $data->{err};
WembTest::sql($node, 'TRUNCATE news, news_parts');
like($session->query(q{SELECT wemb('cat', 'news')})->{err}, qr/^ERROR:  XX001: .* is damaged/, 'data only: a model without rows is none');
WembTest::sql($node, $data->{out});
is(WembTest::fingerprint($node, 'news'), $before, 'data only: the same');
is($session->ask(q{SELECT wemb('cat dog', 'news')}), $vector, 'data only: a session that has known the model goes on');

# ---- whoever owns it ----

WembTest::sql($node, $_) foreach 'CREATE ROLE writer LOGIN', 'CREATE DATABASE theirs OWNER writer TEMPLATE template0', 'CREATE DATABASE restored OWNER writer TEMPLATE template0';
WembTest::sql($node, 'SET ROLE writer; CREATE EXTENSION wemb', 'theirs');
WembTest::sql($node, 'GRANT CREATE ON SCHEMA public TO writer', $_) foreach 'theirs', 'restored';
fill('theirs', 'writer');
$wanted = WembTest::sql($node, $state, 'theirs');
is_deeply(WembTest::run_program($node, 'theirs', qw(pg_dump -U writer -f), "$folder/theirs"), { status => 0, out => '', err => '' },
	'a database\'s owner can dump it');
my $result = WembTest::run_program($node, 'restored', qw(psql -Xq -U writer -f), "$folder/theirs");
is(join("\n", grep { !/schema public$|for "public"$/ } split(/\n/, $result->{err})), '', 'and restore it');
is(WembTest::sql($node, $state, 'restored'), $wanted, 'the same');
WembTest::sql($node, 'DROP DATABASE restored');

# A user who owns nothing but a model.
WembTest::sql($node, $_) foreach 'CREATE SCHEMA writing AUTHORIZATION writer', 'GRANT SELECT ON topics TO writer';
WembTest::sql($node, q{SET ROLE writer; SELECT count(*) FROM wemb_train('topics', 'body', 20, model => 'writing.mine', epochs => 5)});
$before = WembTest::fingerprint($node, 'writing.mine');
is_deeply(WembTest::run_program($node, 'postgres', qw(pg_dump -U writer -n writing -Fc -f), "$folder/mine"), { status => 0, out => '', err => '' },
	'a model\'s owner can dump it');
WembTest::sql($node, q{SET ROLE writer; SELECT wemb_drop_model('writing.mine')});
is_deeply(WembTest::run_program($node, 'postgres', qw(pg_restore -U writer -e -t mine -t mine_parts -d postgres), "$folder/mine"),
	{ status => 0, out => '', err => '' }, 'and restore it');
is(WembTest::fingerprint($node, 'writing.mine'), $before, 'the same');
is(WembTest::sql($node, q{SELECT owner FROM wemb_models WHERE model = 'writing.mine'}), 'writer', 'of the same owner');

done_testing();
