-- Privileges and row security of the tables are those of the model.

CREATE SCHEMA model_privileges;
CREATE ROLE regress_wemb_owner;
CREATE ROLE regress_wemb_reader;
GRANT USAGE, CREATE ON SCHEMA model_privileges TO regress_wemb_owner;
SET search_path = model_privileges, public;
SET wemb.model = 'news';

SET ROLE regress_wemb_owner;
CREATE TABLE news (word text PRIMARY KEY, freq bigint NOT NULL, vec vector(3) NOT NULL);
INSERT INTO news VALUES ('king', 3, '[1,0,0]'), ('queen', 1, '[0.6,0.8,0]'), ('apple', 1, '[0,0,1]');
CREATE TABLE news_parts (part text, id integer, vec vector, data jsonb, PRIMARY KEY (part, id));
INSERT INTO news_parts (part, id, data) VALUES ('options', 0, '{"format": 1, "version": "0123456789abcdef", "dimensions": 3,
	"tokenizer": "unicode", "unit_length": true, "words": 3, "tokens": 1000, "texts": 2, "trained_at": "2026-01-02T03:04:05.000006Z"}');
SELECT wemb('king');
SELECT model, owner FROM wemb_models;

-- the words in this session's memory are no way around
SET ROLE regress_wemb_reader;
SELECT wemb('king', 'model_privileges.news');
RESET ROLE;
GRANT USAGE ON SCHEMA model_privileges TO regress_wemb_reader;
SET ROLE regress_wemb_reader;
SELECT wemb('king');
\echo :LAST_ERROR_SQLSTATE
SELECT count(*) FROM wemb_models;
RESET ROLE;
GRANT SELECT ON news TO regress_wemb_reader;
SET ROLE regress_wemb_reader;
SELECT wemb('king');
SELECT count(*) FROM wemb_models;
RESET ROLE;
GRANT SELECT (part, id, vec, data) ON news_parts TO regress_wemb_reader;
REVOKE SELECT ON news FROM regress_wemb_reader;
GRANT SELECT (word, freq) ON news TO regress_wemb_reader;
SET ROLE regress_wemb_reader;
SELECT wemb('king');
RESET ROLE;
GRANT SELECT (vec) ON news TO regress_wemb_reader;
SET ROLE regress_wemb_reader;
SELECT wemb('king'), wemb_similarity('king', 'queen');
SELECT * FROM wemb_most_similar('king');
SELECT model, owner FROM wemb_models;
SELECT wemb_drop_model('news');
\echo :LAST_ERROR_SQLSTATE

-- a function of somebody else's reads with their rights, within one statement
RESET ROLE;
REVOKE SELECT (vec) ON news FROM regress_wemb_reader;
CREATE FUNCTION theirs(input text) RETURNS vector LANGUAGE sql STABLE SECURITY DEFINER
	SET search_path = model_privileges, public AS 'SELECT wemb(input)';
ALTER FUNCTION theirs OWNER TO regress_wemb_owner;
SET ROLE regress_wemb_reader;
SELECT theirs('king');
SELECT theirs('king'), wemb('king');
RESET ROLE;
GRANT SELECT ON news, news_parts TO regress_wemb_reader;

-- row security: every user has their own words, whatever others have read before
ALTER TABLE news ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine ON news USING (word <> current_setting('test.hidden', true));
SET test.hidden = 'queen';
SET ROLE regress_wemb_reader;
SELECT wemb('king'), wemb('queen');
SET test.hidden = 'king';
SELECT wemb('king'), wemb('queen');
-- also in one snapshot
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
DO $$
BEGIN
	FOR i IN 1..2 LOOP
		PERFORM set_config('test.hidden', (ARRAY['king', 'queen'])[i], true);
		RAISE NOTICE 'hidden %: king %, queen %', (ARRAY['king', 'queen'])[i], wemb('king'), wemb('queen');
	END LOOP;
END
$$;
COMMIT;
SELECT * FROM wemb_most_similar('queen');
SELECT word, wemb(word) FROM (VALUES ('king'), ('queen'), ('apple')) w (word);
SET row_security = off;
SELECT wemb('king');
SELECT count(*) FROM wemb_models;
RESET row_security;
RESET ROLE;
SELECT wemb('king'), wemb('queen');

DROP SCHEMA model_privileges CASCADE;
DROP ROLE regress_wemb_owner;
DROP ROLE regress_wemb_reader;
RESET search_path;
RESET wemb.model;
