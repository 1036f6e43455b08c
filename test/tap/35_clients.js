// node-postgres with pgvector's npm package: what 35_clients.pl runs, in the folder where npm has installed both.
// Prints "ok ..." or "not ok ..." for each check.
'use strict';

const { createRequire } = require('node:module');
const { pipeline } = require('node:stream/promises');
const { Readable } = require('node:stream');
const assert = require('node:assert');

const load = createRequire(`${process.cwd()}/`);
const pg = load('pg');
const copy = load('pg-copy-streams');
const pgvector = load('pgvector/pg');
const { SparseVector } = load('pgvector');

function check(name, got, expected) {
	try {
		assert.deepStrictEqual(got, expected);
		console.log(`ok node-postgres: ${name}`);
	} catch (error) {
		console.log(`not ok node-postgres: ${name}: ${JSON.stringify(got)}, expected ${JSON.stringify(expected)}`);
	}
}

// type, column, three values as JavaScript has them, the same as the server writes them, query, operator, ids nearest first
const types = [
	['vector', 'vector(3)', [[1, 2, 3], [4, 5.5, 6], [1, 1, -1]], ['[1,2,3]', '[4,5.5,6]', '[1,1,-1]'], [1, 1, 1], '<->', [3, 1, 2]],
	['halfvec', 'halfvec(3)', [[1, 2, 3], [4, 5.5, 6], [1, 1, -0.5]], ['[1,2,3]', '[4,5.5,6]', '[1,1,-0.5]'], [1, 1, 1], '<+>', [3, 1, 2]],
	['sparsevec', 'sparsevec(3)', [new SparseVector([1, 2, 3]), new SparseVector({ 0: 4, 2: 6 }, 3), new SparseVector([0, -0.5, 0])],
		['{1:1,2:2,3:3}/3', '{1:4,3:6}/3', '{2:-0.5}/3'], new SparseVector([0, 1, 0]), '<#>', [1, 2, 3]],
	['bit', 'bit(3)', ['000', '101', '111'], ['000', '101', '111'], '111', '<~>', [3, 2, 1]],
];

const toSql = (value) => (typeof value === 'string' ? value : pgvector.toSql(value));
// a sparse vector hides its parts, so it is compared as an array
const plain = (value) => (value instanceof SparseVector ? value.toArray() : value);

async function readAll(stream) {
	const parts = [];

	for await (const part of stream)
		parts.push(part);
	return Buffer.concat(parts);
}

async function checkType(client, [type, column, values, texts, query, operator, nearest]) {
	const table = `client_${type}`;
	const stored = async () => (await client.query(`SELECT v FROM ${table} ORDER BY id`)).rows.map((row) => plain(row.v));
	const expected = [...values.map(plain), null];

	await client.query(`CREATE TEMP TABLE ${table} (id integer, v ${column})`);
	for (let i = 0; i < values.length; i++)
		await client.query(`INSERT INTO ${table} VALUES ($1, $2)`, [i + 1, toSql(values[i])]);
	await client.query(`INSERT INTO ${table} VALUES (4, $1)`, [null]);
	check(`${type}: read what was inserted`, await stored(), expected);

	const found = await client.query(`SELECT id FROM ${table} WHERE v IS NOT NULL ORDER BY v ${operator} $1 LIMIT 3`, [toSql(query)]);
	check(`${type}: search`, found.rows.map((row) => row.id), nearest);

	for (const [format, options] of [['text', ''], ['binary', '(FORMAT binary)']]) {
		const written = await readAll(client.query(copy.to(`COPY (SELECT * FROM ${table} ORDER BY id) TO STDOUT ${options}`)));

		if (format === 'text')
			check(`${type}: COPY TO as text`, written.toString(), `${texts.map((text, i) => `${i + 1}\t${text}\n`).join('')}4\t\\N\n`);
		await client.query(`TRUNCATE ${table}`);
		await pipeline(Readable.from([written]), client.query(copy.from(`COPY ${table} FROM STDIN ${options}`)));
		check(`${type}: COPY there and back, ${format}`, await stored(), expected);
	}
}

async function main() {
	const client = new pg.Client();

	await client.connect();
	await pgvector.registerTypes(client);
	for (const type of types)
		await checkType(client, type);

	const error = await client.query('SELECT $1::vector(3)', [pgvector.toSql([1, 2])]).catch((e) => e);
	check('an error has its code and text', [error.code, error.message], ['22000', 'expected 3 dimensions, not 2']);
	await client.end();
}

main().catch((error) => {
	console.log(`not ok node-postgres: ${error.stack}`);
	process.exitCode = 1;
});
