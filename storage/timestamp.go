package storage

import (
	"sync/atomic"
	"time"
)

// epochUnixMicros is 2000-01-01 00:00 UTC in microseconds since 1970.
const epochUnixMicros = 946_684_800_000_000

// Second is one second of Timestamp.
const Second Timestamp = 1_000_000

// TimestampOf converts a time.
func TimestampOf(t time.Time) Timestamp { return Timestamp(t.UnixMicro() - epochUnixMicros) }

// Time converts back, in UTC.
func (t Timestamp) Time() time.Time { return time.UnixMicro(int64(t) + epochUnixMicros).UTC() }

// Duration converts a difference of two timestamps.
func (t Timestamp) Duration() time.Duration { return time.Duration(t) * time.Microsecond }

// Clock tells the time to a store. Commit timestamps never go back, whatever the clock does.
type Clock interface {
	Now() Timestamp
}

// SystemClock is the machine's wall clock.
type SystemClock struct{}

// Now implements Clock.
func (SystemClock) Now() Timestamp { return TimestampOf(time.Now()) }

// SteppedClock stands still until it is told to move: the clock of tests. Safe for concurrent use.
type SteppedClock struct{ at atomic.Int64 }

// NewSteppedClock starts at the given time.
func NewSteppedClock(at Timestamp) *SteppedClock {
	c := &SteppedClock{}
	c.at.Store(int64(at))
	return c
}

// Now implements Clock.
func (c *SteppedClock) Now() Timestamp { return Timestamp(c.at.Load()) }

// Set moves the clock, backwards too.
func (c *SteppedClock) Set(at Timestamp) { c.at.Store(int64(at)) }

// Advance moves the clock by d.
func (c *SteppedClock) Advance(d time.Duration) { c.at.Add(d.Microseconds()) }
