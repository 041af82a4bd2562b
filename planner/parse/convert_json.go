package parse

import (
	pg "github.com/pganalyze/pg_query_go/v5"

	"synapse/planner/ast"
)

// jsonExpr is the last part of expr: SQL/JSON, and what is left over.
func (c *converter) jsonExpr(n *pg.Node) ast.Expr {
	switch v := n.Node.(type) {
	case *pg.Node_JsonValueExpr:
		return c.jsonValue(v.JsonValueExpr)
	case *pg.Node_JsonIsPredicate:
		return c.jsonIs(v.JsonIsPredicate)
	case *pg.Node_JsonObjectConstructor:
		o := v.JsonObjectConstructor
		return &ast.JSONObject{
			Position: c.pos(o.Location), Pairs: each(o.Exprs, c.jsonPair), Output: c.jsonOutput(o.Output),
			AbsentOnNull: o.AbsentOnNull, UniqueKeys: o.Unique,
		}
	case *pg.Node_JsonArrayConstructor:
		a := v.JsonArrayConstructor
		return &ast.JSONArray{
			Position: c.pos(a.Location), Output: c.jsonOutput(a.Output), AbsentOnNull: a.AbsentOnNull,
			Elements: each(a.Exprs, func(e *pg.Node) *ast.JSONValue { return c.jsonValue(e.GetJsonValueExpr()) }),
		}
	case *pg.Node_JsonArrayQueryConstructor:
		a := v.JsonArrayQueryConstructor
		return &ast.JSONArray{
			Position: c.pos(a.Location), Query: c.query(a.Query), Output: c.jsonOutput(a.Output), AbsentOnNull: a.AbsentOnNull,
		}
	case *pg.Node_JsonObjectAgg:
		out := c.jsonAgg(v.JsonObjectAgg.Constructor)
		pair := v.JsonObjectAgg.Arg
		out.Key, out.Value = c.expr(pair.GetKey()), c.jsonValue(pair.GetValue())
		out.AbsentOnNull, out.UniqueKeys = v.JsonObjectAgg.AbsentOnNull, v.JsonObjectAgg.Unique
		return out
	case *pg.Node_JsonArrayAgg:
		out := c.jsonAgg(v.JsonArrayAgg.Constructor)
		out.Value, out.AbsentOnNull = c.jsonValue(v.JsonArrayAgg.Arg), v.JsonArrayAgg.AbsentOnNull
		return out
	}
	c.refuse(ast.Unknown, "this expression", "")
	return &ast.Const{Position: ast.Unknown}
}

func (c *converter) jsonAgg(k *pg.JsonAggConstructor) *ast.JSONAgg {
	return &ast.JSONAgg{
		Position: c.pos(k.GetLocation()), Output: c.jsonOutput(k.GetOutput()), OrderBy: c.sortBys(k.GetAggOrder()),
		Filter: c.expr(k.GetAggFilter()), Over: c.window(k.GetOver()),
	}
}

func (c *converter) jsonValue(v *pg.JsonValueExpr) *ast.JSONValue {
	arg := c.expr(v.GetRawExpr())
	if arg == nil {
		c.refuse(ast.Unknown, "this JSON value", "")
		return &ast.JSONValue{Position: ast.Unknown}
	}
	return &ast.JSONValue{
		Position: ast.Position(arg.Pos()), Arg: arg,
		FormatJSON: v.GetFormat().GetFormatType() == pg.JsonFormatType_JS_FORMAT_JSON,
		Encoding:   jsonEncoding(v.GetFormat().GetEncoding()),
	}
}

func jsonEncoding(e pg.JsonEncoding) string {
	switch e {
	case pg.JsonEncoding_JS_ENC_UTF8:
		return "UTF8"
	case pg.JsonEncoding_JS_ENC_UTF16:
		return "UTF16"
	case pg.JsonEncoding_JS_ENC_UTF32:
		return "UTF32"
	}
	return ""
}

func (c *converter) jsonOutput(o *pg.JsonOutput) *ast.JSONOutput {
	if o == nil {
		return nil
	}
	out := &ast.JSONOutput{Position: ast.Unknown, Type: c.typeName(o.TypeName)}
	out.FormatJSON = o.GetReturning().GetFormat().GetFormatType() == pg.JsonFormatType_JS_FORMAT_JSON
	if out.Type != nil {
		out.Position = out.Type.Position
	}
	return out
}

func (c *converter) jsonPair(n *pg.Node) *ast.JSONPair {
	kv := n.GetJsonKeyValue()
	out := &ast.JSONPair{Position: ast.Unknown, Key: c.expr(kv.GetKey()), Value: c.jsonValue(kv.GetValue())}
	if out.Key != nil {
		out.Position = ast.Position(out.Key.Pos())
	}
	return out
}

func (c *converter) jsonIs(p *pg.JsonIsPredicate) ast.Expr {
	out := &ast.JSONIs{Position: c.pos(p.Location), Arg: c.expr(p.Expr), UniqueKeys: p.UniqueKeys}
	switch p.ItemType {
	case pg.JsonValueType_JS_TYPE_OBJECT:
		out.Kind = ast.JSONIsObject
	case pg.JsonValueType_JS_TYPE_ARRAY:
		out.Kind = ast.JSONIsArray
	case pg.JsonValueType_JS_TYPE_SCALAR:
		out.Kind = ast.JSONIsScalar
	}
	return out
}
