const { PostgresStore } = require('@langchain/langgraph-checkpoint-postgres/store')
const { assert, url, run } = require('../node/check')

// embed counts a few letters: texts that share them are near to each other.
const letters = ['a', 'e', 'i', 'o', 's', 't', 'r', 'n']
const embed = async (texts) => texts.map((t) => letters.map((l) => t.toLowerCase().split(l).length - 1 + 0.01))

run(async () => {
  const store = new PostgresStore({ connectionOptions: url, schema: 'lgstore', index: { dims: 8, embed, fields: ['text'] } })
  await store.setup()
  await store.setup()
  const users = ['memories', 'alice']
  await store.put(users, 'a', { text: 'The quick foxes are running', kind: 'fact', n: 1 })
  await store.put(users, 'b', { text: 'Cats sleep on the mat', kind: 'fact', n: 2 })
  await store.put(users, 'c', { text: 'An order was refunded', kind: 'event', n: 3 })
  await store.put(['memories', 'bob'], 'a', { text: 'A fox ran away', kind: 'fact', n: 4 })
  assert.equal((await store.get(users, 'a')).value.n, 1)
  await store.put(users, 'a', { text: 'The quick foxes are running', kind: 'fact', n: 10 })
  assert.equal((await store.get(users, 'a')).value.n, 10)
  assert.equal(await store.get(users, 'nosuch'), null)

  const keys = (items) => items.map((i) => i.namespace.at(-1) + '/' + i.key).sort()
  assert.deepEqual(keys(await store.search(users, { filter: { kind: 'fact' } })), ['alice/a', 'alice/b'])
  assert.deepEqual(keys(await store.search(users, { filter: { n: { $gte: 3 } } })), ['alice/a', 'alice/c'])
  assert.deepEqual(keys(await store.search(['memories'], { limit: 10 })), ['alice/a', 'alice/b', 'alice/c', 'bob/a'])

  const texts = await store.search(['memories'], { query: 'fox', mode: 'text', limit: 5 })
  assert.deepEqual(keys(texts), ['alice/a', 'bob/a'])
  const near = await store.search(['memories'], { query: 'The quick foxes are running', mode: 'vector', limit: 2 })
  assert.equal(near[0].key, 'a')
  assert.ok(near[0].score > 0.99, String(near[0].score))
  const both = await store.search(['memories'], { query: 'running foxes', mode: 'hybrid', limit: 3 })
  assert.ok(both.length > 0)
  assert.deepEqual(keys(await store.search(users, { query: 'cats', mode: 'text' })), ['alice/b'])

  assert.deepEqual((await store.listNamespaces({ prefix: ['memories'] })).map((n) => n.at(-1)).sort(), ['alice', 'bob'])
  await store.delete(users, 'b')
  assert.equal(await store.get(users, 'b'), null)
  assert.equal((await store.getStats()).totalItems, 3)
  await store.stop()
})
