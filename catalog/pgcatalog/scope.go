package pgcatalog

import (
	"fmt"

	"synapse/catalog"
	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// Host is the session as the functions of this package see it; wire/session
// implements it. One that is also a catalog.UsageSource tells how large relations are.
type Host interface {
	builtin.Host
	Catalog() *catalog.Catalog
}

// usageOf asks a host or a source of virtual relations; zero if it cannot tell.
func usageOf(source any, relation types.OID) catalog.Usage {
	if u, ok := source.(catalog.UsageSource); ok {
		return u.Usage(relation)
	}
	return catalog.Usage{}
}

// scope is what a call resolves names by: the statement's catalog and search path.
type scope struct {
	*builtin.Call
	host Host
	cat  *catalog.Catalog
	path []string
}

func scopeOf(c *builtin.Call) (*scope, error) {
	h, ok := c.Host.(Host)
	if !ok {
		return nil, sqlerr.New(sqlerr.FeatureNotSupported, "catalog functions cannot be used here")
	}
	return &scope{c, h, h.Catalog(), ImplicitPath(h.SearchPath(), h.BackendPID())}, nil
}

// ImplicitPath is a search path with the schemas that PostgreSQL looks in first:
// the temporary one of the backend and pg_catalog.
func ImplicitPath(path []string, pid int32) []string {
	out := make([]string, 0, len(path)+2)
	for _, first := range []string{fmt.Sprintf("pg_temp_%d", pid), "pg_catalog"} {
		named := false
		for _, s := range path {
			named = named || s == first
		}
		if !named {
			out = append(out, first)
		}
	}
	return append(out, path...)
}

// function is the body of a function over the catalog.
type function = func(s *scope, a []types.Value) (types.Value, error)

// bind registers a body under signatures of PostgreSQL.
func bind(body function, keys ...string) {
	for _, key := range keys {
		builtin.Bind(key, lift(body))
	}
}

func lift(body function) func(c *builtin.Call, a []types.Value) (types.Value, error) {
	return func(c *builtin.Call, a []types.Value) (types.Value, error) {
		s, err := scopeOf(c)
		if err != nil {
			return types.Null, err
		}
		return body(s, a)
	}
}

// texts lifts a body that answers with a text, NULL where ok is false.
func texts(body func(s *scope, a []types.Value) (string, bool)) function {
	return func(s *scope, a []types.Value) (types.Value, error) {
		text, ok := body(s, a)
		if !ok {
			return types.Null, nil
		}
		return types.NewString(text), nil
	}
}

// always is a body that gives one value whatever the arguments.
func always(v types.Value) function {
	return func(*scope, []types.Value) (types.Value, error) { return v, nil }
}

func oidArg(v types.Value) types.OID { return types.OID(v.Int()) }
