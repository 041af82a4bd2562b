package main

import (
	"errors"

	"github.com/spf13/pflag"
)

// defaultURL is the server that make run starts.
const defaultURL = "postgres://synapse@127.0.0.1:5433/synapse"

// exitOf is the exit code of a flag error: asking for help is none.
func exitOf(err error) int {
	if errors.Is(err, pflag.ErrHelp) {
		return 0
	}
	return 2
}
