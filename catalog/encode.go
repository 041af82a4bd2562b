package catalog

import (
	"encoding/json"

	"synapse/catalog/sqlerr"
)

// encoded is the stored form: JSON, so that a snapshot can be read with any
// SQLite tool and fields may be added without a format change.
type encoded struct {
	Class Class           `json:"class"`
	Body  json.RawMessage `json:"body"`
}

// Encode turns an object into its stored form.
func Encode(o Object) ([]byte, error) {
	body, err := json.Marshal(o)
	if err != nil {
		return nil, sqlerr.Internal("encoding catalog object %q: %v", o.ObjectName(), err)
	}
	return json.Marshal(encoded{Class: o.Class(), Body: body})
}

// Decode reads the stored form.
func Decode(b []byte) (Object, error) {
	var e encoded
	if err := json.Unmarshal(b, &e); err != nil {
		return nil, corrupted(err)
	}
	o := newObject(e.Class)
	if o == nil {
		return nil, sqlerr.New(sqlerr.DataCorrupted, "catalog object of unknown class %d", e.Class)
	}
	if err := json.Unmarshal(e.Body, o); err != nil {
		return nil, corrupted(err)
	}
	return o, nil
}

func corrupted(err error) error {
	return sqlerr.New(sqlerr.DataCorrupted, "catalog object cannot be read: %v", err).Wrap(err)
}

func newObject(c Class) Object {
	switch c {
	case ClassSchema:
		return &Schema{}
	case ClassTable:
		return &Table{}
	case ClassIndex:
		return &Index{}
	case ClassSequence:
		return &Sequence{}
	case ClassView:
		return &View{}
	case ClassRole:
		return &Role{}
	case ClassExtension:
		return &Extension{}
	case ClassDatabase:
		return &Database{}
	case ClassFunction:
		return &Function{}
	case ClassType:
		return &Type{}
	}
	return nil
}
