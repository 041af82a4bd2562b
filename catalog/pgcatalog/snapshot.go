package pgcatalog

import (
	"embed"
	"strconv"
	"strings"

	"synapse/catalog"
	"synapse/catalog/types"
)

// snapshotFiles hold rows that every PostgreSQL database is born with, in the
// text format of COPY and in the order of the relation's columns, cut down to
// the types and access methods that Synapse has.
//
//go:embed snapshot/*.tsv
var snapshotFiles embed.FS

// snapshot returns the rows of the relation's file, none if it has no file.
func (r *relation) snapshot() [][]types.Value {
	if r.table.Schema != catalog.SchemaPgCatalog {
		return nil
	}
	var rows [][]types.Value
	for _, fields := range snapshotRows(r.table.Name) {
		row := make([]types.Value, len(fields))
		for i, text := range fields {
			if text == `\N` {
				continue
			}
			v, err := types.ParseText(parsedAs(r.table.Columns[i].Type), text, nil)
			if err != nil {
				panic("pgcatalog: snapshot of " + r.table.Name + ": " + err.Error())
			}
			row[i] = v
		}
		rows = append(rows, row)
	}
	return rows
}

// parsedAs is the type whose input function reads a column: the reg types are written as numbers.
func parsedAs(t types.Type) types.Type {
	if t.Kind() == types.KindOID {
		return types.OIDType
	}
	return t
}

func snapshotRows(name string) [][]string {
	data, err := snapshotFiles.ReadFile("snapshot/" + name + ".tsv")
	if err != nil {
		return nil
	}
	var rows [][]string
	for line := range strings.Lines(string(data)) {
		rows = append(rows, strings.Split(strings.TrimSuffix(line, "\n"), "\t"))
	}
	return rows
}

// oidOf reads an OID of a snapshot file.
func oidOf(text string) types.OID {
	n, err := strconv.ParseUint(text, 10, 32)
	if err != nil {
		panic("pgcatalog: bad OID " + text)
	}
	return types.OID(n)
}
