package commitlog

// ReplayCommits reads the synced log from record redo on and calls commit for
// each commit record above applied, and other (which may be nil) for every
// record above applied that belongs to no transaction. redo is applied+1, or
// lower where a transaction was then half written (see Assembler.Oldest). What
// the callbacks get is valid during the call only.
func (l *Log) ReplayCommits(redo, applied LSN, commit func(*Commit) error, other func(Record) error) error {
	var a Assembler
	return l.Replay(redo, func(r Record) error {
		c, err := a.Add(r)
		switch {
		case err != nil:
			return err
		case r.LSN <= applied:
			return nil
		case c != nil:
			return commit(c)
		case other != nil && r.Type != TypePart && r.Type != TypeAbort:
			return other(r)
		}
		return nil
	})
}
