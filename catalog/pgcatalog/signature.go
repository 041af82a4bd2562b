package pgcatalog

import (
	"strings"

	"synapse/catalog"
	"synapse/catalog/builtin"
	"synapse/catalog/types"
)

// signature is a function's parameters and result as \df shows them.
type signature struct {
	args   []parameter
	ret    types.Type
	retSet bool
	table  bool   // RETURNS TABLE
	proc   bool   // a procedure: no result, and IN is written
	row    string // relation whose row is the result
}

// parameter has pg_proc's mode: 'i', 'o', 'b', 'v', 't'.
type parameter struct {
	name, def string
	typ       types.Type
	row       string // relation whose row it is
	mode      byte
}

func signatureOf(f *builtin.Function) *signature {
	g := &signature{ret: types.Of(f.Ret), retSet: f.Kind == builtin.SetReturning}
	for i, t := range f.Args {
		p := parameter{typ: types.Of(t), mode: 'i'}
		if f.Variadic && i == len(f.Args)-1 {
			p.mode = 'v'
		}
		if i < len(f.ArgNames) {
			p.name = f.ArgNames[i]
		}
		if d := i - (len(f.Args) - len(f.Defaults)); d >= 0 {
			p.def = f.Defaults[d]
		}
		g.args = append(g.args, p)
	}
	if len(f.Columns) > 1 {
		for _, c := range f.Columns {
			g.args = append(g.args, parameter{name: c.Name, typ: c.Type, mode: 'o'})
		}
	}
	return g
}

func signatureOfCatalog(cat *catalog.Catalog, f *catalog.Function) *signature {
	g := &signature{ret: f.Ret, retSet: f.RetSet, table: len(f.Columns) > 0, proc: f.Procedure, row: rowName(cat, f.RetRel)}
	for i := range f.Args {
		a := &f.Args[i]
		p := parameter{name: a.Name, def: a.Default, typ: a.Type, mode: a.Mode, row: rowName(cat, a.Rel)}
		if p.mode == 0 {
			p.mode = 'i'
		}
		g.args = append(g.args, p)
	}
	for i := range f.Columns {
		g.args = append(g.args, parameter{name: f.Columns[i].Name, typ: f.Columns[i].Type, mode: 't'})
	}
	return g
}

// inputs are the types of the parameters that callers give.
func (g *signature) inputs() []types.OID {
	list := []types.OID{}
	for _, a := range g.args {
		if a.mode != 'o' && a.mode != 't' {
			list = append(list, a.typ.OID)
		}
	}
	return list
}

var modeWords = map[byte]string{'o': "OUT ", 'b': "INOUT ", 'v': "VARIADIC "}

// arguments writes the parameter list; result columns of RETURNS TABLE are left out.
func (g *signature) arguments(defaults bool) string {
	var list []string
	for _, a := range g.args {
		if a.mode == 't' {
			continue
		}
		s := modeWords[a.mode]
		if g.proc && a.mode == 'i' {
			s = "IN "
		}
		if a.name != "" {
			s += builtin.QuoteIdent(a.name) + " "
		}
		if a.row != "" {
			s += a.row
		} else {
			s += plainName(a.typ.OID)
		}
		if defaults && a.def != "" {
			s += " DEFAULT " + a.def
		}
		list = append(list, s)
	}
	return strings.Join(list, ", ")
}

// result writes what stands behind RETURNS.
func (g *signature) result() string {
	if g.table {
		var list []string
		for _, a := range g.args {
			if a.mode == 't' {
				list = append(list, builtin.QuoteIdent(a.name)+" "+plainName(a.typ.OID))
			}
		}
		return "TABLE(" + strings.Join(list, ", ") + ")"
	}
	s := plainName(g.ret.OID)
	if g.row != "" {
		s = g.row
	}
	if g.retSet {
		s = "SETOF " + s
	}
	return s
}

// rowName is the relation whose row type a function names, "" for OID 0.
func rowName(cat *catalog.Catalog, id types.OID) string {
	if o := cat.Object(id); id != 0 && o != nil {
		return builtin.QuoteIdent(o.ObjectName())
	}
	return ""
}

// rowTypeID is the row type of a relation, t for OID 0.
func rowTypeID(cat *catalog.Catalog, id, t types.OID) types.OID {
	if row := catalog.RowTypeID(cat.Object(id)); id != 0 && row != 0 {
		return row
	}
	return t
}
