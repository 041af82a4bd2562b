package storage

// remove takes a version out; nothing leads to it any more.
func (s *versions) remove(i uint32) {
	page := int(i / versionPage)
	s.n--
	s.used[page]--
	*s.get(i) = version{}
	if _, going := s.going[page]; !going {
		s.free = append(s.free, i)
	} else if s.used[page] == 0 {
		s.pages[page] = nil
		s.spare = append(s.spare, page)
		delete(s.going, page)
	}
}

// cut takes what is older than version i, and i too if inclusive, off the chain
// that begins at newest, and returns the numbers, newest first. They are still
// to be removed. The jumps that lead beyond the end become steps.
func (s *versions) cut(newest, i uint32, inclusive bool) []uint32 {
	var out []uint32
	v := s.get(i)
	rest := v.prev
	if inclusive {
		out, rest = append(out, i), v.prev
	} else {
		v.prev, v.jump = 0, 0
		// Jumps never cross, so those beyond i lie on the way to it.
		for k := newest; k != i; {
			w := s.get(k)
			switch {
			case w.jump == 0:
				k = w.prev
			case s.get(w.jump).depth >= v.depth:
				k = w.jump
			default:
				w.jump = 0
				k = w.prev
			}
		}
	}
	for k := rest; k != 0; k = s.get(k).prev {
		out = append(out, k)
	}
	return out
}

// empty picks the pages worth emptying: those less than half in use, where a
// third of all is not. It reports whether there are any; nothing is put into
// them until emptied is called.
func (s *versions) empty() bool {
	if len(s.free) < 2*versionPage || len(s.free) < s.n/2 {
		return false
	}
	s.going = map[int]int{}
	for page, used := range s.used {
		if page != 0 && page != s.last && s.pages[page] != nil && used < versionPage/2 {
			s.going[page] = used
		}
	}
	kept := s.free[:0]
	for _, i := range s.free {
		if _, going := s.going[int(i/versionPage)]; !going {
			kept = append(kept, i)
		}
	}
	s.free = kept
	for page := range s.going {
		if s.used[page] == 0 {
			s.pages[page] = nil
			s.spare = append(s.spare, page)
			delete(s.going, page)
		}
	}
	return true
}

// emptied ends what empty began; pages that could not be emptied are used again.
func (s *versions) emptied() {
	for page := range s.going {
		for i := range s.pages[page] {
			if s.pages[page][i].to == 0 {
				s.free = append(s.free, uint32(page*versionPage+i))
			}
		}
	}
	s.going = nil
}

// leave moves the versions of a chain out of the pages that are being emptied
// and returns the number of the newest. moved tells whether there were any.
func (s *versions) leave(newest uint32) (now uint32, moved bool) {
	var chain []uint32
	for i := newest; i != 0; i = s.get(i).prev {
		chain = append(chain, i)
		if _, going := s.going[int(i/versionPage)]; going {
			moved = true
		}
	}
	if !moved {
		return newest, false
	}
	for k := len(chain) - 1; k >= 0; k-- {
		i := chain[k]
		v := *s.get(i)
		s.link(&v, now)
		if _, going := s.going[int(i/versionPage)]; going {
			now = s.add(v)
			s.remove(i)
		} else {
			*s.get(i) = v
			now = i
		}
	}
	return now, true
}
