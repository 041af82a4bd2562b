package types

// CheckJSONB walks a jsonb payload from a place that may be damaged (a snapshot, a
// log) and reports whether every reader of it is safe: XX001 otherwise.
func CheckJSONB(payload string) error {
	if !validJSONNode(payload, 0) {
		return errTornPayload()
	}
	return nil
}

func validJSONNode(s string, depth int) bool {
	if s == "" || depth > JSONDepthMax {
		return false
	}
	switch tag := s[0] & tagMask; tag {
	case tagNull, tagFalse, tagTrue:
		return len(s) == 1 && s[0] == tag
	case tagNumber:
		return s[0] == tag && validNumeric(s[1:])
	case tagString:
		return s[0] == tag
	case tagArray, tagObject:
		return validJSONList(s, tag == tagObject, depth)
	}
	return false
}

func validNumeric(s string) bool {
	if len(s) < numericHeaderBytes || len(s) != numericHeaderBytes+2*int(be16(s)) {
		return false
	}
	v := viewNumeric(s)
	for i := 0; i < v.n; i++ {
		if v.digit(i) >= numericBase {
			return false
		}
	}
	return v.dscale <= NumericScaleMax && (v.special() || v.sign == numericPos || v.sign == numericNeg)
}

// validJSONList checks the offset table, then the children.
func validJSONList(s string, object bool, depth int) bool {
	j := JSONNode{s}
	if s[0]>>tagWidthBit > 2 || len(s) < 1+j.width() {
		return false
	}
	n, lists := j.word(0), 1
	if object {
		lists = 2
	}
	if n < 0 || n > len(s) || len(s) < 1+j.width()*(1+lists*n) {
		return false
	}
	room := len(s) - 1 - j.width()*(1+lists*n)
	for l := 0; l < lists; l++ {
		end := 0
		for i := 0; i < n; i++ {
			next := j.word(1 + l*n + i)
			if next < end || next > room {
				return false
			}
			end = next
		}
		room -= end
	}
	if room != 0 {
		return false
	}
	for i := 0; i < n; i++ {
		if object && i > 0 && compareJSONKeys(j.Key(i-1), j.Key(i)) >= 0 {
			return false
		}
		child := JSONNode{}
		if object {
			child = j.At(i)
		} else {
			child = j.Index(i)
		}
		if !validJSONNode(child.node, depth+1) {
			return false
		}
	}
	return true
}
