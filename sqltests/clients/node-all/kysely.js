const { Kysely, PostgresDialect, Migrator, sql } = require('kysely')
const { Pool } = require('pg')
const Cursor = require('pg-cursor')
const { assert, url, run } = require('../node/check')

run(async () => {
  const db = new Kysely({ dialect: new PostgresDialect({ pool: new Pool({ connectionString: url }), cursor: Cursor }) })
  const provider = { getMigrations: async () => ({
    '001': { up: (d) => d.schema.createTable('ky_people').addColumn('id', 'serial', (c) => c.primaryKey()).addColumn('name', 'varchar(50)', (c) => c.notNull().unique()).addColumn('born', 'date').execute(), down: (d) => d.schema.dropTable('ky_people').execute() },
    '002': { up: (d) => d.schema.createIndex('ky_people_born').on('ky_people').column('born').execute(), down: (d) => d.schema.dropIndex('ky_people_born').execute() },
  }) }
  const migrator = new Migrator({ db, provider })
  const up = await migrator.migrateToLatest()
  assert.ifError(up.error)
  assert.deepEqual(up.results.map((r) => r.status), ['Success', 'Success'])
  const tables = await db.introspection.getTables()
  const people = tables.find((t) => t.name === 'ky_people')
  assert.deepEqual(people.columns.map((c) => [c.name, c.dataType, c.isNullable, c.isAutoIncrementing]), [['id', 'int4', false, true], ['name', 'varchar', false, false], ['born', 'date', true, false]])
  const { id } = await db.insertInto('ky_people').values({ name: 'Ann', born: '1990-02-03' }).returning('id').executeTakeFirstOrThrow()
  await db.insertInto('ky_people').values({ name: 'Ann' }).onConflict((oc) => oc.column('name').doUpdateSet({ born: '1991-01-01' })).execute()
  await db.transaction().setIsolationLevel('serializable').execute(async (trx) => { await trx.updateTable('ky_people').set({ name: 'Bea' }).where('id', '=', id).execute() })
  const row = await db.selectFrom('ky_people').select(['name', sql`extract(year from born)::int`.as('year')]).executeTakeFirst()
  assert.deepEqual(row, { name: 'Bea', year: 1991 })
  let n = 0
  for await (const r of db.selectFrom(sql`generate_series(1, 30)`.as('g')).selectAll().stream(7)) n += r ? 1 : 0
  assert.equal(n, 30)
  const down = await migrator.migrateTo('001')
  assert.ifError(down.error)
  await migrator.migrateDown()
  await db.schema.dropTable('kysely_migration').execute()
  await db.schema.dropTable('kysely_migration_lock').execute()
  await db.destroy()
})
