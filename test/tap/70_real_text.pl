# Models of real text, from Debian's packages, have learnt what words mean: not
# exactly what, for that changes with the text, but something of it.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Test::More;
use Time::HiRes qw(time);
use WembTest;

my $node = WembTest::start_node('main', conf => [ 'shared_buffers = 256MB', 'max_wal_size = 2GB' ]);
my $session = WembTest::Session->new($node);

# Load a text into its table and train on it; returns why not, or ''.
sub prepare
{
	my ($text, $table, $column, $options) = @_;
	my $began = time;
	my $problem = WembTest::load_text($node, $text);
	my ($loaded, $trained);

	return $problem if $problem;
	$loaded = time;
	$session->ask('SET client_min_messages = warning');
	cmp_ok($session->query("SELECT count(*) FROM wemb_train('$table', '$column', 50, model => '${text}_model', $options)")->{out}, '>', 3000,
		"$text: words") or diag $session->{result}{err};
	$trained = time;
	$session->ask("SET wemb.model = '${text}_model'; ALTER TABLE $table ADD vec vector(50); UPDATE $table SET vec = wemb($column)");
	note sprintf('%s: loaded in %.1f s, trained in %.1f s, embedded in %.1f s', $text, $loaded - $began, $trained - $loaded, time - $trained);
	return '';
}

# Of the ten words nearest to a word, at least one is among these.
sub has_neighbour
{
	my ($word, @expected) = @_;
	my $near = $session->ask("SELECT string_agg(word, ' ') FROM wemb_most_similar('$word')");
	my %near = map { $_ => 1 } split(/ /, $near);

	ok((grep { $near{$_} } @expected), "near $word") or diag "only $near";
}

# Of the ten rows nearest to a query, at least one has a name or title like this.
sub finds
{
	my ($table, $column, $query, $expected) = @_;
	my $found = $session->ask("SELECT string_agg(found, ', ') FROM
		(SELECT $column AS found FROM $table ORDER BY vec <-> wemb('$query') LIMIT 10) s");

	like($found, $expected, "query: $query");
}

SKIP:
{
	my $problem = prepare('packages', 'packages', 'description', 'epochs => 8, max_n => 0');
	skip $problem, 1 if $problem;

	has_neighbour(@$_) foreach
	  [qw(german french italian dutch polish swedish norwegian english russian danish spanish)],
	  [qw(audio video midi codec player mp3 sound ogg music)],
	  [qw(font fonts truetype opentype typeface glyphs)],
	  [qw(game games puzzle arcade shooter strategy adventure)],
	  [qw(postgresql mysql sql sqlite sqlite3 mariadb database)],
	  [qw(gnome kde mate xfce desktop panel cinnamon lxqt)];
	finds('packages', 'name', @$_) foreach
	  [ 'german dictionary', qr/ispell|hunspell|dict|^i(?:german|dutch|polish|italian)/ ],
	  [ 'music player', qr/play|mp[cd]|music|audio/ ],
	  [ 'python library for json', qr/json|python/ ];

	is($session->ask(q{SELECT max(vec <-> wemb(description)) < 1e-6, count(*) FROM (SELECT * FROM packages WHERE vec IS NOT NULL ORDER BY name LIMIT 1000) p}),
		't|1000', 'a description is as far from itself as can be expected');
}

SKIP:
{
	my $problem = prepare('manual', 'docs', 'body', 'epochs => 4');
	skip $problem, 1 if $problem;

	has_neighbour(@$_) foreach
	  [qw(index indexes indexed indexable reindex btree)],
	  [qw(json jsonb jsonpath)],
	  [qw(integer int4 int8 int2 smallint bigint)],
	  [qw(password passwords passwd authenticate md5)],
	  [qw(insert update delete inserts inserted merge)],
	  [qw(left right)],
	  # words that are not in the text, by their letters
	  [qw(vacuumming vacuuming vacuum vacuums vacuumed)],
	  [qw(indexxes indexes index indexed)];
	finds('docs', 'title', @$_) foreach
	  [ 'vacuum a table', qr/VACUUM|Vacuuming/ ],
	  [ 'full text search dictionary', qr/TEXT SEARCH DICTIONARY|Dictionaries/ ],
	  [ 'standby server', qr/Standby|Replication|Failover/ ],
	  [ 'rank of each row within its group', qr/Window Functions/ ],
	  [ 'recover after a crash', qr/Recovery|Write-Ahead|CHECKPOINT|Reliability/ ],
	  [ 'delete rows from a table', qr/\bDELETE\b/ ],
	  [ 'types of indexes', qr/Index/ ];
	cmp_ok($session->ask(q{SELECT wemb_similarity('integer', 'bigint') - wemb_similarity('integer', 'password')}), '>', 0.1,
		'integer is nearer to bigint than to password');
}

SKIP:
{
	my $problem = prepare('manpages_zh', 'manpages_zh', 'body', 'max_n => 0');
	skip $problem, 1 if $problem;

	has_neighbour(@$_) foreach
	  [qw(文件 目录 目錄 檔案 档案 系统 名为 来源 mtab filelist 路径 连结)],
	  [qw(目录 目錄 根 路径 位于 文件 绝对 子)],
	  [qw(进程 信号 后台 前台 杀死 守 pid 作业 行程)],
	  [qw(用户 帐号 账号 登录 超级 密码 群组 帐户 用户名)],
	  [qw(错误 錯誤 错 报告 发生 errno err 失败)];
	finds('manpages_zh', 'name', @$_) foreach
	  [ '复制文件和目录', qr{/(?:cp|mv|ln|install)\.1} ],
	  [ '打开文件 返回 文件描述符', qr{/(?:f?open|stdio|fclose|close)\.} ],
	  [ '删除表', qr{/drop_table\.7} ];

	# Chinese is cut into words: mostly of two characters, hardly ever long.
	is($session->ask(q{SELECT count(*) FROM manpages_zh_model WHERE word IN ('文件', '目录', '函数', '参数', '用户', '返回', '錯誤', '檔案') AND freq > 100}), 8,
		'frequent Chinese words');
	cmp_ok($session->ask(q{SELECT sum(freq) FILTER (WHERE word ~ '^[一-龥]{2,4}$') / sum(freq) FROM manpages_zh_model WHERE word ~ '^[一-龥]+$'}), '>', 0.4,
		'Chinese words of more than one character');
	cmp_ok($session->ask(q{SELECT count(*) FILTER (WHERE word ~ '[一-龥]{6}')::float8 / count(*) FROM manpages_zh_model WHERE word ~ '[一-龥]'}), '<', 0.01,
		'long Chinese words');
	is($session->ask(q{SELECT wemb('显示文件内容') <-> wemb('显示 文件 内容') < 1e-6}), 't', 'words of a Chinese phrase');
	is($session->ask(q{SELECT wemb('显示文件内容') IS NULL}), 'f', 'a Chinese phrase is known');
}

done_testing();
