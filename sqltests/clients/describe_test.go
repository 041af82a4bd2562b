package clients

import (
	"strings"
	"testing"

	"synapse/sqltests/harness"
)

// describing are the commands whose queries read pg_catalog.
var describing = []string{
	`\d`, `\dt`, `\di`, `\ds`, `\dv`, `\dn`, `\du`, `\l`, `\d notes`, `\d+ notes`, `\d notes_pkey`, `\d titles`,
	`\dt+`, `\di+`, `\dx`, `\dT`, `\df memory.*`, `\dt memory.*`, `\d memory.entries`, `\dp`,
	`\d+`, `\dv+`, `\ds+`, `\dm`, `\l+`, `\dL`, `\dL+`, `\df+`, `\dT+`, `\dx+`, `\ddp`, `\drds`, `\dO`, `\dO+`, `\dD`, `\dD+`,
	`\do`, `\do+`, `\dc`, `\dc+`, `\dC`, `\dC+`, `\da`, `\da+`, `\dF`, `\dF+`, `\dFd+`, `\dFp+`, `\dFt+`, `\des+`, `\det+`, `\dew+`, `\deu+`,
	`\dRp`, `\dRs`, `\dRs+`, `\dy+`, `\dX`, `\dA+`, `\dAc+`, `\dAf+`, `\dAo+`, `\dAp+`, `\dP+`, `\dE+`, `\dS+`, `\dd`, `\dg+`, `\dn+`, `\db+`, `\dconfig+`,
	`\z`, `\lo_list`, `\sf memory.write`, `\sv titles`, `\sv+ titles`,
}

func TestPsqlDescribes(t *testing.T) {
	s := harness.StartSynapse(t)
	psql(t, s.URL(), `CREATE EXTENSION IF NOT EXISTS vector;
CREATE TABLE notes (id bigserial PRIMARY KEY, body text NOT NULL DEFAULT '', parent bigint REFERENCES notes, CHECK (id > 0), embedding vector(3));
CREATE INDEX notes_body ON notes (body) WHERE body <> ''; CREATE INDEX ON notes USING hnsw (embedding vector_cosine_ops);
CREATE VIEW titles AS SELECT id, upper(body) AS title FROM notes;`)
	for _, command := range describing {
		t.Run(command, func(t *testing.T) {
			if got := psql(t, s.URL(), command+"\n"); strings.TrimSpace(got) == "" && command != `\dp` {
				t.Error("printed nothing")
			}
		})
	}
	got := psql(t, s.URL(), `\d notes`+"\n")
	for _, want := range []string{"id|bigint||not null|nextval('notes_id_seq'::regclass)", "embedding|vector(3)", `"notes_pkey" PRIMARY KEY`, "notes_body", "CHECK (id > 0)", "FOREIGN KEY (parent) REFERENCES notes(id)"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not shown:\n%s", want, got)
		}
	}
	passed(t, "psql 15")
}
