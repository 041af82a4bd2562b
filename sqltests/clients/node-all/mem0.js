// mem0 with its pgvector store: memories extracted and embedded by an endpoint of
// this program's own (no model), searched by meaning with filters, changed, forgotten.
const http = require('http')
const os = require('os')
const fs = require('fs')
const path = require('path')
const Module = require('module')
const { Client } = require('pg')
const { assert, url, config, run } = require('../node/check')

// mem0's entry loads the driver of its local history, which this program turns off.
const load = Module._load
Module._load = (name, ...rest) => name === 'better-sqlite3' ? class {} : load(name, ...rest)
process.env.MEM0_TELEMETRY = 'false'
process.env.HOME = fs.mkdtempSync(path.join(os.tmpdir(), 'mem0-'))
const { Memory } = require('mem0ai/oss')

const dims = 16
const words = (text) => text.toLowerCase().match(/[a-z]+/g) || []

// embed hashes words into a vector: texts that share words are near each other.
function embed(text) {
  const v = new Array(dims).fill(0.01)
  for (const w of words(text)) v[[...w].reduce((h, c) => (h * 31 + c.charCodeAt(0)) % 9973, 7) % dims] += 1
  return v
}

// answer is what a model would extract: each sentence of the new messages.
function answer(prompt) {
  const messages = prompt.split('user: ').slice(1).map((m) => m.split('\n')[0])
  const memory = messages.flatMap((m) => m.split('. ')).map((text, id) => ({ id: String(id), text, attributed_to: 'user' }))
  return JSON.stringify({ memory })
}

function endpoint() {
  const server = http.createServer((request, response) => {
    let body = ''
    request.on('data', (part) => { body += part })
    request.on('end', () => {
      const q = JSON.parse(body)
      response.setHeader('content-type', 'application/json')
      if (request.url.endsWith('/embeddings')) {
        const data = [].concat(q.input).map((text, index) => ({ object: 'embedding', index, embedding: embed(text) }))
        response.end(JSON.stringify({ object: 'list', data, model: q.model, usage: { prompt_tokens: 1, total_tokens: 1 } }))
      } else {
        const content = answer(q.messages[q.messages.length - 1].content)
        response.end(JSON.stringify({ id: 'x', object: 'chat.completion', model: q.model, choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content } }] }))
      }
    })
  })
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)))
}

run(async () => {
  const server = await endpoint()
  const baseURL = `http://127.0.0.1:${server.address().port}/v1`
  const memory = new Memory({
    disableHistory: true,
    embedder: { provider: 'openai', config: { apiKey: 'none', baseURL, model: 'words', embeddingDims: dims } },
    llm: { provider: 'openai', config: { apiKey: 'none', baseURL, model: 'sentences' } },
    vectorStore: {
      provider: 'pgvector',
      config: { collectionName: 'mem0_memories', user: config.user, password: 'unused', host: config.host, port: config.port, dbname: 'mem0_store', dimension: dims, embeddingModelDims: dims, hnsw: true },
    },
  })
  const added = await memory.add('I asked for a refund of order 1458. My favourite colour is green', { userId: 'ann', metadata: { topic: 'support', weight: 3 } })
  assert.equal(added.results.length, 2)
  const plain = await memory.add([{ role: 'user', content: 'The parcel was lost' }, { role: 'user', content: 'A refund was promised' }], { userId: 'bob', agentId: 'desk', infer: false, metadata: { topic: 'support', weight: 8 } })
  assert.equal(plain.results.length, 2)

  let found = await memory.search('refund of the order', { filters: { user_id: 'ann' }, topK: 5, threshold: 0 })
  assert.equal(found.results.length, 2)
  assert.match(found.results[0].memory, /refund/)
  found = await memory.search('refund', { filters: { user_id: 'bob', weight: { gte: 5 }, topic: { in: ['support', 'sales'] }, data: { icontains: 'REFUND' } }, topK: 5, threshold: 0 })
  assert.deepEqual(found.results.map((r) => r.memory), ['A refund was promised'])

  const words = await memory.vectorStore.keywordSearch('refund', 5, { user_id: 'ann' })
  assert.deepEqual(words.map((r) => r.payload.user_id), ['ann'])

  const all = await memory.getAll({ filters: { user_id: 'ann' } })
  assert.equal(all.results.length, 2)
  const id = added.results[1].id
  await memory.update(id, { text: 'My favourite colour is blue' })
  assert.equal((await memory.get(id)).memory, 'My favourite colour is blue')
  await memory.delete(id)
  assert.equal(await memory.get(id), null)
  await memory.deleteAll({ userId: 'bob' })
  assert.equal((await memory.getAll({ filters: { user_id: 'bob' } })).results.length, 0)

  // What it made: a table, its index, and a note of who it is.
  const c = new Client({ connectionString: url })
  await c.connect()
  const made = await c.query(`SELECT indexdef FROM pg_indexes WHERE tablename = 'mem0_memories' AND indexdef LIKE '%hnsw%'`)
  assert.equal(made.rows.length, 1)
  await c.end()
  await memory.reset()
  await memory.vectorStore.close()
  server.close()
})
