package session

import (
	"slices"
	"strings"

	"synapse/catalog"
	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/textsearch"
	"synapse/catalog/types"
	"synapse/exec"
)

// tsvectorTrigger is tsvector_update_trigger (byColumn: the configuration stands
// in a column): its arguments are the tsvector's column, the configuration and
// the columns of text. Errors as PostgreSQL's.
func (h *host) tsvectorTrigger(ev *exec.TriggerEvent, byColumn bool) ([]types.Value, error) {
	tr, t := ev.Trigger, ev.Relation
	refused := ""
	switch {
	case !tr.Is(catalog.TriggerRow):
		refused = "must be fired for row"
	case !tr.Is(catalog.TriggerBefore):
		refused = "must be fired BEFORE event"
	case ev.Op != catalog.TriggerInsert && ev.Op != catalog.TriggerUpdate:
		refused = "must be fired for INSERT or UPDATE"
	case len(tr.Args) < 3:
		refused = "arguments must be tsvector_field, ts_config, text_field1, ...)"
	}
	if refused != "" {
		return nil, sqlerr.Internal("tsvector_update_trigger: %s", refused)
	}
	vector, ord := t.Column(tr.Args[0])
	switch {
	case vector == nil:
		return nil, sqlerr.New(sqlerr.UndefinedColumn, "tsvector column \"%s\" does not exist", tr.Args[0])
	case vector.Type.Kind() != types.KindTSVector:
		return nil, sqlerr.New(sqlerr.DatatypeMismatch, "column \"%s\" is not of tsvector type", tr.Args[0])
	}
	id, err := triggerConfig(ev, byColumn)
	if err != nil {
		return nil, err
	}
	config, err := textsearch.ConfigByOID(id)
	if err != nil {
		return nil, err
	}
	d := textsearch.Document{Config: config, Notice: func(message string) { h.Notice("NOTICE", message) }}
	changed := ev.Op == catalog.TriggerInsert
	for _, name := range tr.Args[2:] {
		c, at := t.Column(name)
		switch {
		case c == nil:
			return nil, sqlerr.New(sqlerr.UndefinedColumn, "column \"%s\" does not exist", name)
		case c.Type.Kind() != types.KindText && c.Type.Kind() != types.KindBpchar:
			return nil, sqlerr.New(sqlerr.DatatypeMismatch, "column \"%s\" is not of a character type", name)
		}
		value := ev.New[at-1]
		changed = changed || !value.Identical(ev.Old[at-1])
		if !value.IsNull() {
			d.Add(value.Str())
		}
	}
	if !changed {
		return ev.New, nil
	}
	out := slices.Clone(ev.New)
	out[ord-1], err = d.Vector()
	return out, err
}

// triggerConfig finds the configuration that the trigger's second argument names.
func triggerConfig(ev *exec.TriggerEvent, byColumn bool) (types.OID, error) {
	name := ev.Trigger.Args[1]
	if !byColumn {
		if !strings.Contains(name, ".") {
			return 0, sqlerr.New(sqlerr.InvalidParameterValue, "text search configuration name \"%s\" must be schema-qualified", name)
		}
		id := builtin.TextSearchOID(types.OIDRegconfig, name)
		if id == 0 {
			return 0, sqlerr.New(sqlerr.UndefinedObject, "text search configuration \"%s\" does not exist", name)
		}
		return id, nil
	}
	c, ord := ev.Relation.Column(name)
	switch {
	case c == nil:
		return 0, sqlerr.New(sqlerr.UndefinedColumn, "configuration column \"%s\" does not exist", name)
	case c.Type.Kind() != types.KindOID && c.Type.Kind() != types.KindInt4: // what has the same bytes does
		return 0, sqlerr.New(sqlerr.DatatypeMismatch, "column \"%s\" is not of regconfig type", name)
	case ev.New[ord-1].IsNull():
		return 0, sqlerr.New(sqlerr.NullValueNotAllowed, "configuration column \"%s\" must not be null", name)
	}
	return types.OID(ev.New[ord-1].Int()), nil
}
