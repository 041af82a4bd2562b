package memory

import (
	"fmt"
	"math"
	"strings"

	"synapse/catalog/builtin"
	"synapse/catalog/memory/forget"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// entryOverheadBytes is what memory.entry_bytes counts for a row beside its
// content, metadata and vector.
const entryOverheadBytes = 128

func registerForgetting() {
	fn("evict", []string{"ns", "max_rows"}, []types.OID{oidText, types.OIDInt8}, []string{"NULL"}, types.OIDInt8, evict)
	rowsFn("keeping", []string{"ns"}, []types.OID{oidText}, nil, []builtin.OutColumn{
		{Name: "position", Type: types.Int8},
		{Name: "id", Type: types.UUID},
		{Name: "pinned", Type: types.Bool},
		{Name: "bytes", Type: types.Int8},
		{Name: "score", Type: types.Float8},
		{Name: "parts", Type: types.JSONB},
	}, keeping)
	rowsFn("would_have_hit", []string{"ns", "query", "embedding", "k", "since"},
		[]types.OID{oidText, oidText, types.OIDVector, types.OIDInt4, oidTime}, []string{"NULL", "NULL", "NULL", "NULL"}, []builtin.OutColumn{
			{Name: "query_id", Type: types.UUID},
			{Name: "asked_at", Type: types.Timestamptz},
			{Name: "question", Type: types.Text},
			{Name: "id", Type: types.UUID},
			{Name: "rank", Type: types.Int4},
			{Name: "score", Type: types.Float8},
			{Name: "content", Type: types.Text},
			{Name: "evicted_at", Type: types.Timestamptz},
		}, wouldHaveHit)
	builtin.Register(&builtin.Function{
		Name: "entry_bytes", Schema: "memory", Args: []types.OID{oidText, oidJSONB, types.OIDVector},
		ArgNames: []string{"content", "metadata", "embedding"}, Ret: types.OIDInt8, Volatility: builtin.Immutable,
		Eval: func(_ *builtin.Call, a []types.Value) (types.Value, error) { return types.NewInt(entryBytes(a)), nil },
	})
}

// entryBytes is what an entry counts against max_bytes: the bytes of its content,
// of its metadata as text and of its vector, and entryOverheadBytes.
func entryBytes(a []types.Value) int64 {
	n := int64(entryOverheadBytes)
	if !a[0].IsNull() {
		n += int64(len(a[0].Str()))
	}
	if !a[1].IsNull() {
		n += int64(len(types.JSONBToText(a[1])))
	}
	if !a[2].IsNull() {
		n += 4 * int64(len(types.AsFloat32s(a[2])))
	}
	return n
}

// holding is what a namespace holds, with its policy and budget.
type holding struct {
	policy  forget.Policy
	budget  forget.Budget
	now     int64 // µs since 2000
	rows    []forget.Row
	ids     []types.Value
	version []types.Value
}

// hold reads a namespace's entries with what their scores are made of; keep
// stores what had to be worked out. Error:
// 42704 for a namespace that does not exist.
func hold(h Host, ns types.Value, keep bool) (*holding, error) {
	s := &holding{}
	found := false
	err := h.Run("budget", 0, []types.Value{ns}, func(v []types.Value) error {
		found = true
		s.budget = forget.Budget{Rows: v[0].Int(), Bytes: v[1].Int()}
		s.now = v[2].Int()
		if !v[3].IsNull() { // how long before now a row must be written to be past its time
			s.budget.TTL = s.now - v[3].Int()
		}
		s.policy = forget.Policy{
			Name: v[4].Str(), Kind: v[5].Str(), Recency: v[6].Float(), Credit: v[7].Float(), Information: v[8].Float(),
			Salience: v[9].Float(), Size: v[10].Float(), HalfDays: v[11].Float(), Decay: v[12].Float(),
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, sqlerr.New(sqlerr.UndefinedObject, "namespace %q does not exist", ns.Str())
	}
	if keep {
		if err := h.FlushTouches(ns.Str()); err != nil {
			return nil, err
		}
	}
	return s, s.read(h, ns, keep)
}

// read fills rows. What they told when they were written is worked out once where it is kept.
func (s *holding) read(h Host, ns types.Value, keep bool) error {
	var told []int // rows whose information is not known yet
	var contents []string
	err := h.Run("evictable", 0, []types.Value{ns, types.NewBool(s.policy.Kind == forget.Score)}, func(v []types.Value) error {
		r := forget.Row{
			Written: v[2].Int(), Salience: v[3].Float(), Bytes: v[4].Int(), Pinned: v[5].Bool(), Exposed: v[6].Float(), Citations: v[7].Float(),
			Information: v[9].Float(), Recalled: v[10].Int(), LastRecalled: v[11].Int(),
		}
		if !v[8].IsNull() {
			list, err := types.DecodeArray(types.Of(types.OIDTimestamptzArray), v[8])
			if err != nil {
				return err
			}
			for _, at := range list.Values {
				r.Cited = append(r.Cited, at.Int())
			}
		}
		if !v[12].IsNull() {
			told, contents = append(told, len(s.rows)), append(contents, v[12].Str())
		}
		s.rows = append(s.rows, r)
		s.ids, s.version = append(s.ids, v[0]), append(s.version, v[1])
		return nil
	})
	if err != nil || len(told) == 0 {
		return err
	}
	ids := make([]types.Value, len(told))
	values := make([]types.Value, len(told))
	for k, i := range told {
		if s.rows[i].Information, err = h.Information(ns.Str(), contents[k], s.version[i].Int()); err != nil {
			return err
		}
		ids[k], values[k] = s.ids[i], types.NewFloat(s.rows[i].Information)
	}
	if !keep {
		return nil
	}
	return h.Run("told", 0, []types.Value{ns, arrayOf(types.UUID, ids), arrayOf(types.Float8, values)}, nil)
}

func arrayOf(elem types.Type, values []types.Value) types.Value {
	return types.NewArray(elem, values).Encode()
}

// evict is memory.evict(ns, max_rows).
func evict(h Host, a []types.Value) (types.Value, error) {
	if err := requireNS(a[0]); err != nil {
		return types.Null, err
	}
	limit := int64(0)
	if !a[1].IsNull() {
		if limit = a[1].Int(); limit < 1 || limit > math.MaxInt32 {
			return types.Null, sqlerr.New(sqlerr.InvalidParameterValue, "max_rows must be between 1 and %d", math.MaxInt32)
		}
	}
	n, err := Evict(h, a[0].Str(), int(limit))
	return types.NewInt(int64(n)), err
}

// Evict brings a namespace within its budget and returns how many entries went,
// at most limit (0 = no limit). They leave memory.entries; history keeps them, and
// memory.evictions says why they went. Entries that others have locked stay.
// Error: 42704 for a namespace that does not exist.
func Evict(h Host, ns string, limit int) (int, error) {
	name := types.NewString(ns)
	s, err := hold(h, name, true)
	if err != nil {
		return 0, err
	}
	victims := s.policy.Choose(s.rows, s.budget, s.now, limit)
	if len(victims) == 0 {
		return 0, nil
	}
	n, err := s.remove(h, name, victims)
	if err == nil {
		h.Evicted(ns, n)
	}
	return n, err
}

// remove deletes the victims and records them.
func (s *holding) remove(h Host, ns types.Value, victims []forget.Victim) (int, error) {
	ids := make([]types.Value, len(victims))
	for i, v := range victims {
		ids[i] = s.ids[v.Row]
	}
	gone := map[string]bool{}
	err := h.Run("evict", 0, []types.Value{ns, arrayOf(types.UUID, ids)}, func(row []types.Value) error {
		gone[row[0].Str()] = true
		return nil
	})
	if err != nil || len(gone) == 0 {
		return 0, err
	}
	var columns [6][]types.Value // id, version, reason, score, parts, bytes
	for _, v := range victims {
		id := s.ids[v.Row]
		if !gone[id.Str()] {
			continue
		}
		score, parts, err := s.scored(v)
		if err != nil {
			return 0, err
		}
		for i, value := range []types.Value{id, s.version[v.Row], types.NewString(v.Reason), score, parts, types.NewInt(s.rows[v.Row].Bytes)} {
			columns[i] = append(columns[i], value)
		}
	}
	formula := types.Null
	if s.policy.Kind == forget.Score {
		formula = types.NewString(forget.Formula)
	}
	err = h.Run("evicted", 0, []types.Value{
		ns, types.NewString(s.policy.Name), formula, arrayOf(types.UUID, columns[0]), arrayOf(types.Int8, columns[1]),
		arrayOf(types.Text, columns[2]), arrayOf(types.Float8, columns[3]), arrayOf(types.JSONB, columns[4]), arrayOf(types.Int8, columns[5]),
	}, nil)
	if err != nil {
		return 0, err
	}
	for _, id := range columns[0] {
		if err := changed(h, ns, "evicted", uuidText(id)); err != nil {
			return 0, err
		}
	}
	return len(gone), nil
}

// uuidText is an id as text.
func uuidText(id types.Value) string {
	return string(types.AppendText(nil, types.UUID, id, types.DefaultFormat))
}

func partsJSON(p forget.Parts) (types.Value, error) {
	return types.JSONBFromText(fmt.Sprintf(`{"recency": %v, "credit": %v, "information": %v, "salience": %v, "size": %v}`,
		p.Recency, p.Credit, p.Information, p.Salience, p.Size))
}

// scored is a victim's score and its parts, NULLs under a policy without.
func (s *holding) scored(v forget.Victim) (score, parts types.Value, err error) {
	if s.policy.Kind != forget.Score {
		return types.Null, types.Null, nil
	}
	parts, err = partsJSON(v.Parts)
	return types.NewFloat(v.Parts.Score), parts, err
}

// keeping lists what a namespace holds in the order in which its policy would let
// it go, with the parts of each score.
func keeping(h Host, a []types.Value, yield func([]types.Value) error) error {
	if err := requireNS(a[0]); err != nil {
		return err
	}
	s, err := hold(h, a[0], false)
	if err != nil {
		return err
	}
	for i, v := range s.policy.Order(s.rows, forget.ScaleOf(s.rows), s.now) {
		score, parts, err := s.scored(v)
		if err != nil {
			return err
		}
		r := &s.rows[v.Row]
		err = yield([]types.Value{
			types.NewInt(int64(i + 1)), s.ids[v.Row], types.NewBool(r.Pinned), types.NewInt(r.Bytes), score, parts,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// wouldHaveHit lists which evicted entries a question would have returned had they
// not been evicted: a question of now, or those that were recorded since a moment.
func wouldHaveHit(h Host, a []types.Value, yield func([]types.Value) error) error {
	if err := requireNS(a[0]); err != nil {
		return err
	}
	q := &QueryArgs{NS: a[0].Str(), Query: a[1].Str(), K: DefaultK}
	q.HasQuery = strings.TrimSpace(q.Query) != ""
	if !a[2].IsNull() {
		q.Embedding = types.AsFloat32s(a[2])
	}
	if !a[3].IsNull() {
		if q.K = int(a[3].Int()); q.K < 1 || q.K > MaxK {
			return sqlerr.New(sqlerr.InvalidParameterValue, "k must be between 1 and %d", MaxK)
		}
	}
	if q.HasQuery || q.Embedding != nil {
		return h.WouldHaveHit(q, 0, yield)
	}
	return h.WouldHaveHit(&QueryArgs{NS: q.NS}, moment(a[4]), yield)
}
