package effect

import (
	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/storage/row"
)

// CatalogTable is the system table whose rows are the catalog's objects. It is
// not itself an object; CatalogColumns describes it.
const CatalogTable types.OID = 1

// Attributes of CatalogTable.
const (
	catalogOID = iota
	catalogClass
	catalogSchema
	catalogName
	catalogBody
	catalogAttrs
)

// CatalogColumns are the columns of CatalogTable by attribute number.
var CatalogColumns = [catalogAttrs]catalog.Column{
	catalogOID:    {Name: "oid", Type: types.OIDType, Attr: catalogOID, NotNull: true},
	catalogClass:  {Name: "class", Type: types.Int2, Attr: catalogClass, NotNull: true},
	catalogSchema: {Name: "schema", Type: types.OIDType, Attr: catalogSchema, NotNull: true},
	catalogName:   {Name: "name", Type: types.Text, Attr: catalogName, NotNull: true},
	catalogBody:   {Name: "body", Type: types.Text, Attr: catalogBody, NotNull: true},
}

// CatalogRow makes the row of an object. Error: XX000 if it cannot be encoded.
func CatalogRow(o catalog.Object) (row.Image, error) {
	body, err := catalog.Encode(o)
	if err != nil {
		return nil, err
	}
	var b row.Builder
	b.Reset(catalogAttrs)
	b.Set(catalogOID, types.OIDType, types.NewInt(int64(o.ObjectID())))
	b.Set(catalogClass, types.Int2, types.NewInt(int64(o.Class())))
	b.Set(catalogSchema, types.OIDType, types.NewInt(int64(o.SchemaID())))
	b.Set(catalogName, types.Text, types.NewString(o.ObjectName()))
	b.Set(catalogBody, types.Text, types.NewBytes(body))
	return b.Append(nil)
}

// CatalogObject decodes a row of CatalogTable without Same attributes. Error: XX001.
func CatalogObject(im row.Image) (catalog.Object, error) {
	v, err := im.Value(catalogBody, types.Text)
	if err != nil {
		return nil, err
	}
	if v.IsNull() {
		return nil, sqlerr.New(sqlerr.DataCorrupted, "catalog row without an object")
	}
	return catalog.Decode([]byte(v.Str()))
}
