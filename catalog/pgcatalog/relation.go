package pgcatalog

import (
	_ "embed"
	"strconv"
	"strings"
	"sync"

	"synapse/catalog"
	"synapse/catalog/types"
)

// relationRows describes the relations, one per line: schema, name, OID, kind
// ('r' table, 'v' view), columns as name:type, with ! where NOT NULL. OIDs of
// tables are PostgreSQL's; views get numbers below the users', which must stay
// as they are, as stored views may depend on them.
//
//go:embed relations.tsv
var relationRows string

// relation is one relation of the package. Immutable after parseRelations.
type relation struct {
	table   *catalog.Table
	kind    byte           // pg_class.relkind: 'r' or 'v'
	columns map[string]int // 0-based position by name
	blank   []types.Value  // NULLs, and the zero values of NOT NULL columns
}

// relations parses the list once.
var relations = sync.OnceValue(parseRelations)

func parseRelations() []*relation {
	var list []*relation
	for line := range strings.Lines(relationRows) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		id, err := strconv.ParseUint(f[2], 10, 32)
		if err != nil {
			panic("pgcatalog: bad OID " + f[2])
		}
		schema := catalog.SchemaPgCatalog
		if f[0] == "information_schema" {
			schema = catalog.SchemaInformation
		}
		r := &relation{kind: f[3][0], columns: map[string]int{}, table: &catalog.Table{
			Header: catalog.Header{ID: types.OID(id), Name: f[1], Schema: schema, Owner: catalog.RoleSynapse}, Virtual: true,
		}}
		for i, c := range strings.Fields(f[4]) {
			r.addColumn(i, c)
		}
		r.table.NextAttr = len(r.table.Columns)
		list = append(list, r)
	}
	return list
}

func (r *relation) addColumn(i int, text string) {
	text, notNull := strings.CutSuffix(text, "!")
	name, typ, _ := strings.Cut(text, ":")
	in := types.LookupName(typ)
	if in == nil {
		panic("pgcatalog: no type " + typ)
	}
	r.columns[name] = i
	r.table.Columns = append(r.table.Columns, catalog.Column{Name: name, Type: types.Of(in.OID), Attr: i, NotNull: notNull})
	r.blank = append(r.blank, blankValue(types.Of(in.OID), notNull))
}

// blankValue is what a row has where its provider says nothing.
func blankValue(t types.Type, notNull bool) types.Value {
	switch {
	case !notNull:
		return types.Null
	case t.Fixed():
		return types.NewInt(0)
	case t.IsArray():
		return types.NewArray(t.Elem(), nil).Encode()
	}
	return types.NewString("")
}
