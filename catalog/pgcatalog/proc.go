package pgcatalog

import (
	"strings"

	"synapse/catalog"
	"synapse/catalog/builtin"
	"synapse/catalog/types"
)

// Languages of pg_language.
const (
	languageInternal types.OID = 12
	languageSQL      types.OID = 14
	languagePLpgSQL  types.OID = 13563
)

func init() {
	providers["pg_proc"] = func(s *sheet) {
		seen := map[types.OID]bool{}
		for _, f := range builtin.AllFunctions() {
			if !seen[f.OID] { // aliases share a number
				seen[f.OID] = true
				s.builtinFunction(f)
			}
		}
		for _, f := range inputOutput() {
			if !seen[f.id] {
				s.ioRow(f)
			}
		}
		for _, o := range s.cat.All(catalog.ClassFunction) {
			s.catalogFunction(o.(*catalog.Function))
		}
		s.rangeFunctions()
	}
	providers["pg_operator"] = operatorRows
	providers["pg_cast"] = castRows
	providers["pg_aggregate"] = func(s *sheet) {
		for _, f := range builtin.AllFunctions() {
			if f.Kind == builtin.Aggregate {
				kind := byte('n')
				if f.OrderedSet > 0 {
					kind = 'o'
				}
				if f.Hypothetical != nil {
					kind = 'h'
				}
				s.add(cells{
					"aggfnoid": f.OID, "aggkind": kind, "aggnumdirectargs": max(f.OrderedSet-1, 0), "aggtranstype": types.OIDInternal,
					"aggfinalmodify": byte('r'), "aggmfinalmodify": byte('r'),
				})
			}
		}
	}
}

// procRow has what all functions share.
func procRow(id types.OID, name string, ret types.OID, args []types.OID) cells {
	return cells{
		"oid": id, "proname": name, "pronamespace": catalog.SchemaPgCatalog, "proowner": catalog.RoleSynapse, "prolang": languageInternal,
		"procost": 1.0, "prokind": byte('f'), "provolatile": byte('i'), "proparallel": byte('s'), "pronargs": len(args), "prorettype": ret,
		"proargtypes": args, "prosrc": name,
	}
}

var prokinds = map[builtin.Kind]byte{builtin.Scalar: 'f', builtin.SetReturning: 'f', builtin.Aggregate: 'a', builtin.Window: 'w'}

func (s *sheet) builtinFunction(f *builtin.Function) {
	row := procRow(f.OID, f.Name, f.Ret, f.Args)
	row["pronamespace"] = schemaOfFunction(s.cat, f.Schema)
	row["prokind"], row["proretset"] = prokinds[f.Kind], f.Kind == builtin.SetReturning
	row["proisstrict"], row["provolatile"] = strictInCatalog(f), byte(f.Volatility)
	if f.Kind == builtin.SetReturning {
		row["prorows"] = 100.0
	}
	if f.Variadic && len(f.Args) > 0 {
		row["provariadic"] = variadicElem(f.Args[len(f.Args)-1])
	}
	if len(f.Defaults) > 0 {
		row["pronargdefaults"], row["proargdefaults"] = len(f.Defaults), strings.Join(f.Defaults, ", ")
	}
	sig := signatureOf(f)
	sig.fill(row)
	s.add(row)
}

// strictInCatalog is what pg_proc says of a function: nothing of aggregates, whose
// transition functions decide, and that window functions with arguments are strict.
func strictInCatalog(f *builtin.Function) bool {
	switch f.Kind {
	case builtin.Aggregate:
		return false
	case builtin.Window:
		return len(f.Args) > 0
	}
	return f.Strict
}

// schemaOfFunction is the OID of a schema by name; built-ins without one are pg_catalog's.
func schemaOfFunction(cat *catalog.Catalog, name string) types.OID {
	if n := cat.Schema(name); n != nil {
		return n.ID
	}
	return catalog.SchemaPgCatalog
}

func variadicElem(t types.OID) types.OID {
	if in := types.Lookup(t); in != nil && in.Elem != 0 {
		return in.Elem
	}
	if t == types.OIDAnyArray {
		return types.OIDAnyElement
	}
	return t
}

// fill sets the columns on names, modes and types of all parameters, where they say more than proargtypes.
func (g *signature) fill(row cells) {
	var names []string
	var modes []types.Value
	var all []types.OID
	named, plain := false, true
	for _, a := range g.args {
		names = append(names, a.name)
		named = named || a.name != ""
		plain = plain && a.mode == 'i'
		modes = append(modes, types.NewInt(int64(a.mode)))
		all = append(all, a.typ.OID)
	}
	if named {
		row["proargnames"] = names
	}
	if !plain {
		row["proargmodes"] = types.NewArray(types.Char, modes).Encode()
		row["proallargtypes"] = all
	}
}

func (s *sheet) catalogFunction(f *catalog.Function) {
	sig := signatureOfCatalog(s.cat, f)
	row := procRow(f.ID, f.Name, rowTypeID(s.cat, f.RetRel, f.Ret.OID), sig.inputs())
	row["pronamespace"], row["proowner"], row["prosrc"], row["prolang"] = f.Schema, f.Owner, f.Body, languageSQL
	if f.Language == "plpgsql" {
		row["prolang"] = languagePLpgSQL
	}
	row["proisstrict"], row["proretset"], row["proacl"] = f.Strict, f.RetSet, acl(s.cat, f.ACL)
	row["provolatile"], row["prosecdef"], row["proleakproof"] = f.Volatility(), f.SecurityDefiner, f.Leakproof
	row["procost"], row["proparallel"] = f.Cost, f.Parallel
	if f.Cost == 0 {
		row["procost"] = 100.0
	}
	if f.Parallel == 0 {
		row["proparallel"] = byte('u')
	}
	if f.RetSet {
		row["prorows"] = f.Rows
		if f.Rows == 0 {
			row["prorows"] = 1000.0
		}
	}
	if f.Procedure {
		row["prokind"] = byte('p')
	}
	if f.Atomic {
		row["prosrc"] = ""
	}
	var config, defaults []string
	for _, c := range f.Settings {
		config = append(config, c.Name+"="+c.Value)
	}
	if config != nil {
		row["proconfig"] = config
	}
	for i := range f.Args {
		a := &f.Args[i]
		if a.Default != "" {
			defaults = append(defaults, a.Default)
		}
		if a.Mode == 'v' {
			row["provariadic"] = variadicElem(a.Type.OID)
		}
	}
	row["pronargdefaults"] = len(defaults)
	if defaults != nil {
		row["proargdefaults"] = strings.Join(defaults, ", ")
	}
	sig.fill(row)
	s.add(row)
}

// ioProc is a function that reads or writes values of a type, or makes an access
// method: clients know types by the names of these.
type ioProc struct {
	id         types.OID
	name       string
	args       []types.OID
	ret        types.OID
	strict     bool
	volatility byte
}

// inputOutput lists PostgreSQL's I/O functions and those of the extension types.
func inputOutput() []ioProc {
	var list []ioProc
	for _, f := range snapshotRows("io_functions") {
		p := ioProc{id: oidOf(f[0]), name: f[1], ret: namedType(f[3]), strict: f[4] == "t", volatility: f[5][0]}
		for _, a := range strings.Fields(f[2]) {
			p.args = append(p.args, namedType(a))
		}
		list = append(list, p)
	}
	for _, in := range types.All() {
		if in.OID < extensionTypes || in.Kind == types.KindArray {
			continue
		}
		id := ioFunction(in.OID)
		put := func(n types.OID, suffix string, ret types.OID, args ...types.OID) {
			list = append(list, ioProc{id + n, in.Name + suffix, args, ret, true, 'i'})
		}
		put(0, "_in", in.OID, types.OIDCstring, types.OIDOID, types.OIDInt4)
		put(1, "_out", types.OIDCstring, in.OID)
		put(2, "_recv", in.OID, types.OIDInternal, types.OIDOID, types.OIDInt4)
		put(3, "_send", types.OIDBytea, in.OID)
		put(4, "_typmod_in", types.OIDInt4, types.OIDCstringArray)
	}
	return list
}

// namedType is the OID of a type by its name in pg_type, 0 for one that Synapse lacks.
func namedType(name string) types.OID {
	if in := types.LookupName(name); in != nil {
		return in.OID
	}
	return 0
}

func (s *sheet) ioRow(f ioProc) {
	row := procRow(f.id, f.name, f.ret, f.args)
	row["proisstrict"], row["provolatile"] = f.strict, f.volatility
	s.add(row)
}

func operatorRows(s *sheet) {
	for _, o := range builtin.AllOperators() {
		row := cells{
			"oid": o.OID, "oprname": o.Name, "oprnamespace": catalog.SchemaPgCatalog, "oprowner": catalog.RoleSynapse, "oprkind": byte('b'),
			"oprcanhash": o.HashJoin, "oprcanmerge": o.HashJoin, "oprleft": o.Left, "oprright": o.Right, "oprresult": o.Ret,
		}
		if o.Left == 0 {
			row["oprkind"] = byte('l')
		}
		if o.Fn != nil {
			row["oprcode"] = o.Fn.OID
		}
		if p := builtin.OperatorFor(o.Commutator, o.Right, o.Left); p != nil {
			row["oprcom"] = p.OID
		}
		if p := builtin.OperatorFor(o.Negator, o.Left, o.Right); p != nil {
			row["oprnegate"] = p.OID
		}
		s.add(row)
	}
}

// castOIDs is where the rows of pg_cast are numbered from.
const castOIDs types.OID = 11600

func castRows(s *sheet) {
	for i, c := range builtin.AllCasts() {
		row := cells{"oid": castOIDs + types.OID(i), "castsource": c.From, "casttarget": c.To, "castcontext": byte(c.Context), "castmethod": byte('b')}
		if c.Fn != nil {
			row["castfunc"], row["castmethod"] = c.Fn.OID, byte('f')
		}
		if c.InOut {
			row["castmethod"] = byte('i')
		}
		s.add(row)
	}
}
