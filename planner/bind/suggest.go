package bind

import "fmt"

// suggestion gathers the column names nearest to one that does not exist, by
// PostgreSQL's rules: at most two, equally near, at most suggestDistanceMax
// edits away, and no more than half of the letters wrong.
type suggestion struct {
	name     string
	distance int // of the best so far
	found    []string
}

// suggestDistanceMax is the most edits between a name and a suggestion.
const suggestDistanceMax = 3

func newSuggestion(name string) *suggestion {
	return &suggestion{name: name, distance: suggestDistanceMax + 1}
}

// consider weighs one column.
func (s *suggestion) consider(table, column string) {
	d := editDistance(column, s.name)
	if d > len(s.name)/2 || d > s.distance {
		return
	}
	where := fmt.Sprintf("column \"%s.%s\"", table, column)
	switch {
	case d < s.distance:
		s.distance, s.found = d, []string{where}
	case len(s.found) > 1: // too many to be of help
		s.distance, s.found = d-1, nil
	case s.distance <= suggestDistanceMax:
		s.found = append(s.found, where)
	}
}

// hint is the text for the user, "" if nothing is near.
func (s *suggestion) hint() string {
	switch len(s.found) {
	case 1:
		return "Perhaps you meant to reference the " + s.found[0] + "."
	case 2:
		return "Perhaps you meant to reference the " + s.found[0] + " or the " + s.found[1] + "."
	}
	return ""
}

// editDistance is Levenshtein's: insertions, deletions and substitutions of
// characters that turn a into b.
func editDistance(a, b string) int {
	x, y := []rune(a), []rune(b)
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := range x {
		diagonal := row[0]
		row[0] = i + 1
		for j := range y {
			cost := 1
			if x[i] == y[j] {
				cost = 0
			}
			next := min(row[j+1]+1, row[j]+1, diagonal+cost)
			diagonal, row[j+1] = row[j+1], next
		}
	}
	return row[len(y)]
}
