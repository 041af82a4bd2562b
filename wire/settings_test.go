package wire

import "testing"

// TestValuesThatCannotBe: a value that would change what statements mean, and that Synapse does
// not do, is refused; those that say what is done anyway are taken, for dumps and drivers send them.
func TestValuesThatCannotBe(t *testing.T) {
	c := newTestServer(t).login()
	for _, sql := range []string{
		"SET standard_conforming_strings = off", "SET array_nulls = off", "SET transform_null_equals = on",
		"SET session_replication_role = replica", "SET transaction_timeout = '5s'",
	} {
		same(t, c.query(sql), "E 0A000", "Z I")
	}
	same(t, c.query("SELECT set_config('session_replication_role', 'replica', false)"), "T set_config:25:0", "E 0A000", "Z I")
	for _, sql := range []string{
		"SET standard_conforming_strings = on", "SET array_nulls = true", "SET transform_null_equals = off",
		"SET session_replication_role = local", "SET transaction_timeout = 0",
	} {
		same(t, c.query(sql), "C SET", "Z I")
	}
}
