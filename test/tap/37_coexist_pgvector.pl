# wemb and pgvector in one database: whose types are used, in every layout of
# schemas, through dumps, drops and moves.
#
# With pgvector itself where it is installed.  Elsewhere a stand-in, made of our
# own definitions of its types, takes its place, and what is about its indexes
# and its library is skipped.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Test::More;
use WembTest;

my $node = WembTest::start_node('main', bare => 1, conf => ['shared_buffers = 64MB']);
my $folder = PostgreSQL::Test::Utils::tempdir();
my $ours = '"W emb"';
my $theirs = '"Vec""tors"';

my $share = WembTest::sql($node, q{SELECT setting || '/extension' FROM pg_config WHERE name = 'SHAREDIR'});
my @made;

plan skip_all => "$share is not ours to write to" unless -w $share;

END
{
	unlink @made;
}

sub read_file
{
	my ($name) = @_;
	open(my $file, '<', $name) or die "$name: $!";
	local $/;
	return scalar <$file>;
}

# Put an extension's file where the server looks for it, until the test ends.
sub make_file
{
	my ($name, $content) = @_;
	push @made, "$share/$name";
	PostgreSQL::Test::Utils::append_to_file($made[-1], $content);
}

sub read_parts
{
	return join('', map { read_file("$WembTest::top/sql/install/$_.sql") } @_);
}

# ---- a stand-in for pgvector ----

# It has no access methods, so what is to be restored beside it can have no index of theirs.
sub make_stand_in
{
	my ($parts) = read_file("$WembTest::top/Makefile") =~ /^TYPE_PARTS\s*=\s*((?:.*\\\n)*.*)/m;

	make_file('vector.control', "default_version = '0.1'\nmodule_pathname = '\$libdir/wemb'\nrelocatable = true\n");
	make_file('vector--0.1.sql', read_parts($parts =~ /\w+/g));
}

my $is_real = WembTest::sql($node, q{SELECT count(*) FROM pg_available_extensions WHERE name = 'vector'});
make_stand_in() unless $is_real;
diag('pgvector ' . ($is_real ? WembTest::sql($node, q{SELECT default_version FROM pg_available_extensions WHERE name = 'vector'}) : 'is a stand-in'));

# A next version: what upgrade scripts do with the type.
my $version = WembTest::sql($node, q{SELECT default_version FROM pg_available_extensions WHERE name = 'wemb'});
make_file("wemb--$version--next.sql",
	read_parts('types_begin') .
	"CREATE FUNCTION twice(vector) RETURNS vector LANGUAGE sql AS 'SELECT \$1';" .
	read_parts('types_end') .
	"CREATE FUNCTION wemb_twin(text) RETURNS vector AS 'MODULE_PATHNAME', 'wemb_embed_text' LANGUAGE C STABLE STRICT;");

# ---- layouts ----

# What is asked of a database, with the schemas of wemb and of the type.

sub whose_types
{
	return q{
		SELECT concat_ws(' ',
			(SELECT count(*) FROM pg_depend WHERE classid = 'pg_type'::regclass AND refobjid = w.oid AND deptype = 'e'
				AND objid = any(SELECT oid FROM pg_type WHERE typname = 'vector')),
			(SELECT e.extname FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
				WHERE d.classid = 'pg_extension'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'n'),
			(SELECT e.extname FROM pg_proc p JOIN pg_depend d ON d.classid = 'pg_type'::regclass AND d.objid = p.prorettype AND d.deptype = 'e'
				JOIN pg_extension e ON e.oid = d.refobjid
				WHERE p.proname = 'wemb' AND p.pronamespace = w.extnamespace AND p.pronargs = 1))
			FROM pg_extension w WHERE w.extname = 'wemb'};
}

# All that can be seen of a model; the same in all layouts.  Vectors are to the
# bit, distances as far as two libraries agree.
sub state_of
{
	my ($w, $t) = @_;
	return qq{SELECT string_agg(x, E'\\n') FROM (
		SELECT md5(string_agg(concat_ws(' ', word, freq, $t.vector_send(vec)), ',' ORDER BY word)) AS x FROM public.news
		UNION ALL SELECT md5(string_agg(concat_ws(' ', part, id, $t.vector_send(vec)), ',' ORDER BY part, id)) FROM public.news_parts
		UNION ALL SELECT concat_ws(' ', model, words, dimensions, tokens) FROM $w.wemb_models WHERE model = 'public.news'
		UNION ALL SELECT $w.wemb('cat dug', 'public.news')::text
		UNION ALL SELECT round($w.wemb_similarity('cat', 'dog', 'public.news')::numeric, 5)::text
		UNION ALL SELECT concat_ws(' ', word, round(similarity::numeric, 5)) FROM $w.wemb_most_similar('cat', 5, 'public.news')
		UNION ALL SELECT md5(string_agg(concat_ws(' ', id, vec), ',' ORDER BY id)) FROM public.topics
		UNION ALL SELECT string_agg(id::text, ' ') FROM public.cats
		UNION ALL SELECT string_agg(id::text, ' ' ORDER BY id) FROM (SELECT id FROM public.topics
			ORDER BY round((vec OPERATOR($t.<=>) $w.wemb('ship sail', 'public.news'))::numeric, 5), id LIMIT 3) s) s};
}

# with: whether there are access methods of the names hnsw and ivfflat, of whichever extension
sub fill
{
	my ($w, $t, $with) = @_;
	return (
		'CREATE TABLE public.topics AS ' . WembTest::topic_query(400),
		"SELECT count(*) FROM $w.wemb_train('public.topics', 'body', 12, model => 'public.news', epochs => 5, workers => 1)",
		"ALTER TABLE public.topics ADD vec $t.vector(12)",
		"UPDATE public.topics SET vec = $w.wemb(body, 'public.news')",
		"CREATE VIEW public.cats AS SELECT id FROM public.topics "
			. "ORDER BY round((vec OPERATOR($t.<->) $w.wemb('cat', 'public.news'))::numeric, 5), id LIMIT 3",
		$with ? (
			"CREATE INDEX ON public.topics USING hnsw (vec $t.vector_cosine_ops)",
			"CREATE INDEX ON public.news USING ivfflat (vec $t.vector_l2_ops) WITH (lists = 2)") : ());
}

# Which indexes serve a search by wemb().
sub indexes_used
{
	my ($session, $w, $t) = @_;
	return join(' ', map { /Index Scan using (\w+)/ ? $1 : 'none' } map {
		$session->ask("SET enable_seqscan = off; EXPLAIN (COSTS off) $_; RESET enable_seqscan")
	} "SELECT id FROM public.topics ORDER BY vec OPERATOR($t.<=>) $w.wemb('ship', 'public.news') LIMIT 3",
		"SELECT word FROM public.news ORDER BY vec OPERATOR($t.<->) $w.wemb('ship', 'public.news') LIMIT 3");
}

# Run statements that may print notices, but no error.
sub run
{
	my ($session, @statements) = @_;
	foreach my $statement (@statements)
	{
		my $error = $session->query($statement)->{err};
		return "$statement: $error" if $error =~ /ERROR|FATAL/;
	}
	return '';
}

sub create_extensions
{
	my ($w, $v) = @_;
	my %schemas = map { $_ => 1 } grep { defined $_ && $_ ne 'public' } $w, $v;

	return ((map { "CREATE SCHEMA $_" } sort keys %schemas),
		defined $v ? "CREATE EXTENSION vector SCHEMA $v" : (),
		"CREATE EXTENSION wemb SCHEMA $w");
}

my $number = 0;
my $wanted;

# The schemas of wemb and of pgvector.
foreach my $case (
	[ 'alone', 'public', undef ],
	[ 'alone in a schema', $ours, undef ],
	[ 'beside pgvector', 'public', 'public' ],
	[ 'pgvector in another schema', 'public', $theirs ],
	[ 'wemb in another schema', $ours, 'public' ],
	[ 'both in one schema', $ours, $ours ],
	[ 'each in its own schema', $ours, $theirs ])
{
	my ($name, $w, $v) = @$case;
	my $t = $v // $w;
	my $types = defined $v ? '0 vector vector' : '1 wemb';
	my $database = 'layout' . ++$number;

	WembTest::sql($node, "CREATE DATABASE $database TEMPLATE template0");
	my $session = WembTest::Session->new($node, database => $database);
	is(run($session, create_extensions($w, $v)), '', "$name: CREATE EXTENSION");
	is($session->ask(whose_types()), $types, "$name: whose types");

	# nothing may hang on the user's path
	$session->ask(q{SET search_path = ''});
	my $indexes = $is_real || !defined $v;
	is(run($session, fill($w, $t, $indexes)), '', "$name: use");
	my $state = $session->ask(state_of($w, $t));
	$wanted //= $state;
	is($state, $wanted, "$name: the same as everywhere");
	$session->ask("SET search_path = public, $w, $t");
	is($session->ask(q{SELECT topic FROM topics ORDER BY vec <-> wemb('cat', 'news') LIMIT 1}), 'animals', "$name: with a path");
	is($session->ask('SELECT pg_typeof(vec)::text FROM news LIMIT 1'), 'vector', "$name: the column's type");
	is(indexes_used($session, $w, $t), 'topics_vec_idx news_vec_idx', "$name: indexes are used") if $indexes;

	# dump and restore
	WembTest::sql($node, 'CREATE DATABASE restored TEMPLATE template0');
	is_deeply(WembTest::run_program($node, $database, qw(pg_dump -Fc -f), "$folder/dump"), { status => 0, out => '', err => '' }, "$name: dump");
	is_deeply(WembTest::run_program($node, 'restored', qw(pg_restore -e -d restored), "$folder/dump"),
		{ status => 0, out => '', err => '' }, "$name: restore");
	my $restored = WembTest::Session->new($node, database => 'restored');
	is($restored->ask(whose_types()), $types, "$name: restored: whose types");
	is($restored->ask(state_of($w, $t)), $wanted, "$name: restored: the same");
	is(indexes_used($restored, $w, $t), 'topics_vec_idx news_vec_idx', "$name: restored: indexes") if $indexes;
	is(run($restored, q{ALTER EXTENSION wemb UPDATE TO 'next'}), '', "$name: update");
	is($restored->ask(whose_types()), $types, "$name: updated: whose types");
	is($restored->ask("SELECT count(*) FROM pg_proc WHERE proname = 'twice'"), defined $v ? '0' : '1', "$name: updated: the block of types");
	is($restored->ask("SET wemb.model = 'public.news'; SELECT $w.wemb_twin('cat') OPERATOR($t.=) $w.wemb('cat')"), 't', "$name: updated: the same type");
	$restored->close;
	WembTest::sql($node, 'DROP DATABASE restored');

	like(WembTest::run_program($node, $database, qw(pg_dump --schema-only --binary-upgrade))->{out},
		defined $v ? qr/empty_extension\('wemb', .*ARRAY\['vector'\]/ : qr/empty_extension\('wemb', .*ARRAY\[\]/, "$name: as pg_upgrade sees it");

	# moves
	like($session->query('CREATE SCHEMA moved; ALTER EXTENSION wemb SET SCHEMA moved')->{err},
		qr/^ERROR:  0A000: extension "wemb" does not support SET SCHEMA$/m, "$name: wemb stays where it is");
	if (defined $v)
	{
		is(run($session, 'ALTER EXTENSION vector SET SCHEMA moved'), '', "$name: pgvector is moved");
		is($session->ask(state_of($w, 'moved')), $wanted, "$name: moved: the same");
		is(run($session, "SELECT count(*) FROM $w.wemb_update('news', 'topics', 'body', epochs => 1)",
				"SELECT count(*) FROM $w.wemb_train('topics', 'body', 12, model => 'other', epochs => 1)"), '', "$name: moved: training");
		is($session->ask('SELECT atttypid::regtype FROM pg_attribute WHERE attrelid = \'other\'::regclass AND attname = \'vec\''),
			'moved.vector', "$name: moved: the type of a new model");
		my $fresh = WembTest::Session->new($node, database => $database);
		is(run($fresh, "SELECT * FROM $w.wemb_most_similar('cat', 5, 'public.news')"), '', "$name: moved: another session");
		is($session->sqlstate("ALTER EXTENSION vector SET SCHEMA $v; DROP TABLE other, other_parts"), '', "$name: pgvector is moved back");
	}

	# drops
	is($session->sqlstate('DROP EXTENSION wemb'), '2BP01', "$name: wemb is needed");
	if (defined $v)
	{
		like($session->query('DROP EXTENSION vector')->{err}, qr/^ERROR:  2BP01: .*\nDETAIL:  (.*\n)*.*extension wemb depends on extension vector/,
			"$name: pgvector is needed");
		is($session->sqlstate('DROP VIEW cats; DROP EXTENSION wemb'), '', "$name: wemb is dropped without what it made");
		is($session->ask('SELECT count(*) > 20 FROM news'), 't', "$name: the model is still there");
		is(run($session, "CREATE EXTENSION wemb SCHEMA $w", "SELECT $w.wemb('cat', 'news')"), '', "$name: wemb comes back to its model");
		is($session->sqlstate('DROP EXTENSION vector CASCADE'), '', "$name: DROP EXTENSION vector CASCADE");
	}
	else
	{
		is($session->sqlstate('DROP EXTENSION wemb CASCADE'), '', "$name: DROP EXTENSION CASCADE");
	}
	is($session->ask(q{SELECT count(*) FROM pg_extension WHERE extname IN ('wemb', 'vector')}), '0', "$name: nothing is left");
	is($session->sqlstate("CREATE EXTENSION wemb SCHEMA $w"), '', "$name: alone again");
	is($session->ask(whose_types()), '1 wemb', "$name: with types of its own");
	is(run($session, "SELECT count(*) FROM $w.wemb_train('topics', 'body', 12, model => 'again', epochs => 1)",
			"SELECT $w.wemb('cat', 'again')"), '', "$name: the session has learnt of them");
	$session->close;
	WembTest::sql($node, "DROP DATABASE $database");
}

# ---- pgvector after wemb ----

WembTest::sql($node, 'CREATE DATABASE late TEMPLATE template0');
my $session = WembTest::Session->new($node, database => 'late');
is(run($session, create_extensions('public', undef), fill('public', 'public', $is_real)), '', 'late: wemb alone');
like($session->query('CREATE EXTENSION vector')->{err}, qr/^ERROR:  42710: type "vector" already exists/, 'late: not in the same schema');
is($session->ask(whose_types()), '1 wemb', 'late: nothing has changed');
if ($is_real)
{
	# Names of access methods belong to no schema.
	is(run($session, 'CREATE TABLE near (vec vector(2))', "SELECT count(*) FROM pg_opclass WHERE amvalidate(oid) AND opcname = 'vector_l2_ops'",
			'SET hnsw.ef_search = 55', 'SET ivfflat.probes = 5', "CREATE SCHEMA $theirs"), '', 'late: hnsw and ivfflat in use');
	like($session->query("CREATE EXTENSION vector SCHEMA $theirs")->{err}, qr/^ERROR:  42710: access method "\w+" already exists/,
		'late: not in another schema');
	is($session->ask('SHOW hnsw.ef_search; SHOW ivfflat.probes'), "55\n5", 'late: its library has taken over the settings');
	is($session->sqlstate("SET $_ = 0"), '22023', "late: and looks after $_") foreach 'hnsw.ef_search', 'ivfflat.probes';
	is($session->sqlstate('RESET hnsw.ef_search; RESET ivfflat.probes; DROP TABLE near'), '', 'late: back to the default');
}
else
{
	is(run($session, "CREATE SCHEMA $theirs; CREATE EXTENSION vector SCHEMA $theirs"), '', 'late: in another schema, two types');
}
is($session->ask(whose_types()), '1 wemb', 'late: wemb keeps its own');
is($session->ask(state_of('public', 'public')), $wanted, 'late: the same');
is($session->sqlstate(q{BEGIN; ALTER EXTENSION wemb UPDATE TO 'next'}), '', 'late: update');
is($session->ask(whose_types()), '1 wemb', 'late: updated: wemb keeps its own');
is($session->ask("SELECT count(*) FROM pg_proc WHERE proname = 'twice'"), '1', 'late: updated: the block of types');
is($session->sqlstate('ROLLBACK'), '', 'late: back');
is(run($session, "SELECT count(*) FROM wemb_train('topics', 'body', 12, model => 'other', epochs => 1)"), '', 'late: training');
unless ($is_real)
{
	is($session->ask("SELECT '[1,2]'::vector::text::$theirs.vector"), '[1,2]', 'late: from one to the other by way of text');
	is($session->sqlstate('DROP EXTENSION vector'), '', 'late: pgvector can go');
}
is($session->ask(state_of('public', 'public')), $wanted, 'late: the same without it');
$session->close;

# ---- from one to the other: the commands of doc/pgvector.md ----

my $texts = read_file("$WembTest::top/doc/pgvector.md");

# The commands of a section, with the databases of this test.
sub recipe
{
	my ($heading, $old, $new) = @_;
	my ($section) = $texts =~ /^##+ \Q$heading\E\n(.*?)(?=^##|\z)/ms or die "no section $heading";
	my ($commands) = $section =~ /^```\n(.*?)^```/ms or die "no commands under $heading";

	$commands =~ s/\bold\b/$old/g;
	$commands =~ s/\bnew\b/$new/g;
	return WembTest::run_program($node, 'postgres', 'bash', '-ec', "cd '$folder'\n$commands");
}

$session = WembTest::Session->new($node, database => 'postgres');
is(run($session, create_extensions('tools', undef), fill('tools', 'tools', $is_real)), '', 'wemb in the schema "tools"');

# From which database to which; the schema of both extensions.
foreach my $case (
	[ 'From wemb\'s types to pgvector', 'late', 'joined', '0 vector vector', 'public' ],
	[ 'From pgvector to wemb\'s types', 'joined', 'apart', '1 wemb', 'public' ],
	[ 'If wemb has a schema of its own', 'postgres', 'joined_tools', '0 vector vector', 'tools' ],
	[ 'From pgvector to wemb\'s types', 'joined_tools', 'apart_tools', '1 wemb', 'tools' ])
{
	my ($heading, $old, $new, $types, $schema) = @$case;
	my $name = "$heading: $old";
	my $result = recipe($heading, $old, $new);

	is($result->{status}, 0, "$name: no error") or diag $result->{err};
	my $session = WembTest::Session->new($node, database => $new);
	is($session->ask(whose_types()), $types, "$name: whose types");
	is($session->ask(state_of($schema, $schema)), $wanted, "$name: the same");
	is(indexes_used($session, $schema, $schema), 'topics_vec_idx news_vec_idx', "$name: indexes") if $is_real;
	is(run($session, "SELECT count(*) FROM $schema.wemb_train('topics', 'body', 12, model => 'news', epochs => 1)"), '', "$name: training")
	  if $types eq '1 wemb';
}

# ---- what stands in the way ----

# Statements, and the error of CREATE EXTENSION wemb after them.
foreach my $case (
	[ 'another type of the name', 'CREATE TYPE vector AS (x integer)',
		qr/^ERROR:  42710: type "vector" already exists in schema "public"\nDETAIL:  .*\nHINT:  / ],
	[ 'another type of the name, pgvector absent', 'DROP EXTENSION vector; CREATE TYPE vector AS (x integer)',
		qr/^ERROR:  42710: type "vector" already exists/ ],
	[ 'a temporary type of the name', 'CREATE TYPE pg_temp.vector AS (x integer)', qr/^$/ ],
	[ 'a domain over it', "CREATE DOMAIN vector AS $theirs.vector", qr/^ERROR:  42710: / ],
	[ 'pgvector\'s type elsewhere', "CREATE SCHEMA s; ALTER TYPE $theirs.vector SET SCHEMA s",
		qr/^ERROR:  42704: extension "vector" has no type "vector" in its schema "Vec"tors"\nHINT:  / ],
	[ 'an operator where pgvector\'s is looked for',
		"CREATE OPERATOR <-> (LEFTARG = $theirs.vector, RIGHTARG = $theirs.vector, FUNCTION = $theirs.l1_distance)",
		qr/^ERROR:  42710: operator .* is of neither extension/ ],
	[ 'a pgvector without halfvec', "ALTER TYPE $theirs.halfvec RENAME TO other", qr/^$/ ],
	[ 'a function of a name of ours', 'CREATE FUNCTION wemb(text) RETURNS text LANGUAGE sql AS \'SELECT $1\'', qr/^ERROR:  42723: / ],
	[ 'functions that nearly fit', q{CREATE FUNCTION wemb_install_types(varchar) RETURNS integer LANGUAGE sql AS 'SELECT 1/0';
		CREATE FUNCTION wemb_install_types(anyelement) RETURNS integer LANGUAGE sql AS 'SELECT 1/0'}, qr/^$/ ],
	[ 'look-alikes where pgvector is', "CREATE FUNCTION $theirs.wemb_progress_list(integer = 0) RETURNS integer LANGUAGE sql AS 'SELECT 1/0'", qr/^$/ ],
	[ 'no plpgsql', 'DROP EXTENSION plpgsql', qr/^$/ ],
	[ 'no plpgsql, pgvector absent', 'DROP EXTENSION plpgsql; DROP EXTENSION vector', qr/^$/ ])
{
	my ($name, $statements, $error) = @$case;

	WembTest::sql($node, 'CREATE DATABASE obstacle TEMPLATE template0');
	my $session = WembTest::Session->new($node, database => 'obstacle');
	is(run($session, "CREATE SCHEMA $theirs; CREATE EXTENSION vector SCHEMA $theirs; SET search_path = public, $theirs", $statements), '', "$name: made");
	like($session->query('CREATE EXTENSION wemb')->{err}, $error, $name);
	is($session->ask(q{SELECT string_agg(count, ' ' ORDER BY amname) FROM (SELECT amname, count(*)::text FROM pg_opclass
			JOIN pg_am a ON a.oid = opcmethod WHERE amname ~ 'wemb' GROUP BY 1) s}),
		$name =~ /without halfvec/ ? '10 4' : '14 7', "$name: operator classes") if '' =~ $error;
	is($session->ask('SHOW search_path'), 'public, "Vec""tors"', "$name: the path is as it was");
	is($session->ask(whose_types()), $statements =~ /DROP EXTENSION vector/ ? '1 wemb' : '0 vector vector', "$name: whose types")
	  if '' =~ $error;
	$session->close;
	WembTest::sql($node, 'DROP DATABASE obstacle');
}

# A type that only has the right name.
WembTest::sql($node, 'CREATE DATABASE strange TEMPLATE template0');
$session = WembTest::Session->new($node, database => 'strange');
is(run($session, create_extensions('public', $theirs), "ALTER EXTENSION vector DROP TYPE $theirs.vector",
		'CREATE TABLE fake (word text, freq bigint, vec real[])'), '', 'a type without an extension: made');
like($session->query(q{SELECT wemb('cat', 'fake')})->{err}, qr/^ERROR:  42809: type "Vec""tors".vector belongs neither to /, 'a type without an extension');
$session->close;

# Who may install beside pgvector: as without it.
WembTest::sql($node, $_) foreach 'CREATE ROLE creator LOGIN', 'CREATE DATABASE obstacle OWNER creator TEMPLATE template0';
WembTest::sql($node, "CREATE SCHEMA $theirs; CREATE EXTENSION vector SCHEMA $theirs", 'obstacle');
$session = WembTest::Session->new($node, database => 'obstacle', user => 'creator');
is(run($session, 'CREATE SCHEMA mine; CREATE EXTENSION wemb SCHEMA mine'), '', 'a database\'s owner installs wemb beside pgvector');
is($session->ask(whose_types()), '0 vector vector', 'and it uses that');
is($session->sqlstate('DROP EXTENSION wemb'), '', 'and drops it');
$session->close;

# ---- libraries and settings ----

SKIP:
{
	skip 'pgvector is a stand-in', 1 unless $is_real;

	my $use = "SELECT count(*) FROM public.wemb_train('topics', 'body', 12, model => 'both', epochs => 1); " .
		'SET hnsw.ef_search = 77; SELECT id FROM topics ORDER BY vec <-> wemb(\'cat\', \'both\') LIMIT 3; ' .
		'SELECT current_setting(\'hnsw.ef_search\') || current_setting(\'ivfflat.probes\') || current_setting(\'wemb.model\')';
	my $settings = q{SELECT string_agg(name, ' ') FROM pg_settings WHERE name ~ '^(hnsw|ivfflat|wemb)[.]'};

	WembTest::sql($node, 'CREATE DATABASE libraries TEMPLATE template0');
	WembTest::sql($node, $_, 'libraries') foreach create_extensions('public', 'public'), 'CREATE TABLE topics AS ' . WembTest::topic_query(100),
	  'ALTER TABLE topics ADD vec vector(12)';
	WembTest::sql($node, 'ALTER DATABASE libraries SET ivfflat.probes = 3');
	my $all;
	foreach my $case (
		[ '', "LOAD 'vector'; LOAD 'wemb'" ],
		[ '', "LOAD 'wemb'; LOAD 'vector'" ],
		[ '', "SET hnsw.ef_search = 99; LOAD 'wemb'; LOAD 'vector'" ],
		[ 'wemb,vector', '' ],
		[ 'vector,wemb', '' ],
		[ 'wemb', "LOAD 'vector'" ],
		[ 'vector', "LOAD 'wemb'" ])
	{
		my ($preload, $load) = @$case;
		my $name = "preload '$preload', $load";

		$node->append_conf('postgresql.conf', "shared_preload_libraries = '$preload'");
		$node->restart;
		my $session = WembTest::Session->new($node, database => 'libraries');
		is($load eq '' ? '' : $session->query($load)->{err}, '', "$name: no warning");
		is($session->query($use)->{err} =~ /ERROR|WARNING/ ? $session->{result}{err} : '', '', "$name: use");
		is((split(/\n/, $session->{result}{out}))[-1], '773wemb_model', "$name: settings");
		$all //= $session->ask($settings);
		is($session->ask($settings), $all, "$name: all settings");
	}
	my $session = WembTest::Session->new($node, database => 'libraries');
	$node->append_conf('postgresql.conf', "shared_preload_libraries = ''");
	$node->restart;
	$session = WembTest::Session->new($node, database => 'libraries');
	is($session->ask("LOAD 'wemb'; SELECT count(*) FROM pg_settings WHERE name ~ '^(hnsw|ivfflat)[.]' AND name <> 'ivfflat.probes'"), '0',
		'wemb defines no setting of pgvector\'s');

	# Both serve a column of pgvector's; lists of ours heed its setting.
	$session->ask(q{CREATE TABLE points AS SELECT i, ARRAY[i % 40 * 100, i % 7]::vector(2) AS v FROM generate_series(1, 4000) i;
		SET enable_seqscan = off; SET ivfflat.probes = 1; SET ivfflat.iterative_scan = off});
	foreach my $method ('ivfflat', 'wemb_ivf')
	{
		$session->ask("CREATE INDEX one ON points USING $method (v) WITH (lists = 40)");
		my $rows = $session->ask('SELECT count(*) FROM (SELECT v FROM points ORDER BY v <-> \'[0,0]\') s');
		ok($rows >= 100 && $rows < 1000, "$method: searched as the setting says") or diag $rows;
		$session->ask('DROP INDEX one');
	}
	$session->ask('RESET ALL; DROP TABLE points');

	# From wemb's access methods to pgvector's in one session; what the user has set stays.
	WembTest::sql($node, 'CREATE DATABASE changes TEMPLATE template0');
	$session = WembTest::Session->new($node, database => 'changes');
	is(run($session, 'CREATE EXTENSION wemb', "SELECT amvalidate(oid) FROM pg_opclass WHERE opcname = 'vector_l2_ops'"), '', 'wemb\'s hnsw: used');
	is($session->ask('SHOW hnsw.iterative_scan; SHOW ivfflat.iterative_scan'), "strict_order\nrelaxed_order", 'wemb\'s hnsw: defaults');
	is(run($session, 'SET hnsw.ef_search = 900', 'SET hnsw.max_scan_tuples = 7', 'RESET hnsw.max_scan_tuples', 'SET ivfflat.max_probes = 9',
			'DROP EXTENSION wemb', 'CREATE EXTENSION vector'), '', 'to pgvector in one session');
	is($session->ask(q{SELECT string_agg(concat_ws(' ', name, setting, vartype, source), ',' ORDER BY name) FROM pg_settings WHERE name ~ '^(hnsw|ivfflat)[.]'}),
		'hnsw.ef_search 900 integer session,hnsw.iterative_scan off enum default,' .
		'hnsw.max_scan_tuples 20000 integer default,hnsw.scan_mem_multiplier 1 real default,' .
		'ivfflat.iterative_scan off enum default,ivfflat.max_probes 9 integer session,ivfflat.probes 1 integer default', 'pgvector\'s settings');
	is($session->ask('RESET hnsw.ef_search; SHOW hnsw.ef_search; RESET ivfflat.max_probes; SHOW ivfflat.max_probes'), "40\n32768", 'pgvector\'s defaults');
}

done_testing();
