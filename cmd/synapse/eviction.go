package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/spf13/pflag"

	"synapse/catalog/memory/forget"
)

// evictionGrid is what is replayed: every combination, with every seed.
type evictionGrid struct {
	Noise, Capacity, Citations []float64
	Seeds                      int
	Falsely                    float64
}

var (
	evictionUsual = evictionGrid{Noise: []float64{0, 0.5, 0.75}, Capacity: []float64{0.1, 0.25}, Citations: []float64{0, 0.5, 1}, Seeds: 3}
	evictionFull  = evictionGrid{Noise: []float64{0, 0.5, 0.75}, Capacity: []float64{0.05, 0.1, 0.25, 0.5}, Citations: []float64{0, 0.5, 1}, Seeds: 5}
)

// evictionContenders are the policies, the default first. Those that the
// intervals compare it with stand next.
func evictionContenders() []contender {
	list := []contender{{name: "default", policy: forget.Default()}}
	for _, kind := range []string{forget.FIFO, forget.LRU, forget.LFU} {
		list = append(list, contender{name: kind, policy: forget.Policy{Name: kind, Kind: kind}})
	}
	return append(list, contender{name: "random", random: true}, contender{name: "oracle", oracle: true})
}

// evictionCommand replays conversations through the policies of forgetting and
// prints how much evidence recall is left: see docs/forgetting.md. It needs no
// server: policy and formula are the engine's own code.
func evictionCommand(args []string, stdout, stderr io.Writer) int {
	f := pflag.NewFlagSet("synapse bench eviction", pflag.ContinueOnError)
	f.SetOutput(stderr)
	file := f.String("file", "", "`FILE` in the format of locomo10.json")
	full := f.Bool("full", false, "every capacity (5, 10, 25, 50 %) and five seeds")
	falsely := f.Float64("false-citations", 0.05, "`CHANCE` that a reported answer cites a hit that did not help")
	out := f.String("json", "", "write the figures to `FILE` too")
	if err := f.Parse(args); err != nil {
		return exitOf(err)
	}
	if *file == "" {
		fmt.Fprintln(stderr, "synapse bench eviction: --file is needed")
		return 2
	}
	grid := evictionUsual
	if *full {
		grid = evictionFull
	}
	grid.Falsely = *falsely
	if err := eviction(*file, *out, grid, stdout, stderr); err != nil {
		fmt.Fprintln(stderr, "synapse bench eviction:", err)
		return 1
	}
	return 0
}

func eviction(file, out string, grid evictionGrid, stdout, progress io.Writer) error {
	raw, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	samples, err := parseLocomo(raw)
	if err != nil {
		return err
	}
	if len(samples) == 0 {
		return errors.New("the file has no conversation")
	}
	cells, err := runEviction(samples, grid, progress)
	if err != nil {
		return err
	}
	printEviction(stdout, cells)
	if out == "" {
		return nil
	}
	body, err := json.MarshalIndent(map[string]any{"formula": forget.Formula, "policy": forget.Default(), "grid": grid, "cells": cells}, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(out, append(body, '\n'), 0o600)
}

// evictionCell is one combination: each policy's evidence recall at 10, in %, and
// what the default has more than the others, with a 95 % interval.
type evictionCell struct {
	Noise     float64              `json:"noise"`
	Capacity  float64              `json:"capacity"`
	Citations float64              `json:"citations"`
	Recall    map[string]float64   `json:"recall_at_10"`
	Ahead     map[string]*interval `json:"default_minus"`
}

// runEviction replays the grid. A unit, over which means and intervals are taken,
// is a conversation with a seed.
func runEviction(samples []*sample, grid evictionGrid, progress io.Writer) ([]*evictionCell, error) {
	contenders := evictionContenders()
	var cells []*evictionCell
	total := len(grid.Noise) * len(grid.Capacity) * len(grid.Citations)
	for _, noise := range grid.Noise {
		var traces []*trace
		var seeds []uint64
		for seed := range uint64(grid.Seeds) {
			for at, s := range samples {
				var foreign []turn
				for other := range samples {
					if other != at {
						foreign = append(foreign, samples[other].turns...)
					}
				}
				tr, err := makeTrace(s, foreign, noise, seed+1)
				if err != nil {
					return nil, err
				}
				traces, seeds = append(traces, tr), append(seeds, seed+1)
			}
		}
		for _, capacity := range grid.Capacity {
			for _, citations := range grid.Citations {
				units := make([][]float64, len(contenders))
				for k, tr := range traces {
					for c, who := range contenders {
						w := world{capacity: capacity, citations: citations, falsely: grid.Falsely, seed: seeds[k]}
						units[c] = append(units[c], 100*replay(tr, who, w))
					}
				}
				cells = append(cells, compare(noise, capacity, citations, contenders, units))
				fmt.Fprintf(progress, "\r%d of %d", len(cells), total)
			}
		}
	}
	fmt.Fprintln(progress)
	return cells, nil
}

func compare(noise, capacity, citations float64, contenders []contender, units [][]float64) *evictionCell {
	c := &evictionCell{noise, capacity, citations, map[string]float64{}, map[string]*interval{}}
	for i, who := range contenders {
		c.Recall[who.name] = mean(units[i])
		if i > 0 {
			differences := slices.Clone(units[0])
			for k := range differences {
				differences[k] -= units[i][k]
			}
			c.Ahead[who.name] = bootstrap(differences)
		}
	}
	return c
}
