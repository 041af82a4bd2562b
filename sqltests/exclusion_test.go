package sqltests

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"synapse/sqltests/harness"
	"synapse/sqltests/seed"
)

// Sizes of TestExclusionBesideWriters.
const (
	exclusionWriters      = 6
	exclusionTransactions = 40
)

// TestExclusionBesideWriters: whatever sessions do at once, no two rows that are
// committed exclude each other, for constraints with and without a key of
// equality, and across a restart.
func TestExclusionBesideWriters(t *testing.T) {
	for _, element := range []string{"room WITH =, during WITH &&", "during WITH &&", "room WITH =, wide WITH &&"} {
		t.Run(element, func(t *testing.T) {
			s := harness.StartSynapse(t)
			must(t, connect(t, s.URL()), "CREATE TABLE booking (id serial PRIMARY KEY, room int, during int4range, wide int4multirange, EXCLUDE USING gist ("+element+"))")
			var group sync.WaitGroup
			for w := range exclusionWriters {
				c := connect(t, s.URL())
				rng := rand.New(rand.NewPCG(seed.Of(t), uint64(w)))
				group.Add(1)
				go func() {
					defer group.Done()
					for range exclusionTransactions {
						bookAtRandom(t, c, rng)
					}
				}()
			}
			group.Wait()
			check := func() {
				c := connect(t, s.URL())
				column := "during"
				if element == "room WITH =, wide WITH &&" {
					column = "wide"
				}
				same := "a.room = b.room AND "
				if element == "during WITH &&" {
					same = ""
				}
				clash := single(t, c, fmt.Sprintf("SELECT count(*) FROM booking a JOIN booking b ON a.id < b.id AND %s a.%s && b.%s", same, column, column))
				rows := single(t, c, "SELECT count(*) > 0 FROM booking")
				if clash != "0" || rows != "t" {
					t.Fatalf("%s pairs exclude each other; rows: %s", clash, rows)
				}
			}
			check()
			s.Restart(t)
			check()
			c := connect(t, s.URL())
			_, err := c.Exec(context.Background(), "INSERT INTO booking (room, during, wide) SELECT room, during, wide FROM booking WHERE NOT isempty(during) AND NOT isempty(wide) LIMIT 1").ReadAll()
			if code(err) != "23P01" {
				t.Fatalf("a copy of a row after the restart: %v", err)
			}
		})
	}
}

// bookAtRandom runs one transaction of a few writes.
func bookAtRandom(t *testing.T, c *pgconn.PgConn, rng *rand.Rand) {
	ctx := context.Background()
	steps := []string{"BEGIN"}
	for range 1 + rng.IntN(3) {
		room, at, width := rng.IntN(3), rng.IntN(60), 1+rng.IntN(6)
		span := fmt.Sprintf("int4range(%d, %d)", at, at+width)
		switch rng.IntN(6) {
		case 0:
			steps = append(steps, fmt.Sprintf("DELETE FROM booking WHERE room = %d AND during && %s", room, span))
		case 1:
			steps = append(steps, fmt.Sprintf("UPDATE booking SET during = %s, wide = multirange(%s) WHERE id = (SELECT min(id) FROM booking WHERE room = %d)", span, span, room))
		case 2:
			steps = append(steps, "SAVEPOINT s", insertBooking(room, span), "ROLLBACK TO s")
		default:
			steps = append(steps, insertBooking(room, span))
		}
	}
	end := "COMMIT"
	if rng.IntN(5) == 0 {
		end = "ROLLBACK"
	}
	for _, sql := range append(steps, end) {
		_, err := c.Exec(ctx, sql).ReadAll()
		switch code(err) {
		case "":
		case "23P01", "40P01", "25P02":
			if _, err := c.Exec(ctx, "ROLLBACK").ReadAll(); err != nil {
				t.Error(err)
			}
			return
		default:
			t.Errorf("%s: %v", sql, err)
			return
		}
	}
}

func insertBooking(room int, span string) string {
	return fmt.Sprintf("INSERT INTO booking (room, during, wide) VALUES (%d, %s, multirange(%s))", room, span, span)
}

// code is the SQLSTATE of an error of the server, "" for none.
func code(err error) string {
	var e *pgconn.PgError
	switch {
	case err == nil:
		return ""
	case errors.As(err, &e):
		return e.Code
	}
	return err.Error()
}

func must(t *testing.T, c *pgconn.PgConn, sql string) {
	t.Helper()
	if _, err := c.Exec(context.Background(), sql).ReadAll(); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

// single runs a query of one value.
func single(t *testing.T, c *pgconn.PgConn, sql string) string {
	t.Helper()
	r, err := c.Exec(context.Background(), sql).ReadAll()
	if err != nil || len(r) != 1 || len(r[0].Rows) != 1 {
		t.Fatalf("%s: %v", sql, err)
	}
	return string(r[0].Rows[0][0])
}
