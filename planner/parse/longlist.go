package parse

import (
	"strconv"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v5"

	"synapse/planner/ast"
)

// Long lists of constants, x IN (1, 2, …), do not go through the C parser: it
// takes some 300 ns and 250 bytes per item, most of them for carrying the tree
// over to Go. The parser gets the list's first item alone; the others are made
// here and put behind it. The tree is the one that the whole text gives.

// A text is looked through from longListTextBytes on, and a list is taken out
// from longListItems on.
const (
	longListTextBytes = 4 << 10
	longListItems     = 128
)

// longList is the tail of a list of constants: what stands from start to end in
// the user's text behind the item at first.
type longList struct {
	first, start, end int
	items             []ast.Const
}

// parseLongLists parses a text with long lists; ok is false for texts without,
// and for those that the parser refuses or reads in another way.
func parseLongLists(sql string) (stmts []Statement, ok bool, err error) {
	if len(sql) < longListTextBytes {
		return nil, false, nil
	}
	lists := longLists(sql)
	if len(lists) == 0 {
		return nil, false, nil
	}
	text := withoutLists(sql, lists)
	tree, syntax := pg.Parse(text.text)
	if syntax != nil {
		return nil, false, nil
	}
	stmts, err = convertAll(text, tree)
	return stmts, len(text.lists) == 0, err
}

// withoutLists cuts the lists' tails out of the text.
func withoutLists(sql string, lists []longList) *rewrite {
	out := &rewrite{user: sql, lists: map[int]*longList{}}
	var b strings.Builder
	from := 0
	keep := func(end int) {
		out.segs = append(out.segs, segment{dst: b.Len(), src: from, n: end - from})
		b.WriteString(sql[from:end])
	}
	for i := range lists {
		l := &lists[i]
		keep(l.start)
		from = l.end
		out.lists[l.first] = l
	}
	keep(len(sql))
	out.text = b.String()
	return out
}

// completed puts the rest of a long list behind its first item.
func (r *rewrite) completed(list []ast.Expr) []ast.Expr {
	if len(r.lists) == 0 || len(list) != 1 {
		return list
	}
	l := r.lists[list[0].Pos()]
	if _, isConst := list[0].(*ast.Const); l == nil || !isConst {
		return list
	}
	delete(r.lists, list[0].Pos())
	out := make([]ast.Expr, 1, 1+len(l.items))
	out[0] = list[0]
	for i := range l.items {
		out = append(out, &l.items[i])
	}
	return out
}

// longLists finds the lists behind IN that hold nothing but plain constants.
func longLists(sql string) (lists []longList) {
	lx := lexer{src: sql}
	behindIn := false
	for {
		t := lx.next()
		switch {
		case t.kind == tokEnd || t.kind == tokBad:
			return lists
		case behindIn && t.kind == tokPunct && sql[t.start] == '(':
			if l, ok := lx.constants(); ok {
				lists = append(lists, l)
			}
		}
		behindIn = t.kind == tokWord && t.end-t.start == 2 && strings.EqualFold(sql[t.start:t.end], "in")
	}
}

// constants reads c, c, … ) behind an opening parenthesis. The lexer stands
// behind what it read, ok or not.
func (lx *lexer) constants() (l longList, ok bool) {
	for n := 0; ; n++ {
		t := lx.next()
		item, plain := plainConstant(lx.src[t.start:t.end], t.kind)
		if !plain {
			return l, false
		}
		if n == 0 {
			l.first, l.start = t.start, t.end
		} else {
			item.Position = ast.Position(t.start)
			l.items = append(l.items, item)
		}
		switch next := lx.next(); {
		case next.kind != tokPunct:
			return l, false
		case lx.src[next.start] == ')':
			l.end = next.start
			return l, n+1 >= longListItems
		case lx.src[next.start] != ',':
			return l, false
		}
	}
}

// plainConstant reads digits and '…' as the grammar does.
func plainConstant(word string, kind tokenKind) (c ast.Const, ok bool) {
	switch kind {
	case tokString:
		text, ok := unquote(word)
		return ast.Const{Kind: ast.ConstString, Text: text}, ok
	case tokNumber:
		if strings.Trim(word, "0123456789") != "" {
			return c, false
		}
		if n, err := strconv.ParseInt(word, 10, 32); err == nil {
			return ast.Const{Kind: ast.ConstInt, Int: n}, true
		}
		return ast.Const{Kind: ast.ConstFloat, Text: word}, true
	}
	return c, false
}
