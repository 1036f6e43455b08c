-- tour.sql: what `make demo` shows.  The database has the table
-- docs (id, title, body): PostgreSQL's own manual, one row a page.
-- All of it can be typed again in `make demo-psql`.

\pset footer off
\pset linestyle unicode
\pset border 2
SET wemb.progress_interval = 10;
\set ECHO queries

\echo
\echo '━━━ 1. Train ━━━  Every word of the manual gets a vector, learnt from the words around it.'
\echo
CREATE EXTENSION wemb;

\timing on
SELECT count(*) AS words FROM wemb_train('docs', 'body', 100);
\timing off

\echo
\echo '━━━ 2. Words ━━━  Words that are used alike are near each other.'
\echo
SELECT q.word, string_agg(near.word, ', ' ORDER BY near.similarity DESC) AS "is near"
FROM unnest(ARRAY['friday', 'weather', 'deadlock', 'malicious', 'lost', 'planner']) WITH ORDINALITY AS q (word, n),
     wemb_most_similar(q.word, 5) AS near
GROUP BY q.n, q.word ORDER BY q.n;

\echo '    How near?  1 is the same, 0 is nothing in common.  A misspelt word is no stranger.'
\echo
SELECT a, b, round(wemb_similarity(a, b)::numeric, 2) AS similarity
FROM (VALUES ('insert', 'delete'), ('insert', 'timezone'), ('replikation', 'replication')) AS pairs (a, b);

\echo '━━━ 3. Analogies ━━━  A model is a table, so its vectors can be added and subtracted.'
\echo '    database is to createdb as user is to ...'
\echo
SELECT word
FROM wemb_model
WHERE word NOT IN ('database', 'createdb', 'user')
ORDER BY vec <=> (SELECT b.vec - a.vec + c.vec
                  FROM wemb_model AS a, wemb_model AS b, wemb_model AS c
                  WHERE (a.word, b.word, c.word) = ('database', 'createdb', 'user'))
LIMIT 3;

\echo '━━━ 4. Pages ━━━  wemb() turns any text into a vector.  Every page gets one ...'
\echo
ALTER TABLE docs ADD vec vector(100);
\timing on
UPDATE docs SET vec = wemb(title || ' ' || body);
\timing off

\echo
\echo '    ... and so does a question.  The nearest pages answer it.'
\echo
\timing on
SELECT title FROM docs ORDER BY vec <-> wemb('how do I recover after a crash') LIMIT 5;
\timing off
\echo
SELECT title FROM docs ORDER BY vec <-> wemb('is my backup damaged') LIMIT 5;
SELECT title FROM docs ORDER BY vec <-> wemb('sort German umlauts') LIMIT 5;
SELECT title FROM docs ORDER BY vec <-> wemb('distance on the earth') LIMIT 5;
SELECT title FROM docs ORDER BY vec <-> wemb('indexes for full text search') LIMIT 5;
