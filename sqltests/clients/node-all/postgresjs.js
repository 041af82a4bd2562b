const postgres = require('postgres')
const { assert, url, run } = require('../node/check')

run(async () => {
  const sql = postgres(url, { max: 4, onnotice: () => {} })
  await sql`DROP TABLE IF EXISTS pj_items`
  await sql`CREATE TABLE pj_items (id serial PRIMARY KEY, name text NOT NULL, tags text[], doc jsonb, price numeric(10,2), at timestamptz DEFAULT now(), n int8)`
  const rows = await sql`INSERT INTO pj_items ${sql([{ name: 'a', tags: ['x', 'y'], doc: { k: [1, null] }, price: '1.50', n: '9007199254740993' }, { name: 'b', tags: [], doc: null, price: null, n: null }])} RETURNING *`
  assert.equal(rows.length, 2)
  assert.deepEqual(rows[0].tags, ['x', 'y'])
  assert.deepEqual(rows[0].doc, { k: [1, null] })
  assert.equal(rows[0].price, '1.50')
  assert.equal(rows[0].n, '9007199254740993')
  assert.ok(rows[0].at instanceof Date)
  const found = await sql`SELECT name FROM pj_items WHERE name IN ${sql(['a', 'b', 'c'])} AND ${'x'} = ANY(tags)`
  assert.deepEqual(found.map((r) => r.name), ['a'])
  const total = await sql.begin(async (tx) => {
    await tx`UPDATE pj_items SET name = ${'z'} WHERE id = ${rows[0].id}`
    await tx.savepoint(async (sp) => { await sp`INSERT INTO pj_items (name) VALUES (NULL)` }).catch((e) => assert.equal(e.code, '23502'))
    const [{ count }] = await tx`SELECT count(*)::int FROM pj_items`
    return count
  })
  assert.equal(total, 2)
  await assert.rejects(sql.begin(async (tx) => { await tx`DELETE FROM pj_items`; throw new Error('undo') }), /undo/)
  const seen = []
  await sql`SELECT generate_series(1, 25) AS n`.cursor(10, (batch) => { seen.push(batch.length) })
  assert.deepEqual(seen, [10, 10, 5])
  const heard = new Promise((resolve) => sql.listen('pj', resolve).then(() => sql.notify('pj', 'hello')))
  assert.equal(await heard, 'hello')
  const copied = []
  for await (const chunk of await sql`COPY (SELECT id, name FROM pj_items ORDER BY id) TO STDOUT`.readable()) copied.push(chunk.toString())
  assert.equal(copied.join('').trim().split('\n').length, 2)
  const parallel = await Promise.all(Array.from({ length: 20 }, (_, i) => sql`SELECT ${i}::int AS i`))
  assert.deepEqual(parallel.map((r) => r[0].i), Array.from({ length: 20 }, (_, i) => i))
  await assert.rejects(sql`SELECT * FROM pj_missing`, (e) => e.code === '42P01')
  await sql`DROP TABLE pj_items`
  await sql.end()
})
