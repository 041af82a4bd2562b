package bench

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"
)

// print writes the lines as a table, and what the servers hold in memory.
func print(out io.Writer, sides []*side, lines []*Line) {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(t, "work\t")
	for _, s := range sides {
		fmt.Fprintf(t, "%s/s\tp50\tp99\tCPU/op\trecall (ef)\t", s.name)
	}
	fmt.Fprintln(t, "rate ratio\tCPU ratio\t")
	for _, l := range lines {
		fmt.Fprintf(t, "%s\t", l.Work)
		for _, s := range sides {
			f := l.Sides[s.name]
			found := ""
			if f.EF > 0 {
				found = fmt.Sprintf("%.3f (%d)", f.Recall, f.EF)
			}
			fmt.Fprintf(t, "%.0f\t%s\t%s\t%s\t%s\t", f.Rate, short(f.P50), short(f.P99), short(f.ServerCPU), found)
		}
		fmt.Fprintf(t, "%s\t%s\t\n", ratio(l.Ratio), ratio(l.CPU))
	}
	fmt.Fprint(t, "memory of the server\t")
	for _, s := range sides {
		fmt.Fprintf(t, "%d MB\t\t\t\t\t", s.server.memory()>>20)
	}
	fmt.Fprintln(t, "\t\t")
	_ = t.Flush()
}

func short(d time.Duration) string {
	switch {
	case d == 0:
		return "-"
	case d < time.Millisecond:
		return fmt.Sprintf("%d µs", d.Microseconds())
	case d < 10*time.Second:
		return fmt.Sprintf("%.2f ms", float64(d.Microseconds())/1000)
	}
	return d.Round(100 * time.Millisecond).String()
}

func ratio(r float64) string {
	if r == 0 {
		return "-"
	}
	return fmt.Sprintf("%.2f", r)
}
