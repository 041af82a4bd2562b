package parse

import (
	"strings"

	pg "github.com/pganalyze/pg_query_go/v5"

	"synapse/planner/ast"
)

// Statement is one statement of a query text. It is immutable: the cache
// shares it between connections.
type Statement struct {
	Stmt       ast.Stmt
	Text       string // its source without white space and sqlcommenter comment around it
	Start, End int    // byte offsets of Text in the query text
	Params     int    // the greatest $n, 0 if none; those of PREPARE's query are its own
	Comment    string // the trailing sqlcommenter comment as written, "" if none; CutComment reads its tags

	// Slots are the long literals of Text that are Params with Slot set in Stmt,
	// and Key is Text with $n in their place: statements that differ in them alone
	// share Stmt and Key. Without slots Key is "". Positions in Stmt are those of
	// the key; Slots[i].Start and TextOffset refer to the query text.
	Slots []Literal
	Key   string
}

// Parse parses a query text. Empty statements vanish: a text of white space,
// comments and semicolons gives none. Errors are *sqlerr.Error with a position
// in characters of sql: 42601 for syntax, 54000 and 54001 for texts beyond
// MaxTextBytes, MaxNesting and MaxDepth, 22021 for bytes that are not UTF-8.
func Parse(sql string) ([]Statement, error) {
	if err := checkText(sql); err != nil {
		return nil, err
	}
	defer enter(sql)()
	if stmts, ok, err := parseLongLists(sql); ok {
		return stmts, err
	}
	return parseWhole(sql)
}

// parseWhole gives the whole text to the C parser.
func parseWhole(sql string) ([]Statement, error) {
	whole := identity(sql, 0, len(sql))
	tree, err := pg.Parse(sql)
	if err == nil {
		return convertAll(whole, tree)
	}
	plain := syntaxError(err, whole)
	if toks := tokens(sql); mentionsTime(sql, toks) {
		return parseTemporal(sql, toks, plain)
	}
	return nil, plain
}

// convertAll converts a parse of unchanged text.
func convertAll(text *rewrite, tree *pg.ParseResult) ([]Statement, error) {
	out := make([]Statement, 0, len(tree.Stmts))
	for _, raw := range tree.Stmts {
		start := int(raw.StmtLocation)
		end := start + int(raw.StmtLen)
		if raw.StmtLen == 0 {
			end = len(text.text)
		}
		s, err := convertOne(text, raw.Stmt, text.userOffset(start), text.userOffset(end))
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

// convertOne converts the statement that stands between start and end of the user's text.
func convertOne(text *rewrite, node *pg.Node, start, end int) (Statement, error) {
	c := &converter{text: text}
	stmt := c.stmt(node)
	if c.err != nil {
		return Statement{}, c.err
	}
	if c.unsupported != nil {
		stmt = c.unsupported
	}
	s := Statement{Stmt: stmt}
	s.trim(text.user, start, end)
	setSpans(stmt, text.user, s.Start, s.End)
	s.Params = countOwnParams(stmt)
	return s, nil
}

// trim sets Text, its place and Comment from the raw extent of the statement.
func (s *Statement) trim(user string, start, end int) {
	body, comment := splitComment(user[start:end])
	s.Comment = comment
	start += len(body) - len(strings.TrimLeft(body, whiteSpace))
	s.Text = strings.Trim(body, whiteSpace)
	s.Start, s.End = start, start+len(s.Text)
}

// whiteSpace is PostgreSQL's set.
const whiteSpace = " \t\n\r\f"

// CountParams returns the greatest $n below node, 0 if none.
func CountParams(node ast.Node) int {
	n := 0
	ast.Inspect(node, func(node ast.Node) bool {
		if p, ok := node.(*ast.Param); ok && !p.Slot {
			n = max(n, p.Number)
		}
		return true
	})
	return n
}

// countOwnParams leaves out what belongs to an inner statement with parameters of its own.
func countOwnParams(stmt ast.Stmt) int {
	switch stmt.(type) {
	case *ast.PrepareStmt, *ast.CreateFunctionStmt:
		return 0
	}
	return CountParams(stmt)
}
