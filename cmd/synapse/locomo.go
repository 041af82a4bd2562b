package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"regexp"
	"sort"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/spf13/pflag"
)

// recallAt are the k of evidence recall@k that the benchmark prints.
var recallAt = []int{5, 10, 25, 50}

// locomoCommand measures retrieval on LoCoMo (Maharana et al., ACL 2024): the
// share of a question's evidence turns among the first k entries recalled.
// The file is licensed CC BY-NC and is never part of Synapse.
func locomoCommand(args []string, stdout, stderr io.Writer) int {
	f := pflag.NewFlagSet("synapse bench locomo", pflag.ContinueOnError)
	f.SetOutput(stderr)
	url := f.String("url", defaultURL, "`URL` of the server")
	file := f.String("file", "", "`FILE` in the format of locomo10.json")
	vectors := f.String("vectors", "", "`FILE` (.fvecs) with a vector for each turn, in their order: the caller's own embeddings, asked with alone and fused")
	questions := f.String("question-vectors", "", "`FILE` (.fvecs) with a vector for each question")
	if err := f.Parse(args); err != nil {
		return exitOf(err)
	}
	if *file == "" || (*vectors == "") != (*questions == "") {
		fmt.Fprintln(stderr, "synapse bench locomo: --file is needed, and --vectors with --question-vectors or neither")
		return 2
	}
	raw, err := os.ReadFile(*file)
	var given locomoVectors
	if err == nil && *vectors != "" {
		given, err = readLocomoVectors(*vectors, *questions)
	}
	if err == nil {
		err = locomo(context.Background(), *url, raw, given, stdout)
	}
	if err != nil {
		fmt.Fprintln(stderr, "synapse bench locomo:", err)
		return 1
	}
	return 0
}

type turn struct {
	Speaker string `json:"speaker"`
	ID      string `json:"dia_id"`
	Text    string `json:"text"`
	Caption string `json:"blip_caption"`
	session string
	seq     int
	at      time.Time
}

type question struct {
	Question string   `json:"question"`
	Evidence []string `json:"evidence"`
	Category int      `json:"category"`
}

type sample struct {
	ID           string                     `json:"sample_id"`
	Questions    []question                 `json:"qa"`
	Conversation map[string]json.RawMessage `json:"conversation"`
	turns        []turn
}

func parseLocomo(raw []byte) ([]*sample, error) {
	var list []*sample
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, err
	}
	for _, s := range list {
		for n := 1; ; n++ {
			session := fmt.Sprintf("session_%d", n)
			body, ok := s.Conversation[session]
			if !ok {
				break
			}
			var turns []turn
			if err := json.Unmarshal(body, &turns); err != nil {
				return nil, fmt.Errorf("%s %s: %w", s.ID, session, err)
			}
			var date string
			if err := json.Unmarshal(s.Conversation[session+"_date_time"], &date); err != nil {
				return nil, fmt.Errorf("%s %s: %w", s.ID, session, err)
			}
			at, err := time.Parse("3:04 pm on 2 January, 2006", date)
			if err != nil {
				return nil, err
			}
			for i := range turns {
				turns[i].session, turns[i].seq, turns[i].at = session, i+1, at.Add(time.Duration(i)*time.Minute)
			}
			s.turns = append(s.turns, turns...)
		}
	}
	return list, nil
}

// content is the turn as memory: speaker, words, and what an image showed.
func (t *turn) content() string {
	s := t.Speaker + ": " + t.Text
	if t.Caption != "" {
		s += " [" + t.Caption + "]"
	}
	return s
}

// locomo loads, asks and prints.
func locomo(ctx context.Context, url string, raw []byte, given locomoVectors, out io.Writer) error {
	samples, err := parseLocomo(raw)
	if err != nil {
		return err
	}
	c, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer c.Close(ctx)
	prefix := fmt.Sprintf("locomo:%d:", time.Now().UnixNano())
	start := time.Now()
	n, err := loadLocomo(ctx, c, prefix, samples, nil)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "loaded %d turns of %d conversations by COPY in %.2f s\n", n, len(samples), time.Since(start).Seconds())
	if err := askLocomo(ctx, c, prefix, samples, &recallSums{}, out); err != nil {
		return err
	}
	if err := contextTokens(ctx, c, prefix, samples, out); err != nil {
		return err
	}
	if given.turns == nil {
		return nil
	}
	prefix = fmt.Sprintf("locomo:%d:", time.Now().UnixNano())
	if _, err := loadLocomo(ctx, c, prefix, samples, given.turns); err != nil {
		return err
	}
	for _, way := range []struct{ name, profile string }{{"the given vectors alone", "semantic"}, {"words and the given vectors", "default"}} {
		fmt.Fprintf(out, "\n%s:\n", way.name)
		if err := askLocomo(ctx, c, prefix, samples, &recallSums{profile: way.profile, vectors: given.questions}, out); err != nil {
			return err
		}
	}
	return nil
}

func askLocomo(ctx context.Context, c *pgx.Conn, prefix string, samples []*sample, r *recallSums, out io.Writer) error {
	for _, s := range samples {
		for _, q := range s.Questions {
			if err := r.ask(ctx, c, prefix+s.ID, q); err != nil {
				return err
			}
		}
	}
	r.print(out)
	return nil
}

func loadLocomo(ctx context.Context, c *pgx.Conn, prefix string, samples []*sample, vectors []string) (int64, error) {
	columns := []string{"ns", "kind", "content", "metadata", "session", "seq", "valid_from", "agent"}
	if vectors != nil {
		columns = append(columns, "embedding")
	}
	var rows [][]any
	for _, s := range samples {
		for i := range s.turns {
			t := &s.turns[i]
			row := []any{prefix + s.ID, "turn", t.content(), map[string]any{"dia_id": t.ID}, t.session, int64(t.seq), t.at, t.Speaker}
			if vectors != nil {
				if len(rows) >= len(vectors) {
					return 0, fmt.Errorf("there are only %d vectors", len(vectors))
				}
				row = append(row, vectors[len(rows)])
			}
			rows = append(rows, row)
		}
	}
	return copyEntries(ctx, c, columns, rows)
}

// recallSums adds up over the questions.
type recallSums struct {
	questions  int
	sums       [4]float64
	byCategory map[int]*[5]float64 // four sums and the count
	times      []time.Duration
	total      time.Duration
	profile    string   // "" = the namespace's
	vectors    []string // of the questions in their order, nil = the server's embedder
}

var evidenceID = regexp.MustCompile(`D(\d+):(\d+)`)

func (r *recallSums) ask(ctx context.Context, c *pgx.Conn, ns string, q question) error {
	start := time.Now()
	var vector, profile *string
	if r.vectors != nil {
		if r.questions >= len(r.vectors) {
			return fmt.Errorf("there are only %d vectors of questions", len(r.vectors))
		}
		vector = &r.vectors[r.questions]
	}
	if r.profile != "" {
		profile = &r.profile
	}
	rows, err := c.Query(ctx, "SELECT metadata->>'dia_id' FROM memory.query(ns => $1, query => $2, k => $3, embedding => $4::text::vector, profile => $5) ORDER BY rank",
		ns, q.Question, recallAt[len(recallAt)-1], vector, profile)
	if err != nil {
		return err
	}
	got, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	took := time.Since(start)
	r.times = append(r.times, took)
	r.total += took
	r.add(q, got)
	return nil
}

// evidenceOf are the ids of the turns that answer a question; some strings hold several.
func evidenceOf(q question) map[string]bool {
	gold := map[string]bool{}
	for _, e := range q.Evidence {
		for _, m := range evidenceID.FindAllStringSubmatch(e, -1) {
			a, _ := strconv.Atoi(m[1])
			b, _ := strconv.Atoi(m[2])
			gold[fmt.Sprintf("D%d:%d", a, b)] = true
		}
	}
	return gold
}

// add counts the evidence found at each k; a question without evidence counts as found.
func (r *recallSums) add(q question, got []string) {
	gold := evidenceOf(q)
	if r.byCategory == nil {
		r.byCategory = map[int]*[5]float64{}
	}
	cat := r.byCategory[q.Category]
	if cat == nil {
		cat = &[5]float64{}
		r.byCategory[q.Category] = cat
	}
	r.questions++
	cat[4]++
	for i, k := range recallAt {
		share := 1.0
		if len(gold) > 0 {
			found := 0
			for _, id := range got[:min(k, len(got))] {
				if gold[id] {
					found++
				}
			}
			share = float64(found) / float64(len(gold))
		}
		r.sums[i] += share
		cat[i] += share
	}
}

var categoryNames = map[int]string{1: "multi-hop", 2: "temporal", 3: "open-domain", 4: "single-hop", 5: "adversarial"}

func (r *recallSums) print(out io.Writer) {
	fmt.Fprintf(out, "%-14s %6s", "evidence", "n")
	for _, k := range recallAt {
		fmt.Fprintf(out, " %7s", fmt.Sprintf("R@%d", k))
	}
	fmt.Fprintln(out)
	line := func(name string, n float64, sums []float64) {
		fmt.Fprintf(out, "%-14s %6.0f", name, n)
		for _, s := range sums {
			fmt.Fprintf(out, " %7.1f", 100*s/n)
		}
		fmt.Fprintln(out)
	}
	for cat := 1; cat <= 5; cat++ {
		if c := r.byCategory[cat]; c != nil {
			line(categoryNames[cat], c[4], c[:4])
		}
	}
	line("all", float64(r.questions), r.sums[:])
	sort.Slice(r.times, func(i, j int) bool { return r.times[i] < r.times[j] })
	at := func(p float64) string {
		return r.times[int(p*float64(len(r.times)-1))].Round(10 * time.Microsecond).String()
	}
	fmt.Fprintf(out, "%d questions, %.0f queries/s on one connection, p50 %s, p99 %s\n",
		r.questions, float64(r.questions)/r.total.Seconds(), at(0.5), at(0.99))
}
