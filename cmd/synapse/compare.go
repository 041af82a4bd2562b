package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"

	"github.com/spf13/pflag"

	"synapse/cmd/synapse/bench"
)

// compareCommand runs the same work on this server and on a PostgreSQL with pgvector.
func compareCommand(args []string, stdout, stderr io.Writer) int {
	f := pflag.NewFlagSet("synapse bench compare", pflag.ContinueOnError)
	f.SetOutput(stderr)
	var o bench.Options
	f.StringVar(&o.Target, "target", defaultURL, "`URL` of the server")
	f.StringVar(&o.Peer, "peer", "", "`URL` of a PostgreSQL with pgvector to compare with")
	f.IntVar(&o.Rows, "rows", 100_000, "memories")
	f.IntVar(&o.Dim, "dim", 384, "dimensions of their vectors")
	f.IntVar(&o.Clients, "clients", 8, "connections to each server")
	f.IntVar(&o.Rounds, "rounds", 3, "rounds of each piece of work, in turn on both servers")
	f.Float64Var(&o.Seconds, "seconds", 3, "length of a round")
	f.StringVar(&o.Only, "only", "", "only the work whose name contains `TEXT`")
	f.BoolVar(&o.Keep, "keep", false, "use the tables of an earlier run")
	f.BoolVar(&o.JSON, "json", false, "print JSON")
	if err := f.Parse(args); err != nil {
		return exitOf(err)
	}
	if o.Rows < 1000 || o.Dim < 2 || o.Clients < 1 || o.Rounds < 1 || o.Seconds <= 0 {
		fmt.Fprintln(stderr, "synapse bench compare: at least 1,000 rows, 2 dimensions, 1 client, 1 round")
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := bench.Compare(ctx, o, stdout, stderr); err != nil {
		fmt.Fprintln(stderr, "synapse bench compare:", err)
		return 1
	}
	return 0
}
