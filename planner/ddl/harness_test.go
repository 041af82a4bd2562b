package ddl_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"synapse/catalog"
	"synapse/catalog/builtin"
	_ "synapse/catalog/memory"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec"
	"synapse/exec/analysis"
	"synapse/exec/plan"
	"synapse/planner/ast"
	"synapse/planner/bind"
	"synapse/planner/ddl"
	"synapse/planner/parse"
	"synapse/storage"
)

// db runs statements against a real store, each in a transaction of its own.
type db struct {
	t       *testing.T
	dir     string
	store   *storage.Store
	notices []string
	path    []string

	tempSchema string // set: what temporary tables do at commit is done
}

func openDB(t *testing.T) *db {
	t.Helper()
	d := &db{t: t, dir: t.TempDir(), path: []string{"pg_temp_1", "pg_catalog", "public"}}
	d.open()
	t.Cleanup(func() { d.store.Close() })
	return d
}

func (d *db) open() {
	d.t.Helper()
	var err error
	d.store, err = storage.Open(context.Background(), d.dir, storage.Options{Hooks: storage.Hooks{
		Bootstrap: catalog.Bootstrap, Tokenize: analysis.Terms,
		CompileIndex: func(c *catalog.Catalog, t *catalog.Table, ix *catalog.Index) (storage.IndexEval, error) {
			keys, predicate, err := bind.IndexExprs(&bind.Context{Catalog: c, SearchPath: []string{"pg_catalog", "public"}}, t, ix)
			if err != nil {
				return nil, err
			}
			return exec.CompileIndex(keys, predicate, nil)
		},
		CompileExclusion: func(c *catalog.Catalog, _ *catalog.Table, ix *catalog.Index) (storage.ExclusionTest, error) {
			tests, err := bind.ExclusionExprs(&bind.Context{Catalog: c, SearchPath: []string{"pg_catalog", "public"}}, ix)
			if err != nil {
				return nil, err
			}
			return exec.CompileExclusion(tests)
		},
	}})
	if err != nil {
		d.t.Fatal(err)
	}
}

// reopen closes the store and reads it again from its files.
func (d *db) reopen() {
	d.t.Helper()
	if err := d.store.Close(); err != nil {
		d.t.Fatal(err)
	}
	d.open()
}

// host is as much of a session as sequences need.
type host struct {
	builtin.Host
	s *storage.Store
	x *storage.Txn
}

func (h *host) sequence(id types.OID) *catalog.Sequence {
	return h.x.Catalog().Object(id).(*catalog.Sequence)
}

func (h *host) NextVal(id types.OID) (int64, error) {
	return h.s.NextVal(context.Background(), h.sequence(id))
}

func (h *host) SetVal(id types.OID, v int64, called bool) error {
	return h.s.SetVal(context.Background(), h.sequence(id), v, called)
}
func (h *host) CurrentUser() string             { return "synapse" }
func (h *host) Embed(string) ([]float32, error) { return []float32{1, 0, 0}, nil }

func (h *host) EmbedRows(_, texts []string) ([][]float32, error) {
	out := make([][]float32, len(texts))
	for i := range out {
		out[i] = []float32{1, 0, 0}
	}
	return out, nil
}

func (d *db) bindContext(c *catalog.Catalog) bind.Context {
	return bind.Context{Catalog: c, SearchPath: d.path, User: "synapse", Database: "synapse"}
}

func query(bc bind.Context, q ast.Stmt, text string) (*plan.Plan, error) {
	r, err := bind.Bind(&bc, q, text)
	if err != nil {
		return nil, err
	}
	return r.Plan, nil
}

// bindDDL compiles a schema change over a transaction.
func (d *db) bindDDL(x *storage.Txn, st parse.Statement) (*plan.Plan, error) {
	ctx := &ddl.Context{Context: d.bindContext(x.Catalog()), NewOID: x.NewOID, TempSchema: "pg_temp_1", Owner: catalog.RoleSynapse, Query: query}
	ctx.TextStart = st.Start
	return ddl.Bind(ctx, st.Stmt, st.Text)
}

// run runs a text of statements, each in its own transaction, and returns the
// rows or the tag of the last.
func (d *db) run(sql string) (string, error) {
	list, err := parse.Parse(sql)
	if err != nil {
		return "", err
	}
	out := ""
	for _, st := range list {
		if out, err = d.runOne(st); err != nil {
			return "", err
		}
	}
	return out, nil
}

func (d *db) runOne(st parse.Statement) (string, error) {
	ctx := context.Background()
	x := d.store.Begin(storage.TxnOptions{Who: storage.Principal{Super: true}})
	defer x.Rollback()
	view, err := x.BeginCommand(ctx)
	if err != nil {
		return "", err
	}
	defer view.Close()
	env := d.env(x, view)
	out := ""
	if ddl.Is(st.Stmt) {
		p, err := d.bindDDL(x, st)
		if err != nil {
			return "", err
		}
		if out, err = exec.RunDDL(ctx, env, p.DDL); err != nil {
			return "", err
		}
	} else {
		bc := d.bindContext(x.Catalog())
		bc.TextStart = st.Start
		r, err := bind.Bind(&bc, st.Stmt, st.Text)
		if err != nil {
			return "", err
		}
		if out, err = rowsOf(ctx, env, r.Plan); err != nil {
			return "", err
		}
	}
	if d.tempSchema != "" {
		if err := exec.OnCommit(ctx, x, d.tempSchema); err != nil {
			return "", err
		}
	}
	_, err = x.Commit(ctx)
	return out, err
}

func (d *db) env(x *storage.Txn, view *storage.View) *exec.Env {
	return &exec.Env{
		Builtin: &builtin.Env{Format: types.DefaultFormat, Host: &host{s: d.store, x: x}}, View: view, Txn: x,
		TableInfo: func(id types.OID) (*plan.TableInfo, error) {
			bc := d.bindContext(x.Catalog())
			info, _, err := bind.TableInfo(&bc, x.Catalog().Table(id))
			return info, err
		},
		Notice: func(n *sqlerr.Error) {
			text := n.Message
			if n.Detail != "" {
				text += " | " + strings.ReplaceAll(n.Detail, "\n", "; ")
			}
			d.notices = append(d.notices, text)
		},
	}
}

func rowsOf(ctx context.Context, env *exec.Env, p *plan.Plan) (string, error) {
	rows, err := exec.Open(ctx, env, p)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	var lines []string
	var b exec.Batch
	for {
		if err := rows.Next(&b); err != nil || b.N == 0 {
			return strings.Join(lines, "\n"), err
		}
		for _, i := range b.Selection() {
			var cells []string
			for c := range b.Cols {
				if v := b.Cols[c].Get(int(i)); v.IsNull() {
					cells = append(cells, "-")
				} else {
					cells = append(cells, types.FormatText(b.Cols[c].Type, v, nil))
				}
			}
			lines = append(lines, strings.Join(cells, " "))
		}
	}
}

// must runs statements that have to succeed and returns the result of the last.
func (d *db) must(sql string) string {
	d.t.Helper()
	out, err := d.run(sql)
	if err != nil {
		d.t.Fatalf("%s\n%s", sql, shown(err))
	}
	return out
}

func (d *db) catalog() *catalog.Catalog {
	x := d.store.Begin(storage.TxnOptions{Who: storage.Principal{Super: true}})
	defer x.Rollback()
	return x.Catalog()
}

// takeNotices returns the notices since the last call.
func (d *db) takeNotices() string {
	out := strings.Join(d.notices, "\n")
	d.notices = nil
	return out
}

// shown is an error as the tests write it.
func shown(err error) string {
	if err == nil {
		return ""
	}
	e := sqlerr.From(err)
	out := fmt.Sprintf("%s %s", e.Code, e.Message)
	if e.Detail != "" {
		out += " | " + strings.ReplaceAll(e.Detail, "\n", "; ")
	}
	if e.Hint != "" {
		out += " | " + e.Hint
	}
	return out
}
