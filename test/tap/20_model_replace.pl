# Training again under the same name replaces the model in one step, and keeps
# nobody from reading it meanwhile.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Test::More;
use Time::HiRes qw(time);
use WembTest;

my $node = WembTest::start_node('main', conf => ['shared_buffers = 64MB']);
my $trainer = WembTest::Session->new($node);
my $other = WembTest::Session->new($node);
my $reader = WembTest::Session->new($node);

# Two models of the same words: seed 1 is called old, seed 2 new.
WembTest::create_topics($node, 'topics', 2000);
WembTest::sql($node, 'CREATE TABLE many AS ' . WembTest::counting_query(400, 2000));

sub train
{
	my ($seed, %options) = @_;
	my $dimensions = $options{dimensions} // 20;
	my $source = $options{source} // 'topics';
	my $epochs = $options{epochs} // 1;
	return "SELECT count(*) FROM wemb_train('$source', 'body', $dimensions, model => 'news', seed => $seed, epochs => $epochs)";
}

# What a session sees of the model: by wemb() and by looking at the tables.
my $seen = q{SELECT wemb('cat pan', 'news')::text || md5(string_agg(word || vec, ',' ORDER BY word)) || count(*)
	|| (SELECT md5(string_agg(vec::text, ',' ORDER BY id)) || count(*) FROM news_parts WHERE part = 'subword')
	FROM news};

sub trained
{
	my ($seed, %options) = @_;
	$trainer->query(train($seed, %options));
	die $trainer->{result}{err} if $trainer->{result}{err} =~ /ERROR/;
	return $reader->ask($seen);
}

my $old = trained(1);
my $new = trained(2);
my $wide = trained(1, dimensions => 30);
isnt($old, $new, 'another seed gives another model');
trained(1);
is($reader->ask($seen), $old, 'the same seed gives the same model');

# ---- readers, while others write ----

# Read again and again while a training runs, from its beginning to its commit.
foreach my $isolation ('READ COMMITTED', 'REPEATABLE READ')
{
	my %counts = (old => 0, new => 0);
	my $until = time + $WembTest::patience;
	my $last = $isolation eq 'READ COMMITTED' ? 'new' : 'old';

	trained(1);
	$reader->ask("BEGIN ISOLATION LEVEL $isolation");
	is($reader->ask($seen), $old, "$isolation: the old model to begin with");
	$trainer->start(train(2));
	until ($trainer->is_over)
	{
		my $answer = $reader->ask($seen);

		die "$isolation: reader and trainer wait for each other" if time > $until;
		$counts{ $answer eq $old ? 'old' : $answer eq $new ? 'new' : 'neither' }++;
		$trainer->read_output(0);
	}
	$trainer->finish;
	is($reader->ask($seen), $last eq 'new' ? $new : $old, "$isolation: the $last model in the end");
	is(join(' ', grep { !/old|new/ } keys %counts), '', "$isolation: always one or the other");
	is($counts{new}, 0, "$isolation: the old model until the transaction ends") if $last eq 'old';
	note "$isolation: $counts{old} times old, $counts{new} times new";
	$reader->ask('COMMIT');
	is($reader->ask($seen), $new, "$isolation: the new model afterwards");
}

# Many short statements against many trainings.
{
	my $loop = q{DO $$
		DECLARE
			before text;
			now text;
			changes integer := 0;
			models text[] := ARRAY['OLD', 'NEW'];
		BEGIN
			FOR i IN 1..100000 LOOP
				EXECUTE 'SELECT (} . $seen =~ s/'/''/gr . q{)' INTO now;
				IF now <> ALL (models) THEN
					RAISE EXCEPTION 'neither old nor new: %', now;
				END IF;
				changes := changes + (now IS DISTINCT FROM before)::integer;
				before := now;
				COMMIT;
				EXIT WHEN changes = 6;
			END LOOP;
			RAISE NOTICE 'changes: %', changes;
		END $$};
	my $until = time + $WembTest::patience;

	trained(1);
	$loop =~ s/OLD/$old/;
	$loop =~ s/NEW/$new/;
	$reader->start($loop);
	until ($reader->is_over)
	{
		die 'the reader does not end' if time > $until;
		$trainer->query(train($_)) foreach 2, 1;
		$reader->read_output(0);
	}
	like($reader->finish->{err}, qr/NOTICE:  00000: changes: 6/, 'a loop over changing models sees each whole');
}

# Nobody waits for a training, not even for one that has ended and not committed.
foreach my $when ('while it trains', 'while it is not committed')
{
	trained(1);
	$trainer->ask('BEGIN');
	if ($when eq 'while it trains')
	{
		$trainer->ask('SET LOCAL wemb.progress_interval = 1');
		$trainer->start(train(2, source => 'many', epochs => 100000));
		$trainer->wait_message(qr/training:/);
	}
	else
	{
		$trainer->query(train(2));
	}
	$other->ask(q{SET lock_timeout = '2s'});
	is($other->ask($seen), $old, "$when, wemb() reads the old model");
	is($other->ask(q{SELECT count(*) FROM wemb_most_similar('cat', 3, 'news')}), 3, "$when, wemb_most_similar() works");
	is($other->ask(q{SELECT dimensions FROM wemb_models}), 20, "$when, wemb_models works");
	$other->ask('RESET lock_timeout');
	if ($trainer->{running})
	{
		$other->ask("SELECT pg_cancel_backend($trainer->{pid})");
		$trainer->finish;
	}
	$trainer->ask('ROLLBACK');
	is($other->ask($seen), $old, "$when: rollback leaves the old model");
	is(WembTest::leftovers($node, 'none'), '', "$when: rollback leaves no file");
}

# An open cursor goes on with the model that it began with.
{
	my $wanted;

	trained(1);
	$wanted = $reader->ask(q{SELECT md5(string_agg(wemb(body, 'news')::text, ',' ORDER BY id)) FROM topics});
	$reader->ask(q{BEGIN; CREATE TEMP TABLE fetched (id integer, vec text);
		DECLARE c CURSOR FOR SELECT id, wemb(body, 'news')::text FROM topics});
	my $fetched = $reader->ask('FETCH 1000 FROM c');
	trained(2, dimensions => 20) ne $new and die 'not trained';
	$fetched .= "\n" . $reader->ask('FETCH ALL FROM c');
	$reader->ask('COMMIT');
	my %vectors = map { split(/\|/, $_, 2) } split(/\n/, $fetched);
	is(scalar(keys %vectors), 2000, 'a cursor: all rows');
	is($reader->ask("SELECT md5('" . join(',', map { $vectors{$_} } sort { $a <=> $b } keys %vectors) . "')"), $wanted,
		'a cursor goes on with the model that it began with');
}

# ---- other dimensions: readers wait for the commit ----

sub waits_for_lock
{
	my ($session) = @_;
	WembTest::wait_until(sub { $other->ask("SELECT count(*) FROM pg_locks WHERE NOT granted AND pid = $session->{pid}") }, 'a lock');
}

trained(1);
$trainer->ask('BEGIN');
$trainer->query(train(1, dimensions => 30));
$other->ask(q{SET lock_timeout = '100ms'});
is($other->sqlstate(q{SELECT wemb('cat', 'news')}), '55P03', 'other dimensions, not committed: readers wait');
$other->ask('RESET lock_timeout');
$reader->start($seen);
waits_for_lock($reader);
my $asker = WembTest::Session->new($node);
$asker->start(q{SELECT wemb('cat', 'news')});
waits_for_lock($asker);
$trainer->ask('COMMIT');
is($reader->finish->{out}, $wide, 'other dimensions: whoever waited for the table sees the new model');
like($asker->finish->{err}, qr/^ERROR:  40001: embedding model "public\.news" was replaced by a concurrent training/,
	'other dimensions: a statement that began before is to be repeated');
is($asker->ask(q{SELECT vector_dims(wemb('cat', 'news'))}), 30, 'and then sees the new model');

trained(1);
$reader->ask('BEGIN ISOLATION LEVEL REPEATABLE READ');
$reader->ask($seen);
$asker->ask('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1');
$trainer->start(train(1, dimensions => 30));
waits_for_lock($trainer);
is($reader->ask($seen), $old, 'other dimensions: a training waits for who is reading');
$reader->ask('COMMIT');
like($trainer->finish->{err}, qr/^NOTICE:  00000: model public\.news: 50 words by 30 dimensions/, 'and goes on when they are through');
is($reader->ask($seen), $wide, 'the new model');
is($asker->sqlstate(q{SELECT wemb('cat', 'news')}), '40001', 'a transaction that began before and comes to read later is to be repeated');
$asker->ask('ROLLBACK');

trained(1);
$trainer->ask('BEGIN');
$trainer->query(train(1, dimensions => 30));
$trainer->ask('ROLLBACK');
is($reader->ask($seen), $old, 'other dimensions: rollback leaves the old model');

# ---- two trainings of one name ----

# What is there before, how the first ends, what the second then finds.
foreach my $case (
	[ 'a model', 'COMMIT', 'READ COMMITTED', '' ],
	[ 'a model', 'ROLLBACK', 'READ COMMITTED', '' ],
	[ 'nothing', 'COMMIT', 'READ COMMITTED', '' ],
	[ 'nothing', 'ROLLBACK', 'READ COMMITTED', '' ],
	[ 'a model', 'COMMIT', 'REPEATABLE READ', '40001' ],
	[ 'a model', 'ROLLBACK', 'REPEATABLE READ', '' ],
	[ 'nothing', 'COMMIT', 'REPEATABLE READ', '40001' ])
{
	my ($before, $end, $isolation, $error) = @$case;
	my $name = "$before, first to $end, second in $isolation";
	my $result;

	$before eq 'nothing' ? $other->ask(q{SELECT wemb_drop_model('news')}) : trained(2);
	$trainer->ask('BEGIN');
	$trainer->query(train(1));
	$asker->ask("BEGIN ISOLATION LEVEL $isolation");
	$asker->start(train(2));
	waits_for_lock($asker);
	is($other->query(q{SELECT count(*) FROM wemb_train('topics', 'body', 5, model => 'news2', epochs => 1)})->{out}, 50,
		"$name: another name does not wait");
	$trainer->ask($end);
	$result = $asker->finish;
	is($result->{err} =~ /ERROR:  (\w+)/ ? $1 : '', $error, "$name: error") or diag $result->{err};
	$asker->ask($error ? 'ROLLBACK' : 'COMMIT');
	is($reader->ask($seen), $error ? $old : $new, "$name: the last to write wins");
}
is($reader->ask('SELECT count(*) FROM pg_class WHERE relname IN (\'news\', \'news_parts\')'), 2, 'two tables, once');

# ---- what the owner has attached to the tables ----

$other->query($_) foreach 'DROP TABLE IF EXISTS news, news_parts, news2, news2_parts', train(1);
$other->ask($_) foreach
  'CREATE ROLE reading',
  'GRANT SELECT ON news, news_parts TO reading',
  'GRANT UPDATE (freq) ON news TO reading',
  q{COMMENT ON TABLE news IS 'ours'},
  'CREATE INDEX news_freq ON news (freq)',
  'ALTER TABLE news ADD note text DEFAULT \'note\', ADD CHECK (freq > 0)',
  'ALTER TABLE news_parts SET (autovacuum_enabled = off)';

my $attached = q{SELECT string_agg(x::text, ';' ORDER BY x::text) FROM (
	SELECT (relname, relacl, reloptions, obj_description(oid, 'pg_class'), oid) AS x FROM pg_class WHERE relname ~ '^news'
	UNION ALL SELECT (attrelid, attname, attacl) FROM pg_attribute WHERE attrelid = 'news'::regclass AND attnum > 0
	UNION ALL SELECT (conrelid, conname, pg_get_constraintdef(oid)) FROM pg_constraint WHERE conrelid = 'news'::regclass
	UNION ALL SELECT (indexrelid::regclass, indisvalid) FROM pg_index WHERE indrelid = 'news'::regclass) s};
my $before = $other->ask($attached);

is(trained(2, dimensions => 30) eq $wide, '', 'trained with other dimensions');
is($other->ask($attached), $before, 'privileges, indexes, constraints and comments survive other dimensions');
$other->ask('CREATE VIEW rare AS SELECT word, vec FROM news WHERE freq < 1000');
$before = $other->ask($attached);
$other->query(train(1, dimensions => 20));
like($other->{result}{err}, qr/^ERROR:  2BP01: cannot change embedding model "public\.news" from 30 to 20 dimensions\nDETAIL:  View rare/,
	'a view on the vectors keeps the dimensions');
is(trained(1, dimensions => 30), $wide, 'a view does not keep from training again');
is($other->ask($attached), $before, 'privileges, indexes, constraints and comments survive');
my $rows = q{SELECT md5(string_agg(vec::text, ',' ORDER BY word)) || count(*) FROM };
is($other->ask("$rows rare"), $other->ask("$rows news WHERE freq < 1000"), 'the view shows the new rows');
is($other->ask("BEGIN; SET LOCAL enable_seqscan = off; $rows news WHERE freq < 1000; COMMIT"), $other->ask("$rows rare"), 'the index has the new rows');
is($other->ask(q{SELECT DISTINCT note FROM news}), 'note', 'columns of the owner have their default');
is($other->ask(q{SET ROLE reading; SELECT vector_dims(wemb('cat', 'news'))}), 30, 'who could read still can');
$other->ask('RESET ROLE; DROP VIEW rare');

# ---- the name, while a training runs ----

# A training on this view waits in the middle of reading for whoever has the lock.
$other->ask($_) foreach
  'CREATE VIEW waiting AS SELECT body FROM topics, (SELECT pg_advisory_xact_lock_shared(1)) s',
  'CREATE ROLE training',
  'GRANT CREATE ON SCHEMA public TO training',
  'GRANT SELECT ON topics, waiting TO training';
$trainer->ask('SET ROLE training');

# What others do meanwhile, and how the training ends.
my $trained = qr/^NOTICE:  00000: model public\.news: 50 words/m;
foreach my $case (
	[ 'dropped', q{SELECT wemb_drop_model('news')}, $trained ],
	[ 'renamed', 'ALTER TABLE news RENAME TO news3; ALTER TABLE news_parts RENAME TO news3_parts', $trained ],
	[ 'half renamed', 'ALTER TABLE news RENAME TO news3', qr/^ERROR:  42P07: relation "public\.news_parts" already exists/m ],
	[ 'taken by a table', q{SELECT wemb_drop_model('news'); CREATE TABLE news AS SELECT 'mine' AS mine},
		qr/^ERROR:  42P07: relation "public\.news" already exists/m ],
	[ 'given to another owner', 'ALTER TABLE news OWNER TO reading', qr/^ERROR:  42501: must be owner of table news/m ],
	[ 'shown by a view', 'CREATE VIEW shown AS SELECT vec FROM news', $trained ],
	# wemb's own error, or PostgreSQL's
	[ 'shown by a view, of other dimensions', 'CREATE VIEW shown AS SELECT vec FROM news',
		qr/^ERROR:  (2BP01: cannot change embedding model|0A000: cannot alter type of a column used by a view)/m, 30 ])
{
	my ($name, $sql, $end, $dimensions) = @$case;

	$other->query('DROP TABLE IF EXISTS news, news_parts, news3, news3_parts CASCADE');
	$trainer->query(train(1));
	$other->ask('SELECT pg_advisory_lock(1)');
	$trainer->start(train(2, source => 'waiting', dimensions => $dimensions));
	waits_for_lock($trainer);
	$other->ask($sql);
	$other->ask('SELECT pg_advisory_unlock(1)');
	like($trainer->finish->{err}, $end, "the name is $name while a training runs");
}

done_testing();
