package parse

import (
	"fmt"
	"sync"
	"testing"
)

func TestCacheSharesAndBounds(t *testing.T) {
	entry := len("SELECT 10")*(1+treeBytesPerTextByte) + treeBytesFixed
	c := NewCache(3 * entry)
	parse := func(i int) Statement {
		t.Helper()
		s, err := c.Parse(fmt.Sprintf("SELECT %d", i))
		if err != nil {
			t.Fatal(err)
		}
		return s[0]
	}
	first := parse(10)
	if again := parse(10); again.Stmt != first.Stmt {
		t.Error("the same text was parsed twice")
	}
	parse(11)
	parse(12)
	parse(10) // now 11 is the least recently used
	parse(13)
	if s := c.Stats(); s.Entries != 3 || s.Bytes > 3*entry {
		t.Errorf("%+v, want 3 entries in %d bytes", s, 3*entry)
	}
	if parse(10).Stmt != first.Stmt {
		t.Error("a recently used text was dropped")
	}
	c.Purge()
	if s := c.Stats(); s.Entries != 0 || s.Bytes != 0 {
		t.Errorf("after Purge: %+v", s)
	}
	if _, err := c.Parse("SELEC"); err == nil || c.Stats().Entries != 0 {
		t.Error("an error was kept")
	}
}

// The same key can come of different texts; the tree must fit the text.
func TestCacheTellsSlotsFromParameters(t *testing.T) {
	c := NewCache(1 << 20)
	for _, sql := range []string{
		"SELECT " + quoted64 + ", " + quoted64,
		"SELECT $1, " + quoted64,
		"SELECT $1, $2",
	} {
		key, lits := ExtractLiterals(sql)
		if key != "SELECT $1, $2" {
			t.Fatalf("key %q", key)
		}
		s, err := c.ParseKey(key, lits)
		if err != nil {
			t.Fatal(err)
		}
		if want := 2 - len(lits); s[0].Params != want {
			t.Errorf("%s: %d parameters, want %d", sql, s[0].Params, want)
		}
	}
}

func TestCacheIgnoresComments(t *testing.T) {
	c := NewCache(1 << 20)
	one, err := c.Parse("SELECT 1 /*traceparent='a'*/")
	if err != nil {
		t.Fatal(err)
	}
	two, err := c.Parse("SELECT 1 /*traceparent='b'*/")
	if err != nil {
		t.Fatal(err)
	}
	if one[0].Stmt != two[0].Stmt {
		t.Error("texts that differ in their comment were parsed twice")
	}
	for i, s := range []Statement{one[0], two[0]} {
		if _, tags := CutComment(s.Comment); tags["traceparent"] != []string{"a", "b"}[i] {
			t.Errorf("comment %q", s.Comment)
		}
	}
	if plain, _ := c.Parse("SELECT 1"); plain[0].Comment != "" {
		t.Errorf("a comment of another text: %q", plain[0].Comment)
	}
}

func TestCacheConcurrently(t *testing.T) {
	c := NewCache(5000)
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for i := range 200 {
				if _, err := c.Parse(fmt.Sprintf("SELECT %d", (i*7+g)%20)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}
