# Where shared memory is short, a training goes on in one process, says why and
# what helps, and ends well.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Test::More;
use WembTest;

my $node = WembTest::start_node('main', conf => [
	'shared_buffers = 64MB', 'max_worker_processes = 8', 'max_parallel_workers = 8', 'max_wal_size = 2GB', 'autovacuum = off' ]);
my $session = WembTest::Session->new($node);
my $remedy = qr/\nHINT:  Give the server more shared memory: .*shm/;

$session->ask('SET client_min_messages = warning');
$session->ask($_) foreach
  'CREATE TABLE topics AS ' . WembTest::topic_query(2000),
  # 10 MB: a megabyte more than the leader reads before it asks for help
  q{CREATE VIEW large AS SELECT repeat('alpha beta gamma delta w' || i % 100 || ' ', 40) AS body FROM generate_series(1, 9000) i},
  'CREATE TABLE many_words AS ' . WembTest::counting_query(200, 20000);

# Limit the size of the files, and so of the segments of shared memory, that
# the server's processes from now on can make; '' lifts the limit.
sub limit_files
{
	my ($megabytes) = @_;
	my $postmaster = (split(/\n/, PostgreSQL::Test::Utils::slurp_file($node->data_dir . '/postmaster.pid')))[0];
	my $limit = $megabytes eq '' ? 'unlimited' : int($megabytes * 1048576);

	return system('prlimit', "--pid=$postmaster", "--fsize=$limit:") == 0;
}

sub check
{
	my ($name, $query, $message, %params) = @_;
	my $limited = WembTest::Session->new($node);
	my $result;

	$limited->ask("SET $_") foreach 'wemb.progress_interval = 0', @{ $params{settings} // [] };
	$result = $limited->query($query);
	like($result->{err}, $message, "$name: message");
	is($result->{out}, $params{words}, "$name: a finished model");
	is(join(' ', WembTest::temporary_files($node)), '', "$name: no file is left");
	$limited->query(q{SELECT wemb_drop_model('m')});
	is($limited->query($query)->{out}, $params{words}, "$name: once more in the same session");
	$limited->query(q{SELECT wemb_drop_model('m')});
}

SKIP:
{
	skip 'no prlimit', 1 unless system('prlimit --version >/dev/null') == 0 && limit_files('');

	# ---- the weights do not fit ----

	# 20,000 words by 160 dimensions in two matrices are 24 MB; a segment of WAL has 16 MB
	my $matrices = q{SELECT count(*) FROM wemb_train('many_words', 'body', 160, model => 'm', epochs => 2, min_count => 1, max_n => 0, workers => %d)};
	foreach my $type ('posix', 'mmap')
	{
		limit_files('');
		$node->append_conf('postgresql.conf', "dynamic_shared_memory_type = $type");
		$node->restart;
		limit_files(18);
		check("$type, weights", sprintf($matrices, 3),
			qr/^WARNING:  53000: training in one process, since 2\d MB of shared memory cannot be had\nDETAIL:  could not (?:resize|write) shared memory segment.*$remedy/,
			words => 20000);
		check("$type, one process", sprintf($matrices, 1), qr/^NOTICE:/, words => 20000);
		check("$type, smaller weights", q{SELECT count(*) FROM wemb_train('many_words', 'body', 20, model => 'm', epochs => 2, min_count => 1, max_n => 0, workers => 3)},
			qr/^NOTICE:.*\nDETAIL:  .* by 3 processes/, words => 20000);
	}

	# ---- nor does what it takes to start helpers ----

	limit_files('');
	$node->stop;
	is(system($node->can('installed_command') ? $node->installed_command('pg_resetwal') : 'pg_resetwal', '--wal-segsize=1', '-D', $node->data_dir) >> 8, 0, 'smaller segments of WAL');
	$node->append_conf('postgresql.conf', "dynamic_shared_memory_type = posix\nmin_wal_size = 2MB");
	$node->start;
	limit_files(1.5);
	check('reading', q{SELECT count(*) FROM wemb_train('large', 'body', 4, model => 'm', epochs => 1, min_count => 1, max_n => 0, workers => 200)},
		qr/^WARNING:  53000: training in one process, since \d+ \wB of shared memory cannot be had\nDETAIL:  could not resize.*$remedy/,
		words => 104, settings => ['max_parallel_workers = 1000']);
	limit_files('');
}

# ---- there is none at all ----

my $segments = $node->data_dir . '/pg_dynshmem';

END
{
	chmod 0700, $segments if defined $segments;
}
$node->append_conf('postgresql.conf', 'dynamic_shared_memory_type = mmap');
$node->restart;
chmod 0500, $segments or die $!;
check('none', q{SELECT count(*) FROM wemb_train('topics', 'body', 20, model => 'm', epochs => 2, workers => 2)},
	qr/^WARNING:  53000: training in one process, since \d+ bytes of shared memory cannot be had\nDETAIL:  could not open shared memory segment ".*": Permission denied$remedy/, words => 50);
check('none, much text', q{SELECT count(*) FROM wemb_train('large', 'body', 4, model => 'm', epochs => 1, min_count => 1, max_n => 0, workers => 2)},
	qr/^WARNING:  53000: training in one process/, words => 104);
check('none, by itself', q{SELECT count(*) FROM wemb_train('topics', 'body', 20, model => 'm', epochs => 2)}, qr/^NOTICE:/, words => 50);
check('none, no helper wanted', q{SELECT count(*) FROM wemb_train('topics', 'body', 20, model => 'm', epochs => 50, workers => 1)}, qr/^NOTICE:/, words => 50);
chmod 0700, $segments or die $!;
check('again', q{SELECT count(*) FROM wemb_train('topics', 'body', 20, model => 'm', epochs => 2, workers => 2)}, qr/^NOTICE:.*\nDETAIL:  .* by 2 processes/, words => 50);

done_testing();
