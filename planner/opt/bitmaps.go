package opt

import (
	"strings"

	"synapse/catalog"
	"synapse/catalog/types"
	"synapse/exec/plan"
)

// Inverted index queries, numbered as storage numbers them.
const (
	invertedContains = iota
	invertedOverlap
	invertedExists
	invertedExistsAny
	invertedExistsAll
	invertedMatch
	invertedSimilar
	invertedLike
)

// candidates collects the inverted indexes that narrow a scan; the filter
// rechecks every row. nil if there is none.
func (o *optimizer) candidates(s *plan.Scan, conds []plan.Expr) (plan.RowSource, string) {
	if o.without&plan.BitmapScans != 0 {
		return nil, ""
	}
	var sources []plan.RowSource
	var texts []string
	for _, c := range conds {
		if src := o.inverted(s, c); src != nil {
			sources = append(sources, src)
			texts = append(texts, c.String())
		}
	}
	switch len(sources) {
	case 0:
		return nil, ""
	case 1:
		return sources[0], texts[0]
	}
	return &plan.AndRows{Sources: sources}, "(" + strings.Join(texts, " AND ") + ")"
}

// turnedInverted are operators that GIN indexes answer with the operands exchanged.
var turnedInverted = map[string]string{"<@": "@>", "%": "%", "<%": "%>", "<<%": "%>>"}

// inverted finds a GIN index for one condition.
func (o *optimizer) inverted(s *plan.Scan, cond plan.Expr) plan.RowSource {
	f, ok := cond.(*plan.Func)
	if !ok || len(f.Args) != 2 {
		return nil
	}
	column, value, op := f.Args[0], f.Args[1], f.Op
	if turned := turnedInverted[op]; turned != "" && constant(column) {
		column, value, op = value, column, turned
	}
	if column.Type().Kind() == types.KindTSQuery {
		column, value = value, column
	}
	if !constant(value) || constant(column) {
		return nil
	}
	kind := column.Type().Kind()
	query := -1
	switch op {
	case "@>":
		query = invertedContains
	case "&&":
		query = invertedOverlap
	case "?":
		query = invertedExists
	case "?|":
		query = invertedExistsAny
	case "?&":
		query = invertedExistsAll
	case "@@", "@@@":
		return o.textMatch(s, cond, column, value)
	case "%", "%>", "%>>":
		query = invertedSimilar
	case "~~", "~~*":
		query = invertedLike
	}
	trigrams := query >= invertedSimilar
	switch {
	case query < 0, column.Type().OID != value.Type().OID && query <= invertedOverlap:
		return nil
	case trigrams:
		if kind != types.KindText || value.Type().Kind() != types.KindText {
			return nil
		}
	case kind == types.KindArray && query > invertedOverlap, kind == types.KindHstore && query == invertedOverlap,
		kind != types.KindJSONB && kind != types.KindArray && kind != types.KindHstore:
		return nil
	}
	for _, ix := range o.indexes(s) {
		if ix.Method != catalog.GIN || !o.usable(s, ix, column) {
			continue
		}
		if query >= invertedExists && ix.Keys[0].Opclass == "jsonb_path_ops" {
			continue // it holds paths, not keys
		}
		if trigrams != (ix.Keys[0].Opclass == "gin_trgm_ops") {
			continue
		}
		o.depend(s, ix)
		return &plan.InvertedRows{Index: ix, Op: uint8(query), Value: value, Cond: cond.String()}
	}
	return nil
}

// usable reports whether an index of one key holds the expression's values.
func (o *optimizer) usable(s *plan.Scan, ix *catalog.Index, key plan.Expr) bool {
	return !ix.Invalid && len(ix.Keys) == 1 && ix.Predicate == "" && isKey(s, &ix.Keys[0], key)
}

// textMatch finds an index for tsvector @@ tsquery, gin before gist.
func (o *optimizer) textMatch(s *plan.Scan, cond, vector, query plan.Expr) plan.RowSource {
	if vector.Type().Kind() != types.KindTSVector || query.Type().Kind() != types.KindTSQuery {
		return nil
	}
	var found *catalog.Index
	for _, ix := range o.indexes(s) {
		if ix.Inverted() && o.usable(s, ix, vector) && (found == nil || found.Method != catalog.GIN && ix.Method == catalog.GIN) {
			found = ix
		}
	}
	if found == nil {
		return nil
	}
	o.depend(s, found)
	return &plan.InvertedRows{Index: found, Op: invertedMatch, Value: query, Cond: cond.String()}
}
