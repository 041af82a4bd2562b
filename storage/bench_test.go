package storage

import (
	"strconv"
	"testing"

	"synapse/catalog"
	"synapse/catalog/types"
)

// kvTable is the plainest table: id int4 primary key, value text. With
// namespaces, the value is one of so many, and says where the row lives.
func kvTable(b *testing.B, rows, namespaces int) (*Store, *catalog.Table, *catalog.Index) {
	s, _ := openMemory(b)
	def := &catalog.Table{
		Header:   catalog.Header{ID: 21000, Name: "kv", Schema: schemaTest},
		Columns:  []catalog.Column{{Name: "id", Type: types.Int4, NotNull: true}, {Name: "value", Type: types.Text, Attr: 1}},
		NextAttr: 2,
	}
	if namespaces > 0 {
		def.Options = map[string]string{"synapse.namespace": "value"}
	}
	pk := &catalog.Index{
		Header: catalog.Header{ID: 21001, Name: "kv_pkey", Schema: schemaTest},
		Table:  def.ID, Unique: true, Method: catalog.BTree, Keys: []catalog.IndexKey{{Column: 1, Type: types.Int4}},
	}
	x := begin(b, s, ReadCommitted)
	must(b, x.PutObject(ctx, def))
	must(b, x.PutObject(ctx, pk))
	commitTxn(b, x)
	x = begin(b, s, ReadCommitted)
	for i := range rows {
		insert(b, x, def, kvRow(i, namespaces))
	}
	commitTxn(b, x)
	return s, def, pk
}

func kvRow(i, namespaces int) []types.Value {
	if namespaces == 0 {
		return []types.Value{types.NewInt(int64(i)), types.NewString("some short value")}
	}
	return []types.Value{types.NewInt(int64(i)), types.NewString("some namespace " + strconv.Itoa(i%namespaces))}
}

// byNamespace runs a benchmark over a table in one shard, and over one in all of them.
func byNamespace(b *testing.B, run func(b *testing.B, namespaces int)) {
	for _, n := range []int{0, 1000} {
		b.Run("namespaces="+strconv.Itoa(n), func(b *testing.B) { run(b, n) })
	}
}

func BenchmarkPointRead(b *testing.B) { byNamespace(b, benchmarkPointRead) }

func benchmarkPointRead(b *testing.B, namespaces int) {
	s, def, pk := kvTable(b, 100_000, namespaces)
	x := begin(b, s, ReadCommitted)
	v := command(b, x)
	var batch RowBatch
	spec := ScanSpec{Columns: []int{1, 2}}
	key := make([]types.Value, 1)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		key[0] = types.NewInt(int64(i % 100_000))
		c, err := v.Lookup(def, pk, key, spec)
		if err != nil {
			b.Fatal(err)
		}
		if err := c.Next(&batch); err != nil || batch.N != 1 {
			b.Fatal(err, batch.N)
		}
		c.Close()
	}
}

func BenchmarkScan(b *testing.B) { byNamespace(b, benchmarkScan) }

func benchmarkScan(b *testing.B, namespaces int) {
	s, def, _ := kvTable(b, 100_000, namespaces)
	x := begin(b, s, ReadCommitted)
	v := command(b, x)
	var batch RowBatch
	b.ReportAllocs()
	for b.Loop() {
		c, err := v.Scan(def, ScanSpec{Columns: []int{1, 2}})
		must(b, err)
		n := 0
		for must(b, c.Next(&batch)); batch.N > 0; must(b, c.Next(&batch)) {
			n += batch.N
		}
		if n != 100_000 {
			b.Fatal(n)
		}
	}
}

func BenchmarkInsertCommit(b *testing.B) { byNamespace(b, benchmarkInsertCommit) }

func benchmarkInsertCommit(b *testing.B, namespaces int) {
	s, def, _ := kvTable(b, 0, namespaces)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		x := s.Begin(TxnOptions{})
		if _, err := x.BeginCommand(ctx); err != nil {
			b.Fatal(err)
		}
		insert(b, x, def, kvRow(i, namespaces))
		commitTxn(b, x)
	}
}

func BenchmarkBulkInsert(b *testing.B) { byNamespace(b, benchmarkBulkInsert) }

func benchmarkBulkInsert(b *testing.B, namespaces int) {
	for b.Loop() {
		kvTable(b, 100_000, namespaces)
	}
}
