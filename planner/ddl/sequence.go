package ddl

import (
	"math"
	"strconv"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/planner/ast"
	"synapse/planner/bind"
)

func (b *binder) createSequence(s *ast.CreateSequenceStmt) error {
	schema, err := b.creationSchema(s.Sequence.Schema, s.Persistence, s.Sequence.Pos())
	if err != nil {
		return err
	}
	name := b.name(s.Sequence.Name)
	if found, err := b.exists(schema, name, s.IfNotExists); found || err != nil {
		return err
	}
	h, err := b.header(name, schema.ID)
	if err != nil {
		return err
	}
	seq := &catalog.Sequence{Header: h, Persistence: persistence(s.Persistence)}
	if schema.Name == b.TempSchema {
		seq.Persistence = catalog.Temporary
	}
	if _, err := b.sequenceOptions(seq, s.Options, types.Int8); err != nil {
		return err
	}
	b.put(seq)
	return nil
}

func (b *binder) alterSequence(s *ast.AlterSequenceStmt) error {
	old, err := b.sequence(s.Sequence, s.IfExists)
	if err != nil || old == nil {
		return err
	}
	return b.changeSequence(old, s.Options)
}

// changeSequence gives a sequence new options, and with RESTART a position.
func (b *binder) changeSequence(old *catalog.Sequence, options []*ast.Option) error {
	seq := *old
	restart, err := b.sequenceOptions(&seq, options, types.Type{})
	if err != nil {
		return err
	}
	b.put(&seq)
	if restart != nil {
		b.step(&plan.SetSequence{Sequence: seq.ID, Value: *restart})
	}
	return nil
}

// sequence finds a sequence; nil without an error where IF EXISTS finds none.
func (b *binder) sequence(ref *ast.TableRef, ifExists bool) (*catalog.Sequence, error) {
	o := b.relation(ref.Schema, ref.Name)
	if o == nil {
		if ifExists {
			b.notice(sqlerr.Notice("relation \"%s\" does not exist, skipping", ref.Name))
			return nil, nil
		}
		return nil, b.noRelation(ref)
	}
	seq, ok := o.(*catalog.Sequence)
	if !ok {
		return nil, sqlerr.New(sqlerr.WrongObjectType, "\"%s\" is not a sequence", ref.Name)
	}
	return seq, b.mustOwn(seq)
}

// ownSequence makes the sequence of a serial or identity column.
func (d *draft) ownSequence(ord int, options []*ast.Option) error {
	c := &d.t.Columns[ord-1]
	name := ""
	var rest []*ast.Option
	for _, o := range options {
		if o.Name == "sequence_name" {
			name = o.Names[len(o.Names)-1]
			continue
		}
		rest = append(rest, o)
	}
	if name == "" {
		name = d.chooseName(d.t.Schema, d.t.Name, c.Name, "seq", false)
	} else if d.cat.Relation(d.cat.SchemaName(d.t.Schema), name) != nil {
		return sqlerr.New(sqlerr.DuplicateTable, "relation \"%s\" already exists", name)
	}
	h, err := d.header(name, d.t.Schema)
	if err != nil {
		return err
	}
	h.Owner = d.t.Owner
	seq := &catalog.Sequence{Header: h, OwnerTable: d.t.ID, OwnerColumn: ord, Persistence: d.t.Persistence}
	if _, err := d.sequenceOptions(seq, rest, c.Type); err != nil {
		return err
	}
	c.Sequence = seq.ID
	d.binder.put(seq)
	return nil
}

// sequenceRange is the range of a sequence's type.
func sequenceRange(t types.Type) (low, high int64) {
	switch t {
	case types.Int2:
		return math.MinInt16, math.MaxInt16
	case types.Int4:
		return math.MinInt32, math.MaxInt32
	}
	return math.MinInt64, math.MaxInt64
}

// sequenceOptions applies options to a sequence. fresh is the type of a new one
// where AS gives none, zero for a change. restart is the value of RESTART.
func (b *binder) sequenceOptions(seq *catalog.Sequence, options []*ast.Option, fresh types.Type) (restart *int64, err error) {
	o, err := b.readSequenceOptions(options)
	if err != nil {
		return nil, err
	}
	was := *seq
	isNew := fresh.OID != 0
	if isNew {
		seq.Type, seq.Increment, seq.Cache = fresh, 1, 1
	}
	if o.typ != nil {
		seq.Type = *o.typ
	}
	if o.increment != nil {
		seq.Increment = *o.increment
	}
	if seq.Increment == 0 {
		return nil, sqlerr.New(sqlerr.InvalidParameterValue, "INCREMENT must not be zero")
	}
	if o.cycle != nil {
		seq.Cycle = *o.cycle
	}
	if err := o.bounds(seq, &was, isNew); err != nil {
		return nil, err
	}
	if err := o.positions(seq, isNew); err != nil {
		return nil, err
	}
	if o.cache != nil {
		if *o.cache < 1 {
			return nil, sqlerr.New(sqlerr.InvalidParameterValue, "CACHE (%d) must be greater than zero", *o.cache)
		}
		seq.Cache = *o.cache
	}
	if o.ownedBy != nil {
		if err := b.ownedBy(seq, o.ownedBy); err != nil {
			return nil, err
		}
	}
	return o.restart, nil
}

// sequenceOption holds the options that were given.
type sequenceOption struct {
	typ                                        *types.Type
	increment, start, min, max, cache, restart *int64
	noMin, noMax                               bool
	restartAtStart                             bool
	cycle                                      *bool
	ownedBy                                    []string
}

func (b *binder) readSequenceOptions(options []*ast.Option) (*sequenceOption, error) {
	out := &sequenceOption{}
	given := map[string]bool{}
	for _, o := range options {
		if given[o.Name] {
			return nil, sqlerr.New(sqlerr.SyntaxError, "conflicting or redundant options").At(b.at(o.Pos()))
		}
		given[o.Name] = true
		var err error
		switch o.Name {
		case "as":
			err = b.sequenceType(out, o)
		case "increment":
			out.increment, err = integerOption(o)
		case "start":
			out.start, err = integerOption(o)
		case "cache":
			out.cache, err = integerOption(o)
		case "minvalue":
			out.noMin = !o.HasValue()
			out.min, err = integerOption(o)
		case "maxvalue":
			out.noMax = !o.HasValue()
			out.max, err = integerOption(o)
		case "restart":
			out.restartAtStart = !o.HasValue()
			out.restart, err = integerOption(o)
		case "cycle":
			v := o.Text() != "false" && o.Text() != "0"
			out.cycle = &v
		case "owned_by":
			out.ownedBy = o.Names
		case "sequence_name":
		default:
			err = sqlerr.New(sqlerr.SyntaxError, "sequence option \"%s\" not recognized", o.Name)
		}
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (b *binder) sequenceType(out *sequenceOption, o *ast.Option) error {
	t, err := bind.TypeOf(b.bindContext(), o.Type, b.text)
	if err != nil {
		return err
	}
	if t != types.Int2 && t != types.Int4 && t != types.Int8 {
		return sqlerr.New(sqlerr.InvalidParameterValue, "sequence type must be smallint, integer, or bigint")
	}
	out.typ = &t
	return nil
}

// integerOption reads the number of an option, nil for a bare name.
func integerOption(o *ast.Option) (*int64, error) {
	if !o.HasValue() {
		return nil, nil
	}
	n, err := strconv.ParseInt(o.Text(), 10, 64)
	if err != nil {
		return nil, sqlerr.New(sqlerr.InvalidTextRepresentation, "invalid input syntax for type bigint: \"%s\"", o.Text())
	}
	return &n, nil
}

// bounds sets MINVALUE and MAXVALUE: those given, else the type's, else the old ones.
func (o *sequenceOption) bounds(seq, was *catalog.Sequence, isNew bool) error {
	low, high := sequenceRange(seq.Type)
	oldLow, oldHigh := sequenceRange(was.Type)
	up := seq.Increment > 0
	retype := !isNew && o.typ != nil
	switch {
	case o.max != nil:
		seq.Max = *o.max
	case isNew || o.noMax || retype && was.Max == oldHigh:
		if seq.Max = high; !up {
			seq.Max = -1
		}
	}
	switch {
	case o.min != nil:
		seq.Min = *o.min
	case isNew || o.noMin || retype && was.Min == oldLow:
		if seq.Min = 1; !up {
			seq.Min = low
		}
	}
	if seq.Max > high || seq.Max < low {
		return sqlerr.New(sqlerr.InvalidParameterValue, "MAXVALUE (%d) is out of range for sequence data type %s", seq.Max, sqlName(seq.Type))
	}
	if seq.Min < low || seq.Min > high {
		return sqlerr.New(sqlerr.InvalidParameterValue, "MINVALUE (%d) is out of range for sequence data type %s", seq.Min, sqlName(seq.Type))
	}
	if seq.Min >= seq.Max {
		return sqlerr.New(sqlerr.InvalidParameterValue, "MINVALUE (%d) must be less than MAXVALUE (%d)", seq.Min, seq.Max)
	}
	return nil
}

// positions sets START and checks it and RESTART against the bounds.
func (o *sequenceOption) positions(seq *catalog.Sequence, isNew bool) error {
	switch {
	case o.start != nil:
		seq.Start = *o.start
	case isNew && seq.Increment > 0:
		seq.Start = seq.Min
	case isNew:
		seq.Start = seq.Max
	}
	if o.restartAtStart {
		v := seq.Start
		o.restart = &v
	}
	for _, p := range []struct {
		name  string
		value *int64
	}{{"START", &seq.Start}, {"RESTART", o.restart}} {
		if p.value == nil {
			continue
		}
		if *p.value < seq.Min {
			return sqlerr.New(sqlerr.InvalidParameterValue, "%s value (%d) cannot be less than MINVALUE (%d)", p.name, *p.value, seq.Min)
		}
		if *p.value > seq.Max {
			return sqlerr.New(sqlerr.InvalidParameterValue, "%s value (%d) cannot be greater than MAXVALUE (%d)", p.name, *p.value, seq.Max)
		}
	}
	return nil
}

// ownedBy makes a column the owner of a sequence; OWNED BY NONE has one name.
func (b *binder) ownedBy(seq *catalog.Sequence, names []string) error {
	if len(names) == 1 {
		if names[0] != "none" {
			return sqlerr.New(sqlerr.SyntaxError, "invalid OWNED BY option").WithHint("Specify OWNED BY table.column or OWNED BY NONE.")
		}
		seq.OwnerTable, seq.OwnerColumn = 0, 0
		return nil
	}
	ref := &ast.TableRef{Position: ast.Unknown, Name: names[len(names)-2]}
	if len(names) > 2 {
		ref.Schema = names[len(names)-3]
	}
	t, err := b.table(ref)
	if err != nil {
		return err
	}
	if t.Schema != seq.Schema {
		return sqlerr.New(sqlerr.ObjectNotInPrerequisiteState, "sequence must be in same schema as table it is linked to")
	}
	column := names[len(names)-1]
	_, ord := t.Column(column)
	if ord == 0 {
		return sqlerr.New(sqlerr.UndefinedColumn, "column \"%s\" of relation \"%s\" does not exist", column, t.Name)
	}
	seq.OwnerTable, seq.OwnerColumn = t.ID, ord
	return nil
}
