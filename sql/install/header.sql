-- header.sql: refuses to run outside CREATE EXTENSION.                  C: none

\echo Use "CREATE EXTENSION wemb" to load this file. \quit
