package bind

import (
	"synapse/catalog"
	"synapse/exec/plan"
)

// insteadEvents are the trigger events of the commands.
var insteadEvents = map[plan.Command]catalog.TriggerType{
	plan.InsertCommand: catalog.TriggerInsert, plan.UpdateCommand: catalog.TriggerUpdate, plan.DeleteCommand: catalog.TriggerDelete,
}

// hasInstead reports a view whose triggers carry out a command themselves.
func hasInstead(v *catalog.View, cmd plan.Command) bool {
	for i := range v.Triggers {
		if tr := &v.Triggers[i]; tr.Is(catalog.TriggerInstead) && tr.Type&insteadEvents[cmd] != 0 {
			return true
		}
	}
	return false
}

// insteadDestination is a view as its INSTEAD OF triggers see it: rows of its
// columns, which for UPDATE and DELETE are those that its query gives.
func (b *binder) insteadDestination(v *catalog.View, s *scope, alias string, cmd plan.Command) (*destination, error) {
	t := ViewTable(v)
	d := &destination{name: v.Name, id: v.ID, instead: true, access: b.asks(v, needsOf[cmd])}
	if cmd == plan.InsertCommand {
		d.rel = b.tableRelation(t, s, alias)
	} else {
		rel, err := b.viewRelation(s, v, alias)
		if err != nil {
			return nil, err
		}
		rel.table, d.rel = t, rel
	}
	d.rel.access = d.access
	d.item = d.rel.nameItem()
	d.item.view = true
	for i := range v.Columns {
		d.cols = append(d.cols, destColumn{name: v.Columns[i].Name, ord: i + 1, below: i + 1})
	}
	return d, nil
}
