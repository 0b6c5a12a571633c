package scheme

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"corridor/internal/fault"
	"corridor/internal/unit"
)

// Kind says what a Value is. The list is closed: it is the units of the language.
type Kind string

const (
	Unknown  Kind = ""         // a fact that cannot be had, or a field that nobody has filled
	Money    Kind = "money"    // Int is fen
	Ratio    Kind = "ratio"    // Int is billionths: 50% is 500000000
	Count    Kind = "count"    // Int
	Score    Kind = "score"    // Int is hundredths
	Day      Kind = "day"      // Int is days since 1970-01-01
	YesNo    Kind = "yesno"    // Int is 1 or 0
	Duration Kind = "duration" // Int of Text: wd, d, h, y
	Cycle    Kind = "cycle"    // Text: "12-31", "monday", "3 months"
	Text     Kind = "text"     // Text
	Choice   Kind = "choice"   // Text, one of a closed list
	Code     Kind = "code"     // Text, an entry of a dated code list
	Region   Kind = "region"   // Text, six digits of GB/T 2260 or a local extension
	Org      Kind = "org"      // Text, the id of an organisation
	Office   Kind = "office"   // Text, the id of an authority or bureau
	Person   Kind = "person"   // Text, the id of a person
	Account  Kind = "account"  // Text, a path of the books, see Account.Path
	Bank     Kind = "bank"     // Text, the id of a bank account in the registry; form type account
	Case     Kind = "case"     // Text, the id of a case
	File     Kind = "file"     // Text, the digest of an attachment
	Slot     Kind = "slot"     // Text, a SlotRef: a time in the calendar of a listing
	Plan     Kind = "plan"     // Text, the id of an instrument or a list of tasks in the register of agreements
	List     Kind = "list"     // List, all of one kind
	Table    Kind = "table"    // Keys and List, one to one
	Group    Kind = "group"    // Keys and List: one row of a repeated group; the group itself is a List of these
)

// Value is one value of the language. The zero Value is unknown. It marshals to JSON and back without loss, so
// that a decision can keep the values it saw.
type Value struct {
	Kind Kind     `json:"kind,omitempty"`
	Int  int64    `json:"int,omitempty"`
	Text string   `json:"text,omitempty"`
	Keys []string `json:"keys,omitempty"`
	List []Value  `json:"list,omitempty"`
}

func MoneyValue(f unit.Fen) Value      { return Value{Kind: Money, Int: int64(f)} }
func RatioValue(r unit.Ratio) Value    { return Value{Kind: Ratio, Int: r.Billionths()} }
func CountValue(n int64) Value         { return Value{Kind: Count, Int: n} }
func TextValue(s string) Value         { return Value{Kind: Text, Text: s} }
func OrgValue(id string) Value         { return Value{Kind: Org, Text: id} }
func RegionValue(r unit.Region) Value  { return Value{Kind: Region, Text: string(r)} }
func ListValue(of ...Value) Value      { return Value{Kind: List, List: of} }
func TextOf(kind Kind, s string) Value { return Value{Kind: kind, Text: s} }

// SumOf is money with what it is made of, a part for each key. Wherever money is wanted it is the sum alone.
func SumOf(keys []string, parts []unit.Fen) Value {
	v := Value{Kind: Money, Keys: keys}
	for _, x := range parts {
		v.Int += int64(x)
		v.List = append(v.List, MoneyValue(x))
	}
	return v
}

// SumPart is a part of a sum.
type SumPart struct {
	Key string
	Fen unit.Fen
}

// SumParts is what a sum is made of, in the order in which it was put together; nothing for money that does not say.
func (v Value) SumParts() (out []SumPart) {
	for i, key := range v.Keys {
		if v.Kind == Money && i < len(v.List) {
			out = append(out, SumPart{key, unit.Fen(v.List[i].Int)})
		}
	}
	return out
}

// DayValue is a day; no day is unknown.
func DayValue(d unit.Day) Value {
	if !d.Valid() {
		return Value{}
	}
	return Value{Kind: Day, Int: d.Epoch()}
}

// YesNoValue is true or false as a value.
func YesNoValue(yes bool) Value {
	if yes {
		return Value{Kind: YesNo, Int: 1}
	}
	return Value{Kind: YesNo}
}

// Known says whether the value can be had.
func (v Value) Known() bool { return v.Kind != Unknown }

// True says whether the value is a known yes.
func (v Value) True() bool { return v.Kind == YesNo && v.Int == 1 }

// Day is the day; no day for any other kind.
func (v Value) Day() unit.Day {
	if v.Kind != Day {
		return 0
	}
	return unit.DayOfEpoch(v.Int)
}

// Fen is the sum; zero for any other kind.
func (v Value) Fen() unit.Fen {
	if v.Kind != Money {
		return 0
	}
	return unit.Fen(v.Int)
}

// Ratio is the share; 0 % for any other kind.
func (v Value) Ratio() unit.Ratio {
	if v.Kind != Ratio {
		return unit.Ratio{}
	}
	r, err := unit.RatioOfBillionths(v.Int)
	if err != nil {
		return unit.Ratio{} // a Ratio value is only made from a unit.Ratio or by JSON that was tampered with
	}
	return r
}

// Entry returns the entry of a table or of a group's row under a key; unknown if there is none.
func (v Value) Entry(key string) Value {
	for i, k := range v.Keys {
		if k == key {
			return v.List[i]
		}
	}
	return Value{}
}

// Equal says whether two values are the same; an unknown one equals nothing.
func (v Value) Equal(w Value) bool {
	if v.Kind == Unknown || v.Kind != w.Kind || v.Int != w.Int || v.Text != w.Text || len(v.List) != len(w.List) {
		return false
	}
	for i := range v.List {
		if !v.List[i].Equal(w.List[i]) {
			return false
		}
	}
	for i := range v.Keys {
		if v.Keys[i] != w.Keys[i] {
			return false
		}
	}
	return true
}

// In prints the value for a reader of the language. Ids and codes are printed as they are; who knows their
// names prints those instead.
func (v Value) In(lang fault.Lang) string {
	pick := func(zh, en string) string { return fault.Words{zh, en}.In(lang) }
	switch v.Kind {
	case Unknown:
		return pick("未知", "unknown")
	case Money:
		return v.Fen().String() + pick("元", " yuan")
	case YesNo:
		if v.Int == 1 {
			return pick("是", "yes")
		}
		return pick("否", "no")
	case Duration:
		n := strconv.FormatInt(v.Int, 10)
		switch v.Text {
		case "wd":
			return n + pick("个工作日", " working days")
		case "d":
			return n + pick("天", " days")
		case "h":
			return n + pick("个办公小时", " office hours")
		case "y":
			return n + pick("年", " years")
		}
	case Cycle:
		return pick(cycleZH(v.Text), "every "+v.Text)
	case Slot:
		if r, ok := v.Slot(); ok {
			return r.slotWords()
		}
	case List:
		parts := make([]string, len(v.List))
		for i, x := range v.List {
			parts[i] = x.In(lang)
		}
		return strings.Join(parts, pick("、", ", "))
	case Table, Group:
		parts := make([]string, len(v.List))
		for i, x := range v.List {
			parts[i] = v.Keys[i] + pick("：", ": ") + x.In(lang)
		}
		return strings.Join(parts, pick("；", "; "))
	}
	return v.String()
}

// weekdaysZH are the days of the week as a cycle names them.
var weekdaysZH = map[string]string{"monday": "一", "tuesday": "二", "wednesday": "三", "thursday": "四", "friday": "五", "saturday": "六", "sunday": "日"}

// cycleZH is a cycle in Chinese: 12-31, monday, 3 months.
func cycleZH(text string) string {
	if day, ok := weekdaysZH[text]; ok {
		return "每周" + day
	}
	if months, ok := strings.CutSuffix(text, " months"); ok {
		return "每" + months + "个月"
	}
	if month, day, ok := strings.Cut(text, "-"); ok {
		return "每年" + strings.TrimLeft(month, "0") + "月" + strings.TrimLeft(day, "0") + "日"
	}
	return "每" + text
}

// String is the value as it is written in a pack: `30.00 yuan`, `50%`, `10 wd`, `2026-05-31`.
func (v Value) String() string {
	switch v.Kind {
	case Unknown:
		return "unknown"
	case Money:
		return v.Fen().Yuan() + " yuan"
	case Ratio:
		return v.Ratio().String()
	case Count:
		return strconv.FormatInt(v.Int, 10)
	case Score:
		return decimal(v.Int, 2)
	case Day:
		return v.Day().String()
	case YesNo:
		return strconv.FormatBool(v.Int == 1)
	case Duration:
		return fmt.Sprintf("%d %s", v.Int, v.Text)
	case Cycle:
		return "every " + v.Text
	case List:
		parts := make([]string, len(v.List))
		for i, x := range v.List {
			parts[i] = x.String()
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case Table, Group:
		parts := make([]string, len(v.List))
		for i, x := range v.List {
			parts[i] = v.Keys[i] + ": " + x.String()
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return v.Text
}

// decimal prints an integer of so many decimal places without trailing zeros.
func decimal(n int64, places int) string {
	scale := int64(math.Pow10(places))
	s := strconv.FormatInt(n/scale, 10)
	frac := strings.TrimRight(fmt.Sprintf("%0*d", places, n%scale), "0")
	if frac == "" {
		return s
	}
	return s + "." + frac
}
