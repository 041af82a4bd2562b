package builtin

import (
	"errors"
	"strings"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// truth is SQL/JSON's three-valued logic.
type truth uint8

const (
	isFalse truth = iota
	isTrue
	isUnknown
)

func truthOf(b bool) truth {
	if b {
		return isTrue
	}
	return isFalse
}

// node is the item a predicate yields where a value is wanted.
func (t truth) node() types.JSONNode {
	tree := types.JSONTreeBool(t == isTrue)
	if t == isUnknown {
		tree = types.JSONTreeNull
	}
	return types.AsJSONB(tree.Encode())
}

// test evaluates a predicate. Errors that data cause are unknown; others are returned.
func (r *pathRun) test(n *pathNode, s scope) (truth, error) {
	t, err := r.predicate(n, s)
	if err != nil && isPathError(err) {
		return isUnknown, nil
	}
	return t, err
}

func (r *pathRun) predicate(n *pathNode, s scope) (truth, error) {
	switch n.op {
	case pathGroup:
		if n.next == nil {
			return r.predicate(n.left, s)
		}
	case pathAnd, pathOr:
		return r.connective(n, s)
	case pathNot:
		t, err := r.test(n.left, s)
		switch t {
		case isTrue:
			t = isFalse
		case isFalse:
			t = isTrue
		}
		return t, err
	case pathUnknown:
		t, err := r.test(n.left, s)
		return truthOf(t == isUnknown), err
	case pathExists:
		return r.exists(n.left, s)
	case pathCompare:
		return r.pairs(n.left, n.right, s, func(a, b types.JSONNode) truth { return compareItems(n.text, a, b) })
	case pathStarts:
		return r.pairs(n.left, n.right, s, func(a, b types.JSONNode) truth {
			if a.Kind() != types.JSONString || b.Kind() != types.JSONString {
				return isUnknown
			}
			return truthOf(strings.HasPrefix(a.Str(), b.Str()))
		})
	case pathRegex:
		return r.pairs(n.left, nil, s, func(a, _ types.JSONNode) truth {
			if a.Kind() != types.JSONString {
				return isUnknown
			}
			return truthOf(n.regex.Match(a.Str()))
		})
	}
	return isUnknown, sqlerr.New(sqlerr.SyntaxError, "a jsonpath predicate is expected")
}

// connective is && and || with the usual tables for unknown.
func (r *pathRun) connective(n *pathNode, s scope) (truth, error) {
	decides := isFalse // what makes the other side not matter
	if n.op == pathOr {
		decides = isTrue
	}
	left, err := r.test(n.left, s)
	if err != nil || left == decides {
		return left, err
	}
	right, err := r.test(n.right, s)
	switch {
	case err != nil || right == decides:
		return right, err
	case left == isUnknown || right == isUnknown:
		return isUnknown, nil
	}
	return right, nil
}

// errFound stops an evaluation that has its answer.
var errFound = errors.New("found")

func (r *pathRun) exists(n *pathNode, s scope) (truth, error) {
	found := false
	err := r.eval(n, s, func(types.JSONNode) error {
		found = true
		if r.lax {
			return errFound
		}
		return nil // strict mode looks for errors behind
	})
	if errors.Is(err, errFound) {
		err = nil
	}
	return truthOf(found), err
}

// pairs tests every pair of items: true if one is true, unknown if none is and one is unknown.
func (r *pathRun) pairs(left, right *pathNode, s scope, test func(a, b types.JSONNode) truth) (truth, error) {
	as, err := r.collect(left, s, true)
	if err != nil {
		return isUnknown, err
	}
	bs := []types.JSONNode{{}}
	if right != nil {
		if bs, err = r.collect(right, s, true); err != nil {
			return isUnknown, err
		}
	}
	found, unknown := false, false
	for _, a := range as {
		for _, b := range bs {
			switch test(a, b) {
			case isTrue:
				if r.lax {
					return isTrue, nil
				}
				found = true
			case isUnknown:
				if !r.lax {
					return isUnknown, nil
				}
				unknown = true
			}
		}
	}
	switch {
	case found:
		return isTrue, nil
	case unknown:
		return isUnknown, nil
	}
	return isFalse, nil
}

// compareItems compares scalars of one kind; null differs from everything else.
func compareItems(op string, a, b types.JSONNode) truth {
	if a.Kind() != b.Kind() {
		if a.Kind() == types.JSONNull || b.Kind() == types.JSONNull {
			return truthOf(op == "!=")
		}
		return isUnknown
	}
	n := 0
	switch a.Kind() {
	case types.JSONNull:
	case types.JSONString:
		n = strings.Compare(a.Str(), b.Str())
	case types.JSONBool, types.JSONNumber:
		n = types.CompareJSONB(a, b)
		if a.Kind() == types.JSONBool && op != "==" && op != "!=" {
			return isUnknown
		}
	default:
		return isUnknown
	}
	switch op {
	case "==":
		op = "="
	case "!=":
		op = "<>"
	}
	return truthOf(comparisonTests[op](n))
}
