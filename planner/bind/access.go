package bind

import (
	"slices"

	"synapse/catalog"
	"synapse/catalog/builtin"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/planner/ast"
)

// Privileges: every relation that a statement names, and every created function
// that it calls, becomes a plan.Access that is asked when the plan runs. A
// relation inside a view is asked of the view's owner.

// asks notes that the statement does something with an object; nil for the
// engine's own statements, which ask nothing.
func (b *binder) asks(o catalog.Object, needs catalog.Privileges) *plan.Access {
	if b.ctx.Engine {
		return nil
	}
	a := &plan.Access{Object: o, As: b.as, Needs: needs}
	b.access = append(b.access, a)
	return a
}

// reads notes that column col of a relation (0-based; negative: of the system) is read.
func reads(a *plan.Access, col int) {
	if a == nil {
		return
	}
	a.Needs |= catalog.MaySelect
	if col >= 0 {
		col++
	}
	if !slices.Contains(a.Select, col) {
		a.Select = append(a.Select, col)
	}
}

// writes notes that a column (1-based) is given a value.
func writes(a *plan.Access, p catalog.Privileges, ord int) {
	if a == nil || ord == 0 {
		return
	}
	list := &a.Insert
	if p == catalog.MayUpdate {
		list = &a.Update
	}
	if !slices.Contains(*list, ord) {
		*list = append(*list, ord)
	}
}

// touch notes that a name's expression is read: a column, or the columns that a
// merged one is made of.
func touch(e plan.Expr) {
	walk(e, func(e plan.Expr) bool {
		if v, ok := e.(*variable); ok {
			reads(v.rel.access, v.col)
		}
		return true
	})
}

// needsOf are the privileges that a data change takes on its target.
var needsOf = map[plan.Command]catalog.Privileges{
	plan.InsertCommand: catalog.MayInsert, plan.UpdateCommand: catalog.MayUpdate, plan.DeleteCommand: catalog.MayDelete,
	plan.MergeCommand: 0,
}

// mayUseSchema refuses a name in a schema that the role may not look into.
func (b *binder) mayUseSchema(schema string, pos int) error {
	if schema == "" || b.kept || b.ctx.Role == 0 || b.ctx.Engine {
		return nil
	}
	s := b.today().Schema(schema)
	if s == nil || schema == b.ctx.TempSchema || catalog.VirtualSchemaName(s.ID) != "" {
		return nil
	}
	if b.today().Privileges(b.ctx.Role, s)&catalog.MayUse == 0 {
		return catalog.Denied(s).At(b.at(pos))
	}
	b.access = append(b.access, &plan.Access{Object: s, Needs: catalog.MayUse}) // for who runs the plan later
	return nil
}

// mayUseSchemaOf is mayUseSchema for a reference in FROM.
func (b *binder) mayUseSchemaOf(ref *ast.TableRef) error {
	return b.mayUseSchema(ref.Schema, ref.Pos())
}

// calls notes that a created function is called; as whom is not a question of
// where it stands: functions in views run as who uses the view.
func (b *binder) calls(fn *builtin.Function) {
	if fn == nil || fn.OID < types.FirstUserOID || b.ctx.Engine {
		return
	}
	f := b.ctx.Catalog.Function(fn.OID)
	if f == nil || slices.ContainsFunc(b.access, func(a *plan.Access) bool { return a.Object.ObjectID() == f.ID }) {
		return
	}
	b.access = append(b.access, &plan.Access{Object: f, Needs: catalog.MayExecute})
}
