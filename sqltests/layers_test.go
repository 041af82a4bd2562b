package sqltests

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// vocabulary is what every package of the engine may speak of.
const vocabulary = "catalog catalog/types catalog/sqlerr catalog/builtin"

// layers is the import table: package -> what it may import of ours. Tests are
// free. A package or an arrow that is missing here fails TestLayers: adding one
// is a decision about the architecture, to be made here and not in passing.
var layers = map[string]string{
	"cmd/synapse":       "catalog/memory/forget catalog/tokens cmd/synapse/bench exec/analysis exec/remote exec/static storage/check storage/snapshot wire wire/ops wire/session",
	"cmd/synapse/bench": "vecindex/distance vecindex/recall",

	"wire":         "wire/session catalog/types catalog/sqlerr",
	"wire/ops":     "wire/session",
	"wire/session": vocabulary + " catalog/memory catalog/pgcatalog catalog/textsearch planner planner/ast planner/bind planner/ddl planner/parse planner/plpgsql exec exec/analysis exec/eval exec/plan exec/recall exec/remote storage storage/lineage wire/session/interp",

	// Runs PL/pgSQL; whatever is SQL it hands to its Host, the session.
	"wire/session/interp": "catalog/types catalog/sqlerr exec/plan planner/plpgsql",

	"planner":         "catalog catalog/sqlerr catalog/types exec/plan planner/ast planner/bind planner/ddl planner/opt planner/parse",
	"planner/ast":     "",
	"planner/parse":   "planner/ast catalog/sqlerr",
	"planner/bind":    vocabulary + " catalog/partition planner/ast planner/parse exec/plan",
	"planner/ddl":     vocabulary + " catalog/partition planner/ast planner/bind planner/parse exec/plan planner/plpgsql",
	"planner/plpgsql": "planner/parse catalog/sqlerr",
	"planner/opt":     vocabulary + " catalog/partition exec/plan",

	"exec":          vocabulary + " catalog/partition exec/eval exec/plan storage storage/lineage",
	"exec/analysis": "catalog/textsearch",
	"exec/eval":     "exec/plan catalog/types catalog/sqlerr catalog/builtin",
	"exec/plan":     vocabulary + " catalog/partition",
	"exec/recall":   "catalog catalog/sqlerr catalog/tokens catalog/types exec/analysis storage vecindex/distance",
	"exec/remote":   "catalog/sqlerr exec/analysis",
	"exec/static":   "",

	"catalog":           "catalog/types catalog/sqlerr",
	"catalog/tokens":    "",
	"catalog/types":     "catalog/sqlerr",
	"catalog/sqlerr":    "",
	"catalog/builtin":   "catalog/types catalog/sqlerr catalog/textsearch vecindex/distance",
	"catalog/pgcatalog": vocabulary + " catalog/partition" + " catalog/textsearch",
	"catalog/partition": "catalog catalog/types catalog/sqlerr catalog/builtin",
	// PostgreSQL's full text search: values and configurations, no functions of SQL.
	"catalog/textsearch": "catalog/types catalog/sqlerr",
	"catalog/memory":     vocabulary + " catalog/tokens catalog/memory/forget",
	// Arithmetic alone: engine and benchmark share it.
	"catalog/memory/forget": "",

	"vecindex":          "vecindex/distance vecindex/flat vecindex/hnsw vecindex/slab",
	"vecindex/distance": "",
	"vecindex/slab":     "vecindex/distance",
	"vecindex/flat":     "vecindex/distance vecindex/slab",
	"vecindex/hnsw":     "vecindex/distance vecindex/slab",
	"vecindex/recall":   "vecindex/distance",

	"storage":           "catalog catalog/types catalog/sqlerr storage/arena storage/commitlog storage/effect storage/index storage/row storage/snapshot storage/vfs vecindex vecindex/distance",
	"storage/arena":     "",
	"storage/vfs":       "",
	"storage/commitlog": "catalog/sqlerr storage/vfs",
	"storage/effect":    "catalog catalog/types catalog/sqlerr storage/row",
	"storage/index":     "storage/arena",
	"storage/row":       "catalog/types catalog/sqlerr",
	"storage/snapshot":  "catalog catalog/types catalog/sqlerr storage/commitlog storage/effect storage/row storage/vfs",
	"storage/lineage":   "catalog/types catalog/sqlerr",
	"storage/check":     "catalog/sqlerr storage/commitlog storage/effect storage/snapshot storage/vfs",

	"sqltests":              vocabulary,
	"sqltests/harness":      "exec/remote storage wire wire/session",
	"sqltests/seed":         "",
	"sqltests/asof":         "",
	"sqltests/differential": "",
	"sqltests/clients":      "",
	"sqltests/survival":     "",
}

// goPackage is what `go list -json` tells of one package.
type goPackage struct {
	ImportPath string
	Dir        string
	Doc        string
	GoFiles    []string
	Imports    []string
}

// listPackages lists the module's packages.
func listPackages(t *testing.T) []goPackage {
	t.Helper()
	var stderr bytes.Buffer
	cmd := exec.Command("go", "list", "-e", "-json=ImportPath,Dir,Doc,GoFiles,Imports", "synapse/...")
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.String())
	}
	var list []goPackage
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p goPackage
		err := dec.Decode(&p)
		if errors.Is(err, io.EOF) {
			return list
		}
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
}

// TestLayers compares every import between our packages with the table.
func TestLayers(t *testing.T) {
	for _, p := range listPackages(t) {
		name := strings.TrimPrefix(p.ImportPath, "synapse/")
		allowed, known := layers[name]
		if !known {
			t.Errorf("package %s is not in the table of layers", name)
			continue
		}
		words := strings.Fields(allowed)
		for _, imported := range p.Imports {
			target, ours := strings.CutPrefix(imported, "synapse/")
			if ours && !slices.Contains(words, target) {
				t.Errorf("%s imports %s, which the table of layers does not allow", name, target)
			}
		}
	}
}

// TestLayersPointOneWay follows the table itself: it has no cycle, and names no
// package twice removed from where it may be (what the design calls "never").
func TestLayersPointOneWay(t *testing.T) {
	never := map[string]string{
		"cmd/synapse": "planner exec", "wire": "storage planner", "wire/session": "wire", "planner": "exec storage wire",
		"exec": "planner wire vecindex", "exec/plan": "exec storage", "storage": "exec planner wire",
		"catalog": "planner exec storage wire vecindex",
	}
	for from, list := range never {
		for _, to := range strings.Fields(list) {
			if slices.Contains(strings.Fields(layers[from]), to) {
				t.Errorf("%s may never import %s", from, to)
			}
		}
	}
	state := map[string]int{} // 1 being visited, 2 done
	var visit func(name string)
	visit = func(name string) {
		if state[name] == 1 {
			t.Errorf("the table of layers has a cycle through %s", name)
		}
		if state[name] != 0 {
			return
		}
		state[name] = 1
		for _, to := range strings.Fields(layers[name]) {
			visit(to)
		}
		state[name] = 2
	}
	for name := range layers {
		visit(name)
	}
}
