package snapshot

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"strings"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/storage/commitlog"
	"synapse/storage/effect"
	"synapse/storage/row"
)

// Infinity is the `to` of a version that is still the newest.
const Infinity int64 = math.MaxInt64

// Row is one stored version. Image is valid during the call only.
type Row struct {
	Table    types.OID
	ID       uint64
	From, To int64 // µs since 2000-01-01 UTC
	Image    row.Image
}

// State is what a snapshot says beside its rows.
type State struct {
	Applied commitlog.LSN // all commits up to here are in it
	Redo    commitlog.LSN // where reading the log must begin: see commitlog.ReplayCommits
	Last    int64         // greatest commit timestamp in it
	Effects []effect.Effect
}

// Load reads the file that is further ahead: first all rows of the catalog, then
// table by table, by row and time. Effects of the State are the number of shards,
// the ceiling, the sequences and the assignments of namespaces.
//
// Should a file turn out to be damaged, it is set aside and the other one is
// read: begin is called before each attempt, to forget what an earlier one gave.
func (p *Pair) Load(ctx context.Context, begin func(), each func(Row) error) (*State, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for attempt := 0; ; attempt++ {
		i := 0
		if p.files[1].applied > p.files[0].applied {
			i = 1
		}
		begin()
		st, err := p.files[i].load(ctx, each)
		if err == nil {
			return st, nil
		}
		err = p.files[i].failed("read", err)
		if attempt > 0 || !sqlerr.Is(err, sqlerr.DataCorrupted) || p.files[1-i].redo < p.log.First() {
			return nil, err
		}
		if err := p.renew(ctx, i, err); err != nil {
			return nil, err
		}
	}
}

// renew sets a damaged file aside and makes it again.
func (p *Pair) renew(ctx context.Context, i int, why error) error {
	f := p.files[i]
	p.notes = append(p.notes, "set aside: "+why.Error())
	if err := f.close(); err != nil {
		return f.failed("close", err)
	}
	if err := setAside(f.path); err != nil {
		return err
	}
	if err := p.open(ctx, i); err != nil {
		return err
	}
	return p.replace(ctx, i)
}

func (f *file) load(ctx context.Context, each func(Row) error) (*State, error) {
	for _, t := range f.sortedTables() {
		if err := f.loadTable(ctx, t, each); err != nil {
			return nil, err
		}
	}
	st := &State{Applied: f.applied, Redo: f.redo, Last: f.last}
	if f.shards != 0 {
		st.Effects = append(st.Effects, effect.Effect{Kind: effect.Shards, Count: uint16(f.shards)})
	}
	if f.ceiling != 0 {
		st.Effects = append(st.Effects, effect.Effect{Kind: effect.Ceiling, Ceiling: f.ceiling})
	}
	err := f.query(ctx, "SELECT oid, value, called FROM _sequences", func(rows *sql.Rows) error {
		e := effect.Effect{Kind: effect.Sequence}
		err := rows.Scan(&e.Sequence, &e.Value, &e.Called)
		st.Effects = append(st.Effects, e)
		return err
	})
	if err != nil {
		return nil, err
	}
	horizons, err := f.horizons(ctx)
	if err != nil {
		return nil, err
	}
	archivals, err := f.archivals(ctx)
	if err != nil {
		return nil, err
	}
	st.Effects = append(append(st.Effects, horizons...), archivals...)
	err = f.query(ctx, "SELECT name, shard FROM _namespaces", func(rows *sql.Rows) error {
		e := effect.Effect{Kind: effect.Assign}
		var name []byte
		err := rows.Scan(&name, &e.To)
		e.Namespace = string(name)
		st.Effects = append(st.Effects, e)
		return err
	})
	return st, err
}

// loadTable reads a table's rows.
func (f *file) loadTable(ctx context.Context, t *table, each func(Row) error) error {
	return f.loadRows(ctx, t, "", each)
}

// loadRows reads the rows that a condition selects, by row and time.
func (f *file) loadRows(ctx context.Context, t *table, where string, each func(Row) error, args ...any) error {
	names := append([]string{}, systemColumns...)
	for _, c := range t.columns {
		names = append(names, quote(c.name))
	}
	var b row.Builder
	var buf []byte
	raw := make([]any, len(names))
	to := make([]any, len(names))
	for i := range raw {
		to[i] = &raw[i]
	}
	text := fmt.Sprintf("SELECT %s FROM %s %s ORDER BY _row_id, _system_from", strings.Join(names, ", "), quote(t.name), where)
	return f.query(ctx, text, func(rows *sql.Rows) error {
		if err := rows.Scan(to...); err != nil {
			return err
		}
		r := Row{Table: t.oid, To: Infinity}
		id, ok1 := raw[0].(int64)
		from, ok2 := raw[1].(int64)
		end, ok3 := raw[2].(int64)
		attrs, ok4 := raw[3].(int64)
		sum, ok5 := raw[4].(int64)
		if !ok1 || !ok2 || !ok3 && raw[2] != nil || !ok4 || !ok5 || attrs < 0 || attrs > row.AttrsMax {
			return sqlerr.New(sqlerr.DataCorrupted, "table %q has a row with damaged system columns", t.name)
		}
		r.ID, r.From = uint64(id), from
		if ok3 {
			r.To = end
		}
		values := raw[len(systemColumns):]
		if int64(t.checksum(r.ID, from, int(attrs), values)) != sum || r.To < r.From {
			return sqlerr.New(sqlerr.DataCorrupted, "table %q, row %d as of %d: the checksum is wrong", t.name, r.ID, from)
		}
		b.Reset(int(attrs))
		for i, c := range t.columns {
			if c.attr >= int(attrs) {
				continue
			}
			v, err := restore(c.typ, values[i])
			if err != nil {
				return fmt.Errorf("table %q, row %d, column %q: %w", t.name, r.ID, c.name, err)
			}
			b.Set(c.attr, c.typ, v)
		}
		var err error
		if buf, err = b.Append(buf[:0]); err != nil {
			return err
		}
		r.Image = buf
		return each(r)
	}, args...)
}
