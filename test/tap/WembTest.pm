# WembTest.pm: servers, sessions and texts for the tests in this folder.
#
#	my $node = WembTest::start_node('main');			a server whose database postgres has the extension
#	my $session = WembTest::Session->new($node);		a psql that can be left waiting
#	my $result = $session->query('SELECT 1');			{out, err, seconds}; an error has its SQLSTATE in err
#
# Runs under `make test-tap`, or by hand, as an ordinary user: prove
# test/tap/NN_x.pl, with the programs of an installation that has the extension
# first in PATH.
package WembTest;

use strict;
use warnings;
use FindBin;
use IPC::Run ();
use Test::More;
use Time::HiRes qw(sleep time);

# PostgreSQL's own test modules: PostgreSQL::Test::Cluster since 15 and in the
# later releases of 13 and 14, PostgresNode in the earlier ones.  They set
# themselves up in INIT blocks, so they are loaded while this file is compiled.
our $node_class;

BEGIN
{
	my $pgxs = `pg_config --pkglibdir` =~ s/\n//r . '/pgxs';

	push @INC, "$pgxs/src/test/perl";
	$ENV{PG_REGRESS} //= "$pgxs/src/test/regress/pg_regress";
	if (-e "$pgxs/src/test/perl/PostgreSQL/Test/Cluster.pm")
	{
		require PostgreSQL::Test::Cluster;
		require PostgreSQL::Test::Utils;
		$node_class = 'PostgreSQL::Test::Cluster';
	}
	else
	{
		no warnings 'once';
		require PostgresNode;
		require TestLib;
		*PostgreSQL::Test::Utils:: = \*TestLib::;
		$node_class = 'PostgresNode';
	}
}

our $top = "$FindBin::RealBin/../..";

# How long to wait for what must happen; nothing that works takes as long.
our $patience = 120;

# An answer must come within a second; a machine that does other things as
# well is given another one.
our $prompt = 2.0;

# ---- servers ----

sub new_node
{
	my ($name) = @_;
	return $node_class eq 'PostgresNode' ? PostgresNode::get_new_node($name) : $node_class->new($name);
}

# conf: lines for postgresql.conf; streaming: can have standbys; bare: without the extension.
sub start_node
{
	my ($name, %params) = @_;
	my $node = new_node($name);

	# the modules' own default would be a database in SQL_ASCII
	$node->init(allows_streaming => $params{streaming} // 0, extra => [ '-E', 'UTF8', '--locale', 'C.UTF-8' ]);
	$node->append_conf('postgresql.conf', join("\n", @{ $params{conf} // [] }));
	$node->start;
	$node->safe_psql('postgres', 'CREATE EXTENSION wemb') unless $params{bare};
	return $node;
}

sub pg_version
{
	my ($node) = @_;
	return int($node->safe_psql('postgres', 'SHOW server_version_num') / 10000);
}

# Run a program against a server's database; returns its status, output and errors.
sub run_program
{
	my ($node, $database, @command) = @_;
	my ($out, $err) = ('', '');
	local @ENV{qw(PGHOST PGPORT PGDATABASE)} = ($node->host, $node->port, $database);

	IPC::Run::run(\@command, '<', \undef, '>', \$out, '2>', \$err);
	return { status => $?, out => $out, err => $err };
}

# Run statements that must succeed, and return what they print.
sub sql
{
	my ($node, $sql, $database) = @_;
	return scalar $node->safe_psql($database // 'postgres', $sql);
}

# Wait until a query's answer is 't' ...
sub wait_for
{
	my ($node, $query, $what) = @_;
	my $ok = $node->poll_query_until('postgres', $query);

	die "waited in vain for $what" unless $ok;
}

# ... or until a condition holds.
sub wait_until
{
	my ($condition, $what) = @_;
	my $began = time;

	until ($condition->())
	{
		die "waited in vain for $what" if time - $began > $patience;
		sleep 0.02;
	}
}

# What a training that did not end well may have left behind: '' is right.
# Names are those of models.
sub leftovers
{
	my ($node, @names) = @_;
	my $names = join(', ', map { "'$_', '${_}_parts'" } @names);
	my @left = split(/\n/, sql($node, qq{
		SELECT 'relation ' || oid::regclass FROM pg_class WHERE relname IN ($names)
			UNION ALL SELECT 'type ' || typname FROM pg_type WHERE typname IN ($names)
			UNION ALL SELECT 'model ' || model FROM wemb_models WHERE model IN ($names)}));

	push @left, map { "file $_" } temporary_files($node);
	return join(', ', @left);
}

sub temporary_files
{
	my ($node) = @_;
	return map { s{.*/}{}r } glob($node->data_dir . '/base/pgsql_tmp/*');
}

# A model's rows as one value: every bit of every vector counts.
sub fingerprint
{
	my ($node, $model, $database) = @_;
	return sql($node, qq{
		SELECT md5(string_agg(word || ' ' || freq || ' ' || encode(vector_send(vec), 'hex'), ',' ORDER BY word COLLATE "C")) || ' ' ||
			(SELECT coalesce(md5(string_agg(id || ' ' || encode(vector_send(vec), 'hex'), ',' ORDER BY id)), '')
				FROM ${model}_parts WHERE part = 'subword')
			FROM $model}, $database);
}

# ---- texts of our own ----

# Words of one topic occur together, words of two topics never do.
our %topics = (
	animals => [qw(cat dog horse cow sheep goat pig duck goose hen rabbit mouse)],
	kitchen => [qw(pan pot spoon fork knife oven kettle bowl plate cup stove ladle)],
	sea => [qw(ship sail anchor harbour wave tide deck mast sailor island storm reef)],
	garden => [qw(rose tulip lawn hedge spade rake seed soil bulb fern moss ivy)],
);

# A query for n rows (id, topic, body): sentences of ten words, each of one
# topic, with two words that all topics share.
sub topic_query
{
	my ($n) = @_;
	my @names = sort keys %topics;
	my $rows = join(', ', map { "($_, '$names[$_]', ARRAY['" . join("', '", @{ $topics{ $names[$_] } }) . "'])" } 0 .. $#names);

	return qq{
		SELECT i AS id, topic, 'the ' || string_agg(words[1 + (i * 7 + i / 5 * 3 + j * j * 5 + j * (i % 11)) % 12], ' ' ORDER BY j) || ' and' AS body
			FROM generate_series(1, $n) i
				JOIN (VALUES $rows) t (number, topic, words) ON number = i % 4,
				generate_series(0, 7) j
			GROUP BY i, topic
			ORDER BY i};
}

sub create_topics
{
	my ($node, $table, $n, $database) = @_;
	sql($node, "CREATE TABLE $table AS " . topic_query($n), $database);
}

# A query for n rows (id, body) of 100 tokens each, of at most nwords different
# words: row i has the words i * 100 and so on, modulo nwords.
sub counting_query
{
	my ($n, $nwords) = @_;
	return qq{
		SELECT i AS id, (SELECT string_agg('w' || (i::bigint * 100 + j) % $nwords, ' ') FROM generate_series(0, 99) j) AS body
			FROM generate_series(0, $n - 1) i};
}

# ---- vectors ----

# vector_of(word): 16 whole numbers from 0 to 255 that depend on a word.
sub create_vector_of
{
	my ($node) = @_;
	sql($node, q{CREATE FUNCTION vector_of(word text) RETURNS vector LANGUAGE sql IMMUTABLE AS
		'SELECT array_agg(get_byte(decode(md5(word), ''hex''), i) ORDER BY i)::vector FROM generate_series(0, 15) i'});
}

# Settings with which rows come from an index, and the scan of a graph goes to its end.
our $whole_scan = q{SET enable_seqscan = off; SET enable_sort = off; SET hnsw.iterative_scan = relaxed_order;
	SET hnsw.max_scan_tuples = 2147483647; SET hnsw.scan_mem_multiplier = 1000; };

# ---- real texts ----

my $packages;

# Load one of the texts of test/setup/corpus.sh: manual, packages or
# manpages_zh.  Returns '' or why it can't be had.
sub load_text
{
	my ($node, $name, $database) = @_;
	# packages that have to be unpacked are fetched once
	local $ENV{WEMB_PACKAGES} = $ENV{WEMB_PACKAGES} // ($packages //= PostgreSQL::Test::Utils::tempdir('packages'));
	my $result = run_program($node, $database // 'postgres', 'bash', "$top/test/setup/corpus.sh", $name);

	return '' if $result->{status} == 0;
	return (split(/\n/, $result->{err}))[-1] || "corpus.sh $name failed";
}

# ---- sessions ----

# A psql that runs one query at a time and can be looked at meanwhile.
package WembTest::Session;

use IPC::Open3 ();
use IO::Handle;
use IO::Select;
use POSIX ();
use Symbol ();
use Test::More;
use Time::HiRes qw(time);

# database, user and conn (more of a connection string) are optional.
sub new
{
	my ($class, $node, %params) = @_;
	my $connection = $node->connstr($params{database} // 'postgres');
	my $self = bless { out => '', err => '', queries => 0, running => 0, node => $node }, $class;
	my $errors = Symbol::gensym();

	$connection .= " user=$params{user}" if defined $params{user};
	$connection .= " $params{conn}" if defined $params{conn};
	$self->{process} = IPC::Open3::open3($self->{to}, $self->{from}, $errors,
		'psql', '-XAtq', '-v', 'VERBOSITY=verbose', '-d', $connection);
	$self->{errors} = $errors;
	$self->{to}->autoflush(1);
	$self->{open} = IO::Select->new($self->{from}, $self->{errors});
	$self->{pid} = $self->query('SELECT pg_backend_pid()')->{out};
	die "psql: $self->{result}{err}" unless $self->{pid} =~ /^\d+$/;
	return $self;
}

# Read what there is, waiting for at most so many seconds.
sub read_output
{
	my ($self, $seconds) = @_;

	foreach my $handle ($self->{open}->can_read($seconds))
	{
		my $into = $handle == $self->{from} ? \$self->{out} : \$self->{err};

		$self->{open}->remove($handle) unless sysread($handle, $$into, 65536, length $$into);
	}
}

sub is_over
{
	my ($self) = @_;
	my $mark = quotemeta("-- end of query $self->{queries}\n");

	return $self->{open}->count == 0 || ($self->{out} =~ /$mark/ && $self->{err} =~ /$mark/);
}

# Begin a query and return at once.
sub start
{
	my ($self, $query) = @_;
	my $mark = '-- end of query ' . ++$self->{queries};

	die 'the session is busy' if $self->{running};
	$self->{out} = $self->{err} = '';
	$self->{running} = 1;
	$self->{began} = time;
	print { $self->{to} } "$query\n;\n\\echo '$mark'\n\\warn '$mark'\n";
}

# Wait until the query has printed something to its errors that matches, or has
# ended; returns whether it matched.
sub wait_message
{
	my ($self, $pattern) = @_;
	my $until = time + $WembTest::patience;

	until ($self->{err} =~ $pattern)
	{
		return 0 if $self->is_over;
		die "waited in vain for $pattern; so far: $self->{err}" if time > $until;
		$self->read_output(0.5);
	}
	return 1;
}

# Wait until the query ends, and return what it printed and how long it took.
# Lines that name places in the server's source are left out of err.
sub finish
{
	my ($self) = @_;
	my $until = time + $WembTest::patience;
	my %result;

	until ($self->is_over)
	{
		die "query did not end; so far: $self->{err}" if time > $until;
		$self->read_output(0.5);
	}
	$result{ended} = time;
	$result{seconds} = $result{ended} - $self->{began};
	$result{lost} = $self->{open}->count == 0;
	foreach my $what (qw(out err))
	{
		$result{$what} = $self->{$what};
		$result{$what} =~ s/-- end of query \d+\n//;
	}
	$result{err} =~ s/^LOCATION: .*\n//mg;
	chomp $result{out};
	$self->{running} = 0;
	return $self->{result} = \%result;
}

sub query
{
	my ($self, $query) = @_;

	$self->start($query);
	return $self->finish;
}

# The answer to a query that must succeed without a message.
sub ask
{
	my ($self, $query) = @_;
	my $result = $self->query($query);

	die "$query: $result->{err}" if $result->{err} ne '';
	return $result->{out};
}

# SQLSTATE of a query's first error, '' if it has none.
sub sqlstate
{
	my ($self, $query) = @_;
	return $self->query($query)->{err} =~ /(?:ERROR|FATAL):  (\w{5}):/ ? $1 : '';
}

sub close
{
	my ($self) = @_;

	return unless $self->{process};
	close $self->{to};
	waitpid($self->{process}, 0);
	delete $self->{process};
}

sub DESTROY
{
	my ($self) = @_;
	local ($?, $@, $!);

	# whoever leaves a query running does not wait for it
	kill 'KILL', $self->{process} if $self->{process} && $self->{running};
	$self->close;
}

1;
