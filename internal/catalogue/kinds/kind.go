package kinds

import (
	"fmt"
	"regexp"
	"slices"

	"corridor/internal/fault"
)

// Bounds of a kind.
const (
	kindsMax   = 200
	fileMax    = 1 << 20 // bytes of a kind's file
	fieldsMax  = 200
	codesMax   = 5000 // of one list
	textMax    = 4000 // characters of a text whose field names no bound
	lineMax    = 300  // characters of a line whose field names no bound
	valuesMax  = 100  // of a field that takes several
	weightMax  = 100
	decimalMax = 6
)

// Deeds is what can be done with a listing, in the order in which they are offered.
var Deeds = []string{"book", "ask", "order", "apply", "download"}

// Types are the types of a field.
var Types = []string{"line", "text", "code", "codes", "tags", "count", "decimal", "money", "day", "yesno", "region", "org", "url", "email", "phone"}

var sixDigits = regexp.MustCompile(`^[0-9]{6}$`)

// Kind is one kind of listing.
type Kind struct {
	ID      string
	ZH, EN  string
	About   Two
	Order   int      // in which it is shown
	Do      []string // of Deeds
	Title   Title
	Key     string   // the field with the owner's own number; "" for none
	Place   string   // the field with the region where it stands; "" is the owner's region
	Price   string   // the field by which it is sorted by price; "" for none
	For     PriceFor `yaml:"price_for"` // what the price is for
	Summary []string // fields shown in lists
	Leaf    []string // fields of the public leaf that says it is published; none: no leaf
	Refresh Number   // days after which the owner is asked to look again; 0 for never
	Within  Number   `yaml:"list_within"` // working days within which a new one is published; 0 for no limit
	From    string   `yaml:"list_from"`   // the field with the day from which those days count
	Asks    Asks     // with Want: it is a need that others answer
	DCAT    string   // class of DCAT-AP that it is exported as: Dataset, DataService, Resource; "" for none
	Groups  []Group
	Fields  []Field
	file    string
	index   map[string]int
}

// Two is a text in both languages, written [zh, en].
type Two fault.Words

// UnmarshalYAML takes exactly two texts.
func (t *Two) UnmarshalYAML(unmarshal func(any) error) error {
	var s []string
	if err := unmarshal(&s); err != nil {
		return err
	}
	if len(s) != 2 || s[0] == "" || s[1] == "" {
		return fmt.Errorf("%q: two texts are expected, [zh, en]; one with a comma stands in quotes", s)
	}
	t[0], t[1] = s[0], s[1]
	return nil
}

// Title names the fields that a listing is called by.
type Title struct{ ZH, EN string }

// PriceFor says what a price is for, so that only what compares is compared, and what others than firms pay.
type PriceFor struct {
	Per      string // of Pers; "" is whole
	Hours    int    // with hour: how many hours the price is for; 0 is 1
	Academic string // the field with what universities and institutes pay; "" for none
}

// Pers are what prices are for, in the order in which an order by price shows them. "none" is an amount that nobody who finds the
// listing pays: the budget of a demand, the most of a loan.
var Pers = []string{"hour", "day", "item", "card_hour", "whole", "none"}

// Unit is Per, with what it is where the file does not say.
func (p PriceFor) Unit() string {
	if p.Per == "" {
		return "whole"
	}
	return p.Per
}

// Number is a number of a rule with where it stands.
type Number struct {
	Value    int
	Basis    string
	Verified bool
}

// Group is a part of the form.
type Group struct{ ID, ZH, EN string }

// Field is one field of a kind.
type Field struct {
	ID      string
	ZH, EN  string
	Help    Two
	Type    string
	Group   string
	Need    Need
	When    Condition `yaml:"need_when"` // needed to be published when another field has this value
	Unit    Two
	Step    int    // of a decimal: digits after the point
	Min     *int64 // of a number, in its canonical form
	Max     *int64 // of a number as Min; of a text its characters
	Of      []Code
	Codes   string   // name of a list in codes/NAME.csv
	Open    bool     // takes finer codes too: six digits whose last two, as 00, are in the list
	Private bool     // shown to the owner and to offices only
	Facet   bool     // counted beside the results of a search
	Weight  int      // of its words in a search; 0 is not searched
	Also    []string // other names of its column in sheets
}

// Need says when a field has to be there.
type Need string

// A field may be left out, is needed to save, or is needed to publish.
const (
	Optional  Need = ""
	ToSave    Need = "save"
	ToPublish Need = "publish"
)

// Condition is that a field has a value; the zero value is none.
type Condition struct{ Field, Is string }

// Code is one code of a list, with the words that people know it by.
type Code struct {
	Code, ZH, EN string
	Parent       string // "" at the top
}

// Words is what people call the kind.
func (k *Kind) Words() fault.Words { return fault.Words{k.ZH, k.EN} }

// Field finds a field by its id.
func (k *Kind) Field(id string) (Field, bool) {
	i, ok := k.index[id]
	if !ok {
		return Field{}, false
	}
	return k.Fields[i], true
}

// Can says whether a deed can be done with a listing of the kind.
func (k *Kind) Can(deed string) bool { return slices.Contains(k.Do, deed) }

// In are the fields of a group.
func (k *Kind) In(group string) (all []Field) {
	for _, f := range k.Fields {
		if f.Group == group {
			all = append(all, f)
		}
	}
	return all
}

// Words is what people call the field.
func (f Field) Words() fault.Words { return fault.Words{f.ZH, f.EN} }

// Many says whether a field takes several values, one a line.
func (f Field) Many() bool { return f.Type == "codes" || f.Type == "tags" }

// Coded says whether a field takes codes of a list.
func (f Field) Coded() bool { return f.Type == "code" || f.Type == "codes" }

// Number says whether a field's canonical text is a whole number.
func (f Field) Number() bool { return f.Type == "count" || f.Type == "decimal" || f.Type == "money" }

// Code finds a code of a field.
func (f Field) Code(code string) (Code, bool) {
	i := slices.IndexFunc(f.Of, func(c Code) bool { return c.Code == code })
	if i >= 0 {
		return f.Of[i], true
	}
	if f.Open && sixDigits.MatchString(code) && code[4:] != "00" {
		if up, ok := f.Code(code[:4] + "00"); ok {
			return Code{Code: code, ZH: up.ZH + " " + code, EN: up.EN + " " + code, Parent: up.Code}, true
		}
	}
	return Code{}, false
}

// Words is what people call a code.
func (c Code) Words() fault.Words { return fault.Words{c.ZH, c.EN} }
