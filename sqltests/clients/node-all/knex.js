const { assert, url, run } = require('../node/check')

run(async () => {
  const knex = require('knex')({ client: 'pg', connection: url, pool: { min: 1, max: 3 }, searchPath: ['public'] })
  await knex.schema.dropTableIfExists('kx_books')
  await knex.schema.dropTableIfExists('kx_authors')
  await knex.schema.createTable('kx_authors', (t) => {
    t.increments('id')
    t.string('name', 80).notNullable().unique()
    t.timestamps(true, true)
  })
  await knex.schema.createTable('kx_books', (t) => {
    t.uuid('id').primary().defaultTo(knex.raw('gen_random_uuid()'))
    t.integer('author_id').unsigned().references('id').inTable('kx_authors').onDelete('CASCADE')
    t.text('title').index()
    t.jsonb('meta')
    t.decimal('price', 8, 2)
    t.boolean('sold').defaultTo(false)
  })
  assert.ok(await knex.schema.hasTable('kx_books'))
  assert.ok(await knex.schema.hasColumn('kx_books', 'price'))
  assert.equal((await knex('kx_books').columnInfo()).price.type, 'numeric')
  await knex.schema.alterTable('kx_books', (t) => { t.integer('pages').defaultTo(1); t.renameColumn('sold', 'gone'); t.text('title').notNullable().alter() })
  const [{ id }] = await knex('kx_authors').insert({ name: 'Ann' }).returning('id')
  await knex('kx_books').insert([{ author_id: id, title: 'one', meta: { a: 1 }, price: 3.5 }, { author_id: id, title: 'two', price: 4 }])
  const rows = await knex('kx_books as b').join('kx_authors as a', 'a.id', 'b.author_id').select('a.name', 'b.title').orderBy('b.title')
  assert.deepEqual(rows, [{ name: 'Ann', title: 'one' }, { name: 'Ann', title: 'two' }])
  await knex('kx_authors').insert({ name: 'Ann' }).onConflict('name').merge({ updated_at: knex.fn.now() })
  await knex.transaction(async (trx) => { await trx('kx_books').where({ title: 'one' }).forUpdate().first(); await trx('kx_books').where({ title: 'one' }).update({ pages: 7 }) })
  assert.equal((await knex('kx_books').sum({ n: 'pages' }).first()).n, '8')
  const streamed = []
  for await (const row of knex('kx_books').select('title').orderBy('title').stream()) streamed.push(row.title)
  assert.deepEqual(streamed, ['one', 'two'])
  const source = {
    getMigrations: async () => ['001'], getMigrationName: (m) => m,
    getMigration: async () => ({ up: (k) => k.schema.createTable('kx_migrated', (t) => t.bigIncrements()), down: (k) => k.schema.dropTable('kx_migrated') }),
  }
  await knex.migrate.latest({ migrationSource: source, tableName: 'kx_migrations' })
  assert.ok(await knex.schema.hasTable('kx_migrated'))
  await knex.migrate.rollback({ migrationSource: source, tableName: 'kx_migrations' })
  assert.ok(!(await knex.schema.hasTable('kx_migrated')))
  for (const t of ['kx_migrations', 'kx_migrations_lock', 'kx_books', 'kx_authors']) await knex.schema.dropTable(t)
  await knex.destroy()
})
