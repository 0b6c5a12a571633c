package web

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"corridor/internal/catalogue"
	"corridor/internal/catalogue/kinds"
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
	listed := v.s.kindListed(kind, m["kind"])
	var out []namedValue
	for _, name := range sortedKeys(m) {
		x := namedValue{Name: fieldWords(edition, name).In(v.lang), Value: plainNumber(m[name])}
		if n, err := strconv.ParseInt(x.Value, 10, 64); err == nil && (money[name] || strings.HasSuffix(name, "_fen")) {
			x.Value = unit.Fen(n).String() + v.t(" 元", " yuan")
		}
		switch {
		case listed != nil && strings.HasPrefix(name, "f_"):
			x = v.listedField(listed, x, strings.TrimPrefix(name, "f_"))
		case listed != nil && name == "kind":
			x.Value = listed.Words().In(v.lang)
		case listed != nil && name == "state":
			x.Value = catalogue.State(x.Value).Words().In(v.lang)
		case x.Value == "true" || x.Value == "false":
			x.Value = v.yesNo(x.Value == "true")
		case strings.HasSuffix(name, "_tenths"):
			if n, err := strconv.ParseInt(x.Value, 10, 64); err == nil {
				x.Value = fmt.Sprintf("%d.%d", n/10, n%10)
			}
		case name == "edition":
			x.Value = shortDigest(x.Value)
		case name == "scheme" && edition != nil:
			x.Value, x.Path = edition.Title.In(v.lang), "/schemes/"+url.PathEscape(edition.ID)
		case name == "action" && edition != nil:
			x.Value = edition.Say(x.Value).In(v.lang)
		case strings.HasSuffix(name, ".region") || strings.HasSuffix(name, ".city") || regionFields[name]:
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

// regionFields hold the code of a place.
var regionFields = map[string]bool{"region": true, "jurisdiction": true, "payer": true, "host": true}

// kindListed is the kind of what a leaf of the catalogue lists; nil for any other leaf, and for a kind that this node does not have.
func (s *Server) kindListed(leaf string, kind any) *kinds.Kind {
	if leaf != catalogue.LeafKind {
		return nil
	}
	k, _ := s.c.Catalogue.Kinds().Of(fmt.Sprint(kind))
	return k
}

// listedField shows a field of a listing as the page of the listing does.
func (v *visit) listedField(k *kinds.Kind, x namedValue, id string) namedValue {
	f, ok := k.Field(id)
	if !ok {
		return x
	}
	fact := v.factOf(f, x.Value)
	x.Name, x.Value = fact.Name, fact.Text
	if fact.Unit != "" {
		x.Value += " " + fact.Unit
	}
	return x
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
		if w := edition.Say(name); w[0] != name {
			return w
		}
	}
	return codeWord("field", name)
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
