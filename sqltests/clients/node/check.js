// Small helpers of the client programs: the server's URL is the last argument; a
// program that ends without an exception prints "ok".
const assert = require('node:assert/strict')
const url = process.argv[2]
const { hostname, port, username, pathname } = new URL(url)
module.exports = {
  assert,
  url,
  config: { host: hostname, port: Number(port), user: username, database: pathname.slice(1) },
  run(main) {
    main().then(() => { console.log('ok'); process.exit(0) }, (err) => { console.error(err); process.exit(1) })
  },
}
