const { Sequelize, DataTypes, Op } = require('sequelize')
const { assert, url, run } = require('../node/check')

run(async () => {
  const db = new Sequelize(url, { logging: false, pool: { max: 3 } })
  await db.authenticate()
  const User = db.define('sq_user', {
    name: { type: DataTypes.STRING, allowNull: false, unique: true },
    mood: DataTypes.ENUM('good', 'bad'),
    tags: DataTypes.ARRAY(DataTypes.STRING),
    doc: DataTypes.JSONB,
    score: { type: DataTypes.DECIMAL(10, 2), defaultValue: 0 },
  })
  const Post = db.define('sq_post', { title: DataTypes.TEXT, at: DataTypes.DATE })
  User.hasMany(Post, { onDelete: 'CASCADE' })
  Post.belongsTo(User)
  await db.sync({ force: true })
  const ann = await User.create({ name: 'Ann', mood: 'good', tags: ['a', 'b'], doc: { age: 7, deep: { x: 1 } } })
  await Post.bulkCreate([{ title: 'one', at: new Date(), sqUserId: ann.id }, { title: 'two', at: new Date(), sqUserId: ann.id }])
  await User.create({ name: 'Bob', mood: 'bad' })
  const loaded = await User.findOne({ where: { name: 'Ann' }, include: Post, order: [[Post, 'title', 'ASC']] })
  assert.deepEqual(loaded.sq_posts.map((p) => p.title), ['one', 'two'])
  assert.equal(await User.count({ where: { doc: { deep: { x: 1 } } } }), 1)
  assert.equal(await User.count({ where: { tags: { [Op.contains]: ['a'] } } }), 1)
  assert.equal(await User.count({ where: { name: { [Op.iLike]: 'a%' }, createdAt: { [Op.lte]: new Date(Date.now() + 60000) } } }), 1)
  await assert.rejects(User.create({ name: 'Ann' }), { name: 'SequelizeUniqueConstraintError' })
  await assert.rejects(User.create({ name: 'Eve', mood: 'other' }))
  await db.transaction(async (t) => { await ann.increment('score', { by: 2.5, transaction: t }) })
  await User.upsert({ name: 'Ann', mood: 'bad' })
  assert.equal((await ann.reload()).score, '2.50')
  const q = db.getQueryInterface()
  await q.addColumn('sq_users', 'age', { type: DataTypes.INTEGER, defaultValue: 3 })
  const columns = await q.describeTable('sq_users')
  assert.equal(columns.age.type, 'INTEGER')
  assert.ok((await q.showIndex('sq_users')).length >= 2)
  await q.removeColumn('sq_users', 'age')
  assert.ok((await q.showAllTables()).length >= 2)
  await Post.drop({})
  await User.drop({})
  await db.close()
})
