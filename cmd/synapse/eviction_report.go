package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
)

// interval is a mean with its 95 % interval.
type interval struct {
	Mean float64 `json:"mean"`
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

const bootstraps = 10_000

func mean(list []float64) float64 {
	sum := 0.0
	for _, x := range list {
		sum += x
	}
	return sum / float64(max(len(list), 1))
}

// bootstrap is the percentile interval of the mean of paired differences (Efron
// and Tibshirani, An Introduction to the Bootstrap, 1993); the same every time.
func bootstrap(differences []float64) *interval {
	rng := rand.New(rand.NewPCG(1, 2))
	means := make([]float64, bootstraps)
	for i := range means {
		for range differences {
			means[i] += differences[rng.IntN(len(differences))]
		}
		means[i] /= float64(len(differences))
	}
	slices.Sort(means)
	return &interval{mean(differences), means[bootstraps*25/1000], means[bootstraps*975/1000-1]}
}

// printEviction prints a line per combination. An interval that excludes 0 is a
// finding, marked + or -.
func printEviction(out io.Writer, cells []*evictionCell) {
	fmt.Fprintln(out, "evidence recall at 10 in %, and the default's lead with its 95 % interval")
	fmt.Fprintf(out, "%5s %5s %5s | %7s %6s %6s %6s %6s %6s | %-22s %-22s %-22s\n",
		"noise", "cap", "cited", "default", "fifo", "lru", "lfu", "random", "oracle", "over fifo", "over lru", "over lfu")
	for _, c := range cells {
		fmt.Fprintf(out, "%4.0f%% %4.0f%% %4.0f%% |", 100*c.Noise, 100*c.Capacity, 100*c.Citations)
		fmt.Fprintf(out, " %7.1f", c.Recall["default"])
		for _, name := range []string{"fifo", "lru", "lfu", "random", "oracle"} {
			fmt.Fprintf(out, " %6.1f", c.Recall[name])
		}
		fmt.Fprint(out, " |")
		for _, name := range []string{"fifo", "lru", "lfu"} {
			i := c.Ahead[name]
			mark := " "
			switch {
			case i.Low > 0:
				mark = "+"
			case i.High < 0:
				mark = "-"
			}
			fmt.Fprintf(out, " %-22s", fmt.Sprintf("%+5.1f (%+.1f, %+.1f) %s", i.Mean, i.Low, i.High, mark))
		}
		fmt.Fprintln(out)
	}
}
