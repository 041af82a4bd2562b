package builtin

import (
	"strings"
	"testing"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

func TestJSONRecordset(t *testing.T) {
	for _, c := range []struct{ fn, doc, want string }{
		{"jsonb_to_recordset", `[{"a":1,"b":"x","c":[1,2],"d":{"k":1}},{"b":null}]`, `(1,x,"{1,2}","{""k"": 1}") (,,,)`},
		{"json_to_recordset", `[{"a":"7","c":[[1],[2]]}]`, `(7,,"{{1},{2}}",)`},
		{"jsonb_to_recordset", `[{"a":"x"}]`, "22P02"},
		{"jsonb_to_recordset", `[{"c":[[1],[2,3]]}]`, "22P02"},
		{"jsonb_to_recordset", `{"a":1}`, "22023"},
	} {
		kind := types.JSONB
		if strings.HasPrefix(c.fn, "json_") {
			kind = types.JSON
		}
		call := testCall()
		call.Columns = []OutColumn{{"a", types.Int4}, {"b", types.Text}, {"c", types.Int4Array}, {"d", types.JSONB}}
		doc, err := types.ParseText(kind, c.doc, types.DefaultFormat)
		if err != nil {
			t.Fatal(err)
		}
		var rows []string
		err = FunctionFor(c.fn, kind.OID).Rows(call, []types.Value{doc}, func(row []types.Value) error {
			rows = append(rows, showValue(types.Record, row[0]))
			return nil
		})
		got := strings.Join(rows, " ")
		if err != nil {
			got = string(sqlerr.CodeOf(err))
		}
		if got != c.want {
			t.Errorf("%s(%s) = %s, want %s", c.fn, c.doc, got, c.want)
		}
	}
}
