package commitlog

import "context"

// Roll begins a new segment and returns when all before it is durable, so that
// TruncateBelow can remove every record there was. Errors: 53100, the latched failure.
func (l *Log) Roll(ctx context.Context) error {
	lsn, err := l.beginSegment()
	if err != nil {
		return err
	}
	return l.Sync(ctx, lsn) // which gives the segment its name
}

// beginSegment makes the spare the last segment. Its first record says nothing:
// it voids the parts of no transaction.
func (l *Log) beginSegment() (LSN, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.usable(); err != nil {
		return 0, err
	}
	if err := l.refill(); err != nil {
		return 0, err
	}
	l.roll()
	_ = l.refill() // place tries again when it must
	return l.put(l.segments[len(l.segments)-1], &Record{Type: TypeAbort}), nil
}
