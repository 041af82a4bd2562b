package session

import (
	"context"
	"strings"

	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/planner/ast"
)

// setStatement runs SET and RESET.
func (s *Session) setStatement(ctx context.Context, t *ast.SetStmt) (string, error) {
	tag := "SET"
	if t.Reset {
		tag = "RESET"
	}
	if t.Name == "" || t.Name == "all" && t.Reset {
		s.settings.resetAll()
		return tag, nil
	}
	if t.Local && !s.block.explicit {
		s.sink.Notice(sqlerr.Warningf(sqlerr.NoActiveSQLTransaction, "SET LOCAL can only be used in transaction blocks"))
	}
	if t.Default || t.Reset {
		switch strings.ToLower(t.Name) {
		case "role", "session_authorization":
			return tag, s.setRole(t.Name, "", t.Local)
		}
		return tag, s.settings.resetTo(t.Name, t.Local)
	}
	value, err := settingText(t)
	if err != nil {
		return "", err
	}
	return tag, s.setSetting(ctx, t.Name, value, t.Local)
}

// setSetting assigns a setting with the side effects some names have.
func (s *Session) setSetting(ctx context.Context, name, value string, local bool) error {
	switch strings.ToLower(name) {
	case "session_authorization", "role":
		return s.setRole(name, value, local)
	case "transaction_isolation":
		modes := ast.TxnModes{Isolation: strings.ToLower(value)}
		_, err := s.setTransaction(ctx, &ast.SetTransactionStmt{Modes: modes}, nil)
		return err
	case "transaction_read_only":
		on, ok := parseBool(value)
		if !ok {
			return sqlerr.New(sqlerr.InvalidParameterValue, "parameter %q requires a Boolean value", name)
		}
		_, err := s.setTransaction(ctx, &ast.SetTransactionStmt{Modes: ast.TxnModes{ReadOnly: &on}}, nil)
		return err
	case "synapse.as_of":
		if _, err := s.parseAsOf(value); err != nil {
			return err
		}
	}
	return s.settings.set(name, value, local)
}

// settingText joins the values of SET as PostgreSQL flattens them: a list of
// names is quoted where needed.
func settingText(t *ast.SetStmt) (string, error) {
	list := strings.EqualFold(t.Name, "search_path") || strings.EqualFold(t.Name, "datestyle")
	parts := make([]string, 0, len(t.Values))
	for _, v := range t.Values {
		switch v := v.(type) {
		case *ast.Const:
			text := v.String()
			if list && strings.EqualFold(t.Name, "search_path") {
				text = builtin.QuoteIdent(text)
			}
			parts = append(parts, text)
		case *ast.CastExpr:
			text, err := zoneInterval(v)
			if err != nil {
				return "", err
			}
			parts = append(parts, text)
		default:
			return "", sqlerr.New(sqlerr.SyntaxError, "SET %s takes only constant arguments", t.Name)
		}
	}
	if len(parts) > 1 && !list {
		return "", sqlerr.New(sqlerr.InvalidParameterValue, "SET %s takes only one argument", t.Name)
	}
	return strings.Join(parts, ", "), nil
}

// zoneInterval turns SET TIME ZONE INTERVAL '+02:00' HOUR TO MINUTE into an offset.
func zoneInterval(c *ast.CastExpr) (string, error) {
	k, ok := c.Arg.(*ast.Const)
	if !ok {
		return "", sqlerr.New(sqlerr.InvalidParameterValue, "invalid interval for a time zone")
	}
	text := strings.TrimSpace(k.String())
	v, err := types.ParseText(types.Interval, text, types.DefaultFormat)
	if err != nil {
		return "", err
	}
	iv := types.AsSpan(v)
	if iv.Months != 0 {
		return "", sqlerr.New(sqlerr.InvalidParameterValue, "cannot specify months in time zone interval")
	}
	if iv.Days != 0 {
		return "", sqlerr.New(sqlerr.InvalidParameterValue, "cannot specify days in time zone interval")
	}
	return posixZone(int(iv.Micros / 1_000_000)), nil
}

// show runs SHOW name and SHOW ALL.
func (s *Session) show(t *ast.ShowStmt) (*memRows, error) {
	if strings.EqualFold(t.Name, "all") {
		rows := &memRows{}
		for _, d := range sortedSettings() {
			rows.add(text(d.name), text(s.showValue(d.name)), text(d.desc))
		}
		return rows, nil
	}
	name := canonicalShow(t.Name)
	v := ""
	if lookupSetting(name) == nil {
		got, ok := s.settings.get(name)
		if !ok {
			return nil, unknownSetting(t.Name)
		}
		v = got
	} else {
		v = s.showValue(name)
	}
	rows := &memRows{}
	rows.add(text(v))
	return rows, nil
}

// showValue is a setting's value, the transaction's own modes included.
func (s *Session) showValue(name string) string {
	switch strings.ToLower(name) {
	case "transaction_isolation":
		if s.block.txn != nil || s.block.explicit {
			return isolationName(s.block.isolation)
		}
		return s.settings.must("default_transaction_isolation")
	case "transaction_read_only":
		if s.block.txn != nil || s.block.explicit {
			return onOffText(s.block.readOnly)
		}
		return s.settings.must("default_transaction_read_only")
	}
	return s.settings.must(name)
}

// canonicalShow maps the SQL standard's long names.
func canonicalShow(name string) string {
	switch strings.ToLower(name) {
	case "timezone", "time zone":
		return "TimeZone"
	case "transaction isolation level":
		return "transaction_isolation"
	case "session authorization":
		return "session_authorization"
	}
	return name
}

func text(s string) types.Value { return types.NewString(s) }
