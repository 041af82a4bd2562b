// Reads statements, one a line, and writes for each one line of JSON: its rows as
// text, or its SQLSTATE and message, as PostgreSQL in WebAssembly with pgvector answers.
import { createInterface } from "node:readline";
import { PGlite } from "@electric-sql/pglite";
import { vector } from "@electric-sql/pglite-pgvector";

const db = await PGlite.create({ extensions: { vector } });
await db.exec("CREATE EXTENSION vector");
const text = (v) => (v === null ? "NULL" : v === true ? "t" : v === false ? "f" : String(v));
for await (const sql of createInterface({ input: process.stdin })) {
  let answer;
  try {
    const result = await db.query(sql, [], { rowMode: "array" });
    answer = { rows: result.rows.map((row) => row.map(text).join(" | ")) };
  } catch (e) {
    answer = { code: e.code, message: e.message };
  }
  console.log(JSON.stringify(answer));
}
