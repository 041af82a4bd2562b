package interp

import (
	"strings"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/planner/plpgsql"
)

// noActiveHandler is stacked_diagnostics_accessed_without_active_handler.
const noActiveHandler sqlerr.Code = "0Z002"

func (fr *frame) raise(st *plpgsql.Raise) error {
	if !st.Format && st.Condition == "" && st.Options == nil {
		if fr.caught == nil {
			return sqlerr.New(noActiveHandler, "RAISE without parameters cannot be used outside an exception handler")
		}
		e := *fr.caught
		return &e
	}
	e := sqlerr.New("", "")
	if st.Condition != "" {
		e.Code = codeOf(st.Condition)
		e.Message = st.Condition
	}
	if st.Format {
		text, err := fr.format(st)
		if err != nil {
			return err
		}
		e.Message = text
	}
	if err := fr.raiseOptions(e, st); err != nil {
		return err
	}
	if e.Code == "" && st.Level == "EXCEPTION" {
		e.Code = sqlerr.RaiseException
	}
	if e.Message == "" {
		e.Message = string(e.Code)
	}
	if st.Level == "EXCEPTION" {
		return e
	}
	e.Severity = sqlerr.Severity(st.Level)
	if e.Code == "" {
		e.Code = sqlerr.SuccessfulCompletion
		if st.Level == "WARNING" {
			e.Code = sqlerr.Warning
		}
	}
	e.Where = fr.context()
	fr.host.Notice(e)
	return nil
}

func codeOf(condition string) sqlerr.Code {
	if codes := plpgsql.ConditionCodes(condition); codes != nil {
		return sqlerr.Code(codes[0])
	}
	return sqlerr.Code(condition)
}

// format fills the % of a format.
func (fr *frame) format(st *plpgsql.Raise) (string, error) {
	var out strings.Builder
	next := 0
	for i := 0; i < len(st.Message); i++ {
		switch c := st.Message[i]; {
		case c == '%' && i+1 < len(st.Message) && st.Message[i+1] == '%':
			out.WriteByte('%')
			i++
		case c == '%':
			v, t, err := fr.value(st.Params[next])
			if err != nil {
				return "", err
			}
			next++
			if v.IsNull() {
				out.WriteString("<NULL>")
			} else {
				out.WriteString(fr.host.Text(v, t))
			}
		default:
			out.WriteByte(c)
		}
	}
	return out.String(), nil
}

func (fr *frame) raiseOptions(e *sqlerr.Error, st *plpgsql.Raise) error {
	seen := map[string]bool{}
	for _, o := range st.Options {
		v, t, err := fr.value(o.Expr)
		if err != nil {
			return err
		}
		if v.IsNull() {
			return sqlerr.New(sqlerr.NullValueNotAllowed, "RAISE statement option cannot be null")
		}
		text := fr.host.Text(v, t)
		if seen[o.Name] || o.Name == "errcode" && st.Condition != "" || o.Name == "message" && st.Format {
			return sqlerr.New(sqlerr.SyntaxError, "RAISE option already specified: %s", strings.ToUpper(o.Name))
		}
		seen[o.Name] = true
		switch o.Name {
		case "errcode":
			if e.Code = codeOf(text); len(e.Code) != 5 {
				return sqlerr.New(sqlerr.UndefinedObject, "unrecognized exception condition \"%s\"", text)
			}
			if e.Message == "" {
				e.Message = text
			}
		case "message":
			e.Message = text
		case "detail":
			e.Detail = text
		case "hint":
			e.Hint = text
		case "column":
			e.Column = text
		case "constraint":
			e.Constraint = text
		case "datatype":
			e.DataType = text
		case "table":
			e.Table = text
		case "schema":
			e.Schema = text
		}
	}
	return nil
}

func (fr *frame) assert(st *plpgsql.Assert) error {
	v, t, err := fr.value(st.Cond)
	if err != nil {
		return err
	}
	if v, err = fr.host.Cast(v, t, types.Bool); err != nil {
		return err
	}
	if !v.IsNull() && v.Bool() {
		return nil
	}
	message := "assertion failed"
	if st.Message != nil {
		v, t, err := fr.value(st.Message)
		if err != nil {
			return err
		}
		if !v.IsNull() {
			message = fr.host.Text(v, t)
		}
	}
	return sqlerr.New(assertFailure, "%s", message)
}

func (fr *frame) diagnostics(st *plpgsql.Diagnostics) error {
	if st.Stacked && fr.caught == nil {
		return sqlerr.New(noActiveHandler, "GET STACKED DIAGNOSTICS cannot be used outside an exception handler")
	}
	for _, item := range st.Items {
		v, t := types.NewString(fr.diagnostic(item.Item)), types.Text
		if item.Item == "row_count" {
			v, t = types.NewInt(fr.rows), types.Int8
		}
		if err := fr.assign(item.Target, v, t); err != nil {
			return err
		}
	}
	return nil
}

func (fr *frame) diagnostic(item string) string {
	if item == "pg_context" {
		return fr.context()
	}
	e := fr.caught
	switch item {
	case "returned_sqlstate":
		return string(e.Code)
	case "message_text":
		return e.Message
	case "pg_exception_detail":
		return e.Detail
	case "pg_exception_hint":
		return e.Hint
	case "pg_exception_context":
		return e.Where
	case "column_name":
		return e.Column
	case "constraint_name":
		return e.Constraint
	case "pg_datatype_name":
		return e.DataType
	case "table_name":
		return e.Table
	case "schema_name":
		return e.Schema
	}
	return ""
}
