package clients

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
)

var matrixFile = flag.String("matrix", "", "write the table of clients that were run to this file")

// results are the clients that a run tried: true if all went well.
var results = struct {
	sync.Mutex
	byName map[string]bool
}{byName: map[string]bool{}}

// passed notes at the end of a test how the client fared.
func passed(t *testing.T, name string) {
	results.Lock()
	defer results.Unlock()
	was, seen := results.byName[name]
	results.byName[name] = !t.Failed() && (was || !seen)
}

// about says what each client's program does; a client that is missing here has no line of its own.
var about = map[string]string{
	"psql 15": `scripts with variables, \copy, \gset, \gexec, and all its describing commands`, "pgcli": "typed statements, completion, describing commands",
	"psycopg2": "DB-API, execute_values, server-side cursors", "psycopg 3": "pipelines, binary results, named statements, server cursors, binary COPY, notifications",
	"SQLAlchemy": "ORM, reflection, savepoints, streaming", "Alembic and pandas": "migrations, autogeneration, frames to and from tables",
	"pgjdbc": "DatabaseMetaData, fetch size, batches, generated keys, CopyManager, timeouts",
	"pgx":    "every query mode, CopyFrom, LISTEN, types", "pgxpool": "concurrent transactions, batches, COPY", "pq": "arrays, COPY, listener, cancellation",
	"gorm": "AutoMigrate twice, associations, locking, savepoints, upserts", "bun": "its own driver, arrays, upserts, listener",
	"goose": "up, down, concurrent indexes", "golang-migrate": "up, steps, down, drop", "pgvector-go": "vector and halfvec in binary",
	"node-postgres": "pool, notifications, errors, vectors", "postgres.js": "savepoints, cursors, LISTEN, COPY, types by Describe",
	"Knex": "schema builder, migrations, streams", "Kysely": "migrations with advisory lock, introspection, streams", "Sequelize": "sync, enums, associations, upserts, describeTable",
	"TypeORM": "synchronize twice, relations, upserts", "Drizzle": "migrate, vectors, prepared statements", "LangChain.js": "PGVectorStore with filters and HNSW",
	"pg_dump 15": "schemas and data as text and archive, restored into Synapse and PostgreSQL, and back",
	"ent":        "code generation, migrations until nothing is left, upserts, locks, edges, vectors", "drizzle-kit": "generate, migrate, push, pull",
	"mem0":         "its pgvector store: add, search with filters, update, delete, reset (embedder and model faked)",
	"LangGraph.js": "checkpointer, history, threads", "LangGraph.js store": "migrations, put, get, filters, search by text, by vector and by both", "pgbench": "-i; tpcb-like and select-only, simple, extended and prepared", "pgbouncer": "transaction mode between client and server",
}

func TestMain(m *testing.M) {
	flag.Parse()
	code := m.Run()
	if *matrixFile != "" {
		if err := os.WriteFile(*matrixFile, []byte(matrix()), 0o644); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

func matrix() string {
	var b strings.Builder
	b.WriteString("# Clients\n\nWritten by the tests (`SYNAPSE_TEST_FULL=1 go test ./sqltests/clients -matrix ../../docs/clients.md`): each client is a small\nprogram in `sqltests/clients` that does what its users do, against a started server.\n\n| client | what is run | result |\n|---|---|---|\n")
	for _, name := range slices.Sorted(maps.Keys(results.byName)) {
		result := "works"
		if !results.byName[name] {
			result = "**fails**"
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", name, about[name], result)
	}
	return b.String()
}
