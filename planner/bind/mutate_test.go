package bind

import (
	"flag"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"synapse/planner/parse"
	"synapse/sqltests/seed"
)

// TestMutations binds damaged statements of the testdata: words dropped,
// doubled and swapped. Whatever comes of it, the binder must not panic and must
// not blame itself (XX000).
func TestMutations(t *testing.T) {
	r := seed.Rand(t)
	var statements []string
	for _, pattern := range []string{"testdata/*.txt", "testdata/postgres/*.txt"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			for _, b := range blocks(t, f) {
				statements = append(statements, b[0])
			}
		}
	}
	for range *mutations {
		words := strings.Fields(statements[r.IntN(len(statements))])
		for range 1 + r.IntN(3) {
			words = mutate(r, words, strings.Fields(statements[r.IntN(len(statements))]))
		}
		sql := strings.Join(words, " ")
		list, err := parse.Parse(sql)
		if err != nil || len(list) != 1 {
			continue
		}
		func() {
			defer func() {
				if p := recover(); p != nil {
					t.Errorf("panic %v in %s", p, sql)
				}
			}()
			if got := outcome(t, sql); strings.HasPrefix(got, "error XX") && !strings.Contains(got, "is not a query") {
				t.Errorf("%s\n%s", sql, got)
			}
		}()
	}
}

// mutations is how many damaged statements one run tries.
var mutations = flag.Int("mutations", 4000, "how many damaged statements TestMutations tries")

func mutate(r *rand.Rand, words, other []string) []string {
	if len(words) < 2 {
		return words
	}
	i, j := r.IntN(len(words)), r.IntN(len(words))
	out := append([]string(nil), words...)
	switch r.IntN(4) {
	case 0:
		return append(out[:i], out[i+1:]...)
	case 1:
		out[i] = words[j]
	case 2:
		out[i], out[j] = out[j], out[i]
	default:
		out[i] = other[r.IntN(len(other))]
	}
	return out
}
