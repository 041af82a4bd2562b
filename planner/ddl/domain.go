package ddl

import (
	"slices"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/planner/ast"
	"synapse/planner/bind"
)

// createDomain is CREATE DOMAIN.
func (b *binder) createDomain(s *ast.CreateDomainStmt) error {
	t, err := b.newType(s.Names, catalog.DomainType)
	if err != nil {
		return err
	}
	if t.Base, err = bind.TypeOf(b.bindContext(), s.Type, b.text); err != nil {
		return err
	}
	if in := types.Lookup(t.Base.OID); in == nil || in.TypType == 'p' {
		return sqlerr.New(sqlerr.DatatypeMismatch, "\"%s\" is not a valid base type for a domain", sqlName(t.Base))
	}
	if t.Collation, err = b.collation(s.Collation, t.Base); err != nil {
		return err
	}
	if err := b.domainConstraints(t, s.Constraints); err != nil {
		return err
	}
	b.put(t)
	return nil
}

// domainConstraints reads what stands behind a new domain's type.
func (b *binder) domainConstraints(t *catalog.Type, list []*ast.Constraint) error {
	var null, value *ast.Constraint
	for _, k := range list {
		switch k.Kind {
		case ast.ConstraintNull, ast.ConstraintNotNull:
			if null != nil && null.Kind != k.Kind {
				return sqlerr.New(sqlerr.SyntaxError, "conflicting NULL/NOT NULL constraints")
			}
			null = k
			t.NotNull = k.Kind == ast.ConstraintNotNull
		case ast.ConstraintDefault:
			if value != nil {
				return sqlerr.New(sqlerr.SyntaxError, "multiple default expressions")
			}
			value = k
			if err := b.domainDefault(t, k.Expr); err != nil {
				return err
			}
		case ast.ConstraintCheck:
			if err := b.domainCheck(t, k); err != nil {
				return err
			}
		case ast.ConstraintUnique:
			return notForDomains("unique constraints")
		case ast.ConstraintPrimaryKey:
			return notForDomains("primary key constraints")
		case ast.ConstraintExclude:
			return notForDomains("exclusion constraints")
		case ast.ConstraintForeignKey:
			return notForDomains("foreign key constraints")
		default:
			return sqlerr.New(sqlerr.FeatureNotSupported, "specifying constraint deferrability not supported for domains")
		}
	}
	return nil
}

func notForDomains(what string) error {
	return sqlerr.New(sqlerr.SyntaxError, "%s not possible for domains", what)
}

// domainDefault sets a domain's default; DEFAULT NULL is none.
func (b *binder) domainDefault(t *catalog.Type, e ast.Expr) error {
	t.Default = ""
	if e == nil {
		return nil
	}
	column := &catalog.Column{Name: t.Name, Type: t.Base.NoMod()}
	x, err := bind.CatalogExpr(b.bindContext(), &catalog.Table{}, column, e, bind.DefaultExpr, b.text)
	if err != nil {
		return err
	}
	if c, ok := x.(*plan.Const); !ok || !c.Val.IsNull() {
		t.Default = x.String()
	}
	return nil
}

// domainCheck adds a CHECK constraint.
func (b *binder) domainCheck(t *catalog.Type, k *ast.Constraint) error {
	text, err := bind.DomainCheck(b.bindContext(), t.Base, k.Expr, b.text)
	if err != nil {
		return err
	}
	named := func(name string) bool { return checkIndex(t, name) >= 0 }
	name := b.name(k.Name)
	switch {
	case name == "":
		name = numbered(t.Name, "", "check", named)
	case named(name):
		return sqlerr.New(sqlerr.DuplicateObject, "constraint \"%s\" for domain \"%s\" already exists", name, t.Name)
	}
	id, err := b.NewOID()
	if err != nil {
		return err
	}
	t.Checks = append(t.Checks, catalog.Constraint{ID: id, Name: name, Kind: catalog.Check, Expr: text, NotValid: k.NotValid})
	return nil
}

func checkIndex(t *catalog.Type, name string) int {
	return slices.IndexFunc(t.Checks, func(c catalog.Constraint) bool { return c.Name == name })
}

// alterDomain is ALTER DOMAIN but for its name, owner and schema.
func (b *binder) alterDomain(s *ast.AlterDomainStmt) error {
	t, err := b.alteredType(ast.KindDomain, s.Names)
	if err != nil {
		return err
	}
	switch s.Action {
	case ast.AlterColumnDefault:
		err = b.domainDefault(t, s.Expr)
	case ast.AlterDropNotNull:
		t.NotNull = false
	case ast.AlterSetNotNull:
		if t.NotNull {
			return nil
		}
		t.NotNull = true
		b.put(t)
		return b.verifyDomain(t, "")
	case ast.AlterAddConstraint:
		if s.Constraint.Kind != ast.ConstraintCheck {
			return b.domainConstraints(t, []*ast.Constraint{s.Constraint})
		}
		if err := b.domainCheck(t, s.Constraint); err != nil {
			return err
		}
		b.put(t)
		if s.Constraint.NotValid {
			return nil
		}
		return b.verifyDomain(t, t.Checks[len(t.Checks)-1].Name)
	case ast.AlterDropConstraint:
		i := checkIndex(t, s.Name)
		if i < 0 {
			if !s.IfExists {
				return noDomainConstraint(t, s.Name)
			}
			b.notice(sqlerr.Notice("constraint \"%s\" of domain \"%s\" does not exist, skipping", s.Name, t.Name))
			return nil
		}
		t.Checks = slices.Delete(t.Checks, i, i+1)
	case ast.AlterValidateConstraint:
		i := checkIndex(t, s.Name)
		if i < 0 {
			return noDomainConstraint(t, s.Name)
		}
		if !t.Checks[i].NotValid {
			return nil
		}
		t.Checks[i].NotValid = false
		b.put(t)
		return b.verifyDomain(t, s.Name)
	}
	if err != nil {
		return err
	}
	b.put(t)
	return nil
}

func noDomainConstraint(t *catalog.Type, name string) error {
	return sqlerr.New(sqlerr.UndefinedObject, "constraint \"%s\" of domain \"%s\" does not exist", name, t.Name)
}

// renameDomainConstraint is ALTER DOMAIN … RENAME CONSTRAINT.
func (b *binder) renameDomainConstraint(s *ast.RenameStmt) error {
	t, err := b.alteredType(ast.KindDomain, s.Object.Names)
	if err != nil {
		return err
	}
	i := checkIndex(t, s.Name)
	if i < 0 {
		return noDomainConstraint(t, s.Name)
	}
	name := b.name(s.NewName)
	if checkIndex(t, name) >= 0 {
		return sqlerr.New(sqlerr.DuplicateObject, "constraint \"%s\" for domain \"%s\" already exists", name, t.Name)
	}
	t.Checks[i].Name = name
	b.put(t)
	return nil
}

// verifyDomain makes the steps that check the rows stored under a domain, or
// one made over it, against a constraint of it; "" is NOT NULL.
func (b *binder) verifyDomain(t *catalog.Type, constraint string) error {
	for _, o := range b.cat.All(catalog.ClassTable) {
		table := o.(*catalog.Table)
		for i := range table.Columns {
			c := &table.Columns[i]
			switch {
			case c.Dropped:
			case overType(c.Type, t.ID):
				b.lock(table.ID, ast.ShareLock)
				cond, err := b.domainCondition(t, c, i, constraint)
				if err != nil {
					return err
				}
				b.step(&plan.CheckRows{Table: table.Clone(), Cond: cond, Column: c.Name, Constraint: constraint, Domain: true})
			case overType(c.Type.Elem(), t.ID):
				return sqlerr.New(sqlerr.FeatureNotSupported, "cannot alter type \"%s\" because column \"%s.%s\" uses it", sqlName(c.Type.Elem()), table.Name, c.Name)
			}
		}
	}
	return nil
}

// overType reports whether t is the domain or one made over it.
func overType(t types.Type, domain types.OID) bool {
	for {
		d := types.DefinedType(t.OID)
		switch {
		case t.OID == domain:
			return true
		case d == nil || d.TypType != 'd':
			return false
		}
		t = d.Base
	}
}

// domainCondition is a constraint over a column at a 0-based position.
func (b *binder) domainCondition(t *catalog.Type, c *catalog.Column, at int, constraint string) (plan.Expr, error) {
	value := &plan.Col{Index: at, Typ: c.Type.Base().NoMod(), Name: c.Name}
	if constraint == "" {
		return &plan.NullTest{Arg: value, Not: true}, nil
	}
	return bind.DomainCondition(b.bindContext(), t, constraint, value)
}
