package memory

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/tokens"
	"synapse/catalog/types"
)

// Defaults of memory.context.
const (
	contextTokens  = 1000
	contextEntries = 50
)

func registerContext() {
	fn("context", []string{"ns", "query", "budget_tokens", "as_of", "profile"},
		[]types.OID{oidText, oidText, types.OIDInt4, oidTime, oidText},
		[]string{strconv.Itoa(contextTokens), "NULL", "NULL"}, oidText, packContext)
	fn("cache_put", []string{"ns", "question", "answer", "query_ids", "ttl"},
		[]types.OID{oidText, oidText, oidText, types.OIDUUIDArray, types.OIDInterval}, []string{"'{}'", "NULL"}, types.OIDUUID, cachePut)
	rowsFn("cache_get", []string{"ns", "question", "threshold"}, []types.OID{oidText, oidText, types.OIDFloat8}, []string{"0.9"},
		[]builtin.OutColumn{
			{Name: "id", Type: types.UUID},
			{Name: "question", Type: types.Text},
			{Name: "answer", Type: types.Text},
			{Name: "similarity", Type: types.Float8},
			{Name: "query_ids", Type: types.Of(types.OIDUUIDArray)},
			{Name: "created_at", Type: types.Timestamptz},
		}, cacheGet)
}

// packContext recalls into a text for a prompt: one line per entry, oldest first,
// with its id in brackets, so that the answer can cite.
func packContext(h Host, a []types.Value) (types.Value, error) {
	if err := requireNS(a[0]); err != nil {
		return types.Null, err
	}
	if err := required("query", a[1]); err != nil {
		return types.Null, err
	}
	q := &QueryArgs{
		NS: a[0].Str(), Query: a[1].Str(), HasQuery: strings.TrimSpace(a[1].Str()) != "", K: contextEntries,
		Budget: contextTokens, AsOf: moment(a[3]), Profile: a[4].Str(),
	}
	if !a[2].IsNull() {
		q.Budget = int(a[2].Int())
	}
	if q.Budget < 1 {
		return types.Null, sqlerr.New(sqlerr.InvalidParameterValue, "budget_tokens must be greater than zero")
	}
	var lines []contextLine
	err := h.Query(q, func(row []types.Value) error {
		lines = append(lines, lineOf(row))
		return nil
	})
	if err != nil {
		return types.Null, err
	}
	return types.NewString(join(lines, q.Budget)), nil
}

// contextLine is an entry of a prompt; rank orders by relevance, at by time.
type contextLine struct {
	text string
	at   int64
	cost int
}

// idTokens is what an entry's id and date cost a model beside its content.
const idTokens = 24

func lineOf(row []types.Value) contextLine {
	text := func(i int, t types.Type) string { return string(types.AppendText(nil, t, row[i], types.DefaultFormat)) }
	day := ""
	if from := row[13]; !from.IsNull() {
		if s := text(13, types.Timestamptz); len(s) >= 10 && s[4] == '-' {
			day = s[:10] + " "
		}
	}
	content := strings.Join(strings.Fields(row[4].Str()), " ")
	return contextLine{text: "[" + text(1, types.UUID) + "] " + day + content, at: row[13].Int(), cost: idTokens + tokens.Estimate(content)}
}

// join takes the best lines that fit the budget and puts them in order of time.
func join(lines []contextLine, budget int) string {
	var kept []contextLine
	for _, l := range lines {
		if l.cost <= budget {
			budget -= l.cost
			kept = append(kept, l)
		}
	}
	slices.SortStableFunc(kept, func(a, b contextLine) int { return cmp.Compare(a.at, b.at) })
	texts := make([]string, len(kept))
	for i, l := range kept {
		texts[i] = l.text
	}
	return strings.Join(texts, "\n")
}

// cachePut keeps an answer with the memories it stood on: what an answer over the
// same queries cited, else what the queries returned.
func cachePut(h Host, a []types.Value) (types.Value, error) {
	if err := requireNS(a[0]); err != nil {
		return types.Null, err
	}
	for i, name := range []string{"ns", "question", "answer"} {
		if err := required(name, a[i]); err != nil {
			return types.Null, err
		}
	}
	if err := h.SyncLineage(); err != nil {
		return types.Null, err
	}
	if _, _, err := openNamespace(h, a[0]); err != nil {
		return types.Null, err
	}
	return one(h, "cache_put", 0, []types.Value{a[0], a[1], a[2], a[3], text(h.Agent()), a[4]})
}

// cacheGet yields the answer to the most similar question whose memories all
// still stand, if it is similar enough.
func cacheGet(h Host, a []types.Value, yield func([]types.Value) error) error {
	if err := requireNS(a[0]); err != nil {
		return err
	}
	if err := required("question", a[1]); err != nil {
		return err
	}
	threshold := a[2]
	if threshold.IsNull() || !(threshold.Float() >= 0 && threshold.Float() <= 1) {
		return sqlerr.New(sqlerr.InvalidParameterValue, "threshold must be between 0 and 1")
	}
	v, err := h.Embed(a[1].Str())
	if err != nil {
		return err
	}
	hit := false
	err = h.Run("cache_get", 0, []types.Value{a[0], types.VectorFromFloat32s(v), threshold}, func(row []types.Value) error {
		hit = true
		return yield(row)
	})
	if err == nil {
		h.CacheAsked(a[0].Str(), hit)
	}
	return err
}
