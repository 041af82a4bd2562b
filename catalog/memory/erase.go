package memory

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"

	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// memory.erase removes memories with all their history, for ever: what is current,
// every version, vectors, postings, links, cached answers that stood on them, and
// the texts that lineage kept of them; Host.EraseRows and the commit do the work.

func registerErase() {
	fn("erase", []string{"ns", "filter", "reason", "force"}, []types.OID{oidText, oidJSONB, oidText, types.OIDBool}, []string{"false"}, oidJSONB, erase)
	rowsFn("erase_preview", []string{"ns", "filter"}, []types.OID{oidText, oidJSONB}, nil, []builtin.OutColumn{
		{Name: "what", Type: types.Text},
		{Name: "id", Type: types.Text},
		{Name: "detail", Type: types.Text},
	}, erasePreview)
}

// eraseField is a key of a filter and the type that it is read as.
type eraseField struct {
	name string
	typ  types.Type
}

// eraseFields are in the order of the parameters of the statement "erase_entries" behind ns.
var eraseFields = []eraseField{
	{"ids", types.UUIDArray},
	{"kind", types.Text},
	{"agent", types.Text},
	{"session", types.Text},
	{"metadata", types.JSONB},
	{"content", types.Text},
	{"before", types.Timestamptz},
	{"after", types.Timestamptz},
}

// target is what an erase is about.
type target struct {
	ns     types.Value
	all    bool          // the whole namespace
	params []types.Value // of "erase_entries"; nil: no entries
	keys   map[string]bool

	entries map[string]types.Value // id → id
	order   []types.Value
	derived map[string]bool // of entries: not asked for, but nothing else attests them
	pinned  []string
	events  map[string]bool // stream and number
}

// readTarget reads a filter. An unknown key is refused: it would erase too much.
func readTarget(ns, filter types.Value) (*target, error) {
	if err := requireNS(ns); err != nil {
		return nil, err
	}
	if err := required("filter", filter); err != nil {
		return nil, err
	}
	j := types.AsJSONB(filter)
	if j.Kind() != types.JSONObject {
		return nil, sqlerr.New(sqlerr.InvalidParameterValue, "filter must be a JSON object").
			WithHint(`'{}' is the whole namespace; others: '{"ids": ["…"]}', '{"session": "…"}', '{"metadata": {"topic": "…"}}'.`)
	}
	t := &target{ns: ns, all: true, keys: map[string]bool{}, entries: map[string]types.Value{}, derived: map[string]bool{}, events: map[string]bool{}}
	params := make([]types.Value, len(eraseFields))
	about := false
	var failed error
	j.Each(func(key string, value types.JSONNode) bool {
		t.all = false
		if key == "keys" {
			failed = t.readKeys(value)
			return failed == nil
		}
		i := slices.IndexFunc(eraseFields, func(f eraseField) bool { return f.name == key })
		if i < 0 {
			failed = sqlerr.New(sqlerr.InvalidParameterValue, "unknown filter field %q", key).
				WithHint("Fields are ids, kind, agent, session, metadata, content, before, after, and keys for facts.")
			return false
		}
		about = true
		if key == "ids" {
			params[i], failed = idList(value)
		} else {
			params[i], failed = fieldValue(eraseFields[i].typ, value)
		}
		if failed == nil && params[i].IsNull() {
			failed = sqlerr.New(sqlerr.NullValueNotAllowed, "filter field %q must not be null", key)
		}
		return failed == nil
	})
	if t.all || about {
		t.params = append([]types.Value{ns}, params...)
	}
	return t, failed
}

func (t *target) readKeys(value types.JSONNode) error {
	if value.Kind() != types.JSONArray {
		return sqlerr.New(sqlerr.InvalidParameterValue, "filter field \"keys\" must be an array of strings")
	}
	for i := range value.Len() {
		e := value.Index(i)
		if e.Kind() != types.JSONString {
			return sqlerr.New(sqlerr.InvalidParameterValue, "filter field \"keys\" must be an array of strings")
		}
		t.keys[e.Str()] = true
	}
	return nil
}

// idList reads a JSON array of UUIDs.
func idList(value types.JSONNode) (types.Value, error) {
	if value.Kind() != types.JSONArray {
		return types.Null, sqlerr.New(sqlerr.InvalidParameterValue, "filter field \"ids\" must be an array of UUIDs")
	}
	var list []types.Value
	for i := range value.Len() {
		v, err := fieldValue(types.UUID, value.Index(i))
		if err != nil {
			return types.Null, err
		}
		if v.IsNull() {
			return types.Null, sqlerr.New(sqlerr.NullValueNotAllowed, "filter field \"ids\" must not hold null")
		}
		list = append(list, v)
	}
	return arrayOf(types.UUID, list), nil
}

// find looks for the entries, in all their versions, and for those that nothing
// else attests once these are gone.
func (t *target) find(h Host) error {
	if t.params == nil {
		return nil
	}
	err := h.Run("erase_entries", 0, t.params, func(row []types.Value) error {
		t.take(row)
		return nil
	})
	for more := true; more && err == nil; {
		more = false
		texts := make([]types.Value, len(t.order))
		for i, id := range t.order {
			texts[i] = types.NewString(uuidText(id))
		}
		err = h.Run("erase_derived", 0, []types.Value{t.ns, arrayOf(types.Text, texts)}, func(row []types.Value) error {
			if t.take(row) {
				more = true
				t.derived[row[0].Str()] = true
			}
			return nil
		})
	}
	return err
}

// take adds an entry: id, whether it is pinned, and the stream and number of its event.
func (t *target) take(row []types.Value) bool {
	if _, have := t.entries[row[0].Str()]; have {
		return false
	}
	t.entries[row[0].Str()] = row[0]
	t.order = append(t.order, row[0])
	if row[1].Bool() {
		t.pinned = append(t.pinned, uuidText(row[0]))
	}
	if !row[2].IsNull() && !row[3].IsNull() {
		t.events[eventKey(row[2], row[3])] = true
	}
	return true
}

func eventKey(stream, seq types.Value) string {
	return stream.Str() + "\x00" + strconv.FormatInt(seq.Int(), 10)
}

// part is a table that an erase reaches, and which of its rows.
type part struct {
	table   string
	columns []string
	rows    func(row []types.Value) bool
}

// parts are the tables with content first; what is only about it last.
func (t *target) parts() []part {
	mine := func(row []types.Value) bool { return row[0].Str() == t.ns.Str() }
	entry := func(row []types.Value) bool {
		_, ok := t.entries[row[1].Str()]
		return mine(row) && ok
	}
	node := func(v types.Value) bool {
		id, err := types.ParseText(types.UUID, v.Str(), types.DefaultFormat)
		_, ok := t.entries[id.Str()]
		return err == nil && ok
	}
	return []part{
		{"entries", []string{"ns", "id"}, entry},
		{"events", []string{"ns", "stream", "seq"}, func(row []types.Value) bool {
			return mine(row) && (t.all || t.events[eventKey(row[1], row[2])])
		}},
		{"facts", []string{"ns", "key"}, func(row []types.Value) bool { return mine(row) && (t.all || t.keys[row[1].Str()]) }},
		{"cache", []string{"ns", "sources"}, func(row []types.Value) bool { return t.all && mine(row) || t.stoodOn(row[1]) }},
		{"links", []string{"ns", "source", "target"}, func(row []types.Value) bool {
			return mine(row) && (t.all || node(row[1]) || node(row[2]) || t.keys[factOf(row[1])] || t.keys[factOf(row[2])])
		}},
		{"streams", []string{"ns"}, func(row []types.Value) bool { return t.all && mine(row) }},
		{"traces", []string{"ns", "entry_id"}, entry},
		{"evictions", []string{"ns", "entry_id"}, entry},
		{"credits", []string{"entry_id"}, func(row []types.Value) bool {
			_, ok := t.entries[row[0].Str()]
			return ok
		}},
	}
}

// factOf is the key of a link's node that is a fact; a NUL, which no key is, for others.
func factOf(node types.Value) string {
	const prefix = "fact:"
	if s := node.Str(); len(s) > len(prefix) && s[:len(prefix)] == prefix {
		return s[len(prefix):]
	}
	return "\x00"
}

// stoodOn reports whether one of an answer's sources is an entry that goes.
func (t *target) stoodOn(sources types.Value) bool {
	list, err := types.DecodeArray(types.UUIDArray, sources)
	return err == nil && slices.ContainsFunc(list.Values, func(id types.Value) bool {
		_, ok := t.entries[id.Str()]
		return ok
	})
}

// erasePreview lists what an erase would reach, and the answers that used it.
func erasePreview(h Host, a []types.Value, yield func([]types.Value) error) error {
	h.Secret()
	t, err := readTarget(a[0], a[1])
	if err != nil {
		return err
	}
	if err := t.find(h); err != nil {
		return err
	}
	line := func(what, id, detail string) error {
		return yield([]types.Value{types.NewString(what), types.NewString(id), text(detail)})
	}
	for _, id := range t.order {
		detail := ""
		switch {
		case slices.Contains(t.pinned, uuidText(id)):
			detail = "pinned: refused unless forced"
		case t.derived[id.Str()]:
			detail = "derived from what goes, and from nothing else"
		}
		if err := line("entry", uuidText(id), detail); err != nil {
			return err
		}
	}
	for _, p := range t.parts()[1:] {
		rows, versions, err := h.CountRows(p.table, p.columns, p.rows)
		if err == nil && rows > 0 {
			err = line(p.table, "", fmt.Sprintf("%d rows, %d versions", rows, versions))
		}
		if err != nil {
			return err
		}
	}
	return h.Run("erase_answers", 0, []types.Value{arrayOf(types.UUID, t.order)}, func(row []types.Value) error {
		how := "was shown it"
		if row[1].Bool() {
			how = "cited it"
		}
		return line("answer", row[0].Str(), how)
	})
}

// erase is memory.erase: the receipt, as JSON.
func erase(h Host, a []types.Value) (types.Value, error) {
	h.Secret()
	if err := required("reason", a[2]); err != nil {
		return types.Null, err
	}
	t, err := readTarget(a[0], a[1])
	if err != nil {
		return types.Null, err
	}
	if err := t.find(h); err != nil {
		return types.Null, err
	}
	if len(t.pinned) > 0 && !a[3].Bool() {
		return types.Null, sqlerr.New(sqlerr.ObjectNotInPrerequisiteState, "%d of the entries are pinned", len(t.pinned)).
			WithDetail("The first is %s.", t.pinned[0]).WithHint("force => true erases them too.")
	}
	answers := 0
	err = h.Run("erase_answers", 0, []types.Value{arrayOf(types.UUID, t.order)}, func([]types.Value) error {
		answers++
		return nil
	})
	if err != nil {
		return types.Null, err
	}
	counts, versions := "", int64(0)
	for _, p := range t.parts() {
		n, v, err := h.EraseRows(p.table, p.columns, p.rows)
		if err != nil {
			return types.Null, err
		}
		counts += fmt.Sprintf("%q: %d, ", p.table, n)
		versions += v
	}
	h.EraseLineage(t.order)
	counts = fmt.Sprintf(`{%s"versions": %d, "answers": %d}`, counts, versions, answers)
	return t.receipt(h, a[2], counts)
}

// receipt stores and returns what was done. Its hash covers that of the receipt
// before: SHA-256 of "previous|id|ns|reason|counts|ids".
func (t *target) receipt(h Host, reason types.Value, counts string) (types.Value, error) {
	previous, err := one(h, "erase_last", 0, nil)
	if err != nil {
		return types.Null, err
	}
	ids := slices.Clone(t.order)
	slices.SortFunc(ids, func(a, b types.Value) int { return slices.Compare([]byte(a.Str()), []byte(b.Str())) })
	id := h.NewID()
	body := previous.Str() + "|" + uuidText(id) + "|" + t.ns.Str() + "|" + reason.Str() + "|" + counts
	for _, x := range ids {
		body += "|" + uuidText(x)
	}
	sum := sha256.Sum256([]byte(body))
	hash := types.NewString(hex.EncodeToString(sum[:]))
	stored, err := types.JSONBFromText(counts)
	if err != nil {
		return types.Null, err
	}
	err = h.Run("erase_receipt", 0, []types.Value{id, t.ns, reason, text(h.Agent()), stored, arrayOf(types.UUID, ids), previous, hash}, nil)
	if err != nil {
		return types.Null, err
	}
	return one(h, "erase_shown", 0, []types.Value{id})
}
