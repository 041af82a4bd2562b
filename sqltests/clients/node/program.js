// A small program over node-postgres: migrate, write, transact, search, look back, introspect.
const assert = require('node:assert');
const { Pool } = require('pg');

async function main() {
  const pool = new Pool({ connectionString: process.argv[2], max: 3 });
  await pool.query('CREATE TABLE docs (id serial PRIMARY KEY, ns text NOT NULL, body text, meta jsonb, embedding vector(3))');
  for (let i = 0; i < 5; i++) {
    const r = await pool.query('INSERT INTO docs (ns, body, meta, embedding) VALUES ($1, $2, $3, $4) RETURNING id', ['user:1', `doc ${i}`, { i }, `[${i},1,0]`]);
    assert.strictEqual(r.rows[0].id, i + 1);
  }
  const before = (await pool.query('SELECT clock_timestamp() AS t')).rows[0].t;
  assert(before instanceof Date);
  await new Promise((resolve) => setTimeout(resolve, 5));

  const client = await pool.connect();
  await client.query('BEGIN');
  await client.query('UPDATE docs SET body = $1 WHERE id = $2', ["it's new", 1]);
  await client.query('COMMIT');
  await client.query('BEGIN');
  await client.query('DELETE FROM docs');
  await client.query('ROLLBACK');
  await assert.rejects(client.query('INSERT INTO docs (id, ns) VALUES (1, $1)', ['x']), { code: '23505', constraint: 'docs_pkey' });
  const heard = new Promise((resolve) => client.once('notification', resolve));
  await client.query('LISTEN handoff');
  await pool.query("NOTIFY handoff, 'agent-c'");
  assert.strictEqual((await heard).payload, 'agent-c');
  client.release();

  const near = await pool.query({ name: 'near', text: 'SELECT body FROM docs WHERE ns = $1 ORDER BY embedding <=> $2 LIMIT 2', values: ['user:1', '[4,1,0]'] });
  assert.deepStrictEqual(near.rows.map((r) => r.body), ['doc 4', 'doc 3']);
  const then = await pool.query('SELECT body FROM docs WHERE id = 1 AS OF $1', [new Date(before.getTime() + 1)]);
  assert.deepStrictEqual(then.rows, [{ body: 'doc 0' }]);
  const meta = await pool.query('SELECT meta FROM docs WHERE meta @> $1', [{ i: 3 }]);
  assert.deepStrictEqual(meta.rows[0].meta, { i: 3 });

  await pool.query('SELECT memory.write($1, $2)', ['user:1', { content: 'prefers email' }]);
  const recalled = await pool.query('SELECT content FROM memory.query(ns => $1, query => $2)', ['user:1', 'email']);
  assert.strictEqual(recalled.rows[0].content, 'prefers email');

  const columns = await pool.query("SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'docs' AND table_schema = 'public' ORDER BY ordinal_position");
  assert.deepStrictEqual(columns.rows.slice(0, 2), [{ column_name: 'id', data_type: 'integer' }, { column_name: 'ns', data_type: 'text' }]);
  await pool.end();
  console.log('ok');
}

main().catch((e) => { console.error(e); process.exit(1); });
