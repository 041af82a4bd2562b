package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/pflag"

	"synapse/storage/check"
	"synapse/wire/session"
)

// checkCommand verifies a data directory that no server uses: exit 0 clean, 1 problems, 2 it could not look.
func checkCommand(args []string, stdout, stderr io.Writer) int {
	f := pflag.NewFlagSet("synapse check", pflag.ContinueOnError)
	f.SetOutput(stderr)
	dir := f.String("data", "./data", "data `DIR`ectory")
	if err := f.Parse(args); err != nil {
		return exitOf(err)
	}
	problems, err := check.Run(context.Background(), *dir, stdout, session.CheckDeep)
	if err != nil {
		fmt.Fprintln(stderr, "synapse check:", err)
		return 2
	}
	if problems > 0 {
		fmt.Fprintf(stdout, "%d problems found\n", problems)
		return 1
	}
	fmt.Fprintln(stdout, "no problems found")
	return 0
}
