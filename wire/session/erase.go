package session

import (
	"context"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/storage"
	"synapse/storage/lineage"
)

// eraseTrail finds what lineage kept of erased rows: their ids among the hits, and
// their texts in statements and parameters. A text is known again by any four
// neighbouring words of it, in any quoting or escaping; one of fewer words by being
// a literal, a JSON string or a parameter.
type eraseTrail struct {
	ids      map[string]bool
	shingles map[uint64]bool
	short    []string
	vectors  map[string]bool // as text
}

// shingleWords is how many neighbouring words make a text known again.
const shingleWords = 4

func newEraseTrail() *eraseTrail {
	return &eraseTrail{ids: map[string]bool{}, shingles: map[uint64]bool{}, vectors: map[string]bool{}}
}

// value adds a column's value.
func (e *eraseTrail) value(t types.Type, v types.Value) {
	if v.IsNull() {
		return
	}
	switch t.OID {
	case types.OIDText:
		e.text(v.Str())
	case types.OIDJSONB:
		e.text(types.JSONBToText(v))
		eachString(types.AsJSONB(v), e.text)
	case types.OIDVector:
		e.vectors[vectorText(types.AsFloat32s(v))] = true
	}
}

func vectorText(v []float32) string {
	return string(types.AppendText(nil, types.Vector, types.VectorFromFloat32s(v), types.DefaultFormat))
}

// eachString yields the strings in a JSON value.
func eachString(j types.JSONNode, yield func(string)) {
	switch j.Kind() {
	case types.JSONString:
		yield(j.Str())
	case types.JSONArray:
		for i := range j.Len() {
			eachString(j.Index(i), yield)
		}
	case types.JSONObject:
		j.Each(func(_ string, x types.JSONNode) bool {
			eachString(x, yield)
			return true
		})
	}
}

func (e *eraseTrail) text(s string) {
	words := wordsOf(s)
	switch {
	case len(words) >= shingleWords:
		for i := range len(words) - shingleWords + 1 {
			e.shingles[shingle(words[i:])] = true
		}
	case len(words) > 0 && !slices.Contains(e.short, s):
		e.short = append(e.short, s)
	}
}

func shingle(words []string) uint64 {
	h := fnv.New64a()
	for _, w := range words[:shingleWords] {
		_, _ = h.Write([]byte(w))
		_, _ = h.Write([]byte{0})
	}
	return h.Sum64()
}

// wordsOf are the runs of letters and digits in lower case; JSON's \uXXXX are read,
// and its other escapes part words as what they stand for does.
func wordsOf(s string) []string {
	if strings.Contains(s, `\`) {
		s = unescaped(s)
	}
	return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

func unescaped(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		switch s[i] {
		case 'n', 't', 'r', 'b', 'f':
			b.WriteByte(' ')
		case 'u':
			if i+4 < len(s) {
				if n, err := strconv.ParseUint(s[i+1:i+5], 16, 32); err == nil {
					b.WriteRune(rune(n))
					i += 4
					continue
				}
			}
			b.WriteByte('u')
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

// holds reports whether a text holds a piece of one that goes.
func (e *eraseTrail) holds(text string) bool {
	if text == "" {
		return false
	}
	words := wordsOf(text)
	for i := range len(words) - shingleWords + 1 {
		if e.shingles[shingle(words[i:])] {
			return true
		}
	}
	for _, s := range e.short {
		if text == s || strings.Contains(text, "'"+s+"'") || strings.Contains(text, `"`+s+`"`) || strings.Contains(text, `"`+s+`\"`) {
			return true
		}
	}
	return false
}

func (e *eraseTrail) redaction() lineage.Redaction {
	known := map[string]bool{} // texts repeat
	return lineage.Redaction{
		Text: func(text string) bool {
			gone, asked := known[text]
			if !asked {
				gone = e.holds(text)
				known[text] = gone
			}
			return gone
		},
		Vector: func(v []float32) bool { return len(v) > 0 && e.vectors[vectorText(v)] },
		Record: func(r *lineage.Record) bool {
			return slices.ContainsFunc(r.Hits, func(h lineage.Hit) bool { return e.ids[h.ID] })
		},
	}
}

// Secret implements memory.Host.
func (h *host) Secret() { h.lineage.hash() }

// versionFunc is told of row i of a batch.
type versionFunc func(def *catalog.Table, b *storage.RowBatch, i int)

// memoryRows calls each for every version of a table of the schema whose columns match.
func (h *host) memoryRows(view *storage.View, table string, columns []string, match func(row []types.Value) bool, each versionFunc) (*catalog.Table, error) {
	def, _ := view.Catalog().Relation("memory", table).(*catalog.Table)
	if def == nil {
		return nil, nil // a data directory from before there was one
	}
	live := def.Live()
	positions := make([]int, len(columns))
	for i, name := range columns {
		_, ord := def.Column(name)
		positions[i] = slices.Index(live, ord)
		if ord == 0 || positions[i] < 0 {
			return nil, sqlerr.New(sqlerr.UndefinedColumn, "column %q of memory.%s does not exist", name, table)
		}
	}
	c, err := view.Scan(def, storage.ScanSpec{Columns: live, Versions: true, VersionsFrom: -storage.Infinity, VersionsTo: storage.Infinity})
	if err != nil {
		return nil, err
	}
	defer c.Close()
	row := make([]types.Value, len(columns))
	for {
		var b storage.RowBatch
		if err := c.Next(&b); err != nil || b.N == 0 {
			return def, err
		}
		for i := range b.N {
			for k, at := range positions {
				row[k] = b.Cols[at].Get(i)
			}
			if match(row) {
				each(def, &b, i)
			}
		}
	}
}

// CountRows implements memory.Host.
func (h *host) CountRows(table string, columns []string, match func(row []types.Value) bool) (rows, versions int64, err error) {
	seen := map[storage.RowID]bool{}
	_, err = h.memoryRows(h.view, table, columns, match, func(_ *catalog.Table, b *storage.RowBatch, i int) {
		seen[b.IDs[i]] = true
		versions++
	})
	return int64(len(seen)), versions, err
}

// EraseRows implements memory.Host.
func (h *host) EraseRows(table string, columns []string, match func(row []types.Value) bool) (rows, versions int64, err error) {
	b := &h.s.block
	if h.past || b.readOnly {
		return 0, 0, sqlerr.New(sqlerr.ReadOnlySQLTransaction, "cannot erase in a read-only transaction or as of a past moment")
	}
	b.writes = true
	if b.trail == nil {
		b.trail = newEraseTrail()
	}
	view, err := h.s.beginCommand(h.ctx)
	if err != nil {
		return 0, 0, err
	}
	defer view.Close()
	var denied error                              // a namespace that may be read only
	live := map[storage.RowID]storage.Timestamp{} // row → from of its open version, 0: none
	var order []storage.RowID
	def, err := h.memoryRows(view, table, columns, match, func(def *catalog.Table, rb *storage.RowBatch, i int) {
		if denied == nil {
			denied = h.s.mayErase(def, rb, i)
		}
		id := rb.IDs[i]
		if _, known := live[id]; !known {
			order = append(order, id)
			live[id] = 0
		}
		if rb.To[i] == storage.Infinity {
			live[id] = rb.From[i]
		}
		versions++
		for k, ord := range def.Live() {
			b.trail.value(def.Columns[ord-1].Type, rb.Cols[k].Get(i))
		}
	})
	if err == nil {
		err = denied
	}
	if err == nil { // asked whether or not there is anything to erase
		err = h.s.mayUse(def, catalog.MayDelete)
	}
	if err != nil || len(order) == 0 {
		return 0, 0, err
	}
	for _, id := range order {
		if live[id] == 0 {
			continue
		}
		outcome, values, _, err := b.txn.LockRow(h.ctx, def, id, live[id], storage.ForUpdate, storage.Wait)
		if err != nil {
			return 0, 0, err
		}
		if outcome == storage.Gone {
			continue
		}
		for k, v := range values { // changed meanwhile
			b.trail.value(def.Columns[k].Type, v)
		}
		if err := b.txn.Delete(h.ctx, def, id); err != nil {
			return 0, 0, err
		}
	}
	return int64(len(order)), versions, b.txn.Erase(h.ctx, def, order)
}

// EraseLineage implements memory.Host.
func (h *host) EraseLineage(ids []types.Value) {
	if h.s.block.trail == nil {
		h.s.block.trail = newEraseTrail()
	}
	for _, id := range ids {
		h.s.block.trail.ids[uuidText(id)] = true
	}
}

// redactLineage takes the texts of what the open transaction erases out of the
// lineage. It comes before the commit, which forgets what the texts were: should
// the commit fail, the rows are there and their lineage is not.
func (s *Session) redactLineage(ctx context.Context) error {
	b := &s.block
	if b.trail == nil || !b.txn.Erases() && len(b.trail.ids) == 0 {
		return nil
	}
	r, ok := s.engine.Recorder.(interface {
		Redact(ctx context.Context, x lineage.Redaction) (int, error)
	})
	if !ok {
		return nil
	}
	if _, err := r.Redact(ctx, b.trail.redaction()); err != nil {
		return sqlerr.New(sqlerr.IOError, "could not redact the lineage: %v", err).Wrap(err).
			WithDetail("Nothing was erased.")
	}
	return nil
}

// finishErase completes what the transaction erased, after its portals are closed.
func (s *Session) finishErase(ctx context.Context) error {
	if err := s.engine.Store.FinishErase(ctx); err != nil {
		return sqlerr.From(err).WithDetail("The erase is committed and nobody sees the rows, but files still hold them. It is completed in the background, or by the next start.")
	}
	return nil
}

// noteErased tells the client that scores of a moment are not what they were,
// because rows of the namespaces, which counted in them, were erased since.
func (h *host) noteErased(namespaces []string, at int64) error {
	since := false
	today := int64(h.s.engine.Store.Watermark())
	err := h.Run("erased_since", today, []types.Value{textArray(namespaces), types.NewInt(at)}, func([]types.Value) error {
		since = true
		return nil
	})
	if since {
		h.s.notice(sqlerr.Notice("entries of the namespace were erased since: scores may differ from what they were"))
	}
	return err
}
