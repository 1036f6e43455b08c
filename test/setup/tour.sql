-- tour.sql: what `make demo` shows.  The database has the table
-- docs (id, title, body): PostgreSQL's own manual, one row a page.
-- Everything here can be typed again in `make demo-psql`.

\pset footer off
\pset linestyle unicode
\pset border 1
\set ECHO queries

\echo
\echo '━━━ 1. Train ━━━  Every word of the manual gets a vector, learnt from the words around it.'
\echo
CREATE EXTENSION wemb;

\timing on
SELECT count(*) AS words FROM wemb_train('docs', 'body', 100);
\timing off

\echo '━━━ 2. Words ━━━  Words used alike are near each other.'
\echo
SELECT q.word, string_agg(near.word, ', ' ORDER BY near.similarity DESC) AS "is near"
FROM unnest(ARRAY['index', 'json', 'backup', 'password', 'deadlock', 'vacuum']) WITH ORDINALITY AS q (word, n),
     wemb_most_similar(q.word, 6) AS near
GROUP BY q.n, q.word ORDER BY q.n;

\echo '    How near?  1 is the same, 0 is nothing in common.'
\echo
SELECT wemb_similarity('insert', 'delete')    AS "insert, delete",
       wemb_similarity('insert', 'timezone')  AS "insert, timezone",
       wemb_similarity('replikation', 'replication') AS "even misspelt";

\echo '━━━ 3. Analogies ━━━  The model is a table, so vectors can be added and subtracted:'
\echo '    smallint is to int2 as bigint is to ...'
\echo
SELECT word
FROM wemb_model
WHERE word NOT IN ('smallint', 'int2', 'bigint')
ORDER BY vec <=> (SELECT b.vec - a.vec + c.vec
                  FROM wemb_model AS a, wemb_model AS b, wemb_model AS c
                  WHERE (a.word, b.word, c.word) = ('smallint', 'int2', 'bigint'))
LIMIT 3;

\echo '━━━ 4. Pages ━━━  wemb() turns any text into a vector: every page gets one ...'
\echo
\timing on
ALTER TABLE docs ADD vec vector(100);
UPDATE docs SET vec = wemb(title || ' ' || body);
\timing off

\echo
\echo '    ... and so does a question.  The nearest pages answer it:'
\echo
\timing on
SELECT title FROM docs ORDER BY vec <-> wemb('how do I recover after a crash') LIMIT 5;
\timing off
SELECT title FROM docs ORDER BY vec <-> wemb('index for text search') LIMIT 5;
SELECT title FROM docs ORDER BY vec <-> wemb('rank of each row within its group') LIMIT 5;
SELECT title FROM docs ORDER BY vec <-> wemb('encrypt connections') LIMIT 5;
