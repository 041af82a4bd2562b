package opt_test

import (
	"context"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"synapse/sqltests/harness"
)

var rewrite = flag.Bool("rewrite", false, "write the goldens anew")

const goldens = "testdata/rules.txt"

// TestRules compares the plans of testdata/rules.txt. A block is a statement, a
// line ---- and what EXPLAIN shows of it; a block without ---- is run and shows
// nothing. Lines that start with # say what the block is about.
func TestRules(t *testing.T) {
	data, err := os.ReadFile(goldens)
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	c, err := pgconn.Connect(ctx, harness.StartSynapse(t).URL())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(ctx)
	blocks := strings.Split(strings.TrimSpace(string(data)), "\n\n")
	for i, block := range blocks {
		about, want, plan := strings.Cut(block, "\n----")
		var lines []string
		for _, line := range strings.Split(about, "\n") {
			if !strings.HasPrefix(line, "#") {
				lines = append(lines, line)
			}
		}
		sql := strings.Join(lines, "\n")
		if sql == "" {
			continue
		}
		if plan {
			sql = "EXPLAIN (COSTS OFF) " + sql
		}
		results, err := c.Exec(ctx, sql).ReadAll()
		if err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
		if !plan {
			continue
		}
		var got strings.Builder
		for _, row := range results[0].Rows {
			got.WriteString("\n" + string(row[0]))
		}
		if got.String() != want && !*rewrite {
			t.Errorf("%s\ngot:%s\nwant:%s", about, got.String(), want)
		}
		blocks[i] = about + "\n----" + got.String()
	}
	if *rewrite {
		if err := os.WriteFile(goldens, []byte(strings.Join(blocks, "\n\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
