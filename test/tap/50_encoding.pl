# Databases in other encodings than UTF8: vectors work everywhere, the default
# tokenizer says that it does not, the others do.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Encode ();
use Test::More;
use WembTest;

my $node = WembTest::start_node('main', conf => ['shared_buffers = 64MB']);

# An encoding and three words in it beyond ASCII: what the server keeps are
# these bytes, whatever a client is sent.  SQL_ASCII has bytes of any kind.
my %words = (
	UTF8 => [ map { Encode::encode('UTF-8', Encode::decode('UTF-8', $_)) } 'crème', 'Ωμέγα', '文件' ],
	LATIN1 => [ map { Encode::encode('iso-8859-1', Encode::decode('UTF-8', $_)) } 'crème', 'brûlée', 'Ärger' ],
	SQL_ASCII => [ "cr\xe8me", "\x80\xff\xfe", "\xe6\x96\x87" ],
	# 0xA0, which is a space in LATIN1, is the second byte of many characters elsewhere
	EUC_JP => [ map { Encode::encode('euc-jp', Encode::decode('UTF-8', $_)) } '日本語', 'データ', '検索' ]);

sub hex_literal
{
	my ($bytes) = @_;
	return q{E'} . join('', map { sprintf('\\x%02x', ord) } split(//, $bytes)) . q{'};
}

# Text search keeps no bytes that are no characters, so SQL_ASCII has no words of its own there.
my %tokenizers = (UTF8 => [ 'unicode', 'whitespace', 'simple', 'english' ], SQL_ASCII => ['whitespace']);

foreach my $encoding (qw(UTF8 LATIN1 SQL_ASCII EUC_JP))
{
	my $database = lc $encoding;
	my @words = map { hex_literal($_) } @{ $words{$encoding} };
	my ($session, $other);

	WembTest::sql($node, "CREATE DATABASE $database TEMPLATE template0 ENCODING '$encoding' LC_COLLATE 'C' LC_CTYPE 'C'");
	WembTest::sql($node, 'CREATE EXTENSION wemb', $database);
	$session = WembTest::Session->new($node, database => $database);
	is($session->ask('SHOW server_encoding'), $encoding, "$encoding: database");

	# the type
	is($session->ask(q{SELECT '[1,2]'::vector <-> '[4,6]', '[3,4]'::vector, '[1,2]'::vector + '[1,1]', ARRAY[1,2]::vector}),
		'5|[3,4]|[2,3]|[1,2]', "$encoding: vectors");
	like($session->query("SELECT ('[1,' || $words[0] || ']')::vector")->{err}, qr/^ERROR:  22P02: invalid input syntax for type vector/,
		"$encoding: a bad vector with words in it");

	# The default tokenizer, in training and, for a model from elsewhere, in use.
	$session->ask("CREATE TABLE texts AS SELECT i AS id, concat_ws(' ', 'alpha', (ARRAY[$words[0], $words[1], 'beta'])[1 + i % 3], $words[2], 'gamma') AS body
		FROM generate_series(1, 300) i");
	if ($encoding ne 'UTF8')
	{
		like($session->query(q{SELECT count(*) FROM wemb_train('texts', 'body', 5, model => 'm')})->{err},
			qr/^ERROR:  0A000: tokenizer "unicode" needs a database in encoding UTF8\nDETAIL:  The encoding of this database is $encoding\.\nHINT:  Use tokenizer => 'whitespace' or/,
			"$encoding: the default tokenizer says why not");
		is($session->ask(q{SELECT count(*) FROM pg_class WHERE relname ~ '^m(_parts)?$'}), 0, "$encoding: and leaves nothing");
	}

	foreach my $tokenizer (@{ $tokenizers{$encoding} // [ 'whitespace', 'simple', 'english' ] })
	{
		my $name = "$encoding, $tokenizer";
		# In the C locale, the server's parser takes no byte beyond ASCII for a
		# letter, unless characters have more than one.
		my $keeps_words = $tokenizer eq 'whitespace' || ($tokenizer eq 'simple' && $encoding ne 'LATIN1');
		my $trained;

		$trained = $session->query(qq{SELECT count(*) FROM wemb_train('texts', 'body', 5, model => 'm', tokenizer => '$tokenizer', epochs => 3, max_n => 0)});
		like($trained->{err}, qr/^NOTICE.*model public\.m: \d+ words/m, "$name: trained");
		cmp_ok($trained->{out}, '>=', $tokenizer eq 'whitespace' ? 6 : 3, "$name: words");

		if ($keeps_words)
		{
			is($session->ask("SELECT count(*) FROM unnest(ARRAY[$words[0], $words[1], $words[2]]) w JOIN m ON word = w"), 3, "$name: words are kept as they are");
		}
		is($session->ask(qq{SELECT count(*) FROM m WHERE word ~ '^(alpha|beta|gamma)'}), 3, "$name: ASCII words");

		# and a new session finds it
		$other = WembTest::Session->new($node, database => $database);
		is($other->ask("SELECT count(*) FROM unnest(ARRAY[$words[0], $words[1], $words[2]]) w WHERE wemb(w, 'm') IS NOT NULL"), 3, "$name: wemb() finds words");
		if ($keeps_words)
		{
			is($other->ask("SELECT bool_and(wemb(word, 'm') <-> vec < 1e-6) FROM m"), 't', "$name: wemb() of a word is its vector");
		}
		is($other->ask("SELECT count(*) FROM wemb_most_similar($words[0], 3, 'm')"), 3, "$name: neighbours");
		is($other->ask(q{SELECT count(*) FROM texts WHERE wemb(body, 'm') IS NULL}), 0, "$name: wemb() of all texts");
		$other->close;
		$session->ask(q{SELECT wemb_drop_model('m')});
	}
}

# Text longer than a piece, in characters of two bytes without a space: none is cut in two.
foreach my $tokenizer ('whitespace', 'simple')
{
	my $session = WembTest::Session->new($node, database => 'euc_jp');
	my $word = hex_literal($words{EUC_JP}[2]);

	$session->query(qq{CREATE TABLE IF NOT EXISTS long AS SELECT 'a ' || repeat($word, 20000) || ' ' || repeat($word || ' ', 20000) AS body});
	like($session->query(qq{SELECT count(*) FROM wemb_train('long', 'body', 5, model => 'm', tokenizer => '$tokenizer', min_count => 1, epochs => 1)})->{err},
		qr/model public\.m/, "EUC_JP, $tokenizer: a long text");
	is($session->ask("SELECT word = $word FROM m ORDER BY freq DESC LIMIT 1"), 't', "EUC_JP, $tokenizer: its most frequent word");
}

# A model from a database in UTF8, of which it has nothing but the default tokenizer.
WembTest::create_topics($node, 'topics', 100, 'utf8');
WembTest::sql($node, q{SELECT count(*) FROM wemb_train('topics', 'body', 5, model => 'm', epochs => 1)}, 'utf8');
my $dump = WembTest::run_program($node, 'utf8', qw(pg_dump -t m -t m_parts))->{out};
WembTest::sql($node, $dump, 'latin1');
my $session = WembTest::Session->new($node, database => 'latin1');
is($session->ask('SELECT count(*) FROM wemb_models'), 1, 'LATIN1: a model from UTF8 is listed');
is($session->sqlstate(q{SELECT wemb('cat', 'm')}), '0A000', 'LATIN1: wemb() of a model from UTF8');
is($session->sqlstate(q{SELECT count(*) FROM wemb_most_similar('cat', 3, 'm')}), '0A000', 'LATIN1: neighbours by a model from UTF8');
is($session->ask(q{SELECT count(*) FROM (SELECT word FROM m ORDER BY vec <=> (SELECT vec FROM m WHERE word = 'cat') LIMIT 3) s}), 3,
	'LATIN1: its vectors are of use nevertheless');
is($session->query(q{SELECT wemb_drop_model('m')})->{err}, '', 'LATIN1: and it can be dropped');

done_testing();
