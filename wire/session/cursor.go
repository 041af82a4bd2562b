package session

import (
	"context"
	"time"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/planner/ast"
	"synapse/planner/parse"
)

// cursor is a DECLAREd query. Rows are kept as they are read, so that a scroll
// cursor can go back; pos is the row it stands on (0 before the first, len+1
// after the last). hold: it outlived its transaction, everything is in rows.
type cursor struct {
	name   string
	cols   []Column
	src    rowSource // nil once exhausted or held
	rows   [][]types.Value
	pos    int
	scroll bool
	hold   bool
	held   bool
	text   string // of the DECLARE
	made   time.Time
	depth  int // savepoints of the transaction around it
}

// declare runs DECLARE … CURSOR FOR.
func (s *Session) declare(ctx context.Context, outer *portal, t *ast.DeclareStmt) (string, error) {
	if !s.block.explicit && !t.Hold {
		return "", sqlerr.New(sqlerr.NoActiveSQLTransaction, "DECLARE CURSOR can only be used in transaction blocks")
	}
	if s.cursors[t.Name] != nil {
		return "", sqlerr.New(sqlerr.DuplicateCursor, "cursor %q already exists", t.Name)
	}
	if len(s.cursors) >= maxPortals {
		return "", sqlerr.New(sqlerr.ConfigLimitExceeded, "too many open cursors: the limit is %d", maxPortals)
	}
	inner := parse.Statement{Stmt: t.Query, Text: t.Text}
	p := &portal{prep: &prepared{stmt: inner}, params: outer.params, lineage: outer.lineage, partial: true}
	if err := s.startPlanned(ctx, p); err != nil {
		return "", err
	}
	s.cursors[t.Name] = &cursor{
		name: t.Name, cols: p.cols, src: p.src, scroll: !t.NoScroll, hold: t.Hold, depth: len(s.block.saves),
		text: outer.prep.stmt.Text, made: time.Now(),
	}
	return "DECLARE CURSOR", nil
}

func (s *Session) findCursor(name string) (*cursor, error) {
	if c := s.cursors[name]; c != nil {
		return c, nil
	}
	if p := s.portals[name]; p != nil && p.src != nil {
		c := &cursor{name: name, cols: p.cols, src: p.src, text: p.prep.stmt.Text, made: p.made}
		p.src = nil
		s.cursors[name] = c
		return c, nil
	}
	return nil, sqlerr.New(sqlerr.InvalidCursorName, "cursor %q does not exist", name)
}

// fetch runs FETCH and MOVE; MOVE returns no rows but counts them.
func (s *Session) fetch(t *ast.FetchStmt) (*cursor, [][]types.Value, error) {
	c, err := s.findCursor(t.Cursor)
	if err != nil {
		return nil, nil, err
	}
	rows, err := c.fetch(t)
	return c, rows, err
}

func (c *cursor) fetch(t *ast.FetchStmt) ([][]types.Value, error) {
	n := t.Count
	switch t.Direction {
	case ast.FetchForward:
		if n < 0 {
			return c.backward(-n)
		}
		if n == 0 {
			return c.current()
		}
		return c.forward(n)
	case ast.FetchBackward:
		if n < 0 {
			return c.forward(-n)
		}
		if n == 0 {
			return c.current()
		}
		return c.backward(n)
	case ast.FetchAbsolute:
		if n < 0 {
			if err := c.readTo(ast.FetchAllRows); err != nil {
				return nil, err
			}
			n = int64(len(c.rows)) + n + 1
		}
		return c.jump(n)
	}
	return c.jump(int64(c.pos) + n)
}

// readTo makes sure rows up to number n are in memory, as far as there are any.
func (c *cursor) readTo(n int64) error {
	if c.src == nil || int64(len(c.rows)) >= n {
		return nil
	}
	want := int64(-1)
	if n != ast.FetchAllRows {
		want = n - int64(len(c.rows))
	}
	more, err := drain(c.src, want)
	if err != nil {
		return err
	}
	c.rows = append(c.rows, more...)
	if want < 0 || int64(len(more)) < want {
		c.src.Close()
		c.src = nil
	}
	return nil
}

func (c *cursor) forward(n int64) ([][]types.Value, error) {
	target := n
	if n != ast.FetchAllRows {
		target = int64(c.pos) + n
	}
	if err := c.readTo(target); err != nil {
		return nil, err
	}
	from := min(c.pos, len(c.rows))
	to := len(c.rows)
	if n != ast.FetchAllRows && target < int64(to) {
		to = int(target)
	}
	out := c.rows[from:to]
	c.pos = to
	if int64(len(out)) < n {
		c.pos = len(c.rows) + 1
	}
	return out, nil
}

func (c *cursor) backward(n int64) ([][]types.Value, error) {
	if !c.scroll {
		return nil, sqlerr.New(sqlerr.ObjectNotInPrerequisiteState, "cursor can only scan forward").
			WithHint("Declare it with SCROLL option to enable backward scan.")
	}
	var out [][]types.Value
	pos := c.pos
	for pos > 1 && int64(len(out)) < n {
		pos--
		out = append(out, c.rows[pos-1])
	}
	if int64(len(out)) < n {
		pos = 0
	}
	c.pos = pos
	return out, nil
}

// current is FETCH 0 and RELATIVE 0: the row the cursor stands on, once more.
func (c *cursor) current() ([][]types.Value, error) {
	if c.pos >= 1 && c.pos <= len(c.rows) {
		return c.rows[c.pos-1 : c.pos], nil
	}
	return nil, nil
}

// jump moves to an absolute row and returns it.
func (c *cursor) jump(n int64) ([][]types.Value, error) {
	if n < int64(c.pos) && !c.scroll {
		return nil, sqlerr.New(sqlerr.ObjectNotInPrerequisiteState, "cursor can only scan forward").
			WithHint("Declare it with SCROLL option to enable backward scan.")
	}
	if n <= 0 {
		c.pos = 0
		return nil, nil
	}
	if err := c.readTo(n); err != nil {
		return nil, err
	}
	if n > int64(len(c.rows)) {
		c.pos = len(c.rows) + 1
		return nil, nil
	}
	c.pos = int(n)
	return c.current()
}

func (c *cursor) close() {
	if c.src != nil {
		c.src.Close()
		c.src = nil
	}
}

// closeCursor runs CLOSE; "" closes all.
func (s *Session) closeCursor(name string) (string, error) {
	if name == "" {
		for _, c := range s.cursors {
			c.close()
		}
		clear(s.cursors)
		return "CLOSE CURSOR ALL", nil
	}
	c, err := s.findCursor(name)
	if err != nil {
		return "", err
	}
	c.close()
	delete(s.cursors, name)
	return "CLOSE CURSOR", nil
}

// holdCursors reads WITH HOLD cursors to their end before their transaction commits.
func (s *Session) holdCursors() error {
	for _, c := range s.cursors {
		if c.hold && !c.held {
			if err := c.readTo(ast.FetchAllRows); err != nil {
				return err
			}
			c.held = true
		}
	}
	return nil
}

// endCursors closes what does not outlive the transaction.
func (s *Session) endCursors(committed bool) {
	for name, c := range s.cursors {
		if !c.held || !committed && c.src != nil {
			c.close()
			delete(s.cursors, name)
		}
	}
}

// undoCursors closes those declared after savepoint number i.
func (s *Session) undoCursors(i int) {
	for name, c := range s.cursors {
		if !c.held && c.depth > i {
			c.close()
			delete(s.cursors, name)
		}
	}
}

func (s *Session) closeHeld() {
	for _, c := range s.cursors {
		c.close()
	}
	clear(s.cursors)
}
