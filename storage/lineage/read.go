package lineage

import (
	"context"
	"errors"
	"math"
	"os"
	"time"

	"github.com/google/uuid"

	"synapse/catalog/types"
)

// errStop ends an iteration early.
var errStop = errors.New("stop")

// Each yields every record in the order of recording, those not yet written included.
func (s *Store) Each(yield func(r *Record) error) error { return s.each(time.Time{}, yield) }

// each is Each without the segments that were written for the last time before since.
func (s *Store) each(since time.Time, yield func(r *Record) error) error {
	s.fileMu.RLock()
	list, err := segments(s.dir)
	current, size := s.seg.n, s.seg.size
	waiting := append([]*Record(nil), s.writing...)
	s.mu.Lock()
	waiting = append(waiting, s.pending...)
	s.mu.Unlock()
	s.fileMu.RUnlock()
	if err != nil {
		return err
	}
	for _, n := range list {
		if info, err := os.Stat(segmentName(s.dir, n)); err == nil && info.ModTime().Before(since) {
			continue
		}
		limit := int64(math.MaxInt64)
		if n == current {
			limit = size
		}
		if n > current {
			break
		}
		texts := dictionaries{}
		_, _, _, err := readSegment(segmentName(s.dir, n), limit, func(shard uint16, frame []byte) error {
			return items(frame, texts.of(shard), yield)
		})
		if errors.Is(err, os.ErrNotExist) {
			continue // retention took it meanwhile
		}
		if err != nil && !errors.Is(err, errTorn) {
			return err
		}
	}
	for _, r := range waiting {
		if err := yield(r); err != nil {
			return err
		}
	}
	return nil
}

// Find returns the record with the id, nil if there is none.
func (s *Store) Find(id uuid.UUID) (*Record, error) {
	// The id tells when the statement began; it was recorded after that. Files that
	// were copied may bear other times: then everything is read.
	if sec, nsec := id.Time().UnixTime(); id.Version() == 7 {
		if r, err := s.find(id, time.Unix(sec, nsec).Add(-findSlack)); r != nil || err != nil {
			return r, err
		}
	}
	return s.find(id, time.Time{})
}

// findSlack allows for clocks of files and of ids that differ.
const findSlack = 5 * time.Second

func (s *Store) find(id uuid.UUID, since time.Time) (*Record, error) {
	var found *Record
	err := s.each(since, func(r *Record) error {
		if r.QueryID == id {
			found = r
			return errStop
		}
		return nil
	})
	if errors.Is(err, errStop) {
		err = nil
	}
	return found, err
}

// SnapshotOf returns the system time that a recorded query read.
func (s *Store) SnapshotOf(_ context.Context, queryID string) (int64, bool) {
	id, err := uuid.Parse(queryID)
	if err != nil {
		return 0, false
	}
	r, err := s.Find(id)
	if err != nil || r == nil {
		return 0, false
	}
	return r.Snapshot, true
}

// Rows yields the rows of memory.lineage (see catalog/memory for the columns).
func (s *Store) Rows(yield func(row []types.Value) error) error {
	return s.Each(func(r *Record) error {
		return yield([]types.Value{
			types.NewBytes(r.QueryID[:]), id(r.ParentID), types.NewInt(r.StartedAt), types.NewFloat(float64(r.Duration.Microseconds()) / 1000),
			moment(r.Snapshot), moment(r.AsOf), str(r.Role), str(r.Agent), str(r.Application), str(r.Database), str(r.Namespace),
			types.NewString(r.SQL), types.NewInt(int64(r.Fingerprint)), params(r.Params), types.NewInt(r.Rows), types.NewString(r.SQLState),
			str(r.TraceID), str(r.SpanID), str(r.Plan), types.NewBool(r.OwnWrites), types.NewBool(r.Approximate), types.NewBool(r.Erased),
		})
	})
}

// HitRows yields the rows of memory.lineage_hits.
func (s *Store) HitRows(yield func(row []types.Value) error) error {
	return s.Each(func(r *Record) error { return r.HitRows(yield) })
}

// HitRows yields the record's rows of memory.lineage_hits.
func (r *Record) HitRows(yield func(row []types.Value) error) error {
	for i := range r.Hits {
		h := &r.Hits[i]
		parts := types.Null
		if h.Parts != "" {
			v, err := types.JSONBFromText(h.Parts)
			if err != nil {
				return err
			}
			parts = v
		}
		key := types.Null
		if u, err := uuid.Parse(h.ID); err == nil {
			key = types.NewBytes(u[:])
		}
		err := yield([]types.Value{
			types.NewBytes(r.QueryID[:]), types.NewInt(int64(h.Rank)), key, types.NewInt(h.Version), types.NewFloat(h.Score), parts,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func id(u uuid.UUID) types.Value {
	if u == uuid.Nil {
		return types.Null
	}
	return types.NewBytes(append([]byte(nil), u[:]...))
}

func moment(us int64) types.Value {
	if us == 0 {
		return types.Null
	}
	return types.NewInt(us)
}

func str(s string) types.Value {
	if s == "" {
		return types.Null
	}
	return types.NewString(s)
}

// params shows parameters as a text array, NULL for none.
func params(list []Param) types.Value {
	if len(list) == 0 {
		return types.Null
	}
	values := make([]types.Value, len(list))
	for i := range list {
		if !list[i].Null {
			values[i] = types.NewString(list[i].String())
		}
	}
	return types.NewArray(types.Text, values).Encode()
}
