package memory

import (
	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// maxLinkDepth bounds how far memory.neighbors walks.
const maxLinkDepth = 8

func registerLinks() {
	edge := []string{"ns", "source", "kind", "target"}
	four := []types.OID{oidText, oidText, oidText, oidText}
	fn("link", append(edge, "weight", "metadata"), append(four, types.OIDFloat8, oidJSONB), []string{"1", "NULL"}, types.OIDBool,
		func(h Host, a []types.Value) (types.Value, error) {
			if err := requireEdge(a); err != nil {
				return types.Null, err
			}
			return types.NewBool(true), link(h, a[0], a[1], a[2], a[3], a[4], a[5])
		})
	fn("unlink", edge, four, nil, types.OIDBool, func(h Host, a []types.Value) (types.Value, error) {
		if err := requireEdge(a); err != nil {
			return types.Null, err
		}
		return affected(h, "unlink", a)
	})
	rowsFn("neighbors", []string{"id", "kinds", "depth", "as_of"}, []types.OID{oidText, types.OIDTextArray, types.OIDInt4, oidTime},
		[]string{"NULL", "1", "NULL"}, []builtin.OutColumn{
			{Name: "node", Type: types.Text},
			{Name: "depth", Type: types.Int4},
			{Name: "kind", Type: types.Text},
			{Name: "direction", Type: types.Text},
			{Name: "via", Type: types.Text},
			{Name: "weight", Type: types.Float8},
			{Name: "ns", Type: types.Text},
			{Name: "content", Type: types.Text},
		}, neighbors)
}

func requireEdge(a []types.Value) error {
	if err := requireNS(a[0]); err != nil {
		return err
	}
	for i, name := range []string{"source", "kind", "target"} {
		if err := required(name, a[i+1]); err != nil {
			return err
		}
	}
	return nil
}

// link makes or renews an edge.
func link(h Host, ns, source, kind, target, weight, metadata types.Value) error {
	if _, _, err := openNamespace(h, ns); err != nil {
		return err
	}
	return h.Run("link", 0, []types.Value{ns, source, kind, target, weight, metadata, text(h.Agent())}, nil)
}

// neighbors walks links breadth first from a node, in both directions.
func neighbors(h Host, a []types.Value, yield func([]types.Value) error) error {
	if err := required("id", a[0]); err != nil {
		return err
	}
	depth := types.NewInt(1)
	if !a[2].IsNull() {
		depth = a[2]
	}
	if depth.Int() < 1 || depth.Int() > maxLinkDepth {
		return sqlerr.New(sqlerr.InvalidParameterValue, "depth must be between 1 and %d", maxLinkDepth)
	}
	return h.Run("neighbors", moment(a[3]), []types.Value{a[0], a[1], depth}, yield)
}

// linkEntry makes the edges that memory.write's entry names: {"links": {"kind": ["node", …]}}.
func linkEntry(h Host, ns, id, links types.Value) error {
	if links.IsNull() {
		return nil
	}
	j := types.AsJSONB(links)
	bad := func() error {
		return sqlerr.New(sqlerr.InvalidParameterValue, "links must map kinds to lists of nodes").
			WithHint(`{"links": {"derived_from": ["018f…"], "about": ["fact:order"]}}`)
	}
	if j.Kind() != types.JSONObject {
		return bad()
	}
	source := types.NewString(string(types.AppendText(nil, types.UUID, id, types.DefaultFormat)))
	var failed error
	j.Each(func(kind string, nodes types.JSONNode) bool {
		if nodes.Kind() != types.JSONArray {
			failed = bad()
			return false
		}
		for i := 0; i < nodes.Len() && failed == nil; i++ {
			node := nodes.Index(i)
			if node.Kind() != types.JSONString {
				failed = bad()
				break
			}
			failed = link(h, ns, source, types.NewString(kind), types.NewString(node.Str()), types.Null, types.Null)
		}
		return failed == nil
	})
	return failed
}
