# wemb() in queries: once and not for every row, in parallel as in one process,
# and at once in a new session, however large the model.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Test::More;
use WembTest;

my $node = WembTest::start_node('main', conf => [
	'shared_buffers = 128MB', 'max_wal_size = 2GB', 'max_parallel_workers = 4', 'max_worker_processes = 8', 'autovacuum = off' ]);
my $session = WembTest::Session->new($node);

WembTest::create_topics($node, 'topics', 5000);
WembTest::sql($node, q{SELECT count(*) FROM wemb_train('topics', 'body', 20, model => 'news', epochs => 5)});
$session->ask($_) foreach
  q{SET wemb.model = 'news'},
  'ALTER TABLE topics ADD vec vector(20)',
  'UPDATE topics SET vec = wemb(body)',
  'ANALYZE topics';

# ---- once a query ----

# Queries, and how often they embed a text.
my $nearest = q{SELECT id FROM topics ORDER BY vec <-> wemb('cat dog') LIMIT 5};
foreach my $case (
	[ $nearest, 1 ],
	[ q{SELECT id FROM topics ORDER BY vec <-> wemb('cat dog', 'news')}, 1 ],
	[ q{SELECT count(*) FROM topics WHERE vec <=> wemb('cat') < 0.3 AND vec <=> wemb('dog') < 0.3}, 2 ],
	[ q{SELECT id, 1 - (t.vec <=> q.vec) FROM topics t, (SELECT wemb('cat dog') AS vec) q ORDER BY 2 DESC LIMIT 5}, 1 ],
	[ q{SELECT id FROM topics t WHERE vec <-> wemb('cat') = (SELECT min(vec <-> wemb('cat')) FROM topics)}, 2 ],
	[ q{SELECT count(*) FROM topics a JOIN topics b ON b.id = a.id + 1 WHERE a.vec <=> wemb('cat') < b.vec <=> wemb('cat')}, 2 ],
	[ q{SELECT count(wemb(topic)) FROM (SELECT topic FROM topics ORDER BY topic) t}, 4 ],
	[ q{SELECT wemb_similarity('cat', body) FROM topics WHERE id <= 10}, 11 ])
{
	my ($query, $times) = @$case;
	my $result;

	$session->ask('SET max_parallel_workers_per_gather = 0; SET client_min_messages = debug2');
	$result = $session->query($query);
	$session->query('SET client_min_messages = notice');
	is(scalar(() = $result->{err} =~ /embedded a text of/g), $times, "embedded $times times: $query") or diag substr($result->{err}, 0, 500);
}
$session->ask('SET plan_cache_mode = force_generic_plan; PREPARE near (text) AS SELECT id FROM topics ORDER BY vec <-> wemb($1) LIMIT 5; SET client_min_messages = debug2');
my $result = $session->query(q{EXECUTE near('cat dog')});
my $again = $session->query(q{EXECUTE near('ship')});
$session->query('SET client_min_messages = notice');
is(scalar(() = "$result->{err}$again->{err}" =~ /embedded a text of/g), 2, 'a prepared statement embeds each parameter once');
is($result->{out}, $session->ask($nearest), 'and finds the same');
isnt($again->{out}, $result->{out}, 'for another parameter another');

# ---- in parallel ----

my @queries = (
	q{SELECT sum(hashtext(id || wemb(body)::text)::bigint) FROM topics},
	q{SELECT sum(hashtext(id || wemb(body || ' unheard' || id % 100)::text)::bigint) FROM topics},
	q{SELECT count(*), avg(wemb(body) <-> wemb('storm')) BETWEEN 0.1 AND 2 FROM topics},
	q{SELECT string_agg(id::text, ',') FROM (SELECT id FROM topics ORDER BY wemb(body) <-> wemb('cat dog'), id LIMIT 20) t},
	q{SELECT count(*) FROM topics WHERE wemb_similarity(body, 'cat') > 0.5},
	q{SELECT md5(string_agg(word || similarity, ',')) FROM wemb_most_similar('cat', 50)});

sub answers
{
	my ($workers) = @_;

	$session->ask($_) foreach
	  "SET max_parallel_workers_per_gather = $workers", 'SET min_parallel_table_scan_size = 0', 'SET min_parallel_index_scan_size = 0',
	  'SET parallel_setup_cost = 0', 'SET parallel_tuple_cost = 0';
	return map { $session->ask($_) } @queries;
}

my @serial = answers(0);
my @parallel = answers(3);
foreach my $i (0 .. $#queries)
{
	my $plan = $session->ask("EXPLAIN (COSTS OFF) $queries[$i]");

	like($plan, qr/Gather/, "in parallel: $queries[$i]") unless $queries[$i] =~ /most_similar/;
	is($parallel[$i], $serial[$i], "the same in parallel: $queries[$i]");
}
$result = $session->query("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) $queries[0]");
like($result->{out}, qr/Workers Launched: [1-9]/, 'workers were at work');

# A temporary model is known to its own session alone.
$session->query(q{SELECT count(*) FROM wemb_train('topics', 'body', 20, model => 'pg_temp.mine', epochs => 1)});
$session->ask('SET parallel_leader_participation = off');
like($session->query(q{SELECT count(wemb(body, 'pg_temp.mine')) FROM topics})->{err},
	qr/^ERROR:  0A000: cannot read temporary embedding model "[^"]+" in a parallel worker\nHINT:  Set max_parallel_workers_per_gather to 0/,
	'a temporary model in a parallel worker');
$session->ask('RESET parallel_leader_participation; SET max_parallel_workers_per_gather = 0');
is($session->ask(q{SELECT count(wemb(body, 'pg_temp.mine')) FROM topics}), 5000, 'a temporary model in its session');

# ---- a large model, and a session that has not seen it ----

WembTest::sql($node, 'CREATE TABLE many AS ' . WembTest::counting_query(3000, 300000));
is(WembTest::sql($node, q{SELECT count(*) FROM wemb_train('many', 'body', 100, model => 'large', epochs => 1, min_count => 1, negative => 1, window_size => 1)}),
	300000, 'a model of 300,000 words');
foreach my $state ('just trained', 'vacuumed', 'read from disk')
{
	my $text = 'w1 w77777 w299999 unheardof';
	my ($cold, $buffers);

	WembTest::sql($node, 'VACUUM ANALYZE large; VACUUM ANALYZE large_parts') if $state eq 'vacuumed';
	$node->restart if $state eq 'read from disk';
	$cold = WembTest::Session->new($node);
	$result = $cold->query("SELECT vector_dims(wemb('$text', 'large'))");
	is($result->{out}, 100, "$state: a cold call");
	note sprintf('%s: a cold call takes %.1f ms', $state, 1000 * $result->{seconds});
	cmp_ok($result->{seconds}, '<', 0.5, "$state: a cold call is quick");

	# it reads what it needs: three words, and the rows of one word's n-grams
	$cold = WembTest::Session->new($node);
	$buffers = 0;
	$buffers += $_ foreach $cold->ask("EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF, SUMMARY OFF) SELECT wemb(body, 'large') FROM (SELECT '$text ' || count(*) AS body FROM topics WHERE id < 0) t")
	  =~ /(?:hit|read)=(\d+)/;
	note "$state: $buffers buffers";
	cmp_ok($buffers, '<', 1500, "$state: a cold call reads little");
}

done_testing();
