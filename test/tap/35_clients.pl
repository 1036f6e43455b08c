# Clients written for pgvector: node-postgres with the npm package pgvector, and
# psycopg2 with plain text values.  Insert, read, search, COPY as text and in
# binary, for vector, halfvec, sparsevec and bit.
use strict;
use warnings;
use File::Temp ();
use FindBin;
use lib $FindBin::RealBin;
use Test::More;
use WembTest;

# What the check is written for; a newer minor version will do.
my @npm_packages = ('pg@8', 'pgvector@0.2', 'pg-copy-streams@6');

my $node = WembTest::start_node('main');

# A client prints a line for each check: its lines become this test's.
sub run_client
{
	my ($name, $folder, @command) = @_;
	my $result = WembTest::run_program($node, 'postgres', 'sh', '-c', 'cd "$0" && exec "$@"', $folder, @command);

	foreach (split /\n/, $result->{out})
	{
		pass($1) if /^ok (.*)/;
		fail($1) if /^not ok (.*)/;
	}
	ok($result->{status} == 0 && $result->{out} =~ /^ok /m, "$name ran to its end") or diag "$result->{out}$result->{err}";
}

SKIP:
{
	skip 'no psycopg2 (package python3-psycopg2)', 1 if system('python3 -c "import psycopg2" 2>/dev/null') != 0;
	run_client('psycopg2', '.', 'python3', "$FindBin::RealBin/35_clients.py");
}

SKIP:
{
	my $folder = File::Temp::tempdir(CLEANUP => 1);
	local $ENV{npm_config_cache} = "$folder/cache";

	skip 'no npm (packages nodejs, npm)', 1 if system('npm --version >/dev/null 2>&1') != 0;
	skip 'node is older than 18', 1 if system(q{node -e 'process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)' 2>/dev/null}) != 0;
	skip 'no npm registry can be reached', 1 if system("npm view pgvector name --fetch-retries=1 --fetch-timeout=20000 >/dev/null 2>&1") != 0;

	my $install = WembTest::run_program($node, 'postgres', 'npm', 'install', '--prefix', $folder, '--no-audit', '--no-fund', @npm_packages);
	is($install->{status}, 0, 'npm installs pg, pgvector, pg-copy-streams') or diag "$install->{out}$install->{err}";
	run_client('node-postgres', $folder, 'node', "$FindBin::RealBin/35_clients.js");
}

done_testing();
