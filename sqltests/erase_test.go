package sqltests

import (
	"bytes"
	"context"
	"encoding/binary"
	"io/fs"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"synapse/sqltests/harness"
)

// Pieces of the secret entries, as files would hold them.
const (
	secretText = "the marmalade vault opens at nineteen past dusk"
	secretJSON = "quixotic-heron"
)

// secretFloats is an embedding that nobody else has.
func secretFloats() []float32 {
	v := make([]float32, 384)
	for i := range v {
		v[i] = float32(math.Sin(float64(i)*1.7) + 0.01)
	}
	return v
}

// leaks lists the files of a data directory that hold a piece of the secret: text,
// in any case of JSON escaping, metadata, or fp32 bytes of the vector.
func leaks(t *testing.T, dir string) (out []string) {
	t.Helper()
	var fp32 []byte
	for _, x := range secretFloats()[100:104] {
		fp32 = binary.LittleEndian.AppendUint32(fp32, math.Float32bits(x))
	}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		for what, needle := range map[string][]byte{"text": []byte("vault opens at nineteen"), "json": []byte(secretJSON), "vector": fp32} {
			if bytes.Contains(raw, needle) {
				rel, _ := filepath.Rel(dir, path)
				out = append(out, what+" in "+rel)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(out)
	return out
}

// tellSecrets makes a namespace in which the secret is everywhere it can be.
func tellSecrets(t *testing.T, c *pgx.Conn) (id, queryID string) {
	t.Helper()
	vector := make([]any, 384)
	for i, x := range secretFloats() {
		vector[i] = x
	}
	do(t, c, "SELECT memory.write('v', jsonb_build_object('content', $1::text, 'metadata', jsonb_build_object('bird', $2::text), 'embedding', to_jsonb($3::float4[])))",
		secretText, secretJSON, secretFloats())
	id = one[string](t, c, "SELECT id::text FROM memory.entries WHERE ns = 'v'")
	do(t, c, "SELECT memory.write('v', '{\"content\": \""+secretText+"\", \"metadata\": {\"bird\": \""+secretJSON+"\"}, \"agent\": \"b\"}')") // inline, in the lineage
	do(t, c, "UPDATE memory.entries SET salience = 0.7 WHERE ns = 'v'")
	do(t, c, "SELECT memory.append('v', $1, 'talk', $2)", secretText, map[string]any{"bird": secretJSON})
	for _, other := range []string{"a red bicycle", "tea at noon", "the ferry leaves on tuesdays"} {
		do(t, c, "SELECT memory.write('v', jsonb_build_object('content', $1::text))", other)
		do(t, c, "SELECT memory.write('other', jsonb_build_object('content', $1::text))", other)
	}
	queryID = one[string](t, c, "SELECT query_id::text FROM memory.query('v', $1) LIMIT 1", "when does the marmalade vault open at dusk")
	do(t, c, "SELECT count(*) FROM memory.query(ns => 'v', embedding => $1::float4[]::vector)", secretFloats())
	do(t, c, "SELECT memory.answer('answer 1', ARRAY[$1::uuid], ARRAY[$2::uuid])", queryID, id)
	do(t, c, "SELECT memory.cache_put('v', 'when does it open', $1, ARRAY[$2::uuid])", secretText, queryID)
	return id, queryID
}

// TestEraseLeavesNoByte: what memory.erase took is in no file of the data directory
// when it returns, nor after a restart; AS OF does not show it, lineage keeps its
// rows without the texts, replays say so, others keep what they had, and
// `synapse check` is content.
func TestEraseLeavesNoByte(t *testing.T) {
	dir := t.TempDir()
	s := harness.StartSynapseAt(t, dir, nil)
	c := dial(t, s.URL())
	id, queryID := tellSecrets(t, c)
	if err := s.Engine.Store.ArchiveNow(context.Background()); err != nil {
		t.Fatal(err)
	}
	if err := s.Engine.Store.Checkpoint(context.Background()); err != nil {
		t.Fatal(err)
	}
	do(t, c, "DELETE FROM memory.entries WHERE agent = 'b'") // what is history alone goes too
	if got := strings.Join(leaks(t, dir), "; "); !strings.Contains(got, "history.sqlite") || !strings.Contains(got, "lineage") || !strings.Contains(got, "snapshot-b") || !strings.Contains(got, ".log") {
		t.Fatalf("before: %s", got)
	}
	moment := one[int64](t, c, "SELECT (extract(epoch FROM now()) * 1000000)::int8 - 946684800000000")
	lineage := one[int](t, c, "SELECT count(*)::int FROM memory.lineage")

	preview := column[string](t, c, "SELECT what || ' ' || count(*) FROM memory.erase_preview('v', '{\"content\": \"marmalade\"}') GROUP BY what ORDER BY what")
	if got := strings.Join(preview, ", "); got != "answer 1, cache 1, credits 1, entry 3, events 1" {
		t.Errorf("preview: %s", got)
	}
	receipt := one[map[string]any](t, c, "SELECT memory.erase('v', '{\"content\": \"marmalade\"}', 'asked by the user')")
	if got := leaks(t, dir); len(got) > 0 {
		t.Errorf("after: %v", got)
	}
	counts, _ := receipt["counts"].(map[string]any)
	if counts["entries"] != 3.0 || counts["events"] != 1.0 || counts["cache"] != 1.0 || counts["answers"] != 1.0 || len(receipt["hash"].(string)) != 64 {
		t.Errorf("receipt: %v", receipt)
	}
	after := func(c *pgx.Conn) {
		t.Helper()
		if n := one[int](t, c, "SELECT count(*)::int FROM memory.entries WHERE ns = 'v'"); n != 3 {
			t.Errorf("%d entries are left, want 3", n)
		}
		if n := one[int](t, c, "SELECT count(*)::int FROM memory.entries FOR SYSTEM_TIME ALL WHERE content LIKE '%marmalade%'"); n != 0 {
			t.Errorf("%d versions are left", n)
		}
		if n := one[int](t, c, "SELECT count(*)::int FROM memory.query('v', 'marmalade vault', as_of => to_timestamp($1 / 1000000.0 + 946684800)) WHERE content LIKE '%marmalade%'", moment); n != 0 {
			t.Errorf("%d found as of then", n)
		}
		if n := one[int](t, c, "SELECT count(*)::int FROM memory.lineage"); n < lineage {
			t.Errorf("%d rows of lineage, there were %d", n, lineage)
		}
		if !one[bool](t, c, "SELECT erased FROM memory.lineage WHERE query_id = $1", queryID) {
			t.Error("the recall is not marked")
		}
		_, err := c.Exec(context.Background(), "SELECT * FROM memory.replay_query($1)", queryID)
		wantCode(t, "erase", err, "55000")
		if got := column[string](t, c, "SELECT since FROM memory.explain_answer('answer 1') WHERE id = $1", id); !slices.Equal(got, []string{"erased"}) {
			t.Errorf("explain_answer: %v", got)
		}
		if n := one[int](t, c, "SELECT count(*)::int FROM memory.query('other', 'ferry on tuesdays') WHERE content LIKE '%ferry%'"); n != 1 {
			t.Errorf("the other namespace finds %d", n)
		}
	}
	after(c)
	s.Restart(t)
	if got := leaks(t, dir); len(got) > 0 {
		t.Errorf("after the restart: %v", got)
	}
	after(dial(t, s.URL()))
	s.Stop()
	if got := leaks(t, dir); len(got) > 0 {
		t.Errorf("after the stop: %v", got)
	}
	if out, err := exec.Command(harness.Binary(t), "check", "--data", dir).CombinedOutput(); err != nil {
		t.Errorf("check: %v\n%s", err, out)
	}
}

// TestEraseRefused: filters that would erase something else, pinned entries, and
// transactions that do not commit.
func TestEraseRefused(t *testing.T) {
	s := harness.StartSynapse(t)
	c := dial(t, s.URL())
	ctx := context.Background()
	do(t, c, "SELECT memory.write('v', '{\"content\": \"one\", \"pinned\": true}'), memory.write('v', '{\"content\": \"two\"}'), memory.put('v', 'k', '1')")
	for filter, code := range map[string]string{
		`{"contents": "x"}`: "22023", `[]`: "22023", `{"ids": "x"}`: "22023", `{"ids": ["x"]}`: "22P02", `{"kind": null}`: "22004", `{"keys": [1]}`: "22023", `{}`: "55000",
	} {
		_, err := c.Exec(ctx, "SELECT memory.erase('v', $1, 'no')", filter)
		wantCode(t, filter, err, code)
	}
	_, err := c.Exec(ctx, "SELECT memory.erase('v', NULL, 'no')")
	wantCode(t, "erase", err, "22004")
	_, err = c.Exec(ctx, "SELECT memory.erase('v', '{}', NULL)")
	wantCode(t, "erase", err, "22004")
	tx, err := c.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	do(t, c, "SELECT memory.erase('v', '{\"content\": \"two\"}', 'no')")
	if err := tx.Rollback(ctx); err != nil {
		t.Fatal(err)
	}
	if n := one[int](t, c, "SELECT count(*)::int FROM memory.entries WHERE ns = 'v'"); n != 2 {
		t.Errorf("%d entries after a rollback", n)
	}
	do(t, c, "SELECT memory.erase('v', '{\"keys\": [\"k\"]}', 'fact')")
	if n := one[int](t, c, "SELECT (SELECT count(*) FROM memory.facts FOR SYSTEM_TIME ALL)::int * 100 + (SELECT count(*) FROM memory.entries)::int"); n != 2 {
		t.Errorf("facts and entries: %d", n)
	}
	do(t, c, "SELECT memory.erase('v', '{}', 'all', force => true)")
	if n := one[int](t, c, "SELECT count(*)::int FROM memory.entries FOR SYSTEM_TIME ALL"); n != 0 {
		t.Errorf("%d versions after all was erased", n)
	}
	if n := one[int](t, c, "SELECT count(*)::int FROM memory.erasures e WHERE previous = coalesce((SELECT hash FROM memory.erasures o WHERE o.erased_at < e.erased_at ORDER BY o.erased_at DESC LIMIT 1), '')"); n != 2 {
		t.Errorf("%d receipts follow the one before", n)
	}
}

// TestEraseKeepsWhatOthersAttest: of what was derived, only that goes which has no
// other source.
func TestEraseKeepsWhatOthersAttest(t *testing.T) {
	s := harness.StartSynapse(t)
	c := dial(t, s.URL())
	write := func(content string, sources ...string) string {
		id := one[string](t, c, "SELECT memory.write('v', jsonb_build_object('content', $1::text))::text", content)
		for _, from := range sources {
			do(t, c, "SELECT memory.link('v', $1, 'derived_from', $2)", id, from)
		}
		return id
	}
	a, b := write("first source"), write("second source")
	alone := write("of the first alone", a)
	write("of both", a, b)
	write("of what is of the first alone", alone)
	do(t, c, "SELECT memory.erase('v', jsonb_build_object('ids', jsonb_build_array($1::text)), 'gone')", a)
	if got := column[string](t, c, "SELECT content FROM memory.entries WHERE ns = 'v' ORDER BY content"); !slices.Equal(got, []string{"of both", "second source"}) {
		t.Errorf("left: %v", got)
	}
	if n := one[int](t, c, "SELECT count(*)::int FROM memory.links"); n != 1 {
		t.Errorf("%d links are left, want 1", n)
	}
}

// TestEraseNeedsPrivilege: a role that may not delete entries may not erase them.
func TestEraseNeedsPrivilege(t *testing.T) {
	s := harness.StartSynapse(t)
	c := dial(t, s.URL())
	do(t, c, "SELECT memory.write('v', '{\"content\": \"one\"}')")
	do(t, c, "CREATE ROLE reader")
	do(t, c, "GRANT USAGE ON SCHEMA memory TO reader")
	do(t, c, "SET ROLE reader")
	_, err := c.Exec(context.Background(), "SELECT memory.erase('v', '{}', 'no')")
	wantCode(t, "erase", err, "42501")
	do(t, c, "RESET ROLE")
	if n := one[int](t, c, "SELECT count(*)::int FROM memory.entries"); n != 1 {
		t.Errorf("%d entries", n)
	}
}
