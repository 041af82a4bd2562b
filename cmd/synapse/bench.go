package main

import (
	"fmt"
	"io"
	"sort"
)

// benches are the subcommands of bench.
var benches = map[string]command{
	"compare":  {"do the work of agents on this server and on PostgreSQL with pgvector, print ratios", compareCommand},
	"eviction": {"replay conversations through the policies of forgetting, print the recall that is left", evictionCommand},
	"notify":   {"write memories, print how soon another connection hears of them", notifyCommand},
	"locomo":   {"load the LoCoMo conversations as memory, ask every question, print evidence recall", locomoCommand},
}

func benchCommand(args []string, stdout, stderr io.Writer) int {
	if len(args) > 0 {
		if b, ok := benches[args[0]]; ok {
			return b.run(args[1:], stdout, stderr)
		}
		fmt.Fprintf(stderr, "synapse bench: unknown benchmark %q\n", args[0])
	}
	names := make([]string, 0, len(benches))
	for name := range benches {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		fmt.Fprintf(stderr, "  synapse bench %-8s %s\n", name, benches[name].summary)
	}
	return 2
}
