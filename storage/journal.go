package storage

import (
	"context"
	"sync/atomic"

	"synapse/storage/commitlog"
)

// journal is where commits become durable: the commit log, or nothing for a
// store in memory (Open with an empty directory).
type journal interface {
	Append(r commitlog.Record) (commitlog.LSN, error)
	AppendPart(txn uint64, body []byte) (parts int, err error)
	AppendCommit(c commitlog.Commit) (commitlog.LSN, error)
	Sync(ctx context.Context, lsn commitlog.LSN) error
	Last() commitlog.LSN
	Close() error
}

// memoryJournal numbers records and forgets them.
type memoryJournal struct{ last atomic.Uint64 }

func (j *memoryJournal) Append(commitlog.Record) (commitlog.LSN, error) {
	return commitlog.LSN(j.last.Add(1)), nil
}

func (j *memoryJournal) AppendPart(uint64, []byte) (int, error) { return 1, nil }

func (j *memoryJournal) AppendCommit(commitlog.Commit) (commitlog.LSN, error) {
	return commitlog.LSN(j.last.Add(1)), nil
}

func (j *memoryJournal) Sync(context.Context, commitlog.LSN) error { return nil }
func (j *memoryJournal) Last() commitlog.LSN                       { return commitlog.LSN(j.last.Load()) }
func (j *memoryJournal) Close() error                              { return nil }
