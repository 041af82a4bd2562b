package parse

import (
	pg "github.com/pganalyze/pg_query_go/v5"

	"synapse/catalog/sqlerr"
	"synapse/planner/ast"
)

// The AS OF rewrite. It runs only when PostgreSQL's grammar refused the text.
//
//  1. Split the text into statements; those the grammar takes stay as they are.
//  2. In the others, scan.go walks the tokens once. It follows clauses and query
//     levels (levels.go), takes each temporal clause (period.go) and decides
//     whose it is: a table's, a query level's or a transaction's.
//  3. edit.go cuts the clauses, moves WHERE … GROUP BY … HAVING found behind
//     ORDER BY or LIMIT to the front, and puts a marker, a locking clause on a
//     table that cannot exist, where a query level ends. The grammar then hangs
//     the marker on the right SELECT, which convert_select.go picks up.
//  4. The result is parsed and converted; clauses of tables are found again by
//     the place of the table's name.

// mentionsTime reports whether the tokens hold the start of a temporal clause.
func mentionsTime(sql string, toks []token) bool {
	s := scan{sql: sql, toks: toks}
	for i := range toks {
		if s.startsClause(i) {
			return true
		}
	}
	return false
}

// parseTemporal parses a text that the grammar refused with the error plain.
func parseTemporal(sql string, toks []token, plain *sqlerr.Error) ([]Statement, error) {
	var out []Statement
	for _, group := range splitStatements(sql, toks) {
		s, err := parseOneTemporal(sql, group)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	if len(out) == 0 {
		return nil, plain
	}
	_, out[len(out)-1].Comment = splitComment(sql)
	return out, nil
}

// parseOneTemporal parses one statement, given as its tokens.
func parseOneTemporal(sql string, toks []token) (Statement, error) {
	start, end := toks[0].start, toks[len(toks)-1].end
	text := identity(sql, start, end)
	tree, err := pg.Parse(text.text)
	if err != nil {
		plain := syntaxError(err, text)
		if !mentionsTime(sql, toks) {
			return Statement{}, plain
		}
		s := newScan(sql, toks)
		if err := s.run(); err != nil {
			return Statement{}, err
		}
		if s.found == 0 {
			return Statement{}, plain
		}
		text = s.rewritten()
		if s.bareSetTransaction() {
			return s.setTransaction(text), nil
		}
		if tree, err = pg.Parse(text.text); err != nil {
			return Statement{}, syntaxError(err, text)
		}
	}
	if len(tree.Stmts) != 1 {
		return Statement{}, unexpected(sql, start)
	}
	return convertOne(text, tree.Stmts[0].Stmt, start, end)
}

// splitStatements groups tokens by statement. Semicolons within parentheses
// (CREATE RULE) and BEGIN ATOMIC … END do not split.
func splitStatements(sql string, toks []token) [][]token {
	var out [][]token
	depth, first := 0, 0
	for i, t := range toks {
		switch lowerWord(sql, t) {
		case "(", "[":
			depth++
		case ")", "]":
			depth--
		case "begin":
			if i+1 < len(toks) && lowerWord(sql, toks[i+1]) == "atomic" {
				depth++
			}
		case "case":
			depth++
		case "end":
			if depth > 0 {
				depth--
			}
		case ";":
			if depth <= 0 {
				if i > first {
					out = append(out, toks[first:i])
				}
				depth, first = 0, i+1
			}
		}
	}
	if first < len(toks) {
		out = append(out, toks[first:])
	}
	return out
}

// bareSetTransaction reports whether nothing is left of SET TRANSACTION but its
// name, which the grammar does not take.
func (s *scan) bareSetTransaction() bool {
	return s.verb == "set" && s.txn != nil && s.txnEnd == len(s.toks) && s.word(s.txnStart-1) == "transaction"
}

func (s *scan) setTransaction(text *rewrite) Statement {
	stmt := &ast.SetTransactionStmt{Position: ast.Position(s.toks[0].start), AsOf: s.txn.clause}
	for _, t := range s.toks[:s.txnStart] {
		if lowerWord(s.sql, t) == "characteristics" {
			stmt.Session = true
		}
	}
	out := Statement{Stmt: stmt, Params: CountParams(stmt)}
	out.trim(text.user, s.toks[0].start, s.toks[len(s.toks)-1].end)
	return out
}

func asOfTargetError() *sqlerr.Error {
	return sqlerr.Unsupported("AS OF on the table that a statement changes",
		"Data is changed in the present only. Use AS OF in a query, as in INSERT … SELECT … AS OF.")
}
