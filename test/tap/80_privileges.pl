# Who may install, train and read; and that nobody's look-alike objects are
# taken for the server's.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Test::More;
use WembTest;

my $node = WembTest::start_node('main', bare => 1, conf => ['shared_buffers = 64MB']);
my $version = WembTest::pg_version($node);

WembTest::sql($node, "CREATE ROLE $_ LOGIN") foreach qw(creator author reader stranger);

# ---- who may install ----

WembTest::sql($node, 'CREATE DATABASE theirs; GRANT CREATE ON DATABASE theirs TO creator');
WembTest::sql($node, 'GRANT CREATE ON SCHEMA public TO PUBLIC', 'theirs');
foreach my $case ([ 'stranger', '42501' ], [ 'creator', '' ])
{
	my ($user, $error) = @$case;
	my $session = WembTest::Session->new($node, database => 'theirs', user => $user);

	is($session->sqlstate('CREATE EXTENSION wemb'), $error, "CREATE EXTENSION by $user");
	is($session->sqlstate('CREATE TABLE texts AS ' . WembTest::topic_query(100)), '', "$user: a table");
	is($session->sqlstate(q{SELECT wemb_train('texts', 'body', 10, model => 'm')}), $error ? '42883' : '', "$user: training");
	is($session->sqlstate(q{SELECT wemb('cat', 'm')}), $error ? '42883' : '', "$user: use");
	is($session->sqlstate('DROP EXTENSION wemb CASCADE'), $error ? '42704' : '', "$user: DROP EXTENSION");
	is($session->sqlstate('DROP TABLE texts'), '', "$user: drop the table");
}
is(WembTest::sql($node, q{SELECT trusted FROM pg_available_extension_versions WHERE name = 'wemb'}), 't', 'the extension is trusted');

# ---- who may train on what ----

WembTest::sql($node, $_) foreach
  'CREATE EXTENSION wemb',
  'CREATE SCHEMA library',
  'CREATE SCHEMA closed',
  'CREATE TABLE library.texts AS SELECT *, \'secret\' AS secret FROM (' . WembTest::topic_query(400) . ') t',
  'CREATE VIEW library.shown AS SELECT body FROM library.texts',
  'CREATE TABLE closed.texts AS TABLE library.texts',
  'GRANT SELECT ON closed.texts TO PUBLIC',
  'CREATE SCHEMA writing AUTHORIZATION author',
  'GRANT USAGE ON SCHEMA writing TO PUBLIC';
my $root = WembTest::Session->new($node);
my $author = WembTest::Session->new($node, user => 'author');
my $reader = WembTest::Session->new($node, user => 'reader');

sub train
{
	my ($source, $column, $more) = @_;
	return "SELECT count(*) FROM wemb_train('$source', '$column', 10, epochs => 2" . ($more // q{, model => 'writing.news'}) . ')';
}

# What the administrator does first, and the error of each training then.
foreach my $case (
	[ 'SELECT 1', 'library.texts', '42501' ],
	[ 'GRANT USAGE ON SCHEMA library TO PUBLIC', 'library.texts', '42501' ],
	[ 'GRANT SELECT (id, secret) ON library.texts TO author', 'library.texts', '42501' ],
	[ 'GRANT SELECT (body) ON library.texts TO author', 'library.texts', '' ],
	[ 'REVOKE ALL ON library.texts FROM author', 'library.texts', '42501' ],
	[ 'GRANT INSERT, UPDATE, DELETE ON library.texts TO author', 'library.texts', '42501' ],
	[ 'SELECT 1', 'library.shown', '42501' ],
	[ 'GRANT SELECT ON library.shown TO author', 'library.shown', '' ],
	[ 'SELECT 1', 'closed.texts', '42501' ])
{
	my ($sql, $source, $error) = @$case;

	WembTest::sql($node, $sql);
	is($author->sqlstate($source =~ /^closed/ ? "SELECT count(*) FROM wemb_train(" . closed_oid() . q{, 'body', 10)} : train($source, 'body')),
		$error, "$source after $sql");
}

sub closed_oid { return $root->ask(q{SELECT 'closed.texts'::regclass::oid}) }

SKIP:
{
	skip 'views run as their owner before 15', 1 if $version < 15;
	WembTest::sql($node, 'CREATE VIEW library.invoking WITH (security_invoker) AS SELECT body FROM library.texts; GRANT SELECT ON library.invoking TO author');
	is($author->sqlstate(train('library.invoking', 'body')), '42501', 'a view that runs as its invoker');
}

# Where the model goes.
WembTest::sql($node, 'GRANT SELECT ON library.texts TO author');
like($author->query(train('library.texts', 'body', q{, model => 'library.mine'}))->{err}, qr/^ERROR:  42501: permission denied for schema library/, 'a schema of others');
is($author->sqlstate(train('library.texts', 'body', q{, model => 'closed.mine'})), '42501', 'a schema that is closed');
is($root->ask(q{SELECT string_agg(relname || ' ' || relowner::regrole, ', ' ORDER BY relname) FROM pg_class
	WHERE relnamespace = 'writing'::regnamespace AND relkind = 'r'}), 'news author, news_parts author', 'who trains owns the model');
WembTest::sql($node, 'GRANT SELECT ON library.texts TO reader; GRANT CREATE ON SCHEMA writing TO reader');
like($reader->query(train('library.texts', 'body'))->{err}, qr/^ERROR:  42501: must be owner of table news/, 'a model of others is not replaced');
is($reader->sqlstate(q{SELECT wemb_drop_model('writing.news')}), '42501', 'a model of others is not dropped');

# ---- row security: what is hidden is not learnt ----

WembTest::sql($node, $_) foreach
  'ALTER TABLE library.texts ENABLE ROW LEVEL SECURITY',
  q{CREATE POLICY p ON library.texts TO PUBLIC USING (topic <> 'sea')};
is($author->query(train('library.texts', 'body'))->{out}, 38, 'row security: words of the rows that can be seen');
is($author->ask(q{SELECT count(*) FROM writing.news WHERE word IN ('ship', 'sail', 'reef')}), 0, 'row security: hidden words are not in the model');
is($author->ask(q{SELECT freq FROM writing.news WHERE word = 'the'}), 300, 'row security: hidden rows are not counted');
like($author->{result}{err} . $author->query(train('library.texts', 'body'))->{err}, qr/from 300 texts with 3000 tokens/, 'row security: nor reported');
is($author->sqlstate('SET row_security = off; ' . train('library.texts', 'body')), '42501', 'row security: not to be turned off');
$author->ask('RESET row_security');
is($root->query(train('library.texts', 'body', q{, model => 'everything'}))->{out}, 50, 'row security: a superuser sees all');
WembTest::sql($node, 'DROP POLICY p ON library.texts; ALTER TABLE library.texts DISABLE ROW LEVEL SECURITY; SELECT wemb_drop_model(\'everything\')');

# ---- who may read a model ----

is($author->sqlstate(train('library.texts', 'body')), '', 'a model of all texts');
my $vector = $author->ask(q{SELECT wemb('cat', 'writing.news')});
my @uses = (
	q{SELECT wemb('cat', 'writing.news')},
	q{SELECT wemb_similarity('cat', 'dog', 'writing.news')},
	q{SELECT count(*) FROM wemb_most_similar('cat', 5, 'writing.news')});

foreach my $case (
	[ 'SELECT 1', '42501', 0 ],
	[ 'GRANT SELECT ON writing.news TO reader', '42501', 0 ],
	[ 'GRANT SELECT ON writing.news_parts TO reader', '', 1 ],
	[ 'REVOKE SELECT ON writing.news FROM reader', '42501', 0 ],
	[ 'GRANT SELECT (word, freq, vec) ON writing.news TO reader', '', 1 ],
	[ 'REVOKE SELECT ON writing.news_parts FROM reader', '42501', 0 ],
	[ 'GRANT SELECT ON writing.news_parts TO PUBLIC', '', 1 ],
	[ 'REVOKE USAGE ON SCHEMA writing FROM PUBLIC, reader', '42501|42704', 0 ],
	[ 'GRANT USAGE ON SCHEMA writing TO PUBLIC', '', 1 ])
{
	my ($sql, $error, $listed) = @$case;

	WembTest::sql($node, 'REVOKE CREATE ON SCHEMA writing FROM reader');
	WembTest::sql($node, $sql);
	like($reader->sqlstate($_), qr/^(?:$error)$/, "$_ after $sql") foreach @uses;
	is($reader->ask(q{SELECT count(*) FROM wemb_models}), $listed, "wemb_models after $sql");
}
is($reader->ask($uses[0]), $vector, 'the same for everybody');

# ---- SECURITY DEFINER ----

WembTest::sql($node, 'REVOKE ALL ON writing.news, writing.news_parts FROM PUBLIC, reader');
$author->ask($_) foreach
  q{CREATE FUNCTION writing.embed(input text) RETURNS vector STABLE LANGUAGE sql SECURITY DEFINER
	SET search_path = pg_catalog, public AS $$SELECT wemb(input, 'writing.news')$$},
  q{CREATE FUNCTION writing.train() RETURNS bigint LANGUAGE sql SECURITY DEFINER
	SET search_path = writing, public AS $$SELECT count(*) FROM wemb_train('library.texts', 'body', 10, model => 'by_function', epochs => 2)$$};
is($reader->ask(q{SELECT writing.embed('cat')}), $vector, 'a function of the owner reads the model');
is($reader->sqlstate(q{SELECT writing.embed('cat'), wemb('cat', 'writing.news')}), '42501', 'but only in it');
is($reader->sqlstate(q{SELECT wemb('cat', 'writing.news')}), '42501', 'and not after it');
is($author->ask(q{SELECT writing.embed('cat') = wemb('cat', 'writing.news')}), 't', 'the owner both ways');
WembTest::sql($node, 'REVOKE SELECT ON library.texts FROM reader');
is($reader->query(q{SELECT writing.train()})->{out}, 50, 'a function of somebody who may trains');
is($root->ask(q{SELECT relowner::regrole FROM pg_class WHERE oid = 'writing.by_function'::regclass}), 'author', 'whose model it is');
is($reader->sqlstate(q{SELECT wemb('cat', 'writing.by_function')}), '42501', 'not the caller\'s');

# ---- look-alikes ----

# Objects that would be taken for the server's by whoever wrote their names
# without a schema: each is found first in search_path, and says so.
sub create_look_alikes
{
	my ($session, $schema, $types) = @_;
	my $vector = $session->ask(q{SELECT coalesce((SELECT oid::regtype::text FROM pg_type WHERE typname = 'vector' AND typtype = 'b'), '')});
	my $raise = sub { qq{LANGUAGE plpgsql AS \$\$BEGIN RAISE EXCEPTION 'captured: $_[0]'; END\$\$} };
	my $number = 0;

	$session->ask("CREATE SCHEMA $schema");
	foreach my $function (
		'unnest(anyarray) RETURNS SETOF anyelement', 'count(anyelement) RETURNS bigint', 'format(text, VARIADIC text[]) RETURNS text',
		'format(text, name, name) RETURNS text', 'concat(name, text) RETURNS text', 'concat(name, unknown) RETURNS text',
		'pg_get_userbyid(oid) RETURNS name', 'pg_total_relation_size(regclass) RETURNS bigint', 'pg_total_relation_size(oid) RETURNS bigint',
		'text(text) RETURNS text', 'jsonb(text) RETURNS jsonb', 'wemb(text, name) RETURNS text', 'wemb_model_describe(oid) RETURNS record',
		'current_setting(text) RETURNS text', 'float8(integer) RETURNS float8')
	{
		$session->ask("CREATE FUNCTION $schema.$function " . $raise->($function)) unless $function =~ /unknown/;
	}
	foreach my $operator (
		[ '=', 'text', 'text', 'boolean' ], [ '=', 'name', 'name', 'boolean' ], [ '=', 'name', 'text', 'boolean' ], [ '=', 'oid', 'oid', 'boolean' ],
		[ '=', 'integer', 'integer', 'boolean' ], [ '=', '"char"', '"char"', 'boolean' ], [ '=', 'text', 'name', 'boolean' ],
		[ '+', 'float8', 'float8', 'float8' ], [ '+', 'float8', 'integer', 'float8' ], [ '+', 'bigint', 'bigint', 'bigint' ],
		[ '-', 'jsonb', 'text[]', 'jsonb' ], [ '-', 'float8', 'float8', 'float8' ], [ '*', 'float8', 'float8', 'float8' ], [ '<', 'float8', 'float8', 'boolean' ],
		[ '>', 'bigint', 'bigint', 'boolean' ], [ '||', 'text', 'text', 'text' ],
		$vector ? ([ '<=>', $vector, $vector, 'float8' ], [ '<->', $vector, $vector, 'float8' ], [ '=', $vector, $vector, 'boolean' ]) : ())
	{
		my ($name, $left, $right, $returns) = @$operator;

		$number++;
		$session->ask("CREATE FUNCTION $schema.operator_$number($left, $right) RETURNS $returns " . $raise->("$left $name $right"));
		$session->ask("CREATE OPERATOR $schema.$name (LEFTARG = $left, RIGHTARG = $right, FUNCTION = $schema.operator_$number)");
	}
	foreach my $table (qw(pg_class pg_namespace pg_extension pg_depend pg_rewrite pg_type))
	{
		$session->ask("CREATE VIEW $schema.$table AS SELECT *, 1 / (length('captured') - 8) AS captured FROM pg_catalog.$table");
	}
	foreach my $type (@$types)
	{
		$session->ask("CREATE DOMAIN $schema.$type AS pg_catalog.text CHECK (VALUE IS NULL)");
	}
}

my @answers = (
	q{SELECT pg_catalog.count(word) FROM wemb_train('library.texts'::pg_catalog.regclass, 'body', 10, model => 'writing.news', epochs => 2)},
	q{SELECT pg_catalog.count(word) FROM wemb_train('library.texts'::pg_catalog.regclass, 'body', 12, model => 'writing.news', epochs => 2)},
	q{SELECT pg_catalog.count(word) FROM wemb_train('library.texts'::pg_catalog.regclass, 'body', 10, model => 'writing.news4', epochs => 2, tokenizer => 'pg_catalog.english')},
	q{SELECT wemb('cat dog', 'writing.news')},
	q{SELECT wemb('unheardof', 'writing.news')},
	q{SELECT wemb('cats', 'writing.news4')},
	q{SELECT wemb_similarity('cat', 'ship', 'writing.news')},
	q{SELECT word, similarity FROM wemb_most_similar('cat', 5, 'writing.news')},
	q{SELECT model, owner, words, dimensions, tokenizer, tokens, texts FROM wemb_models ORDER BY model USING OPERATOR(pg_catalog.<)},
	q{SELECT wemb_drop_model('writing.news4')});

foreach my $user ('the attacked', 'superuser')
{
	my $session = $user eq 'superuser' ? $root : $author;
	# only a model's owner trains it again
	my @queries = map { $user eq 'superuser' ? s/writing\.news/writing.roots/gr : $_ } @answers;
	my @wanted;

	if ($user eq 'the attacked')
	{
		create_look_alikes($root, 'evil', [qw(text name int4 int8 integer bigint float8 jsonb vector oid regclass)]);
		$root->ask('GRANT USAGE ON SCHEMA evil TO PUBLIC');
	}
	# each query in its turn: a model of one is what the next one asks
	$session->ask('RESET search_path; RESET client_min_messages; SET client_min_messages = warning');
	@wanted = map { $session->query($_) } @queries;
	$session->ask('SET search_path = evil, public, pg_catalog');
	like($session->query(q{SELECT 'a'::pg_catalog.text = 'a'::pg_catalog.text})->{err}, qr/captured/, "$user: the look-alikes are there");
	foreach my $i (0 .. $#queries)
	{
		my $result = $session->query($queries[$i]);
		is("$result->{out}$result->{err}", $wanted[$i]{out}, "$user among look-alikes: $queries[$i]");
		is($wanted[$i]{err}, '', "$user alone: $queries[$i]");
	}
	$session->ask('RESET search_path');
}

# An attacker's objects in the schema that the extension is installed in.
WembTest::sql($node, 'CREATE DATABASE attacked');
my $installer = WembTest::Session->new($node, database => 'attacked');
create_look_alikes($installer, 'evil', [qw(text name int4 jsonb)]);
is($installer->query('CREATE EXTENSION wemb SCHEMA evil')->{err}, '', 'look-alikes in the extension\'s schema');
$installer->ask('CREATE TABLE public.texts AS ' . WembTest::topic_query(100));
is($installer->query(q{SELECT pg_catalog.count(word) FROM evil.wemb_train('public.texts', 'body', 10, model => 'public.m')})->{out}, 50, 'training in it');
is($installer->query('SELECT words FROM evil.wemb_models')->{out}, 50, 'its view');
is($installer->query(q{SELECT evil.vector_dims(evil.wemb('cat', 'public.m'))})->{out}, 10, 'its wemb()');
is($installer->query(q{SELECT pg_catalog.count(word) FROM evil.wemb_most_similar('cat', 5, 'public.m')})->{out}, 5, 'its neighbours');

done_testing();
