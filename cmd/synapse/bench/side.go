package bench

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// side is one of the two servers compared.
type side struct {
	name    string // as printed: "synapse", "postgresql", …
	dsn     string
	synapse bool
	conns   []*pgconn.PgConn
	server  *server // nil when it does not run here
}

// open connects n times and asks the server what it is.
func open(ctx context.Context, dsn string, n int) (*side, error) {
	s := &side{dsn: dsn}
	for range n {
		c, err := pgconn.Connect(ctx, dsn)
		if err != nil {
			s.close()
			return nil, err
		}
		s.conns = append(s.conns, c)
	}
	version, err := s.value(ctx, "SELECT version()")
	if err != nil {
		s.close()
		return nil, err
	}
	s.synapse = strings.Contains(version, "Synapse")
	s.name = strings.ToLower(strings.Fields(version)[0])
	if s.synapse {
		s.name = "synapse"
	}
	s.server = findServer(s.conns[0])
	return s, nil
}

func (s *side) close() {
	for _, c := range s.conns {
		_ = c.Close(context.Background())
	}
}

// exec runs statements on the first connection.
func (s *side) exec(ctx context.Context, sql string) error {
	if _, err := s.conns[0].Exec(ctx, sql).ReadAll(); err != nil {
		return fmt.Errorf("%s: %s: %w", s.name, firstLine(sql), err)
	}
	return nil
}

// execEach runs a setting on every connection.
func (s *side) execEach(ctx context.Context, sql string) error {
	for _, c := range s.conns {
		if _, err := c.Exec(ctx, sql).ReadAll(); err != nil {
			return fmt.Errorf("%s: %s: %w", s.name, sql, err)
		}
	}
	return nil
}

// value is the first column of the first row, "" when there is none.
func (s *side) value(ctx context.Context, sql string) (string, error) {
	results, err := s.conns[0].Exec(ctx, sql).ReadAll()
	if err != nil {
		return "", fmt.Errorf("%s: %s: %w", s.name, firstLine(sql), err)
	}
	for _, r := range results {
		if len(r.Rows) > 0 && len(r.Rows[0]) > 0 {
			return string(r.Rows[0][0]), nil
		}
	}
	return "", nil
}

func firstLine(sql string) string {
	sql, _, _ = strings.Cut(strings.TrimSpace(sql), "\n")
	if len(sql) > 80 {
		sql = sql[:80] + "…"
	}
	return sql
}
