const { PGVectorStore } = require('@langchain/community/vectorstores/pgvector')
const { Embeddings } = require('@langchain/core/embeddings')
const { assert, config, run } = require('./check')

// Words hashed to 64 coordinates: enough to tell three texts apart.
class Words extends Embeddings {
  constructor() { super({}) }
  async embedQuery(text) {
    const v = new Array(64).fill(0.01)
    for (const w of text.toLowerCase().split(/\W+/).filter(Boolean)) v[[...w].reduce((h, c) => (h * 31 + c.charCodeAt(0)) % 64, 7)] += 1
    return v
  }
  async embedDocuments(texts) { return Promise.all(texts.map((t) => this.embedQuery(t))) }
}

run(async () => {
  const store = await PGVectorStore.initialize(new Words(), {
    postgresConnectionOptions: config, tableName: 'lc_documents', collectionTableName: 'lc_collections', collectionName: 'tests', distanceStrategy: 'cosine', dimensions: 64,
  })
  await store.addDocuments([{ pageContent: 'the refund was approved', metadata: { team: 'support', n: 1 } }, { pageContent: 'dogs like walks', metadata: { team: 'pets', n: 2 } }, { pageContent: 'cats like naps', metadata: { team: 'pets', n: 3 } }])
  const near = await store.similaritySearchWithScore('refund approved', 2)
  assert.equal(near[0][0].pageContent, 'the refund was approved')
  assert.equal(near.length, 2)
  const pets = await store.similaritySearch('like', 5, { team: 'pets' })
  assert.deepEqual(pets.map((d) => d.metadata.team), ['pets', 'pets'])
  const some = await store.similaritySearch('like', 5, { n: { in: [2, 3] } })
  assert.equal(some.length, 2)
  await store.createHnswIndex({ dimensions: 64, efConstruction: 64, m: 16, distanceFunction: 'cosine' })
  assert.equal((await store.similaritySearch('refund', 1))[0].metadata.n, 1)
  await store.delete({ filter: { team: 'pets' } })
  assert.equal((await store.similaritySearch('like', 5)).length, 1)
  await store.pool.query('DROP TABLE lc_documents; DROP TABLE lc_collections')
  await store.end()
})
