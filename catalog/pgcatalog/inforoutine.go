package pgcatalog

import (
	"fmt"
	"strconv"
	"strings"

	"synapse/catalog"
	"synapse/catalog/builtin"
)

// information_schema: routines and their parameters.

func init() {
	infoProviders["routines"] = func(s *sheet) { s.eachProcedure(infoRoutine) }
	infoProviders["parameters"] = func(s *sheet) { s.eachProcedure(infoParameters) }
}

// eachProcedure lists plain functions; aggregates and window functions are not part of the standard.
func (s *sheet) eachProcedure(f func(s *sheet, p *procedure, source *catalog.Function)) {
	for _, b := range builtin.AllFunctions() {
		if b.Kind == builtin.Scalar || b.Kind == builtin.SetReturning {
			f(s, ofBuiltin(b), nil)
		}
	}
	for _, o := range s.cat.All(catalog.ClassFunction) {
		c := o.(*catalog.Function)
		f(s, ofCatalog(s.cat, c), c)
	}
}

func (p *procedure) specificName() string { return fmt.Sprintf("%s_%d", p.name, p.id) }

func infoRoutine(s *sheet, p *procedure, source *catalog.Function) {
	kind := s.elementCells(p.sig.ret)
	row := cells{
		"specific_catalog": s.database(), "specific_schema": p.schema, "specific_name": p.specificName(),
		"routine_catalog": s.database(), "routine_schema": p.schema, "routine_name": p.name, "routine_type": "FUNCTION",
		"data_type": kind["data_type"], "type_udt_catalog": kind["udt_catalog"], "type_udt_schema": kind["udt_schema"], "type_udt_name": kind["udt_name"],
		"dtd_identifier": "0", "routine_body": "EXTERNAL", "routine_definition": p.name, "external_language": "INTERNAL", "parameter_style": "GENERAL",
		"is_deterministic": "NO", "sql_data_access": "MODIFIES", "schema_level_routine": "YES", "max_dynamic_result_sets": 0,
		"security_type": "INVOKER", "as_locator": "NO", "is_udt_dependent": "NO",
	}
	if source != nil {
		row["routine_definition"], row["external_language"] = source.Body, strings.ToUpper(source.Language)
		row["is_deterministic"] = yesNo(source.Volatile == byte(builtin.Immutable))
		row["is_null_call"] = yesNo(source.Strict)
	} else if f := builtin.FunctionByOID(p.id); f != nil {
		row["is_deterministic"], row["is_null_call"] = yesNo(f.Volatility == builtin.Immutable), yesNo(f.Strict)
	}
	s.add(row)
}

var modeNames = map[byte]string{'i': "IN", 'o': "OUT", 'b': "INOUT", 'v': "IN", 't': "OUT"}

func infoParameters(s *sheet, p *procedure, _ *catalog.Function) {
	for i, a := range p.sig.args {
		row := merge(cells{
			"specific_catalog": s.database(), "specific_schema": p.schema, "specific_name": p.specificName(), "ordinal_position": i + 1,
			"parameter_mode": modeNames[a.mode], "is_result": "NO", "as_locator": "NO", "parameter_name": orNull(a.name),
			"dtd_identifier": strconv.Itoa(i + 1), "parameter_default": orNull(a.def),
		}, s.elementCells(a.typ))
		s.add(row)
	}
}
