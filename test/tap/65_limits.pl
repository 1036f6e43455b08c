# What cannot be had is refused with an error that says what to do, and leaves
# nothing.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Test::More;
use WembTest;

my $node = WembTest::start_node('main', conf => ['shared_buffers = 64MB']);
my $session = WembTest::Session->new($node);

$session->ask($_) foreach
  'CREATE TABLE words AS ' . WembTest::counting_query(100, 10000),
  q{CREATE TABLE many_words AS SELECT body || ' often seen' AS body FROM (} . WembTest::counting_query(2000, 200000) . ') t',
  'CREATE TABLE tokens AS ' . WembTest::counting_query(20000, 1000);

# Settings, source and options, error.
foreach my $case (
	[ 'memory for the matrices', q{wemb.max_memory = '10MB'}, q{'words', 'body', 300, epochs => 1},
		qr/^ERROR:  53200: training needs \d+ MB of memory, but only 10 MB is available\nDETAIL:  .*10000 words .*300 dimensions.*\nHINT:  .*dimensions.*wemb\.max_memory/ ],
	[ 'a megabyte', q{wemb.max_memory = '1MB'}, q{'words', 'body', 50, epochs => 1},
		qr/^ERROR:  53200: .*\nDETAIL:  .*\nHINT:  .*wemb\.max_memory/ ],
	[ 'memory for any vocabulary', q{wemb.max_memory = '1MB'}, q{'many_words', 'body', 1, epochs => 1},
		qr/^ERROR:  53200: the vocabulary needs \d+ \wB of memory, but only 1024 kB is available\nDETAIL:  .*\nHINT:  .*wemb\.max_memory/ ],
	[ 'less memory than the vocabulary wants', q{wemb.max_memory = '10MB'}, q{'many_words', 'body', 1, epochs => 1, min_count => 1000, max_n => 0},
		qr/^NOTICE:.* 2 words by 1 dimensions, from 2000 texts with 204000 tokens.*\nDETAIL: .* Words were dropped .* memory was short, if they had occurred [1-9] times or less/ ],
	[ 'more memory than a machine has', '', q{'words', 'body', 16000, epochs => 1, buckets => 16777216},
		qr/^ERROR:  53200: training needs \d+ GB of memory, but only [\d. kMGB]+ is available\nDETAIL:  .*16777216 subword rows.*\nHINT:  / ],
	[ 'enough memory', q{wemb.max_memory = '1GB'}, q{'words', 'body', 50, epochs => 1}, qr/^NOTICE:.*10000 words by 50 dimensions/ ],
	[ 'temporary files', q{temp_file_limit = '1MB'; SET maintenance_work_mem = '1MB'}, q{'tokens', 'body', 5, epochs => 1},
		qr/^ERROR:  53400: temporary file size exceeds "?temp_file_limit"?/ ],
	[ 'temporary files for the result', q{temp_file_limit = '1MB'; SET work_mem = '64kB'}, q{'words', 'body', 50, epochs => 1},
		qr/^ERROR:  53400: temporary file size exceeds "?temp_file_limit"?/ ],
	[ 'enough temporary files', q{temp_file_limit = '100MB'; SET maintenance_work_mem = '1MB'}, q{'tokens', 'body', 5, epochs => 1},
		qr/^NOTICE:.*1000 words by 5 dimensions, from 20000 texts with 2000000 tokens[^\n]*\nDETAIL: [^\n]*$/ ])
{
	my ($name, $settings, $arguments, $message) = @$case;
	my $result;

	$session->ask("SET $settings") if $settings ne '';
	$session->ask('SET wemb.progress_interval = 0');
	$result = $session->query("SELECT count(*) FROM wemb_train($arguments, model => 'm')");
	like($result->{err}, $message, "$name: message");
	$session->ask('RESET ALL');
	if ($result->{err} =~ /^ERROR/)
	{
		cmp_ok($result->{seconds}, '<', 10, "$name: refused before the work") if $result->{err} =~ /53200/;
		is(WembTest::leftovers($node, 'm'), '', "$name: nothing is left");
		is($session->ask('SELECT 1'), 1, "$name: the session goes on");
	}
	else
	{
		is(join(' ', WembTest::temporary_files($node)), '', "$name: no file is left");
		$session->ask(q{SELECT wemb_drop_model('m')});
	}
}

done_testing();
