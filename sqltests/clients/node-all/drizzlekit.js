// drizzle-kit as its users run it: generate and migrate from a schema in
// TypeScript, pull the database back into one, push a change, and find nothing left to do.
const { execFileSync } = require('node:child_process')
const fs = require('node:fs'), path = require('node:path')
const { Client } = require('pg')
const { assert, url, run } = require('../node/check')

const schema = (extra) => `import { pgTable, pgEnum, pgSchema, serial, bigserial, integer, text, varchar, numeric, boolean, jsonb, uuid, timestamp, vector, index, uniqueIndex, primaryKey, check, unique } from 'drizzle-orm/pg-core'
import { sql } from 'drizzle-orm'
export const mood = pgEnum('dk_mood', ['sad', 'ok', 'happy'])
export const shop = pgSchema('dk_shop')
export const people = pgTable('dk_people', {
  id: bigserial({ mode: 'number' }).primaryKey(), name: varchar({ length: 40 }).notNull(), mood: mood().default('ok').notNull(), tags: text().array(),
  doc: jsonb().default({}), key: uuid().defaultRandom(), seen: timestamp({ withTimezone: true }).defaultNow(), embedding: vector({ dimensions: 3 }), score: numeric({ precision: 8, scale: 2 }).default('0.5'),
  upper: text().generatedAlwaysAs(sql\`upper(name)\`), ${extra}
}, (t) => [uniqueIndex('dk_people_name').on(t.name), index('dk_people_vec').using('hnsw', t.embedding.op('vector_cosine_ops')), index('dk_people_part').on(t.mood.desc(), t.id).where(sql\`score > 0\`), check('dk_score', sql\`score >= 0\`)])
export const orders = shop.table('dk_orders', {
  no: integer().generatedAlwaysAsIdentity(), person: integer().notNull(), total: integer().default(3), paid: boolean().default(false),
}, (t) => [primaryKey({ columns: [t.no, t.person] }), unique('dk_orders_total').on(t.total)])
export const items = pgTable('dk_items', { id: serial().primaryKey(), person: integer().references(() => people.id, { onDelete: 'cascade' }) })
`

run(async () => {
  const dir = fs.mkdtempSync(path.join(__dirname, 'node_modules', '.drizzlekit-')) // where drizzle-orm is found
  const out = path.join(dir, 'out'), pulled = path.join(dir, 'pulled')
  const kit = (command, ...args) => execFileSync(process.execPath, [path.join(__dirname, 'node_modules/drizzle-kit/bin.cjs'), command, ...args], { cwd: dir, encoding: 'utf8', env: { ...process.env, CI: '1' }, stdio: ['ignore', 'pipe', 'pipe'] })
  const config = (name, folder) => fs.writeFileSync(path.join(dir, name), `export default { dialect: 'postgresql', schema: './schema.ts', out: './${folder}', dbCredentials: { url: '${url}' }, schemaFilter: ['public', 'dk_shop'], tablesFilter: ['dk_*'] }\n`)
  const c = new Client({ connectionString: url })
  await c.connect()
  await c.query('DROP TABLE IF EXISTS dk_items, dk_people; DROP SCHEMA IF EXISTS dk_shop CASCADE; DROP SCHEMA IF EXISTS drizzle CASCADE; DROP TYPE IF EXISTS dk_mood; CREATE EXTENSION IF NOT EXISTS vector')
  try {
    config('drizzle.config.ts', 'out')
    config('pull.config.ts', 'pulled')
    fs.writeFileSync(path.join(dir, 'schema.ts'), schema(''))
    kit('generate', '--name', 'first')
    kit('migrate')
    kit('migrate')
    assert.equal((await c.query('SELECT count(*)::int AS n FROM drizzle.__drizzle_migrations')).rows[0].n, 1)
    await c.query(`INSERT INTO dk_people (name, embedding) VALUES ('Ann', '[1,2,3]')`)
    assert.match(kit('push', '--force', '--verbose'), /No changes detected/)

    fs.writeFileSync(path.join(dir, 'schema.ts'), schema(`age: integer().default(7).notNull(),`))
    kit('generate', '--name', 'second')
    kit('migrate')
    assert.deepEqual((await c.query('SELECT name, age, upper FROM dk_people')).rows, [{ name: 'Ann', age: 7, upper: 'ANN' }])

    fs.writeFileSync(path.join(dir, 'schema.ts'), schema(`age: integer().default(8).notNull(), note: text(),`))
    kit('push', '--force')
    assert.match(kit('push', '--force', '--verbose'), /No changes detected/)
    assert.deepEqual((await c.query(`INSERT INTO dk_people (name) VALUES ('Bob') RETURNING age, note`)).rows, [{ age: 8, note: null }])

    kit('pull', '--config', 'pull.config.ts')
    const text = fs.readFileSync(path.join(pulled, 'schema.ts'), 'utf8')
    for (const want of ['pgEnum("dk_mood", [\'sad\', \'ok\', \'happy\'])', 'vector({ dimensions: 3 })', 'uniqueIndex("dk_people_name")', 'using("hnsw"', 'vector_cosine_ops', 'generatedAlwaysAsIdentity', 'onDelete("cascade")', 'check("dk_score"', 'primaryKey({ columns: [', 'age: integer().default(8).notNull()', 'upper(', '.where(sql`', 'unique("dk_orders_total")', 'defaultRandom()', 'withTimezone: true']) {
      assert.ok(text.includes(want), `${want} is not in what was pulled:\n${text}`)
    }
  } finally {
    fs.rmSync(dir, { recursive: true })
  }
  await c.query('DROP TABLE dk_items, dk_people; DROP SCHEMA dk_shop CASCADE; DROP SCHEMA drizzle CASCADE; DROP TYPE dk_mood')
  await c.end()
})
