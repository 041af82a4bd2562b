package wire

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"synapse/sqltests/seed"
)

// TestCopyOnThreads: a table whose columns are decoded on several threads gets what one with a
// user's type gets, which is decoded on one; and so do their errors.
func TestCopyOnThreads(t *testing.T) {
	ctx := context.Background()
	s := newTestServer(t)
	c, err := pgconn.Connect(ctx, "postgres://synapse@"+s.addr+"/synapse?sslmode=disable")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(ctx)
	ask := func(sql string) string {
		t.Helper()
		r, err := c.Exec(ctx, sql).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		if last := r[len(r)-1]; len(last.Rows) > 0 {
			return string(last.Rows[0][0])
		}
		return ""
	}
	ask("CREATE DOMAIN word AS text; CREATE TABLE threads (i int, x text); CREATE TABLE one (i int, x word)")
	rng := rand.New(rand.NewPCG(seed.Of(t), 2))
	words := []string{"plain", `a\tb`, `back\\slash`, `\N`, "", "long " + strings.Repeat("x", 3000), `new\nline`, "real\\\nnewline", `oct\101`, "é", strings.Repeat(`\\`, 5) + "\\\nx"}
	for round := range 40 {
		var in strings.Builder
		rows := rng.IntN(4000)
		bad := -1
		if round%2 == 1 && rows > 0 {
			bad = rng.IntN(rows)
		}
		for i := range rows {
			switch x := words[rng.IntN(len(words))]; {
			case i == bad && round%4 == 1:
				fmt.Fprintf(&in, "no number\t%s\n", x)
			case i == bad:
				fmt.Fprintf(&in, "%d\n", i)
			default:
				fmt.Fprintf(&in, "%d\t%s\n", i, x)
			}
		}
		text := in.String()
		if round%5 == 0 {
			text += "\\.\nnever read\n"
		}
		var tags [2]string
		var errs [2]*pgconn.PgError
		for i, table := range []string{"threads", "one"} {
			ask("TRUNCATE " + table)
			tag, err := c.CopyFrom(ctx, strings.NewReader(text), "COPY "+table+" FROM STDIN")
			tags[i] = tag.String()
			if err != nil && !errors.As(err, &errs[i]) {
				t.Fatal(err)
			}
		}
		if (errs[0] == nil) != (bad < 0) || (errs[0] == nil) != (errs[1] == nil) || tags[0] != tags[1] {
			t.Fatalf("round %d, bad row %d: %q %v, and on one thread %q %v", round, bad, tags[0], errs[0], tags[1], errs[1])
		}
		if errs[0] != nil {
			if where := fmt.Sprintf("COPY threads, line %d", bad+1); !strings.HasPrefix(errs[0].Where, where) ||
				strings.Replace(errs[1].Where, "one", "threads", 1) != errs[0].Where || errs[0].Message != errs[1].Message {
				t.Fatalf("round %d: %q in %q, and on one thread %q in %q; want line %d", round, errs[0].Message, errs[0].Where, errs[1].Message, errs[1].Where, bad+1)
			}
		}
		const sum = "SELECT count(*) || ' ' || coalesce(md5(string_agg(i || ':' || coalesce(x, '-'), ',' ORDER BY i)), '') FROM "
		if a, b := ask(sum+"threads"), ask(sum+"one"); a != b {
			t.Fatalf("round %d: %s, and on one thread %s", round, a, b)
		}
	}
}
