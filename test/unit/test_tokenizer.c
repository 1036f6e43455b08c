/*
 * test_tokenizer.c
 *		core/text/tokenizer.h, and the segmenter below it.
 */
#include "unit.h"

#include <stdlib.h>
#include <string.h>
#include <unicode/ubrk.h>
#include <unicode/ustring.h>

#include "core/text/pieces.h"
#include "core/text/tokenizer.h"
#include "core/text/utf8.h"

#define LONG_TEXT	(1 << 20)
#define MARKS		"\u3099\u0323\u0301\u3099\u0323\u0301\u3099\u0323\u0301\u3099\u0323\u0301\u3099\u0323\u0301\u3099\u0323\u0301"
#define ANY_NUMBER	(-1)		/* the dictionary decides */

typedef struct TokenizerCase
{
	const char *name;
	const char *text;
	const char *words;			/* expected, joined by '|' */
} TokenizerCase;

static const TokenizerCase unicode_cases[] = {
	{"empty text", "", ""},
	{"nothing but separators", " \t\r\n ... -- !?", ""},
	{"folds case", "The CAT sat.", "the|cat|sat"},
	{"words longer than eight bytes", "INTERNATIONALIZATION ABCDEFGH ABCDEFGHI", "internationalization|abcdefgh|abcdefghi"},
	{"neighbours of the letters and digits in ASCII", "a@b[c`d{e/f:g", "a|b|c|d|e|f|g"},
	{"letters and digits join", "3d mp3 x86_64 4x4", "3d|mp3|x86_64|4x4"},

	/* connectors */
	{"underscore joins", "pg_dump max_connections a__b", "pg_dump|max_connections|a__b"},
	{"underscore only inside", "_x_ __init__ _ ___", "x|init"},
	{"keeps inner apostrophe", "don't rock'n'roll", "don't|rock'n'roll"},
	{"curly apostrophe becomes straight", "don’t l’été", "don't|l'été"},
	{"apostrophe only inside", "'quoted' dogs' 'tis a''b", "quoted|dogs|tis|a|b"},
	{"apostrophe only between letters", "1980's 5'10 a'1", "1980|s|5|10|a|1"},
	{"point and comma between digits", "3.14 1,000,000.5 192.168.0.1", "3.14|1,000,000.5|192.168.0.1"},
	{"point and comma elsewhere", "e.g. a,b .5 5. 1..2 1.a a.1 example.com", "e|g|a|b|5|5|1|2|1|a|a|1|example|com"},
	{"hyphen splits", "well-known e-mail -5", "well|known|e|mail|5"},
	{"double quotes split outside of Hebrew", "a\"b \"c\"", "a|b|c"},
	{"connector before the end of text", "a'", "a"},
	{"underscores before the end of text", "a___", "a"},
	{"middle dot of Catalan", "col·lecció a·1 ·a·", "col·lecció|a|1|a"},

	/* what is invisible */
	{"soft hyphen is dropped", "auto\u00ADmatisch\u00AD x", "automatisch|x"},
	{"byte order mark and direction marks are dropped", "\uFEFFab\u200Ec\u200F d", "abc|d"},
	{"zero width space separates", "ab\u200Bcd", "ab|cd"},
	{"joiners go from latin words", "auf\u200Clage x\u200D y", "auflage|x|y"},
	{"joiners stay in Persian words", "می‌خواهم کتاب‌ها", "می‌خواهم|کتاب‌ها"},
	{"joiners go at the end of Persian words", "می‌ می‌1", "می|می|1"},
	{"joiners stay in Indic words", "क्‍ष ක්‍රි", "क्‍ष|ක්‍රි"},
	{"invisible between connector and letter", "don'\u00ADt 3.\u00AD1", "don't|3.1"},

	/* broken text */
	{"stops at broken utf-8", "ab\xff" "cd", "ab|cd"},
	{"cut in the middle of a character", "caf\xC3", "caf"},
	{"overlong and surrogate bytes", "a\xC0\xAF" "b\xED\xA0\x80" "c", "a|b|c"},
	{"controls", "a\x01" "b\x7F" "c", "a|b|c"},
	{"unassigned and private code points", "a\uE000b\U000F0000c\u0378d", "a|b|c|d"},

	/* alphabets */
	{"German", "Über die Straße GRÖSSE ẞ", "über|die|straße|grösse|ß"},
	{"French", "L'Œuvre d’ÉTÉ, déjà vu", "l'œuvre|d'été|déjà|vu"},
	{"Polish, Czech, Hungarian", "ŻÓŁĆ Příliš ŐŰ", "żółć|příliš|őű"},
	{"Greek", "Η Αθήνα είναι πόλη", "η|αθήνα|είναι|πόλη"},
	{"Greek final sigma", "ΟΔΟΣ ΟΔΥΣΣΕΑΣ, οδός Σ ΣΑΣ", "οδος|οδυσσεας|οδός|σ|σας"},
	{"Russian", "Съешь ЕЩЁ этих мягких булок", "съешь|ещё|этих|мягких|булок"},
	{"Ukrainian apostrophes", "м'ята м’ята", "м'ята|м'ята"},
	{"Turkish", "İstanbul ılık IŞIK", "istanbul|ılık|işik"},
	{"Turkish dotted I in two code points", "I\u0307stanbul i\u0307", "istanbul|i"},
	{"Georgian capitals", "ᲗᲑᲘᲚᲘᲡᲘ თბილისი", "თბილისი|თბილისი"},
	{"Armenian tone mark inside a word", "ինչպե՞ս", "ինչպես"},
	{"Arabic", "هذا نصٌّ عربي، ٣٫١٤؟", "هذا|نصٌّ|عربي|٣٫١٤"},
	{"Hebrew", "שלום עולם צה\"ל צה״ל ג'ירף ג׳ירף", "שלום|עולם|צה\"ל|צה\"ל|ג'ירף|ג'ירף"},
	{"Hebrew with vowels", "בְּרֵאשִׁית", "בְּרֵאשִׁית"},
	{"Hindi", "हिन्दी में लिखा हुआ। १२३", "हिन्दी|में|लिखा|हुआ|१२३"},
	{"Tamil, Telugu, Bengali", "தமிழ் తెలుగు বাংলা", "தமிழ்|తెలుగు|বাংলা"},
	{"Korean", "한국어 문장을 씁니다.", "한국어|문장을|씁니다"},
	{"Korean beside Han", "한국漢字", "한국|漢字"},
	{"Ethiopic", "ሰላም፡ዓለም", "ሰላም|ዓለም"},
	{"letters outside the basic plane", "𐐔𐐇 𝒳", "𐐼𐐯|𝒳"},
	{"letter numbers are letters, circled and raised ones are not", "Ⅷ ① m²", "ⅷ|m"},

	/* composed form */
	{"composes", "cafe\u0301 CAFE\u0301", "café|café"},
	{"composes what lower case makes composable", "J\u030C", "ǰ"},
	{"orders marks", "a\u0301\u0323 a\u0323\u0301", "ạ́|ạ́"},
	{"marks in several steps", "e\u0302\u0301 Vie\u0323\u0302t", "ế|việt"},
	{"singletons", "\u212B \u2126 \u212A", "å|ω|k"},
	{"Hangul in letters", "\u1112\u1161\u11AB\u1100\u1173\u11AF", "한글"},
	{"mark without a letter", "\u0301a \u0301", "a"},
	{"full width becomes half width", "ＡＢＣ１２３ ｉｔ＇ｓ １．５ ａ＿ｂ", "abc123|it's|1.5|a_b"},

	/* symbols */
	{"emoji are no words", "I ❤️ cats 😀👍🏽👨‍👩‍👧 ok", "i|cats|ok"},
	{"keycaps", "1️⃣2️⃣", "1|2"},
	{"addresses", "https://example.com/a?b=c me@example.org", "https|example|com|a|b|c|me|example|org"},

	/* dictionaries */
	{"Chinese", "香港是中国的城市。", "香港|是|中国|的|城市"},
	{"Chinese among Latin", "PostgreSQL数据库15版本", "postgresql|数据|库|15|版本"},
	{"connector before Han", "foo_数据 3.数 a'数", "foo|数据|3|数|a|数"},
	{"Han outside the basic plane", "𠀀。", "𠀀"},
	{"Han number zero", "〇。", "〇"},
	{"compatibility ideographs", "\uF900", "豈"},
	{"Japanese", "日本語を勉強する。データベース", "日本語|を|勉強|する|データベース"},
	{"Japanese in two code points", "か\u3099 ヘ\u309Aン", "が|ペン"},
	{"Katakana with middle dot", "ジョン・スミス", "ジョン|スミス"},
	{"Thai", "ภาษาไทยเป็นภาษาที่สวยงาม", "ภาษา|ไทย|เป็น|ภาษา|ที่|สวยงาม"},
	{"Thai digits", "ปี๒๕๖๗ครับ", "ปี|๒๕๖๗|ครับ"},
	{"Lao", "ຂ້ອຍຮັກປະເທດລາວ", "ຂ້ອຍ|ຮັກ|ປະເທດ|ລາວ"},
	{"Khmer", "ខ្ញុំស្រឡាញ់ប្រទេសកម្ពុជា", "ខ្ញុំ|ស្រឡាញ់|ប្រទេស|កម្ពុជា"},
	{"Burmese", "မြန်မာနိုင်ငံသည်လှပသည်", "မြန်မာနိုင်ငံ|သည်|လှပ|သည်"},
	{"soft hyphen in a run", "中\u00AD国", "中国"},
	{"zero width space in a run", "中\u200B国", "中|国"},
	{"mark of a run without its letter", "\u0E34 a\u0E34b", "a|b"},
};

static const TokenizerCase whitespace_cases[] = {
	{"whitespace: empty text", "", ""},
	{"whitespace: leaves bytes alone", "The CAT, don’t \xFF\xC3", "The|CAT,|don’t|\xFF\xC3"},
	{"whitespace: all six of ASCII", " a\tb\nc\vd\fe\rf ", "a|b|c|d|e|f"},
	{"whitespace: not that of Unicode", "a\u00A0b\u3000c", "a\u00A0b\u3000c"},
	{"whitespace: controls are no white space", "a\x08" "b\x0E" "c\x1F" "d!e", "a\x08" "b\x0E" "c\x1F" "d!e"},
	{"whitespace: high bytes beside spaces", "\x89\xA0\x8D \xA0", "\x89\xA0\x8D|\xA0"},
	{"whitespace: longer than eight bytes", "abcdefgh abcdefghi  abcdefghijklmnopq", "abcdefgh|abcdefghi|abcdefghijklmnopq"},
};

/* All tokens of text, joined by '|', into out; text is copied so that any byte read beyond it is found. */
static void
join_tokens(Tokenizer *t, const char *text, size_t len, char *out, size_t room)
{
	char	   *block = malloc(len + 1);
	char	   *copy = block + 1;
	Token		token;
	size_t		n = 0;

	memcpy(copy, text, len);
	wemb_tokenizer_start(t, copy, len);
	while (wemb_tokenizer_next(t, &token))
	{
		CHECK(token.len >= 1 && token.len <= TOKEN_MAX_BYTES, "%zu bytes", token.len);
		if (n + token.len + 2 > room)
			break;
		if (n > 0)
			out[n++] = '|';
		memcpy(out + n, token.text, token.len);
		n += token.len;
	}
	out[n] = '\0';
	free(block);
}

static void
table(TokenizerKind kind, const TokenizerCase *cases, size_t ncases)
{
	static Tokenizer t;
	char		words[1024];

	wemb_tokenizer_init(&t, kind);
	for (size_t i = 0; i < ncases; i++)
	{
		size_t		len = strlen(cases[i].text);

		unit_group(cases[i].name);
		join_tokens(&t, cases[i].text, len, words, sizeof(words));
		CHECK(strcmp(words, cases[i].words) == 0, "got %s, expected %s", words, cases[i].words);

		/* the answer does not depend on how much comes after, nor on what a tokenizer has read before */
		for (size_t cut = 0; cut <= len; cut++)
			join_tokens(&t, cases[i].text, cut, words, sizeof(words));
		CHECK(strcmp(words, cases[i].words) == 0, "second time: %s", words);
	}
	CHECK(t.nskipped == 0, "%d skipped", (int) t.nskipped);
	wemb_tokenizer_close(&t);
}

static size_t
count_tokens(Tokenizer *t, const char *text, size_t len)
{
	Token		token;
	size_t		n = 0;

	wemb_tokenizer_start(t, text, len);
	while (wemb_tokenizer_next(t, &token))
		n++;
	return n;
}

/* A word of count times part, between two short ones. */
static void
long_word(Tokenizer *t, const char *part, int count, int ntokens, int nskipped)
{
	static char text[LONG_TEXT];
	size_t		len = 0;
	uint64_t	before = t->nskipped;
	size_t		n;

	text[len++] = 'a';
	text[len++] = ' ';
	for (int i = 0; i < count; i++)
	{
		memcpy(text + len, part, strlen(part));
		len += strlen(part);
	}
	text[len++] = ' ';
	text[len++] = 'b';
	n = count_tokens(t, text, len);
	CHECK(ntokens == ANY_NUMBER ? n >= 2 : n == (size_t) ntokens, "%d times %s: %zu tokens", count, part, n);
	CHECK(nskipped == ANY_NUMBER || t->nskipped == before + nskipped, "%d times %s: %d skipped", count, part,
		  (int) (t->nskipped - before));
}

static void
long_words(void)
{
	static Tokenizer t;

	wemb_tokenizer_init(&t, TOKENIZER_UNICODE);
	unit_group("longest token, and one byte more");
	long_word(&t, "X", TOKEN_MAX_BYTES, 3, 0);
	long_word(&t, "X", TOKEN_MAX_BYTES + 1, 2, 1);
	long_word(&t, "é", TOKEN_MAX_BYTES / 2, 3, 0);
	long_word(&t, "é", TOKEN_MAX_BYTES / 2 + 1, 2, 1);
	unit_group("the limit counts composed bytes");
	long_word(&t, "e\u0302\u0301", TOKEN_MAX_BYTES / 3, 3, 0);
	long_word(&t, "e\u0302\u0301", TOKEN_MAX_BYTES / 3 + 1, 2, 1);
	unit_group("words beyond every buffer");
	long_word(&t, "X", 100000, 2, 1);
	long_word(&t, "ж", 100000, 2, 1);
	long_word(&t, "\u0301", 100000, 2, 0);
	long_word(&t, "a\u0323\u0301", 50000, 2, 1);
	long_word(&t, "a'", 100000, 2, 1);
	long_word(&t, "1,", 100000, 2, 1);
	long_word(&t, "_", 100000, 2, 0);
	long_word(&t, "ab_", 100000, 2, 1);
	long_word(&t, "\u200C", 100000, 2, 0);
	long_word(&t, "\u00AD", 100000, 2, 0);
	wemb_tokenizer_close(&t);

	wemb_tokenizer_init(&t, TOKENIZER_WHITESPACE);
	unit_group("whitespace: longest token, and one byte more");
	long_word(&t, "X", TOKEN_MAX_BYTES, 3, 0);
	long_word(&t, "X", TOKEN_MAX_BYTES + 1, 2, 1);
	long_word(&t, "X", 100000, 2, 1);
	wemb_tokenizer_close(&t);
}

/* A run far longer than a piece is cut as ICU cuts the whole of it. */
static void
long_run(const char *name, const char *sentence)
{
	static Tokenizer t;
	static char text[LONG_TEXT];
	static UChar units[LONG_TEXT];
	UErrorCode	status = U_ZERO_ERROR;
	UBreakIterator *iterator;
	size_t		len = 0;
	int32_t		nunits;
	size_t		nwords = 0;
	size_t		ntokens;

	unit_group(name);
	for (int i = 0; i < 100; i++)
	{
		memcpy(text + len, sentence, strlen(sentence));
		len += strlen(sentence);
	}
	u_strFromUTF8(units, LONG_TEXT, &nunits, text, (int32_t) len, &status);
	iterator = ubrk_open(UBRK_WORD, "", units, nunits, &status);
	CHECK(U_SUCCESS(status), "%s", u_errorName(status));
	if (U_FAILURE(status))
		return;
	while (ubrk_next(iterator) != UBRK_DONE)
		nwords++;
	ubrk_close(iterator);

	wemb_tokenizer_init(&t, TOKENIZER_UNICODE);
	ntokens = count_tokens(&t, text, len);
	CHECK(ntokens == nwords, "%zu tokens, %zu words in %d units", ntokens, nwords, nunits);
	wemb_tokenizer_close(&t);
}

static void
long_runs(void)
{
	static Tokenizer t;

	long_run("long run of Chinese", "我们在数据库里训练词向量然后用索引搜索相似的文章");
	long_run("long run of Thai", "วันนี้อากาศดีมากเราจึงออกไปเดินเล่นที่สวนสาธารณะใกล้บ้าน");
	long_run("long run of Japanese", "私たちは毎日図書館で本を読んだり友達と話したりします");

	wemb_tokenizer_init(&t, TOKENIZER_UNICODE);
	unit_group("words that fill pieces, marks without end");
	long_word(&t, "カ", 20000, ANY_NUMBER, ANY_NUMBER);
	long_word(&t, "က\u1039", 20000, ANY_NUMBER, ANY_NUMBER);
	long_word(&t, "\u0E34", 20000, 2, 0);
	long_word(&t, "\u3099", 20000, 2, 0);
	long_word(&t, "か" MARKS MARKS MARKS MARKS, 100, ANY_NUMBER, ANY_NUMBER);
	long_word(&t, "𠀀\uFACF", 20000, ANY_NUMBER, ANY_NUMBER);
	wemb_tokenizer_close(&t);
}

/* Read text in pieces of at most max bytes; the number of tokens. */
static size_t
count_in_pieces(Tokenizer *t, const char *text, size_t len, size_t max)
{
	size_t		n = 0;

	while (len > 0)
	{
		size_t		piece = wemb_text_piece(text, len, max);

		CHECK(piece >= 1 && piece <= max && piece <= len, "%zu of %zu", piece, len);
		if (piece < 1)
			break;
		n += count_tokens(t, text, piece);
		text += piece;
		len -= piece;
	}
	return n;
}

static void
pieces(void)
{
	static Tokenizer t;
	const char *plain = "The quick brown fox\njumps over the lazy dog; 数据 数据库\tправда";
	const char *dense = "数据库；数据库。数据库！数据库？";
	size_t		ntokens;

	wemb_tokenizer_init(&t, TOKENIZER_UNICODE);
	unit_group("pieces end after white space");
	ntokens = count_tokens(&t, plain, strlen(plain));
	for (size_t max = 20; max < 80; max++)
		CHECK(count_in_pieces(&t, plain, strlen(plain), max) == ntokens, "pieces of %zu", max);
	CHECK(wemb_text_piece("ab cd ef", 8, 7) == 6, "last blank");
	CHECK(wemb_text_piece("ab cd ef", 8, 8) == 8, "all of it");
	CHECK(wemb_text_piece("", 0, 8) == 0, "nothing");
	CHECK(wemb_text_piece("    ", 4, 4) == 4, "blanks");

	unit_group("pieces without white space end after a separator");
	ntokens = count_tokens(&t, dense, strlen(dense));
	for (size_t max = 12; max < 50; max++)
		CHECK(count_in_pieces(&t, dense, strlen(dense), max) == ntokens, "pieces of %zu", max);

	unit_group("pieces without any separator end at a code point");
	for (size_t max = UTF8_MAX_BYTES; max < 20; max++)
	{
		CHECK(wemb_text_piece("数据库数据库数据库", 27, max) == max / 3 * 3, "pieces of %zu", max);
		CHECK(wemb_text_piece("xxxxxxxxxxxxxxxxxxxxxx", 22, max) == max, "pieces of %zu", max);
		count_in_pieces(&t, "😀😀é数😀😀😀", 25, max);
	}

	unit_group("pieces of bytes that are no UTF-8");
	for (size_t max = UTF8_MAX_BYTES; max < 20; max++)
	{
		count_in_pieces(&t, "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80", 14, max);
		count_in_pieces(&t, "\xFF\xFF\xFF\xFF\xFF\xC3\xC3\xC3\xE2\xE2\xE2\xE2\xFF\xFF", 14, max);
	}
	wemb_tokenizer_close(&t);
}

/* Read text in pieces of at most max bytes that follow on each other. */
static void
resume_in_pieces(TokenizerKind kind, const char *text, size_t max, size_t ntokens, uint64_t nskipped)
{
	static Tokenizer t;
	size_t		len = strlen(text);
	size_t		n = 0;
	Token		token;

	wemb_tokenizer_init(&t, kind);
	wemb_tokenizer_start(&t, text, 0);
	while (len > 0)
	{
		size_t		piece = wemb_text_piece(text, len, max);

		wemb_tokenizer_resume(&t, text, piece);
		while (wemb_tokenizer_next(&t, &token))
			n++;
		text += piece;
		len -= piece;
	}
	CHECK(n == ntokens, "pieces of %zu: %zu tokens", max, n);
	CHECK(t.nskipped == nskipped, "pieces of %zu: %d skipped", max, (int) t.nskipped);
	wemb_tokenizer_close(&t);
}

static void
resumed_pieces(void)
{
	static char text[2000];

	unit_group("a token too long is one token in however many pieces");
	for (int len = 900; len < 930; len++)
	{
		snprintf(text, sizeof(text), "a %0*d b", len, 1);
		resume_in_pieces(TOKENIZER_UNICODE, text, 300, 2, 1);
		resume_in_pieces(TOKENIZER_WHITESPACE, text, 300, 2, 1);
		snprintf(text, sizeof(text), "%0*d-a-b", len, 1);
		resume_in_pieces(TOKENIZER_UNICODE, text, 300, 2, 1);
		resume_in_pieces(TOKENIZER_WHITESPACE, text, 300, 0, 1);
		snprintf(text, sizeof(text), "%0*d 数据 %0*d", len, 1, len, 1);
		resume_in_pieces(TOKENIZER_UNICODE, text, 300, 1, 2);
		resume_in_pieces(TOKENIZER_WHITESPACE, text, 300, 1, 2);
	}
}

static void
life_cycle(void)
{
	static Tokenizer t;
	char		words[100];

	unit_group("a text can be given up, a tokenizer closed and used again");
	wemb_tokenizer_init(&t, TOKENIZER_UNICODE);
	CHECK(count_tokens(&t, "", 0) == 0, "no text");
	for (int i = 0; i < 3; i++)
	{
		Token		token;

		wemb_tokenizer_start(&t, "数据库数据库", 18);
		CHECK(wemb_tokenizer_next(&t, &token), "no token");
		join_tokens(&t, "one 数据 two", 14, words, sizeof(words));
		CHECK(strcmp(words, "one|数据|two") == 0, "%s", words);
		wemb_tokenizer_start(&t, "数据库数据库", 18);
		CHECK(wemb_tokenizer_next(&t, &token), "no token");
		wemb_tokenizer_close(&t);
		CHECK(!wemb_tokenizer_next(&t, &token), "a token after close");
		wemb_tokenizer_close(&t);
	}
}

int
main(void)
{
	table(TOKENIZER_UNICODE, unicode_cases, sizeof(unicode_cases) / sizeof(unicode_cases[0]));
	table(TOKENIZER_WHITESPACE, whitespace_cases, sizeof(whitespace_cases) / sizeof(whitespace_cases[0]));
	long_words();
	long_runs();
	pieces();
	resumed_pieces();
	life_cycle();
	return unit_done();
}
