package wire

import (
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5/pgproto3"
)

type (
	parse    = pgproto3.Parse
	bind     = pgproto3.Bind
	describe = pgproto3.Describe
	execute  = pgproto3.Execute
	closing  = pgproto3.Close
	message  = pgproto3.FrontendMessage
)

func texts(list ...string) [][]byte {
	out := make([][]byte, len(list))
	for i, s := range list {
		out[i] = []byte(s)
	}
	return out
}

func TestExtendedQuery(t *testing.T) {
	s := newTestServer(t)
	s.exec("CREATE TABLE t (i int PRIMARY KEY, x text)")
	c := s.login()
	steps := []struct {
		name string
		send []message
		want []string
	}{
		{"unnamed", []message{
			&parse{Query: "SELECT $1::int + 1 AS n"}, &describe{ObjectType: 'S'}, &bind{Parameters: texts("41")}, &describe{ObjectType: 'P'}, &execute{},
		}, []string{"1", "t 23", "T n:23:0", "2", "T n:23:0", "D 42", "C SELECT 1", "Z I"}},
		{"named and kept", []message{&parse{Name: "add", Query: "INSERT INTO t VALUES ($1, $2)"}, &describe{ObjectType: 'S', Name: "add"}}, []string{"1", "t 23 25", "n", "Z I"}},
		{"run twice in a pipeline", []message{
			&bind{PreparedStatement: "add", Parameters: texts("1", "one")}, &execute{}, &bind{PreparedStatement: "add", Parameters: [][]byte{[]byte("2"), nil}}, &execute{},
		}, []string{"2", "C INSERT 0 1", "2", "C INSERT 0 1", "Z I"}},
		{"a name is taken", []message{&parse{Name: "add", Query: "SELECT 1"}}, []string{"E 42P05", "Z I"}},
		{"an error skips to Sync and undoes the pipeline", []message{
			&bind{PreparedStatement: "add", Parameters: texts("3", "three")}, &execute{}, &bind{PreparedStatement: "add", Parameters: texts("1", "again")}, &execute{},
			&parse{Query: "SELECT 1"}, &bind{}, &execute{},
		}, []string{"2", "C INSERT 0 1", "2", "E 23505", "Z I"}},
		{
			"what is left",
			[]message{&parse{Query: "SELECT * FROM t ORDER BY i"}, &bind{ResultFormatCodes: []int16{1, 0}}, &describe{ObjectType: 'P'}, &execute{}},
			[]string{"1", "2", "T i:23:1 x:25:0", "D 00000001|one", "D 00000002|NULL", "C SELECT 2", "Z I"},
		},
		{"unknown names", []message{&bind{PreparedStatement: "none"}}, []string{"E 26000", "Z I"}},
		{"unknown portal", []message{&execute{Portal: "none"}}, []string{"E 34000", "Z I"}},
		{"describe unknown", []message{&describe{ObjectType: 'P', Name: "none"}}, []string{"E 34000", "Z I"}},
		{"close what is not there", []message{&closing{ObjectType: 'S', Name: "none"}, &closing{ObjectType: 'P', Name: "none"}}, []string{"3", "3", "Z I"}},
		{"close", []message{&closing{ObjectType: 'S', Name: "add"}, &bind{PreparedStatement: "add"}}, []string{"3", "E 26000", "Z I"}},
		{"several statements", []message{&parse{Query: "SELECT 1; SELECT 2"}}, []string{"E 42601", "Z I"}},
		{"empty", []message{&parse{Query: ""}, &bind{}, &describe{ObjectType: 'P'}, &execute{}}, []string{"1", "2", "n", "I", "Z I"}},
		{"comment", []message{&parse{Query: "-- ping"}, &bind{}, &execute{}}, []string{"1", "2", "I", "Z I"}},
		{"too few parameters", []message{&parse{Query: "SELECT $1::int, $2::int"}, &bind{Parameters: texts("1")}}, []string{"1", "E 08P01", "Z I"}},
		{"bad formats", []message{&parse{Query: "SELECT $1::int"}, &bind{Parameters: texts("1"), ParameterFormatCodes: []int16{7}}}, []string{"1", "E 22023", "Z I"}},
		{"too many formats", []message{&parse{Query: "SELECT $1::int"}, &bind{Parameters: texts("1"), ParameterFormatCodes: []int16{0, 0}}}, []string{"1", "E 08P01", "Z I"}},
		{"too many result formats", []message{&parse{Query: "SELECT 1"}, &bind{ResultFormatCodes: []int16{0, 0}}, &execute{}}, []string{"1", "E 08P01", "Z I"}},
		{"bad binary length", []message{&parse{Query: "SELECT $1::int"}, &bind{Parameters: texts("xyz"), ParameterFormatCodes: []int16{1}}}, []string{"1", "E 08P01", "Z I"}},
		{"bad text value", []message{&parse{Query: "SELECT $1::int"}, &bind{Parameters: texts("x")}}, []string{"1", "E 22P02", "Z I"}},
		{"NUL in text", []message{&parse{Query: "SELECT $1::text"}, &bind{Parameters: texts("a\x00b")}}, []string{"1", "E 22021", "Z I"}},
		{"NUL in binary text", []message{&parse{Query: "SELECT $1::text"}, &bind{Parameters: texts("a\x00b"), ParameterFormatCodes: []int16{1}}}, []string{"1", "E 22021", "Z I"}},
		{"invalid UTF-8", []message{&parse{Query: "SELECT $1::text"}, &bind{Parameters: texts("a\xffb")}}, []string{"1", "E 22021", "Z I"}},
		{"given type", []message{&parse{Query: "SELECT $1", ParameterOIDs: []uint32{20}}, &describe{ObjectType: 'S'}}, []string{"1", "t 20", "T ?column?:20:0", "Z I"}},
		{"undetermined type is text", []message{&parse{Query: "SELECT $1"}, &describe{ObjectType: 'S'}}, []string{"1", "t 25", "T ?column?:25:0", "Z I"}},
		{"wrong kind", []message{&describe{ObjectType: 'X'}}, []string{"E 08P01", "Z I"}},
		{"BEGIN", []message{&parse{Query: "BEGIN"}, &bind{}, &execute{}}, []string{"1", "2", "C BEGIN", "Z T"}},
		{"error in a block", []message{&parse{Query: "SELECT nothing"}}, []string{"E 42703", "Z E"}},
		{"nothing runs in a failed block", []message{&parse{Query: "SELECT 1"}, &bind{}, &execute{}}, []string{"E 25P02", "Z E"}},
		{"ROLLBACK", []message{&parse{Query: "ROLLBACK"}, &bind{}, &execute{}}, []string{"1", "2", "C ROLLBACK", "Z I"}},
		{"an error before it ran", []message{&parse{Query: "SELECT 1/$1::int"}, &bind{Parameters: texts("0")}, &execute{}}, []string{"1", "2", "E 22012", "Z I"}},
	}
	for _, step := range steps {
		t.Run(step.name, func(t *testing.T) { same(t, c.ask(step.send...), step.want...) })
	}
}

func TestPortalsSuspend(t *testing.T) {
	s := newTestServer(t)
	c := s.login()
	c.query("BEGIN")
	same(t, c.ask(&parse{Query: "SELECT g FROM generate_series(1, 5) g"}, &bind{DestinationPortal: "p"}, &execute{Portal: "p", MaxRows: 2}),
		"1", "2", "D 1", "D 2", "s", "Z T")
	// Other work in between, on another portal.
	same(t, c.ask(&parse{Query: "SELECT 'x'"}, &bind{}, &execute{}), "1", "2", "D x", "C SELECT 1", "Z T")
	same(t, c.ask(&execute{Portal: "p", MaxRows: 2}), "D 3", "D 4", "s", "Z T")
	same(t, c.ask(&bind{DestinationPortal: "p"}), "E 42P03", "Z E")
	c.query("ROLLBACK")

	c.query("BEGIN")
	c.ask(&parse{Name: "q", Query: "SELECT g FROM generate_series(1, 3) g"}, &bind{PreparedStatement: "q", DestinationPortal: "p"})
	same(t, c.ask(&execute{Portal: "p", MaxRows: 3}), "D 1", "D 2", "D 3", "s", "Z T")
	same(t, c.ask(&execute{Portal: "p", MaxRows: 3}), "C SELECT 0", "Z T")
	same(t, c.ask(&closing{ObjectType: 'P', Name: "p"}, &execute{Portal: "p"}), "3", "E 34000", "Z E")
	c.query("ROLLBACK")
	// Rows that were not asked for have had no effect.
	c.query("CREATE SEQUENCE s")
	c.query("BEGIN")
	same(t, c.ask(&parse{Query: "SELECT nextval('s') FROM generate_series(1, 9)"}, &bind{DestinationPortal: "p"}, &execute{Portal: "p", MaxRows: 2}),
		"1", "2", "D 1", "D 2", "s", "Z T")
	same(t, c.query("SELECT currval('s')"), "T currval:20:0", "D 2", "C SELECT 1", "Z T")
	same(t, c.ask(&execute{Portal: "p", MaxRows: 1}), "D 3", "s", "Z T")
	c.query("ROLLBACK")
	same(t, c.query("SELECT nextval('s')"), "T nextval:20:0", "D 4", "C SELECT 1", "Z I")
	// Outside a block a portal ends with its Sync.
	same(t, c.ask(&bind{PreparedStatement: "q", DestinationPortal: "p"}, &execute{Portal: "p", MaxRows: 1}), "2", "D 1", "s", "Z I")
	same(t, c.ask(&execute{Portal: "p"}), "E 34000", "Z I")
}

func TestFlushSendsWhatIsReady(t *testing.T) {
	s := newTestServer(t)
	c := s.login()
	c.send(&parse{Query: "SELECT 1"}, &bind{}, &execute{}, &pgproto3.Flush{})
	same(t, c.until("C"), "1", "2", "D 1", "C SELECT 1")
	c.send(&parse{Query: "SELEC"}, &pgproto3.Flush{})
	same(t, c.until("E"), "E 42601")
	// Skipped until Sync, the Flush too.
	c.send(&parse{Query: "SELECT 1"}, &pgproto3.Flush{}, &pgproto3.Sync{})
	same(t, c.ready(), "Z I")
}

func TestLongPipeline(t *testing.T) {
	s := newTestServer(t)
	s.exec("CREATE TABLE t (i int PRIMARY KEY)")
	c := s.login()
	const n = 300
	go func() { // one writer, one reader: both directions are in use at once
		for i := range n {
			c.fe.Send(&parse{Query: "INSERT INTO t VALUES ($1) RETURNING i"})
			c.fe.Send(&bind{Parameters: texts(fmt.Sprint(i))})
			c.fe.Send(&execute{})
			c.fe.Send(&pgproto3.Sync{})
		}
		c.fe.Flush()
	}()
	for i := range n {
		same(t, c.ready(), "1", "2", fmt.Sprintf("D %d", i), "C INSERT 0 1", "Z I")
	}
}

// TestChangedResultType: a statement prepared before its table changed says so instead of sending other columns.
func TestChangedResultType(t *testing.T) {
	s := newTestServer(t)
	s.exec("CREATE TABLE t (i int)")
	c := s.login()
	c.ask(&parse{Name: "q", Query: "SELECT * FROM t"})
	s.exec("ALTER TABLE t ADD COLUMN x text")
	same(t, c.ask(&bind{PreparedStatement: "q"}, &execute{}), "E 0A000", "Z I")
	same(t, c.ask(&parse{Query: "SELECT * FROM t"}, &describe{ObjectType: 'S'}), "1", "t ", "T i:23:0 x:25:0", "Z I")
}
