package ddl

import (
	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/planner/ast"
)

// createDatabase records a database: all share one store, so its options of
// place and locale must say what is the case anyway.
func (b *binder) createDatabase(s *ast.CreateDatabaseStmt) error {
	name := b.name(s.Name)
	if me := b.me(); !me.Super && !me.CreateDB {
		return notPermitted("permission denied to create database")
	}
	if b.cat.Database(name) != nil {
		return sqlerr.New(sqlerr.DuplicateDatabase, "database \"%s\" already exists", name)
	}
	h, err := b.header(name, 0)
	if err != nil {
		return err
	}
	for _, o := range s.Options {
		switch o.Name {
		case "owner":
			r, err := b.role(o.Text())
			if err != nil {
				return err
			}
			if !b.cat.IsMember(b.Owner, r.ID) {
				return notPermitted("must be member of role \"%s\"", r.Name)
			}
			h.Owner = r.ID
		case "encoding":
			switch o.Text() {
			case "UTF8", "utf8", "UTF-8", "utf-8", "6":
			default:
				return sqlerr.Unsupported("encoding \""+o.Text()+"\"", "The encoding is UTF8.")
			}
		case "template", "lc_collate", "lc_ctype", "locale", "connection_limit", "allow_connections", "is_template":
			if o.Name == "template" && o.HasValue() && o.Text() != "template0" && o.Text() != "template1" {
				return sqlerr.Unsupported("TEMPLATE \""+o.Text()+"\"", "All databases show the same objects.")
			}
		default:
			return sqlerr.Unsupported("database option "+o.Name, "")
		}
	}
	b.put(&catalog.Database{Header: h})
	return nil
}

func (b *binder) dropDatabase(s *ast.DropDatabaseStmt) error {
	d := b.cat.Database(s.Name)
	if d == nil {
		if s.IfExists {
			b.notice(sqlerr.Notice("database \"%s\" does not exist, skipping", s.Name))
			return nil
		}
		return sqlerr.New(sqlerr.InvalidCatalogName, "database \"%s\" does not exist", s.Name)
	}
	if err := b.mustOwn(d); err != nil {
		return err
	}
	if d.Name == b.Database {
		return sqlerr.New(sqlerr.ObjectInUse, "cannot drop the currently open database")
	}
	b.dropObject(d.ID)
	return nil
}
