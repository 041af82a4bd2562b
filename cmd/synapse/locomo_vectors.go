package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"synapse/catalog/tokens"
)

// locomoVectors are the caller's own embeddings, as text; nil: none.
type locomoVectors struct{ turns, questions []string }

func readLocomoVectors(turns, questions string) (v locomoVectors, err error) {
	if v.turns, err = readFvecs(turns); err == nil {
		v.questions, err = readFvecs(questions)
	}
	return v, err
}

// readFvecs reads vectors in the format of the TEXMEX sets: for each its length as
// int32, then so many float32, little-endian. They come as pgvector's text.
func readFvecs(file string) ([]string, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var out []string
	for len(raw) >= 4 {
		n := int(binary.LittleEndian.Uint32(raw))
		if raw = raw[4:]; n <= 0 || n > len(raw)/4 {
			return nil, fmt.Errorf("%s is no .fvecs file", file)
		}
		var b strings.Builder
		for i := range n {
			b.WriteByte("[,"[min(i, 1)])
			b.WriteString(strconv.FormatFloat(float64(math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))), 'g', -1, 32))
		}
		out = append(out, b.String()+"]")
		raw = raw[4*n:]
	}
	return out, nil
}

// copyEntries loads entries by COPY in text form, which takes vectors as text too.
func copyEntries(ctx context.Context, c *pgx.Conn, columns []string, rows [][]any) (int64, error) {
	if columns[len(columns)-1] != "embedding" {
		return c.CopyFrom(ctx, pgx.Identifier{"memory", "entries"}, columns, pgx.CopyFromRows(rows))
	}
	marks := make([]string, len(columns))
	for i := range marks {
		marks[i] = "$" + strconv.Itoa(i+1)
	}
	marks[len(marks)-1] += "::text::vector"
	batch := &pgx.Batch{}
	for _, row := range rows {
		batch.Queue("INSERT INTO memory.entries ("+strings.Join(columns, ", ")+") VALUES ("+strings.Join(marks, ", ")+")", row...)
	}
	return int64(len(rows)), c.SendBatch(ctx, batch).Close()
}

// contextTokens prints what a packed context of each question costs against the
// whole conversation.
func contextTokens(ctx context.Context, c *pgx.Conn, prefix string, samples []*sample, out io.Writer) error {
	packed, full, asked := 0, 0, 0
	for _, s := range samples {
		history := 0
		for i := range s.turns {
			history += tokens.Estimate(s.turns[i].content())
		}
		for _, q := range s.Questions {
			var text string
			if err := c.QueryRow(ctx, "SELECT memory.context($1, $2)", prefix+s.ID, q.Question).Scan(&text); err != nil {
				return err
			}
			packed += tokens.Estimate(text)
			full += history
			asked++
		}
	}
	fmt.Fprintf(out, "memory.context: %d tokens a question, the full history %d: %.1f %% fewer\n",
		packed/max(asked, 1), full/max(asked, 1), 100*(1-float64(packed)/float64(max(full, 1))))
	return nil
}
