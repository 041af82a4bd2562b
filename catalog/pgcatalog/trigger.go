package pgcatalog

import (
	"strings"

	"synapse/catalog"
	"synapse/catalog/builtin"
	"synapse/catalog/types"
)

// classTrigger is pg_trigger's own OID.
const classTrigger types.OID = 2620

func init() {
	providers["pg_trigger"] = func(s *sheet) {
		for _, class := range []catalog.Class{catalog.ClassTable, catalog.ClassView} {
			for _, o := range s.cat.All(class) {
				for _, tr := range triggersOf(o) {
					s.trigger(o.ObjectID(), &tr)
				}
			}
		}
	}
}

// triggersOf are the triggers of a table or view.
func triggersOf(o catalog.Object) []catalog.Trigger {
	switch o := o.(type) {
	case *catalog.Table:
		return o.Triggers
	case *catalog.View:
		return o.Triggers
	}
	return nil
}

func (s *sheet) trigger(relation types.OID, tr *catalog.Trigger) {
	row := cells{
		"oid": tr.ID, "tgrelid": relation, "tgname": tr.Name, "tgfoid": tr.Function, "tgtype": int(tr.Type), "tgenabled": byte('O'), "tgparentid": tr.Parent,
		"tgnargs": len(tr.Args), "tgargs": types.NewBytes([]byte(triggerArgs(tr))),
	}
	if tr.Disabled {
		row["tgenabled"] = byte('D')
	}
	if len(tr.Columns) > 0 {
		row["tgattr"] = tr.Columns
	}
	if tr.When != "" {
		row["tgqual"] = tr.When
	}
	s.add(row)
}

// triggerArgs are the arguments as pg_trigger keeps them: each ended by a zero byte.
func triggerArgs(tr *catalog.Trigger) string {
	var out strings.Builder
	for _, a := range tr.Args {
		out.WriteString(a)
		out.WriteByte(0)
	}
	return out.String()
}

func getTriggerDef(s *scope, a []types.Value) (types.Value, error) {
	o, tr := findTrigger(s.cat, oidArg(a[0]))
	if tr == nil {
		return types.Null, nil
	}
	return types.NewString(s.triggerDef(o, tr, len(a) > 1 && a[1].Bool())), nil
}

// findTrigger finds a trigger and its relation by the trigger's OID; nil if there is none.
func findTrigger(cat *catalog.Catalog, id types.OID) (catalog.Object, *catalog.Trigger) {
	for _, class := range []catalog.Class{catalog.ClassTable, catalog.ClassView} {
		for _, o := range cat.All(class) {
			list := triggersOf(o)
			for i := range list {
				if list[i].ID == id {
					return o, &list[i]
				}
			}
		}
	}
	return nil, nil
}

// triggerDef is the CREATE TRIGGER command of a trigger.
func (s *scope) triggerDef(o catalog.Object, tr *catalog.Trigger, pretty bool) string {
	var b strings.Builder
	b.WriteString("CREATE TRIGGER " + builtin.QuoteIdent(tr.Name))
	switch {
	case tr.Is(catalog.TriggerBefore):
		b.WriteString(" BEFORE")
	case tr.Is(catalog.TriggerInstead):
		b.WriteString(" INSTEAD OF")
	default:
		b.WriteString(" AFTER")
	}
	b.WriteString(" " + strings.Join(triggerEvents(o, tr), " OR "))
	name := builtin.QuoteIdent(o.ObjectName())
	if schema := s.cat.SchemaName(o.SchemaID()); !pretty || !inPath(s.path, schema) {
		name = builtin.QuoteIdent(schema) + "." + name
	}
	b.WriteString(" ON " + name)
	if tr.Is(catalog.TriggerRow) {
		b.WriteString(" FOR EACH ROW")
	} else {
		b.WriteString(" FOR EACH STATEMENT")
	}
	if tr.When != "" {
		when := tr.When
		if pretty && strings.HasPrefix(when, "(") && strings.HasSuffix(when, ")") {
			when = when[1 : len(when)-1]
		}
		b.WriteString(" WHEN (" + when + ")")
	}
	b.WriteString(" EXECUTE FUNCTION " + s.triggerCall(tr))
	return b.String()
}

func triggerEvents(o catalog.Object, tr *catalog.Trigger) []string {
	var events []string
	if tr.Is(catalog.TriggerInsert) {
		events = append(events, "INSERT")
	}
	if tr.Is(catalog.TriggerDelete) {
		events = append(events, "DELETE")
	}
	if tr.Is(catalog.TriggerUpdate) {
		event := "UPDATE"
		var names []string
		for _, ord := range tr.Columns {
			names = append(names, builtin.QuoteIdent(columnsOf(o)[ord-1].Name))
		}
		if names != nil {
			event += " OF " + strings.Join(names, ", ")
		}
		events = append(events, event)
	}
	if tr.Is(catalog.TriggerTruncate) {
		events = append(events, "TRUNCATE")
	}
	return events
}

func (s *scope) triggerCall(tr *catalog.Trigger) string {
	name := "-"
	if f := s.cat.Function(tr.Function); f != nil {
		name = builtin.QuoteIdent(f.Name)
		if schema := s.cat.SchemaName(f.Schema); !inPath(s.path, schema) {
			name = builtin.QuoteIdent(schema) + "." + name
		}
	} else if f := builtin.FunctionByOID(tr.Function); f != nil {
		name = f.Name
	}
	var args []string
	for _, a := range tr.Args {
		args = append(args, builtin.QuoteLiteral(a))
	}
	return name + "(" + strings.Join(args, ", ") + ")"
}

func inPath(path []string, schema string) bool {
	for _, p := range path {
		if p == schema {
			return true
		}
	}
	return false
}
