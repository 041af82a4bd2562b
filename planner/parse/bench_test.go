package parse

import (
	"strings"
	"testing"
)

func BenchmarkParse(b *testing.B) {
	vector := "[" + strings.TrimSuffix(strings.Repeat("0.123456,", 640), ",") + "]"
	for name, sql := range map[string]string{
		"point":  "SELECT a, b FROM t WHERE id = $1",
		"as of":  "SELECT id FROM m ORDER BY embedding <=> $1 AS OF '2025-10-24' WHERE ns = 'user:4321'",
		"insert": "INSERT INTO t (a, b, c) VALUES ($1, $2, $3) ON CONFLICT (a) DO UPDATE SET b = excluded.b RETURNING id",
		"vector": "SELECT id FROM m ORDER BY e <=> '" + vector + "' LIMIT 5",
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := Parse(sql); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+"/cached", func(b *testing.B) {
			c := NewCache(1 << 20)
			for b.Loop() {
				key, lits := ExtractLiterals(sql)
				if _, err := c.ParseKey(key, lits); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+"/normalize", func(b *testing.B) {
			for b.Loop() {
				Normalize(sql)
			}
		})
	}
}
