package exec

import (
	"strconv"
	"strings"
	"time"

	"synapse/catalog/types"
	"synapse/exec/eval"
	"synapse/exec/plan"
	"synapse/storage"
	"synapse/storage/lineage"
)

// ranked is what vector and text scans share: rows in order of a score, which
// is the column behind the scan's own.
type ranked struct {
	scanBase
	query     *eval.Expr
	partition []*eval.Expr
	source    rowSource
	bound     *eval.Expr // rows wanted; nil = the consumer decides
	want      int64      // from the consumer, -1 unknown
	given     int64      // rows in the record
	left      int64      // rows still to give; -1 = no bound
	pushed    pushedFilter
	all       *eval.Expr // the filter with the conditions that the partition stands for
	score     types.Column
	out       []types.Column
	told      bool            // finish has run
	unranked  bool            // the query is NULL, and so is every score
	record    *lineage.Record // of the search in work, nil: not recorded
	started   time.Time
	key       []int // positions behind the scan's columns in the row batch: the primary key, for lineage
}

// searchRows is how many rows a search is asked for where nobody says how many are wanted.
const searchRows = 100

func (r *run) ranked(s *plan.Scan, node plan.Node, query, limit plan.Expr, search plan.Search) (*ranked, error) {
	base, err := r.scanBase(s, node)
	if err != nil {
		return nil, err
	}
	o := &ranked{scanBase: base, want: -1}
	// The search itself applies the filter, so that it can go on until enough rows passed.
	o.pushed = pushedFilter{o: &o.scanBase, cond: o.cond, reads: columnsRead(s.Filter)}
	o.cond = nil
	if o.query, err = r.compile(query); err != nil {
		return nil, err
	}
	if o.bound, err = r.compileOpt(limit); err != nil {
		return nil, err
	}
	if o.partition, err = r.compileAll(search.Partition); err != nil {
		return nil, err
	}
	if o.all, err = r.compileOpt(search.Whole); err != nil {
		return nil, err
	}
	o.source, err = r.rowSource(search.Source)
	o.out = make([]types.Column, len(s.Cols)+1)
	return o, err
}

func (o *ranked) limit(n int64) { o.want = n }

// prepare resolves the view, the bound, the partition and the candidates. False: no rows.
func (o *ranked) prepare() (set *storage.RowSet, partition []types.Value, ok bool, err error) {
	if err = o.start(); err != nil {
		return nil, nil, false, err
	}
	o.given, o.left, o.told = 0, -1, false
	if o.bound != nil {
		v, err := o.bound.Values(nil)
		if err != nil {
			return nil, nil, false, err
		}
		if !v.IsNull() {
			o.left = v.Int()
		}
	} else {
		o.left = o.want
	}
	for _, e := range o.partition {
		v, err := e.Values(nil)
		if err != nil || v.IsNull() {
			return nil, nil, false, err
		}
		partition = append(partition, v)
	}
	if o.source != nil {
		candidates := o.spec
		candidates.Columns = nil
		if set, err = o.source.rows(o.view, o.s.Table, candidates); err != nil || set == nil {
			return nil, nil, false, err
		}
	}
	o.key = nil
	if pk := o.s.Table.PrimaryKey(); pk != nil && o.r.plan.Ranked {
		for _, c := range pk.Columns {
			o.key = append(o.key, len(o.spec.Columns))
			o.spec.Columns = append(o.spec.Columns[:len(o.spec.Columns):len(o.spec.Columns)], c)
		}
	}
	return set, partition, true, nil
}

// whole opens the table itself, for rows that no search gives.
func (o *ranked) whole() (err error) {
	o.cond = o.all
	o.cursor, err = o.view.Scan(o.s.Table, o.spec)
	return err
}

// k is the number of rows to ask the search for.
func (o *ranked) k() int {
	if o.left < 0 {
		return searchRows
	}
	return int(min(max(o.left, 1), 1<<20))
}

// begin opens the lineage record of a search within a partition.
func (o *ranked) begin(vector []float32, partition []types.Value) {
	o.started = time.Now()
	o.record = nil
	if o.r.plan.Ranked {
		o.record = &lineage.Record{SQL: o.r.plan.Text, Snapshot: int64(o.view.Time()), QueryVector: vector, Plan: o.node.Explain().Title}
		if b := o.r.env.Builtin; b != nil && b.ClockTime != nil {
			o.record.StartedAt = b.ClockTime()
		}
		if len(partition) > 0 {
			// The first partition column is the namespace where the table has one.
			o.record.Namespace = types.FormatText(o.partition[0].Type(), partition[0], nil)
		}
		o.r.env.Ranked = append(o.r.env.Ranked, o.record)
	}
}

func (o *ranked) next(b *Batch) error {
	b.N, b.Sel = 0, nil
	if o.left == 0 || o.cursor == nil {
		return nil
	}
	if err := o.fetch(b); err != nil {
		return err
	}
	if b.N == 0 {
		o.finish()
		return nil
	}
	if o.left >= 0 {
		sel := b.Selection()
		sel = sel[:min(int64(len(sel)), o.left)]
		o.left -= int64(len(sel))
		b.Sel = sel
	}
	copy(o.out, b.Cols)
	o.score.Reset(types.Float8, b.N)
	for i := range b.N {
		if o.unranked {
			o.score.SetNull(i)
		} else {
			o.score.Set(i, types.NewFloat(o.rb.Distance[i]))
		}
	}
	o.out[len(o.out)-1] = o.score
	b.Cols = o.out
	o.hits(b.Selection())
	if o.left == 0 {
		o.finish()
	}
	return nil
}

// hits records the rows given for lineage.
func (o *ranked) hits(sel []uint16) {
	if o.record == nil || o.unranked {
		return
	}
	for _, row := range sel {
		i := int(row)
		o.given++
		o.record.Hits = append(o.record.Hits, lineage.Hit{
			Rank: int(o.given), ID: o.keyText(i), Row: uint64(o.rb.IDs[i]), Version: int64(o.rb.From[i]), Score: o.rb.Distance[i],
		})
	}
	o.record.Rows = o.given
	o.record.Duration = time.Since(o.started)
}

// keyText is the row's primary key as text, "" where there is none.
func (o *ranked) keyText(i int) string {
	var buf []byte
	for n, at := range o.key {
		if n > 0 {
			buf = append(buf, ',')
		}
		col := &o.rb.Cols[at]
		if !col.IsNull(i) {
			buf = types.AppendText(buf, col.Type, col.Get(i), nil)
		}
	}
	return string(buf)
}

// close ends the search, also where the consumer has read enough.
func (o *ranked) close() {
	o.finish()
	o.scanBase.close()
}

// finish tells how the search went, once.
func (o *ranked) finish() {
	if o.cursor == nil || o.told || o.unranked {
		return
	}
	o.told = true
	stats := o.cursor.Stats()
	if o.record != nil {
		o.record.Approximate = strings.HasPrefix(stats.Mode, "graph")
	}
	if o.m != nil {
		o.m.Props = searchProps(stats, true)
	}
	if o.r.env.OnSearch != nil {
		o.r.env.OnSearch(o.node, stats)
	}
}

// searchProps shows how a search goes, and with done how much work it was.
func searchProps(s storage.SearchStats, done bool) []plan.Prop {
	out := []plan.Prop{{Key: "Search", Value: s.Mode}}
	if s.Reason != "" {
		out[0].Value += " (" + s.Reason + ")"
	}
	if s.Matches >= 0 {
		out = append(out, plan.Prop{Key: "Candidates", Value: strconv.Itoa(s.Matches)})
	}
	if done {
		out = append(out,
			plan.Prop{Key: "Visited", Value: strconv.Itoa(s.Visited)},
			plan.Prop{Key: "Distances", Value: strconv.Itoa(s.Distances)})
	}
	return out
}
