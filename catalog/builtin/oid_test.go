package builtin

import "testing"

// ioFunctionsFrom is where pg_catalog numbers the I/O functions of extension types from.
const ioFunctionsFrom = 11000

// TestOwnOIDs: numbers given here do not reach those that pg_catalog gives.
func TestOwnOIDs(t *testing.T) {
	if nextOID > ioFunctionsFrom {
		t.Fatalf("functions and operators are numbered up to %d, pg_proc has others from %d on", nextOID, ioFunctionsFrom)
	}
}
