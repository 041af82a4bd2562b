package plpgsql

// EachDecl calls f for the declarations of a block and of those inside, until an error.
func EachDecl(b *Block, f func(*Decl) error) error {
	for _, d := range b.Decls {
		if err := f(d); err != nil {
			return err
		}
	}
	lists := [][]Stmt{b.Body}
	for _, h := range b.Handlers {
		lists = append(lists, h.Body)
	}
	for _, list := range lists {
		if err := eachDecl(list, f); err != nil {
			return err
		}
	}
	return nil
}

func eachDecl(list []Stmt, f func(*Decl) error) error {
	for _, st := range list {
		if b, ok := st.(*Block); ok {
			if err := EachDecl(b, f); err != nil {
				return err
			}
			continue
		}
		for _, inner := range bodies(st) {
			if err := eachDecl(inner, f); err != nil {
				return err
			}
		}
	}
	return nil
}

// bodies are the statement lists inside of a statement that is no block.
func bodies(st Stmt) [][]Stmt {
	var out [][]Stmt
	switch st := st.(type) {
	case *If:
		for _, b := range st.Branches {
			out = append(out, b.Body)
		}
		return append(out, st.Else)
	case *Case:
		for _, b := range st.Branches {
			out = append(out, b.Body)
		}
		return append(out, st.Else)
	case *Loop:
		return [][]Stmt{st.Body}
	case *ForInt:
		return [][]Stmt{st.Body}
	case *ForRows:
		return [][]Stmt{st.Body}
	case *ForEach:
		return [][]Stmt{st.Body}
	}
	return nil
}
