// Package catalog holds the schema: schemas, tables, columns, indexes,
// constraints, sequences, views, functions, roles, as immutable objects, and
// Catalog, an immutable set of them that answers name look-ups.
//
// The catalog has no storage of its own. storage keeps every object as a row of
// a system table (its Object encoded by Encode), so DDL is transactional,
// versioned, logged and readable AS OF exactly as data is. A Catalog is built
// from those rows (Build) and advanced by them (With); a plan remembers the
// versions of the objects it was compiled against.
//
// # Columns
//
// Table.Columns is in display order and keeps dropped columns: the 1-based
// position is pg_attribute.attnum. Column.Attr is the 0-based number of the
// attribute in row payloads; it is never reused. A payload that ends before an
// attribute was written before the column existed: it reads as Column.Missing.
// ALTER COLUMN TYPE gives the column a new Attr, so that a read AS OF an earlier
// moment, which binds the earlier Table, still finds the earlier values.
package catalog
