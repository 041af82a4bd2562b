package types

import "testing"

// Numbers of types that no test server of this process makes.
const (
	testEnum      OID = 1 << 30
	testComposite OID = testEnum + 1
	testDomain    OID = testEnum + 2
	testOver      OID = testEnum + 3
)

func defineTestTypes() {
	Define(
		true,
		&Defined{Info: Info{OID: testEnum, Name: "e", SQLName: "e", TypType: 'e', Kind: KindEnum}, Labels: []Label{{10, "a"}, {20, "b"}}},
		&Defined{
			Info:   Info{OID: testComposite, Name: "c", SQLName: "c", TypType: 'c', Kind: KindRecord},
			Fields: []Field{{"x", Int4, 0}, {"y", Of(testEnum), 1}},
		},
		// A domain over a domain, given before what it is made over.
		&Defined{Info: Info{OID: testOver, Name: "o", SQLName: "o", TypType: 'd'}, Base: Of(testDomain)},
		&Defined{Info: Info{OID: testDomain, Name: "d", SQLName: "d", TypType: 'd'}, Base: Type{OID: OIDVarchar, Mod: 9}},
	)
}

func TestDefinedShapes(t *testing.T) {
	defineTestTypes()
	if k := Of(testOver).Kind(); k != KindText {
		t.Errorf("kind of a domain over a domain over varchar: %d", k)
	}
	if b := Of(testOver).Base(); b != (Type{OID: OIDVarchar, Mod: 9}) {
		t.Errorf("base %v", b)
	}
	if _, err := ParseText(Of(testEnum), "z", nil); err == nil {
		t.Error("an enum took a label that it does not have")
	}
	Define(false, &Defined{Info: Info{OID: testEnum, Name: "e", SQLName: "e", TypType: 'e', Kind: KindEnum}})
	if v, err := ParseText(Of(testEnum), "b", nil); err != nil || v.Int() != 20 {
		t.Errorf("b is %v, %v: an older definition took the place of the newest", v, err)
	}
}

// TestRecordOutlivesAttributes: a stored value has the fields that its type has
// when it is read.
func TestRecordOutlivesAttributes(t *testing.T) {
	defineTestTypes()
	composite := Of(testComposite)
	stored, err := ParseText(composite, "(7,b)", nil)
	if err != nil {
		t.Fatal(err)
	}
	define := func(fields ...Field) {
		Define(true, &Defined{Info: Info{OID: testComposite, Name: "c", SQLName: "c", TypType: 'c', Kind: KindRecord}, Fields: fields})
	}
	define(Field{"y", Of(testEnum), 1}, Field{"z", Text, 2})
	if got := FormatText(composite, stored, nil); got != "(b,)" {
		t.Errorf("without the first attribute and with another: %s", got)
	}
	younger, err := ParseText(composite, "(a,q)", nil)
	if err != nil {
		t.Fatal(err)
	}
	define(Field{"z2", Text, 2})
	rec, err := DecodeRecord(younger)
	if err != nil || len(rec.Names) != 1 || rec.Names[0] != "z2" || rec.Values[0].Str() != "q" {
		t.Errorf("after a second attribute was dropped: %v, %v", rec, err)
	}
	b, err := AppendBinary(nil, composite, younger)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := ParseBinary(composite, b); err != nil || !Equal(composite, again, younger) {
		t.Errorf("binary form: %v, %v", again, err)
	}
}
