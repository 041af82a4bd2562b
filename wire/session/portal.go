package session

import (
	"context"
	"fmt"
	"time"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/planner/ast"
)

// rowSource yields a statement's result rows; Next leaves N = 0 at the end.
type rowSource interface {
	Next(b *Batch) error
	Close()
}

// portal is a statement with parameters, ready to run or running. rest holds
// the rows of the last batch that a row limit left over.
type portal struct {
	name    string
	prep    *prepared
	params  []boundParam
	formats []int16
	cols    []Column
	plan    *plan.Plan
	format  *types.Format // of values sent as text; nil: the session's
	slots   []types.Value // of the plan's parameters behind params: literals of the text
	made    time.Time     // by Bind
	reads   *reads        // nil: not found yet

	src     rowSource
	rest    Batch
	at      int  // first row of rest not yet sent
	partial bool // its reader may stop before the last row
	started bool
	done    bool
	tag     string
	lineage *capture
}

// DescribePortal returns the result columns and their formats.
func (s *Session) DescribePortal(name string) ([]Column, []int16, error) {
	p := s.portals[name]
	if p == nil {
		if c := s.cursors[name]; c != nil && name != "" { // a DECLAREd cursor is a portal too
			return c.cols, nil, nil
		}
		return nil, nil, sqlerr.New(sqlerr.InvalidCursorName, "portal %q does not exist", name)
	}
	if p.prep.empty {
		return nil, nil, nil
	}
	return p.cols, p.formats, nil
}

// ClosePortal ends a portal; unknown names are no error.
func (s *Session) ClosePortal(name string) {
	if p := s.portals[name]; p != nil {
		p.close()
		p.lineage.end("00000") // suspended, and never asked for the rest
		delete(s.portals, name)
	}
}

func (s *Session) closePortals() {
	for name := range s.portals {
		s.ClosePortal(name)
	}
}

func (p *portal) close() {
	if p.src != nil {
		p.src.Close()
		p.src = nil
	}
}

// Execute runs a portal, at most limit rows (0: all). suspended says that the
// limit was reached; otherwise the command is complete.
func (s *Session) Execute(ctx context.Context, name string, limit int64, sink Sink) (suspended bool, err error) {
	p := s.portals[name]
	if p == nil {
		return false, sqlerr.New(sqlerr.InvalidCursorName, "portal %q does not exist", name)
	}
	if p.prep.empty {
		sink.EmptyQuery()
		return false, nil
	}
	if err := s.checkBlock(p.prep.stmt.Stmt); err != nil {
		return false, s.refused(p.prep, err)
	}
	ctx, leave := s.enter(ctx)
	defer leave()
	if p.done {
		if p.cols == nil {
			return false, sqlerr.New(sqlerr.ObjectNotInPrerequisiteState, "portal %q cannot be run", name)
		}
		sink.Complete(rowTag(p, 0))
		return false, nil
	}
	suspended, err = s.runPortal(ctx, p, limit, sink)
	if err != nil {
		return false, s.statementError(ctx, p, err)
	}
	return suspended, nil
}

// runPortal starts the statement if needed and sends rows; on completion the tag.
func (s *Session) runPortal(ctx context.Context, p *portal, limit int64, sink Sink) (bool, error) {
	if !p.started {
		p.started, p.partial = true, limit > 0
		if err := s.start(ctx, p); err != nil {
			return false, err
		}
	}
	sent, err := s.pump(p, limit, sink)
	if err != nil {
		return false, err
	}
	if p.src != nil && limit > 0 && sent == limit {
		p.lineage.addRows(sent)
		s.setActivity("idle in transaction", p.prep.stmt.Text)
		return true, nil
	}
	p.done = true
	p.lineage.addRows(sent)
	tag := rowTag(p, sent)
	p.close()
	if err := s.finish(ctx, p); err != nil {
		return false, err
	}
	sink.Complete(tag)
	return false, nil
}

// pump sends up to limit rows (0: all) of the running portal.
func (s *Session) pump(p *portal, limit int64, sink Sink) (sent int64, err error) {
	if p.src == nil {
		return 0, nil
	}
	f := p.format
	if f == nil {
		f = s.textFormat()
	}
	for limit == 0 || sent < limit {
		if p.at >= p.rest.Len() {
			p.at = 0
			if err := p.src.Next(&p.rest); err != nil {
				return sent, err
			}
			if p.rest.N == 0 {
				break
			}
			continue
		}
		part := slice(&p.rest, p.at, limit, sent)
		if p.cols != nil {
			if err := sink.Rows(p.cols, p.formats, f, part); err != nil {
				return sent, err
			}
		}
		p.at += part.Len()
		sent += int64(part.Len())
	}
	return sent, nil
}

// slice is the part of the batch from row at on that the limit still allows.
func slice(b *Batch, at int, limit, sent int64) *Batch {
	n := b.Len() - at
	if limit > 0 && int64(n) > limit-sent {
		n = int(limit - sent)
	}
	if at == 0 && n == b.Len() {
		return b
	}
	return &Batch{N: b.N, Sel: b.Selection()[at : at+n], Cols: b.Cols}
}

// rowTag is the command tag; rows are those sent by this Execute.
func rowTag(p *portal, rows int64) string {
	if p.plan == nil {
		if p.tag == "" {
			return fmt.Sprintf("SELECT %d", rows)
		}
		if _, ok := p.prep.stmt.Stmt.(*ast.FetchStmt); ok {
			return fmt.Sprintf("%s %d", p.tag, rows)
		}
		return p.tag
	}
	switch p.plan.Command {
	case plan.Select:
		return fmt.Sprintf("SELECT %d", rows)
	case plan.InsertCommand:
		return fmt.Sprintf("INSERT 0 %d", affected(p))
	case plan.UpdateCommand:
		return fmt.Sprintf("UPDATE %d", affected(p))
	case plan.DeleteCommand:
		return fmt.Sprintf("DELETE %d", affected(p))
	case plan.MergeCommand:
		return fmt.Sprintf("MERGE %d", affected(p))
	}
	return p.tag
}

// affected is how many rows a data change touched.
func affected(p *portal) int64 {
	if r, ok := p.src.(interface{ Affected() int64 }); ok {
		return r.Affected()
	}
	return 0
}
