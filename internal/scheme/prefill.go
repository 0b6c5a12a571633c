package scheme

import (
	"strings"

	"corridor/internal/fault"
)

// prefillSources are what `from` may name besides facts of the firm. What a node does not keep is not prefilled.
var prefillSources = map[string]Kind{"registry.account": Bank, "catalogue.provider": Org}

// prefills checks where fields say that they are filled in from, and who may be invited because a field names them.
func (c *checker) prefills() {
	for f := range c.s.Form.All() {
		kind, other := prefillSources[f.From]
		switch {
		case f.From == "" && f.Editable:
			c.at(f.At, "file.shape", "want", fault.Words{"editable 只配 from", "editable only with from"})
		case strings.HasPrefix(f.From, "firm."):
			c.fact(f.At, f.From, fieldShapes[f.Type].kind)
		case f.From != "" && !other:
			c.unknown(f.At, "fact", f.From, append(c.firmFacts(), sortedKeys(prefillSources)...))
		case other && kind != fieldShapes[f.Type].kind:
			c.at(f.At, "rule.unit", "why", both(kindWords[fieldShapes[f.Type].kind], kindWords[kind]))
		}
		if f.Partner && f.Type != "org" && f.Type != "orgs" {
			c.at(f.At, "file.shape", "want", fault.Words{"partner 只配 org 或 orgs", "partner only with org or orgs"})
		}
	}
}

func (c *checker) firmFacts() (out []string) {
	for _, name := range sortedKeys(c.s.compiled.facts) {
		if strings.HasPrefix(name, "firm.") {
			out = append(out, name)
		}
	}
	return out
}

// Fits says whether a value can stand in a field: it is of the field's kind.
func (f Field) Fits(v Value) bool { return v.Known() && fieldShapes[f.Type].kind == v.Kind }
