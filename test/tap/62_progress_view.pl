# The view wemb_progress: what other sessions see of a training, who sees what,
# and that nothing of it is left whatever ends the training.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Test::More;
use WembTest;

# mmap: each segment of shared memory is a file in a folder of this server's
my $node = WembTest::start_node('main', conf => [ 'shared_buffers = 64MB', 'dynamic_shared_memory_type = mmap', 'max_wal_size = 2GB', 'restart_after_crash = on' ]);
my $segments = $node->data_dir . '/pg_dynshmem';
my $session = WembTest::Session->new($node);
my $other = WembTest::Session->new($node);
my $user = $session->ask('SELECT current_user');

$session->ask($_) foreach
  q{CREATE VIEW slow AS SELECT 'alpha beta gamma delta' || CASE WHEN pg_sleep(0.1) IS NULL THEN '!' ELSE '' END AS body FROM (SELECT generate_series(1, 1000000)) s},
  'CREATE TABLE small AS ' . WembTest::counting_query(200, 1000),
  'CREATE TABLE topics AS ' . WembTest::topic_query(500),
  'CREATE TABLE many_words AS ' . WembTest::counting_query(1000, 100000);

my $reading = q{SELECT count(*) FROM wemb_train('slow', 'body', 10, model => 'm')};
# one process: two go through an epoch and the next at the same time
my $training = q{SELECT count(*) FROM wemb_train('small', 'body', 20, model => 'm', workers => 1, epochs => 100000)};

# Those that hold the status of a training: src/pg/status.c has how they begin.
sub segments
{
	return join(' ', map { s{.*/}{}r }
		grep { (eval { PostgreSQL::Test::Utils::slurp_file($_) } // '') =~ /^\Q@{[pack('L', 0x77656D62)]}\E/ } glob("$segments/mmap.*"));
}

# Columns of a training, as an array; empty if it is not in the view.
sub look
{
	my ($columns, $pid) = @_;
	return split(/\|/, $other->ask("SELECT $columns FROM wemb_progress WHERE pid = " . ($pid // $session->{pid})), -1);
}

sub wait_phase
{
	my ($phase, $pid) = @_;
	WembTest::wait_until(sub { return ((look('phase', $pid))[0] // '') eq $phase }, $phase);
}

sub cancel
{
	my ($name) = @_;

	$other->ask("SELECT pg_cancel_backend($session->{pid})");
	like($session->finish->{err}, qr/^ERROR:  57014/m, "$name: cancelled");
	check_gone($name);
}

sub check_gone
{
	my ($name) = @_;
	is(WembTest::sql($node, 'SELECT count(*) FROM wemb_progress'), 0, "$name: out of the view");
	is(WembTest::sql($node, q{SELECT count(*) FROM pg_locks WHERE locktype = 'userlock'}), 0, "$name: no lock is left");
	is(segments(), '', "$name: no segment of shared memory is left");
}

sub is_rising
{
	my ($name, @numbers) = @_;
	is("@numbers", join(' ', sort { $a <=> $b } @numbers), "$name does not fall");
	cmp_ok($numbers[-1], '>', $numbers[0], "$name rises");
}

check_gone('before');

# ---- reading ----

# Four words each tenth of a second: messages come by the clock.
$session->ask(q{SET wemb.progress_interval = '1s'});
$session->start($reading);
wait_phase('reading');
isnt(segments(), '', 'reading: there is a segment of shared memory');
WembTest::wait_until(sub { (look('tokens_done'))[0] > 0 }, 'the first text');
is(join('|', look('datname, usename, model, phase, percent IS NULL, tokens_total IS NULL, epoch IS NULL, loss IS NULL, seconds_left IS NULL, workers')),
	"postgres|$user|public.m|reading|t|t|t|t|t|1", 'reading: who, what and what is not known');
my @looks = map { sleep 1; [ look('tokens_done, seconds, words_per_second') ] } 1 .. 3;
is_rising('reading: tokens', map { $_->[0] } @looks);
is_rising('reading: seconds', map { $_->[1] } @looks);
cmp_ok(abs($_->[0] / $_->[1] / $_->[2] - 1), '<', 0.2, 'reading: speed') foreach @looks;
ok($session->wait_message(qr/(?:reading: \d+ texts, \d+ tokens, \d+ words\/s.*){2}/s), 'reading: messages although there are few tokens');
cancel('reading');
$session->ask('SET wemb.progress_interval = 0');

# ---- training ----

$session->start($training);
wait_phase('training');
WembTest::wait_until(sub { ((look('epoch'))[0] || 0) > 1 }, 'the second epoch');
@looks = map { sleep 1; [ look('tokens_done, tokens_total, percent, epoch, words_per_second, loss, seconds_left') ] } 1 .. 3;
is_rising('training: tokens', map { $_->[0] } @looks);
is_rising('training: percent', map { $_->[2] } @looks);
is_rising('training: epoch', map { $_->[3] } @looks);
foreach my $look (@looks)
{
	my ($done, $total, $percent, $epoch, $speed, $loss, $left) = @$look;

	is($total, 2_000_000_000, 'training: tokens of all epochs');
	cmp_ok(abs($percent - 100 * $done / $total), '<', 1e-6, 'training: percent');
	cmp_ok(abs($epoch - $done / 20000), '<=', 1, 'training: epoch');
	cmp_ok(abs($left * $speed / ($total - $done) - 1), '<', 1e-6, 'training: time left');
	cmp_ok($loss, '>', 0.01, 'training: loss');
}

# Looks for two seconds while a fast training writes: each sees a state that was.
is($other->ask(q{SET client_min_messages = warning; CREATE FUNCTION look(seconds float8) RETURNS text LANGUAGE plpgsql AS $$
	DECLARE
		began timestamptz = clock_timestamp();
		r record;
		before bigint = 0;
		seen bigint = 0;
	BEGIN
		WHILE clock_timestamp() < began + seconds * interval '1s' LOOP
			SELECT * INTO STRICT r FROM wemb_progress;
			IF r.tokens_done < before OR r.tokens_done > r.tokens_total OR r.phase <> 'training' OR r.model <> 'public.m' OR
				abs(r.percent - 100.0 * r.tokens_done / r.tokens_total) > 1e-6 OR abs(r.epoch - r.tokens_done / 20000) > 1 THEN
				RETURN r;
			END IF;
			seen = seen + (r.tokens_done > before)::int;
			before = r.tokens_done;
		END LOOP;
		RETURN CASE WHEN seen > 50 THEN 'good' ELSE format('only %s states', seen) END;
	END $$; SELECT look(2)}), 'good', 'thousands of looks');
cancel('training');

# ---- several processes ----

$session->start($training =~ s/workers => 1/workers => 2/r);
wait_phase('training');
WembTest::wait_until(sub { (look('workers'))[0] == 2 }, 'the second process');
WembTest::wait_until(sub { ((look('epoch'))[0] || 0) > 1 }, 'the second epoch');
is($other->ask(q{SELECT count(*), bool_and(tokens_done <= tokens_total AND loss > 0) FROM wemb_progress}), '1|t', 'two processes: one training');
cancel('two processes');

# ---- storing ----

$session->start(q{SELECT count(*) FROM wemb_train('many_words', 'body', 300, model => 'm', epochs => 1, min_count => 1, max_n => 0, negative => 1, sample => 1e-9)});
wait_phase('storing');
like(join('|', look('percent, tokens_done, tokens_total')), qr/^[\d.]+\|\|$/, 'storing: percent, but no tokens');
is((split /\n/, $session->finish->{out})[0], '100000', 'storing: it ends well');
check_gone('a training that ended');

# ---- it is over before the transaction is ----

$session->ask('SET client_min_messages = warning; BEGIN');
is($session->ask(q{SELECT count(*) FROM wemb_train('topics', 'body', 10, model => 'm', epochs => 1)}), 50, 'in a transaction');
check_gone('a transaction that goes on');
$session->ask('SAVEPOINT s');
$session->start($training);
wait_phase('training');
$other->ask("SELECT pg_cancel_backend($session->{pid})");
like($session->finish->{err}, qr/^ERROR:  57014/m, 'cancelled in a subtransaction');
$session->ask('ROLLBACK TO SAVEPOINT s');
check_gone('rolled back to a savepoint');
$session->start($training);
wait_phase('training');
cancel('the same transaction again');
$session->ask('ROLLBACK');

# ---- who sees what ----

WembTest::sql($node, $_) foreach
  (map { "CREATE ROLE $_ LOGIN" } qw(author colleague stranger monitor)), 'GRANT author TO colleague', 'GRANT pg_read_all_stats TO monitor',
  'GRANT CREATE ON SCHEMA public TO author', 'GRANT SELECT ON small TO author';
my $author = WembTest::Session->new($node, user => 'author');
$author->start(q{SELECT count(*) FROM wemb_train('small', 'body', 20, model => 'theirs', epochs => 100000)});
wait_phase('training', $author->{pid});
foreach my $case ([ 'author', 'author|public.theirs' ], [ 'colleague', 'author|public.theirs' ], [ 'monitor', 'author|public.theirs' ], [ 'stranger', '|' ])
{
	my ($user, $names) = @$case;
	my $viewer = WembTest::Session->new($node, user => $user);

	is($viewer->ask("SELECT datname, phase, percent > 0, tokens_done > 0, usename, model FROM wemb_progress WHERE pid = $author->{pid}"),
		"postgres|training|t|t|$names", "what $user sees");
}

# ---- several at once, in databases of several encodings ----

WembTest::sql($node, q{CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0});
WembTest::sql($node, 'CREATE EXTENSION wemb; CREATE TABLE small AS ' . WembTest::counting_query(200, 1000), 'latin');
my $latin = WembTest::Session->new($node, database => 'latin');
my $latin_viewer = WembTest::Session->new($node, database => 'latin');
$latin->start(q{SET client_encoding = 'UTF8'; SELECT count(*) FROM wemb_train('small', 'body', 20, model => 'caf} . "\xc3\xa9" . q{', epochs => 100000, tokenizer => 'whitespace')});
$session->start($training);
wait_phase('training', $_->{pid}) foreach $latin, $session;
is($other->ask('SELECT datname, usename = current_user, model FROM wemb_progress ORDER BY model'),
	"latin|t|public.\"caf?\"\npostgres|t|public.m\npostgres|f|public.theirs", 'three at once');
is($latin_viewer->ask(q{SELECT model = U&'public."caf\00E9"' FROM wemb_progress WHERE datname = current_database()}), 't', 'a name in its own encoding');
is($latin_viewer->ask('SELECT count(DISTINCT pid), count(DISTINCT datid) FROM wemb_progress'), '3|2', 'from the other database');

# ---- the session is ended ----

$other->ask("SELECT pg_terminate_backend($_->{pid})") foreach $author, $latin;
$_->finish foreach $author, $latin;
WembTest::wait_for($node, "SELECT count(*) = 0 FROM pg_stat_activity WHERE pid IN ($author->{pid}, $latin->{pid})", 'the sessions\' end');
is($other->ask('SELECT string_agg(pid::text, \' \') FROM wemb_progress'), $session->{pid}, 'one is left of three');
cancel('the last of three');

# ---- the session is killed ----

$session->start($training);
wait_phase('training');
kill 'KILL', $session->{pid};
ok($session->finish->{lost}, 'killed');
WembTest::wait_for($node, 'SELECT true', 'the server\'s recovery');
$_ = WembTest::Session->new($node) foreach $session, $other;
check_gone('killed');
$session->start($training);
wait_phase('training');
cancel('after a restart');

# ---- there is no shared memory ----

END
{
	chmod 0700, $segments if defined $segments;
}
chmod 0500, $segments or die $!;
$session->query('SET client_min_messages = debug1');
$session->start(q{SELECT count(*) FROM wemb_train('slow', 'body', 10, model => 'without')});
ok($session->wait_message(qr/DEBUG:  00000: a training is not in wemb_progress: could not open shared memory segment ".*": Permission denied/), 'no shared memory: why');
is(join('|', look('phase')), '', 'no shared memory: not in the view');
$other->ask("SELECT pg_cancel_backend($session->{pid})");
like($session->finish->{err}, qr/^ERROR:  57014/m, 'no shared memory: trains');
$session->query('RESET client_min_messages');
like($session->query(q{SELECT count(*) FROM wemb_train('topics', 'body', 10, model => 'without')})->{err},
	qr/^NOTICE: .* model public\.without: 50 words/, 'no shared memory: ends well');
chmod 0700, $segments or die $!;
check_gone('no shared memory');

done_testing();
