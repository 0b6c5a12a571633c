package scheme

import (
	"reflect"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
)

// The units of the language as types of CEL. All but the four that CEL has itself are opaque, so that two units
// which do not go together do not compile; at run time they are integers and strings.
var (
	moneyType    = cel.OpaqueType(string(Money))
	ratioType    = cel.OpaqueType(string(Ratio))
	scoreType    = cel.OpaqueType(string(Score))
	dayType      = cel.OpaqueType(string(Day))
	durationType = cel.OpaqueType(string(Duration))
	cycleType    = cel.OpaqueType(string(Cycle))
	codeType     = cel.OpaqueType(string(Code))
	regionType   = cel.OpaqueType(string(Region))
	orgType      = cel.OpaqueType(string(Org))
	officeType   = cel.OpaqueType(string(Office))
	personType   = cel.OpaqueType(string(Person))
	accountType  = cel.OpaqueType(string(Account))
	bankType     = cel.OpaqueType(string(Bank))
	caseType     = cel.OpaqueType(string(Case))
	fileType     = cel.OpaqueType(string(File))
	groupType    = cel.OpaqueType(string(Group))
	slotType     = cel.OpaqueType(string(Slot))
	planType     = cel.OpaqueType(string(Plan))
)

var opaque = map[Kind]*cel.Type{
	Money: moneyType, Ratio: ratioType, Score: scoreType, Day: dayType, Duration: durationType, Cycle: cycleType, Code: codeType,
	Region: regionType, Org: orgType, Office: officeType, Person: personType, Account: accountType, Bank: bankType, Case: caseType,
	File: fileType, Slot: slotType, Plan: planType, Group: groupType, Count: cel.IntType, YesNo: cel.BoolType, Text: cel.StringType, Choice: cel.StringType,
}

// shape is a unit with the unit of its entries, if it has entries.
type shape struct {
	kind, elem Kind
}

func (s shape) cel() *cel.Type {
	switch s.kind {
	case List:
		return cel.ListType(shape{kind: s.elem}.cel())
	case Table:
		return cel.OpaqueType("table", shape{kind: s.elem}.cel())
	}
	if t, ok := opaque[s.kind]; ok {
		return t
	}
	return cel.StringType
}

// shapeOf is the shape of a value.
func shapeOf(v Value) shape {
	if (v.Kind == List || v.Kind == Table) && len(v.List) > 0 {
		return shape{v.Kind, v.List[0].Kind}
	}
	return shape{kind: v.Kind}
}

// fieldShapes are the units of the types of fields.
var fieldShapes = map[string]shape{
	"text": {kind: Text}, "measure": {kind: Text}, "bound": {kind: Text}, "money": {kind: Money}, "count": {kind: Count}, "ratio": {kind: Ratio}, "day": {kind: Day}, "yesno": {kind: YesNo},
	"choice": {kind: Choice}, "code": {kind: Code}, "region": {kind: Region}, "org": {kind: Org}, "orgs": {List, Org}, "office": {kind: Office},
	"offices": {List, Office}, "person": {kind: Person}, "account": {kind: Bank}, "case": {kind: Case}, "score": {kind: Score},
	"file": {kind: File}, "files": {List, File}, "slot": {kind: Slot}, "plan": {kind: Plan}, "group": {List, Group}, "disclosure": {kind: Text},
}

// unitName turns a type's name in a message of CEL into the words of the language.
func unitName(celName string) string {
	t := strings.TrimSpace(celName)
	switch t {
	case "int":
		return "count"
	case "string":
		return "text"
	case "bool":
		return "yesno"
	}
	return t
}

// toCEL is a value as CEL computes with it.
func toCEL(v Value) ref.Val {
	switch v.Kind {
	case Unknown:
		return types.NewUnknown(1, nil)
	case Money, Ratio, Count, Score, Day:
		return types.Int(v.Int)
	case YesNo:
		return types.Bool(v.Int == 1)
	case List, Table, Group, Duration, Account:
		return composite{v}
	}
	return types.String(v.Text)
}

// fromCEL is the way back, for a unit that is known from the expression.
func fromCEL(v ref.Val, kind Kind) Value {
	switch x := v.(type) {
	case types.Int:
		return Value{Kind: kind, Int: int64(x)}
	case types.Bool:
		return YesNoValue(bool(x))
	case types.String:
		return Value{Kind: kind, Text: string(x)}
	case composite:
		return x.v
	}
	return Value{}
}

// composite carries a value with parts through CEL, which looks inside only for `in`.
type composite struct{ v Value }

var compositeType = types.NewOpaqueType("value")

func (w composite) ConvertToNative(reflect.Type) (any, error) { return w.v, nil }
func (w composite) ConvertToType(ref.Type) ref.Val            { return w }
func (w composite) Type() ref.Type                            { return compositeType }
func (w composite) Value() any                                { return w.v }
func (w composite) Equal(o ref.Val) ref.Val {
	other, ok := o.(composite)
	return types.Bool(ok && w.v.Equal(other.v))
}

// inList says whether a list has an entry: a list of the pack or one written in the expression.
func inList(elem, list ref.Val) ref.Val {
	switch l := list.(type) {
	case composite:
		for _, x := range l.v.List {
			if types.Equal(toCEL(x), elem) == types.True {
				return types.True
			}
		}
		return types.False
	case traits.Container:
		return l.Contains(elem)
	}
	return types.MaybeNoSuchOverloadErr(list)
}
