package storage

import (
	"errors"
	"strconv"
	"strings"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/storage/row"
	"synapse/vecindex"
	"synapse/vecindex/distance"
)

// metricOf maps an operator class to its metric, as pgvector names them.
func metricOf(opclass string) (distance.Metric, error) {
	_, name, ok := strings.Cut(opclass, "_")
	if opclass == "" {
		return distance.L2, nil
	}
	if ok {
		switch name {
		case "l2_ops":
			return distance.L2, nil
		case "ip_ops":
			return distance.InnerProduct, nil
		case "cosine_ops":
			return distance.Cosine, nil
		case "l1_ops":
			return distance.L1, nil
		}
	}
	return 0, sqlerr.New(sqlerr.UndefinedObject, "operator class \"%s\" does not exist for access method \"hnsw\"", opclass)
}

// openVector makes the structure of a vector index. Caller holds t.mu exclusively.
func (x *tableIndex) openVector(s *Store, t *table) error {
	key := &x.def.Keys[len(x.def.Keys)-1]
	metric, err := metricOf(key.Opclass)
	if err != nil {
		return err
	}
	if key.Type.Mod <= 0 {
		return sqlerr.New(sqlerr.InvalidParameterValue, "column does not have dimensions")
	}
	if key.Column > 0 {
		if err := t.describe(x.layout); err != nil {
			return err
		}
		x.vectors = t.vectors[x.layout.Columns[key.Column-1].Attr]
		x.shared = x.vectors != nil
	}
	if x.vectors == nil {
		store, err := vecindex.NewStore(int(key.Type.Mod))
		if err != nil {
			return sqlerr.From(err)
		}
		x.vectors = &vectorColumn{store: store, dim: int(key.Type.Mod)}
	}
	opt := vecindex.Options{Metric: metric, GraphBytes: s.options.GraphBytes}
	if opt.M, err = x.option("m"); err != nil {
		return err
	}
	if opt.EfConstruction, err = x.option("ef_construction"); err != nil {
		return err
	}
	x.vector, err = vecindex.NewIndex(x.vectors.store, opt)
	if errors.Is(err, vecindex.ErrOption) {
		return sqlerr.New(sqlerr.InvalidParameterValue, "%s", err.Error())
	}
	return err
}

func (x *tableIndex) option(name string) (int, error) {
	s := x.def.Options[name]
	if s == "" || x.def.Method == "ivfflat" {
		return 0, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		return 0, sqlerr.New(sqlerr.InvalidParameterValue, "invalid value for integer option \"%s\": %s", name, s)
	}
	return n, nil
}

// floats returns a vector value's numbers, whatever its type.
func floats(t types.Type, v types.Value) []float32 {
	if t.OID == types.OIDHalfvec {
		return types.HalfvecFloat32s(v)
	}
	return types.AsFloat32s(v)
}

// vectorID returns the id of an entry's vector. Where the row itself keeps its
// vector in the same store its id is borrowed; else the caller owns one
// reference and gives it back.
func (x *tableIndex) vectorID(im row.Image, e *indexEntry) (id uint32, owned bool, err error) {
	key := &x.def.Keys[len(x.def.Keys)-1]
	if x.shared {
		state, payload := im.Payload(x.layout.Columns[key.Column-1].Attr)
		if at := farAddress(state, payload); at&farVector != 0 {
			return uint32(at), false, nil
		}
	}
	f := floats(key.Type, e.vector)
	if len(f) != x.vectors.dim {
		return 0, false, sqlerr.New(sqlerr.DataException, "expected %d dimensions, not %d", x.vectors.dim, len(f))
	}
	if id, err = x.vectors.store.Add(string(e.key), f); err != nil {
		return 0, false, sqlerr.From(err)
	}
	return id, true, nil
}

// insertVector adds an entry to the structure; to is Infinity for an open one.
func (x *tableIndex) insertVector(local uint32, im row.Image, e *indexEntry, from, to Timestamp) error {
	id, owned, err := x.vectorID(im, e)
	if err != nil {
		return err
	}
	if owned {
		defer x.vectors.store.Release(id)
	}
	if to == Infinity {
		err = x.vector.Insert(string(e.key), id, uint64(local), int64(from))
	} else {
		err = x.vector.InsertClosed(string(e.key), id, uint64(local), int64(from), int64(to))
	}
	if err != nil {
		return sqlerr.From(err)
	}
	return nil
}
