package session

import (
	"context"
	"time"
)

// statementContext is the context of whatever statement the session runs now. A
// portal or cursor outlives the message that opened it, so what it runs with
// must follow the session from statement to statement: every Execute and FETCH
// brings its own cancel request and timeout. Only the session's goroutine uses it.
type statementContext struct{ s *Session }

func (c statementContext) now() context.Context {
	if c.s.ctx != nil {
		return c.s.ctx
	}
	return context.Background()
}

// Deadline implements context.Context.
func (c statementContext) Deadline() (time.Time, bool) { return c.now().Deadline() }

// Done implements context.Context.
func (c statementContext) Done() <-chan struct{} { return c.now().Done() }

// Err implements context.Context.
func (c statementContext) Err() error { return c.now().Err() }

// Value implements context.Context; context.Cause finds the statement's cause through it.
func (c statementContext) Value(key any) any { return c.now().Value(key) }

// enter makes ctx, bounded by statement_timeout, the session's current context
// until the returned function is called.
func (s *Session) enter(ctx context.Context) (context.Context, func()) {
	before := s.ctx
	ctx, stop := s.statementTimeout(ctx)
	s.ctx = ctx
	return statementContext{s}, func() {
		stop()
		s.ctx = before
	}
}
