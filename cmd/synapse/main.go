// Command synapse is the one binary: the server and its tools.
package main

import (
	"fmt"
	"io"
	"os"
	"sort"
)

// version is set by the linker at release.
var version = "0.1.0-dev"

// command is one subcommand: run gets the arguments behind its name and returns the exit code.
type command struct {
	summary string
	run     func(args []string, stdout, stderr io.Writer) int
}

var commands = map[string]command{
	"serve":   {"run the server", serveCommand},
	"version": {"print the version", versionCommand},
	"check":   {"verify a data directory offline", checkCommand},
	"demo":    {"play the three agents' scenario against a running server", demoCommand},
	"bench":   {"run a benchmark against a running server", benchCommand},
}

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, stdout, stderr io.Writer) int {
	if len(args) == 0 || args[0] == "help" || args[0] == "-h" || args[0] == "--help" {
		usage(stdout)
		return 0
	}
	c, ok := commands[args[0]]
	if !ok {
		fmt.Fprintf(stderr, "synapse: unknown command %q\n\n", args[0])
		usage(stderr)
		return 2
	}
	return c.run(args[1:], stdout, stderr)
}

func usage(w io.Writer) {
	fmt.Fprintln(w, "usage: synapse COMMAND [FLAGS]")
	names := make([]string, 0, len(commands))
	for name := range commands {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		fmt.Fprintf(w, "  %-8s %s\n", name, commands[name].summary)
	}
	fmt.Fprintln(w, "\nsynapse COMMAND --help lists a command's flags.")
}

func versionCommand(_ []string, stdout, _ io.Writer) int {
	fmt.Fprintln(stdout, "synapse", version)
	return 0
}
