package session

import (
	"io"
	"strings"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// discard is the sink of statements that the engine runs for itself.
type discard struct{}

func (discard) RowDescription([]Column, []int16)                    {}
func (discard) Rows([]Column, []int16, *types.Format, *Batch) error { return nil }
func (discard) Complete(string)                                     {}
func (discard) EmptyQuery()                                         {}
func (discard) Notice(*sqlerr.Error)                                {}
func (discard) ParameterStatus(string, string)                      {}
func (discard) CopyIn(int, bool) io.Reader                          { return strings.NewReader("") }
func (discard) CopyOut(int, bool) io.WriteCloser                    { return nopCloser{io.Discard} }
func (discard) Wake()                                               {}

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }
