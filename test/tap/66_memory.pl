# What a training says that it needs is what it takes, whatever the algorithm: its
# process's memory stays below, and is not far below; and helpers count.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Test::More;
use WembTest;

# Few buffers, so that hardly any of a process's memory is the server's.
my $node = WembTest::start_node('main', conf => [
	'shared_buffers = 1MB', 'maintenance_work_mem = 16MB', 'max_worker_processes = 8', 'max_parallel_workers = 8',
	'max_wal_size = 2GB', 'autovacuum = off', 'log_statement = none' ]);
my $session = WembTest::Session->new($node);

$session->ask($_) foreach
  'SET wemb.progress_interval = 0',
  'CREATE TABLE docs AS ' . WembTest::counting_query(4000, 20000),
  # 2 million tokens of few words: what is large is the text
  'CREATE TABLE long_texts AS ' . WembTest::counting_query(20000, 500),
  # a word for each token: what is large is the vocabulary
  q{CREATE TABLE many_words AS SELECT body || ' often seen' AS body FROM (} . WembTest::counting_query(3000, 300000) . ') t';

# Megabytes that a size of pg_size_pretty() has.
sub megabytes
{
	my ($size) = @_;
	my %unit = (bytes => 1 / 1048576, kB => 1 / 1024, MB => 1, GB => 1024);
	my ($number, $unit) = $size =~ /^(\d+) (\w+)$/;

	return $number * $unit{$unit};
}

# What the session's process has had, in megabytes: VmRSS now, VmHWM at most since the kernel was told to forget.
sub memory
{
	my ($field) = @_;
	my ($kilobytes) = PostgreSQL::Test::Utils::slurp_file("/proc/$session->{pid}/status") =~ /^$field:\s+(\d+) kB/m;

	return $kilobytes / 1024;
}

sub forget
{
	open my $file, '>', "/proc/$session->{pid}/clear_refs" or return 0;
	return print({$file} 5) && close $file;
}

sub train
{
	my ($source, $options, @settings) = @_;
	my $result;

	$session->ask("SET $_") foreach @settings, 'client_min_messages = debug1';
	$result = $session->query("SELECT count(*) FROM wemb_train('$source', 'body', model => 'm', $options)");
	$session->ask('RESET ALL; SET wemb.progress_interval = 0');
	return $result;
}

my $estimate = qr/^DEBUG:  00000: training needs (\d+ \w+) of memory\nDETAIL:  (\d+ \w+) is for (.*), (\d+ \w+) for the vocabulary and the text as numbers, (\d+ \w+) for the work of (.*)\.$/m;

SKIP:
{
	skip 'the system does not say what memory a process has had', 1 unless -e "/proc/$session->{pid}/status" && forget();

	foreach my $case (
		[ 'skip-gram', 'docs', 'dimensions => 100, epochs => 1, max_n => 0' ],
		[ 'hierarchical softmax', 'docs', q{dimensions => 100, epochs => 1, max_n => 0, loss => 'hs'} ],
		[ 'CBOW with subwords', 'docs', q{dimensions => 100, epochs => 1, algorithm => 'cbow', buckets => 50000} ],
		[ 'GloVe', 'docs', q{dimensions => 100, epochs => 1, algorithm => 'glove'} ],
		[ 'SVD', 'docs', q{dimensions => 50, algorithm => 'svd'} ],
		[ 'a network', 'docs', q{dimensions => 50, epochs => 1, algorithm => 'rnn'} ],
		[ 'much text', 'long_texts', 'dimensions => 5, epochs => 1, max_n => 0' ],
		[ 'many words', 'many_words', 'dimensions => 5, epochs => 1, max_n => 0, min_count => 2' ])
	{
		my ($name, $source, $options) = @$case;
		my ($before, $result, $taken);

		# what a session has given back may still be its process's
		$session = WembTest::Session->new($node);
		train('long_texts', 'dimensions => 2, epochs => 1, max_n => 0, workers => 1', q{maintenance_work_mem = '1MB'});
		forget();
		$before = memory('VmRSS');
		$result = train($source, "$options, workers => 1");
		$taken = memory('VmHWM') - $before;
		my ($all, $block, $what, $held, $work, $processes) = $result->{err} =~ $estimate;

		ok(defined $all, "$name: said") or diag(substr($result->{err}, 0, 2000)), next;
		note sprintf('%s: %.1f MB taken, %s estimated', $name, $taken, $all);
		note "$block for $what, $held, $work for $processes";
		cmp_ok($taken, '<=', megabytes($all), "$name: it is enough");
		cmp_ok($taken, '>=', megabytes($all) / 2, "$name: it is not far too much");
		is($processes, 'one process', "$name: processes");
	}
}

# ---- helpers have memory of their own ----

my $small = 'dimensions => 5, epochs => 1, max_n => 0, min_count => 1';

foreach my $case ([ 1, '' ], [ 2, '' ], [ 6, '53200' ])
{
	my ($workers, $state) = @$case;
	my $result = train('long_texts', "$small, workers => $workers", q{wemb.max_memory = '25MB'}, q{maintenance_work_mem = '1MB'});

	if ($state eq '')
	{
		is($result->{out}, 500, "$workers processes: words") or diag $result->{err};
	}
	else
	{
		like($result->{err}, qr/^ERROR:  $state: training needs \d+ MB of memory, but only 25 MB is available\nDETAIL:  .* for the work of $workers processes\.\nHINT:  .*workers.*wemb\.max_memory/m, "$workers processes: refused");
	}
}

# ---- where memory is short, less text is kept in it ----

my $kept = train('long_texts', "$small, workers => 1", q{wemb.max_memory = '12MB'});
my ($least) = $kept->{err} =~ $estimate;

is($kept->{out}, 500, 'little memory, much text: words') or diag $kept->{err};
cmp_ok(megabytes($least), '<=', 12, 'little memory, much text: within it');

done_testing();
