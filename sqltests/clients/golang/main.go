// Command clients runs a program of a Go library that talks to PostgreSQL, each
// written as its users do: clients NAME URL. It is a module of its own, so that
// the libraries are no dependencies of Synapse.
package main

import (
	"fmt"
	"os"
)

var programs = map[string]func(url string) error{
	"gorm": gormProgram, "bun": bunProgram, "pq": pqProgram, "pgxpool": poolProgram, "goose": gooseProgram,
	"golang-migrate": migrateProgram, "pgvector-go": vectorProgram,
}

func main() {
	if len(os.Args) != 3 || programs[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: clients NAME URL")
		os.Exit(2)
	}
	if err := programs[os.Args[1]](os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println("ok")
}

// check turns a failed expectation into an error.
func check(ok bool, format string, args ...any) error {
	if ok {
		return nil
	}
	return fmt.Errorf(format, args...)
}

// first returns the first error.
func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
