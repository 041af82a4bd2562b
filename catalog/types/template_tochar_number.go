package types

import (
	"math"
	"strconv"
	"strings"
)

// ToCharNumber is to_char of the exact number types. Error: 42601 for a bad template.
func ToCharNumber(d Decimal, pattern string) (string, error) {
	t, err := parseNumTemplate(pattern)
	if err != nil {
		return "", err
	}
	switch {
	case t.roman:
		return t.romanNumeral(d)
	case t.exponent:
		return t.scientific(d), nil
	}
	if t.shift > numericDigitsMax {
		return "", errNumericOverflow()
	}
	if t.shifted {
		d = d.Mul(Decimal{}.with(pow10(t.shift)))
		t.pre += t.shift
	}
	return t.fillIn(d.Round(t.post).String()), nil
}

// ToCharFloat is to_char of float4 (bits 32) and float8: no more digits are
// shown than the type holds. Error: 42601.
func ToCharFloat(f float64, bits int, pattern string) (string, error) {
	t, err := parseNumTemplate(pattern)
	if err != nil {
		return "", err
	}
	if math.IsNaN(f) || math.IsInf(f, 0) {
		if t.roman {
			return t.romanNumeral(Decimal{})
		}
		return ToCharNumber(DecimalFromFloat(f, 15), pattern)
	}
	switch {
	case t.roman:
		if math.Abs(f) > math.MaxInt32 {
			f = 0 // as little a Roman number as those beyond 3999
		}
		return t.romanNumeral(DecimalFromFloat(math.RoundToEven(f), 15))
	case t.exponent:
		return t.scientificText(strconv.FormatFloat(f, 'e', t.post, 64)), nil
	}
	if t.shifted {
		f *= math.Pow10(t.shift)
		t.pre += t.shift
	}
	digits := 15
	if bits == 32 {
		digits = 6
	}
	whole := len(strconv.FormatFloat(math.Abs(f), 'f', 0, 64))
	if whole >= digits {
		t.post = 0
	} else if whole+t.post > digits {
		t.post = digits - whole
	}
	return t.fillIn(strconv.FormatFloat(f, 'f', t.post, 64)), nil
}

// romanNumeral writes 1 to 3999, right-aligned in 15 places unless FM. Error: 22003.
func (t *numTemplate) romanNumeral(d Decimal) (string, error) {
	n, err := d.Int64("integer")
	if err == nil && !fitsInt32(n) {
		err = outOfRange("integer")
	}
	if err != nil {
		return "", err
	}
	s := ""
	if n <= 0 || n > 3999 {
		s = strings.Repeat("#", 15)
	} else {
		for i, v := range [...]int64{1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1} {
			for ; n >= v; n -= v {
				s += [...]string{"M", "CM", "D", "CD", "C", "XC", "L", "XL", "X", "IX", "V", "IV", "I"}[i]
			}
		}
	}
	for _, node := range t.nodes {
		if node.item == numRoman && node.text[0] == 'r' {
			s = strings.ToLower(s)
		}
	}
	if !t.fill {
		s = strings.Repeat(" ", max(0, 15-len(s))) + s
	}
	return s, nil
}

// scientific writes d.ddde±xx. A carry of rounding stays before the point
// (10.00e+01), as in PostgreSQL.
func (t *numTemplate) scientific(d Decimal) string {
	if d.form != finite {
		return " " + strings.Repeat("#", t.pre) + "." + strings.Repeat("#", t.post+4)
	}
	exp := 0
	if d.Sign() != 0 {
		exp = len(d.Abs().coef().String()) - 1 - d.Scale()
	}
	m := Decimal{scale: d.scale + int32(max(exp, 0))}.with(d.coef())
	if exp < 0 {
		m = d.Mul(Decimal{}.with(pow10(-exp)))
	}
	s := m.Round(t.post).String()
	sign := "+"
	if exp < 0 {
		sign, exp = "-", -exp
	}
	e := strconv.Itoa(exp)
	if len(e) < 2 {
		e = "0" + e
	}
	return t.scientificText(s + "e" + sign + e)
}

func (t *numTemplate) scientificText(s string) string {
	if s[0] != '-' {
		return " " + s
	}
	return s
}

// numWriter runs a template over the text of a number.
type numWriter struct {
	t         *numTemplate
	out       []byte
	negative  bool
	number    string // digits with the point, no sign
	at        int    // in number
	relevant  int    // FM: the last position of number that is shown, -1 without FM
	spaces    int    // digit places before the number
	place     int    // digit places done
	places    int    // all of them, for the closing sign
	signDone  bool
	inNumber  bool
	signAt    signPlace
	bracket   bool
	zeroStart int
}

// fillIn lays a rounded number into the template.
func (t *numTemplate) fillIn(s string) string {
	w := &numWriter{t: t, relevant: -1, signAt: t.signAt, bracket: t.bracket, zeroStart: t.zeroStart - 1}
	if s[0] == '-' {
		w.negative, s = true, s[1:]
	}
	whole := len(s)
	if p := strings.IndexByte(s, '.'); p >= 0 {
		whole = p
	}
	switch {
	case t.pre > whole:
		w.spaces = t.pre - whole
	case whole > t.pre:
		s = strings.Repeat("#", t.pre) + "." + strings.Repeat("#", t.post)
	}
	w.number = s
	w.prepareSign()
	if t.fill && t.point {
		w.relevant = w.lastRelevant()
	}
	w.places = t.post + t.pre - 1
	if !w.signDone && w.spaces == 0 {
		w.places++
	}
	for _, n := range t.nodes {
		w.node(n)
	}
	return string(w.out)
}

// prepareSign decides whether the digits bring the sign along.
func (w *numWriter) prepareSign() {
	t := w.t
	if t.plus || t.minus {
		w.signDone = !(t.plus && !t.minus)
		return
	}
	if !w.negative && t.fill {
		w.bracket = false
	}
	w.signDone = !w.negative && t.fill && !t.sign
	if w.signAt == signBefore && t.pre == t.preAtSign {
		w.signAt = signAfter
	}
}

// lastRelevant is where FM stops: trailing zeros behind the point go, unless a 0 pattern keeps them.
func (w *numWriter) lastRelevant() int {
	p := strings.IndexByte(w.number, '.')
	if p < 0 {
		return -1
	}
	last := p
	for i := p + 1; i < len(w.number); i++ {
		if w.number[i] != '0' {
			last = i
		}
	}
	if w.t.zeroEnd > w.spaces {
		last = max(last, min(len(w.number)-1, w.t.zeroEnd-w.spaces))
	}
	return last
}

func (w *numWriter) put(s string) { w.out = append(w.out, s...) }

// putUnlessFill writes a place holder that FM drops.
func (w *numWriter) putUnlessFill(s string) {
	if !w.t.fill {
		w.put(s)
	}
}

func (w *numWriter) node(n numNode) {
	switch n.item {
	case numLiteral:
		w.put(n.text)
	case numNine, numZero, numPoint:
		w.digit(n.item)
	case numComma:
		if w.inNumber {
			w.put(",")
		} else {
			w.putUnlessFill(" ")
		}
	case numCurrency:
		w.put(" ")
	case numMinus:
		if w.negative {
			w.put("-")
		} else {
			w.putUnlessFill(" ")
		}
	case numPlus:
		if w.negative {
			w.putUnlessFill(" ")
		} else {
			w.put("+")
		}
	case numPlusMinus:
		w.put(string(signOf(w.negative)))
	case numOrdinal:
		if w.number[0] != '#' && !w.negative && !w.t.point {
			v, _ := strconv.ParseInt(w.number[max(0, len(w.number)-2):], 10, 64)
			w.put(ordinal(v, n.text))
		}
	}
}

// leadingZero reports the "0" of 0.5, which a 9 pattern shows as a blank.
func (w *numWriter) leadingZero() bool {
	return !w.t.zero && w.at == 0 && w.number != "" && w.number[0] == '0' && w.t.post != 0
}

func (w *numWriter) relevantIsPoint() bool {
	return w.relevant >= 0 && w.relevant < len(w.number) && w.number[w.relevant] == '.'
}

// digit writes one place of the number, with the sign before the first.
func (w *numWriter) digit(item numItem) {
	w.inNumber = false
	zeroHere := w.t.zero && w.zeroStart <= w.place
	if !w.signDone && (w.place >= w.spaces || (w.t.zero && w.zeroStart == w.place)) &&
		(!w.leadingZero() || w.relevantIsPoint()) {
		w.openSign()
	}
	switch {
	case w.place < w.spaces && !zeroHere:
		w.putUnlessFill(" ")
	case w.place < w.spaces:
		w.put("0")
		w.inNumber = true
	default:
		w.number1(item)
	}
	end := w.places
	if w.spaces > 0 {
		end++
	}
	if w.t.point {
		end++
	}
	if w.relevant >= 0 && w.relevant == w.at {
		end = w.place
	}
	if w.place+1 == end {
		w.closeSign()
	}
	w.place++
}

func (w *numWriter) openSign() {
	switch {
	case w.t.sign:
		if w.signAt != signBefore {
			return
		}
		w.put(string(signOf(w.negative)))
	case w.bracket:
		w.put(map[bool]string{true: "<", false: " "}[w.negative])
	case w.negative:
		w.put("-")
	default:
		w.putUnlessFill(" ")
	}
	w.signDone = true
}

func (w *numWriter) closeSign() {
	switch {
	case w.signDone && w.bracket:
		w.put(map[bool]string{true: ">", false: " "}[w.negative])
	case w.t.sign && w.signAt == signAfter:
		w.put(string(signOf(w.negative)))
	}
}

// number1 writes the next character of the number itself.
func (w *numWriter) number1(item numItem) {
	if w.at >= len(w.number) {
		return
	}
	c := w.number[w.at]
	switch {
	case c == '.':
		if !w.relevantIsPoint() || w.t.fill {
			w.put(".")
		}
	case w.relevant >= 0 && w.at > w.relevant && item != numZero:
	case w.leadingZero():
		if !w.t.fill {
			w.put(" ")
		} else if w.relevantIsPoint() {
			w.put("0")
		}
	default:
		w.out = append(w.out, c)
		w.inNumber = true
	}
	w.at++
}
