# What a client hears of a training: how far it is, and in the end what was
# done, what was left out, and what was decided on the user's behalf.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Test::More;
use Time::HiRes qw(time);
use WembTest;

my $node = WembTest::start_node('main', conf => ['shared_buffers = 64MB']);
my $session = WembTest::Session->new($node);
my $other = WembTest::Session->new($node);

$session->ask($_) foreach
  q{CREATE VIEW endless AS SELECT repeat('alpha beta gamma delta ', 25) AS body FROM (SELECT generate_series(1, 1000000000)) s},
  'CREATE TABLE small AS ' . WembTest::counting_query(200, 1000),
  'CREATE TABLE topics AS ' . WembTest::topic_query(500),
  q{CREATE TABLE gaps AS SELECT body FROM topics
	UNION ALL SELECT unnest(ARRAY[NULL, NULL, NULL, '', '', ' ', E'\n\t', '?!', '- -', 'cat ' || repeat('long', 64) || ' dog', repeat('x', 256), repeat('y', 255)])};

# ---- on the way ----

# The messages of a training that is cancelled after so many of them (or that
# has a second to say nothing), and the seconds that it took.
sub listen_to
{
	my ($query, $pattern, $count) = @_;
	my $result;

	$session->start($query);
	if ($count > 0)
	{
		ok($session->wait_message(qr/(?:$pattern.*){$count}/s), "$count messages: $pattern");
	}
	else
	{
		WembTest::wait_until(sub { $session->read_output(0.1); time - $session->{began} > 1.3 }, 'time');
	}
	$other->ask("SELECT pg_cancel_backend($session->{pid})");
	$result = $session->finish;
	like($result->{err}, qr/^ERROR:  57014/m, 'messages come while it runs');
	return ([ grep { !/^ERROR/ } split(/\n/, $result->{err}) ], $result->{seconds});
}

sub is_rising
{
	my ($name, @numbers) = @_;
	is("@numbers", join(' ', sort { $a <=> $b } @numbers), "$name does not fall");
}

my $reading = q{SELECT count(*) FROM wemb_train('endless', 'body', 10)};
my $training = q{SELECT count(*) FROM wemb_train('small', 'body', 100, epochs => 100000)};
my ($messages, $seconds);

$session->ask(q{SET wemb.progress_interval = '1s'});
($messages, $seconds) = listen_to($reading, 'reading:', 2);
is(scalar(grep { !/^NOTICE:  00000: reading: \d+ texts, \d+ tokens, \d+ words\/s$/ } @$messages), 0, 'reading: form') or diag explain $messages;
cmp_ok($seconds, '>', 1.9, 'reading: a second between two messages');
cmp_ok(scalar(@$messages), '<=', $seconds, 'reading: a message a second');
is_rising('reading: texts', map { /(\d+) texts/ } @$messages);
is_rising('reading: tokens', map { /(\d+) tokens/ } @$messages);
my ($texts, $tokens) = $messages->[-1] =~ /(\d+) texts, (\d+) tokens/;
cmp_ok(abs($tokens - 100 * $texts), '<=', 100, 'reading: a hundred tokens a text');

($messages, $seconds) = listen_to($training, 'training:', 3);
is(scalar(grep { !/^NOTICE:  00000: training: \d+%, \d+ words\/s, loss \d+\.\d+, \d+ s left$/ } @$messages), 0, 'training: form') or diag explain $messages;
cmp_ok($seconds, '>', 2.9, 'training: a second between two messages');
cmp_ok(scalar(@$messages), '<=', $seconds, 'training: a message a second');
is_rising('training: percent', map { /(\d+)%/ } @$messages);
# 2,000,000,000 words to go through
foreach my $message (@$messages)
{
	my ($percent, $speed, $loss, $left) = $message =~ /(\d+)%, (\d+) words.s, loss ([\d.]+), (\d+) s left/;

	cmp_ok(abs($left / (2e9 / $speed * (1 - $percent / 100)) - 1), '<', 0.1, "training: time left at $speed words/s");
	cmp_ok($loss, '>', 0.01, 'training: loss');
}

$session->ask('SET wemb.progress_interval = 0');
is_deeply((listen_to($reading, 'none', 0))[0], [], 'reading: no message at interval 0');
is_deeply((listen_to($training, 'none', 0))[0], [], 'training: no message at interval 0');

$session->ask(q{SET wemb.progress_interval = '1s'; SET client_min_messages = warning});
is_deeply((listen_to($training, 'none', 0))[0], [], 'training: no message to who wants warnings only');
$session->ask('RESET client_min_messages; SET wemb.progress_interval = 0');

# ---- in the end ----

# Source, options, first line, and what the detail must have and must not.
my $all = 'epochs => 2, min_count => 1, negative => 5, sample => 1e-3, alpha => 0.025, buckets => 1000';
foreach my $case (
	[ 'nothing chosen by the user', 'topics', '', qr/50 words by 100 dimensions, from 500 texts with 5000 tokens/,
		[ qr/^Chosen from the data: min_count \d+, epochs \d+, .*sample [\d.e-]+.*\. /, qr/Trained at \d+ words\/s; loss \d+\.\d{4} in the last epoch\.$/ ], [qr/skipped/] ],
	[ 'all chosen by the user', 'topics', $all, qr/50 words by 100 dimensions, from .*/, [qr/^Trained at \d+ words\/s; loss/], [qr/Chosen|skipped/] ],
	[ 'some chosen by the user', 'topics', 'min_count => 1, epochs => 1, max_n => 0', qr/50 words by 100 dimensions, from .*/,
		[qr/^Chosen from the data: .*sample [\d.e-]+\. /], [qr/min_count|epochs|buckets/] ],
	[ 'rows without a word', 'gaps', $all, qr/51 words by 100 dimensions, from 502 texts with 5003 tokens/,
		[ qr/NULL: 3\./, qr/no word: 7\./, qr/too long: 2\./ ], [] ],
	[ 'rows without a word, whitespace', 'gaps', "$all, tokenizer => 'whitespace'", qr/53 words by 100 dimensions, from 504 texts with 5006 tokens/,
		[ qr/NULL: 3\./, qr/no word: 5\./, qr/too long: 2\./ ], [] ],
	[ 'rows without a word, english', 'gaps', "$all, tokenizer => 'english'", qr/\d+ words by 100 dimensions, from 502 texts with 4003 tokens/,
		[ qr/NULL: 3\./, qr/no word: 7\./, qr/too long: 2\./ ], [] ])
{
	my ($name, $source, $options, $first, $in, $out) = @$case;
	my ($line, $detail) = split(/\nDETAIL:  /,
		$session->query("SELECT count(*) FROM wemb_train('$source', 'body', model => 'm'" . ($options && ", $options") . ')')->{err});

	like($line, qr/^NOTICE:  00000: model public\.m: $first, in \d+\.\d s$/, "$name: model");
	chomp $detail;
	like($detail, $_, "$name: $_") foreach @$in;
	unlike($detail, $_, "$name: not $_") foreach @$out;
}

$session->ask('SET client_min_messages = warning');
is($session->query(q{SELECT count(*) FROM wemb_train('gaps', 'body', model => 'm')})->{err}, '', 'no report to who wants warnings only');
$session->ask($_) foreach 'CREATE TABLE large AS ' . WembTest::counting_query(6000, 1000), q{SET maintenance_work_mem = '1MB'};
is($session->query(q{SELECT count(*) FROM wemb_train('large', 'body', 5, model => 'm', epochs => 1)})->{err}, '',
	'no warning from a training that needs a file');
is(WembTest::leftovers($node, 'none'), '', 'no file is left');

done_testing();
