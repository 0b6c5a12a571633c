package web

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"corridor/internal/fault"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// namedValue is one line of public content. Path, where there is one, is where it leads.
type namedValue struct{ Name, Value, Path string }

// publicFields are the fields of a leaf, in the order of their names.
func (v *visit) publicFields(kind string, raw json.RawMessage) []namedValue {
	var m map[string]any
	d := json.NewDecoder(strings.NewReader(string(raw)))
	d.UseNumber()
	if d.Decode(&m) != nil {
		return nil
	}
	return v.publicMap(kind, m)
}

// leafWords are the names of what every leaf of a case carries.
var leafWords = map[string]fault.Words{"action": {"办理", "action"}, "edition": {"版本摘要", "edition"}, "scheme": {"事项", "scheme"},
	"index": {"第几条", "entry"}, "kind": {"类别", "kind"}, "reason": {"理由", "reason"}}

// publicMap shows the fields in the reader's language. Where this node runs the edition it says what the pack calls them;
// whole numbers that stand for money are shown as yuan.
func (v *visit) publicMap(kind string, m map[string]any) []namedValue {
	edition := v.s.byDigest(fmt.Sprint(m["edition"]))
	money := v.s.moneyFields(kind)
	var out []namedValue
	for _, name := range sortedKeys(m) {
		x := namedValue{Name: fieldWords(edition, name).In(v.lang), Value: plainNumber(m[name])}
		if n, err := strconv.ParseInt(x.Value, 10, 64); err == nil && money[name] {
			x.Value = unit.Fen(n).String() + v.t(" 元", " yuan")
		}
		switch {
		case name == "edition":
			x.Value = shortDigest(x.Value)
		case name == "scheme" && edition != nil:
			x.Value, x.Path = edition.Title.In(v.lang), "/schemes/"+url.PathEscape(edition.ID)
		case name == "action" && edition != nil:
			x.Value = edition.Say(x.Value).In(v.lang)
		case strings.HasSuffix(name, ".region") || strings.HasSuffix(name, ".city"):
			x.Value = placeName(unit.Region(x.Value)).In(v.lang)
		case strings.HasPrefix(name, "form.") && edition != nil: // a choice has words
			if f, ok := edition.Field(strings.TrimPrefix(name, "form.")); ok && f.Type == "choice" {
				x.Value = edition.Say(x.Value).In(v.lang)
			}
		}
		out = append(out, x)
	}
	return out
}

func plainNumber(x any) string {
	switch n := x.(type) {
	case json.Number:
		return n.String()
	case float64:
		return strconv.FormatFloat(n, 'f', -1, 64)
	case nil:
		return "—"
	}
	return fmt.Sprint(x)
}

// fieldWords is what a field of a leaf is called.
func fieldWords(edition *scheme.Scheme, name string) fault.Words {
	if w, ok := leafWords[name]; ok {
		return w
	}
	if w := scheme.FactWords(name); w[0] != name {
		return w
	}
	if edition != nil {
		if f, ok := edition.Field(strings.TrimPrefix(name, "form.")); ok {
			return f.Words
		}
		return edition.Say(name)
	}
	return fault.Words{name, name}
}

// byDigest finds an edition that this node runs; nil where it does not.
func (s *Server) byDigest(digest string) *scheme.Scheme {
	for _, x := range s.c.Cases.Schemes() {
		if x.Digest == digest {
			return x
		}
	}
	return nil
}
