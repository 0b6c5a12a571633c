package kinds

import (
	"fmt"
	"slices"
)

// Asks says that a listing of the kind asks for something, and which kinds of listing answer it. The zero Asks offers.
type Asks struct {
	Until string              // the field with the last day; "" for none: after it the need has expired
	Want  []string            // kinds that answer
	By    string              // the field by whose code others answer
	For   map[string][]string // by such a code, the kinds that answer it instead of Want
}

// Asking says whether listings of the kind are needs.
func (k *Kind) Asking() bool { return len(k.Asks.Want) > 0 }

// Wants are the kinds that answer a need with these fields.
func (k *Kind) Wants(v Fields) []string {
	if all, ok := k.Asks.For[v[k.Asks.By]]; ok && k.Asks.By != "" {
		return all
	}
	return k.Asks.Want
}

// Asking are the kinds of needs, in the order in which kinds are shown.
func (s *Set) Asking() (all []*Kind) {
	for _, k := range s.All {
		if k.Asking() {
			all = append(all, k)
		}
	}
	return all
}

// Answering are the kinds of needs that a kind may answer.
func (s *Set) Answering(kind string) (all []*Kind) {
	for _, k := range s.Asking() {
		ok := slices.Contains(k.Asks.Want, kind)
		for _, wants := range k.Asks.For {
			ok = ok || slices.Contains(wants, kind)
		}
		if ok {
			all = append(all, k)
		}
	}
	return all
}

// answered refuses a kind that asks for a kind that is not there.
func (s *Set) answered() error {
	for _, k := range s.All {
		lists := append([][]string{k.Asks.Want}, valuesOf(k.Asks.For)...)
		for _, list := range lists {
			for _, id := range list {
				if s.byID[id] == nil {
					return fmt.Errorf("%s: asks wants the kind %q, which is not there", k.file, id)
				}
			}
		}
	}
	return nil
}

func valuesOf(m map[string][]string) (all [][]string) {
	for _, v := range m {
		all = append(all, v)
	}
	return all
}

// asks checks what a kind says of what it asks for.
func (c *checking) asks() {
	a := c.k.Asks
	if len(a.Want) == 0 && (a.Until != "" || a.By != "" || len(a.For) > 0) {
		c.say("$.asks", "want: [technology, service]", "asks names no kind that answers")
	}
	c.named("$.asks.until", "asks.until", a.Until)
	c.named("$.asks.by", "asks.by", a.By)
	if f, ok := c.k.Field(a.Until); ok && f.Type != "day" {
		c.say("$.asks.until", "type: day", "until names the field %s, which is no day", f.ID)
	}
	by, ok := c.k.Field(a.By)
	if ok && by.Type != "code" {
		c.say("$.asks.by", "type: code", "by names the field %s, which has no code", by.ID)
	}
	for code := range a.For {
		if _, known := by.Code(code); ok && !known {
			c.say("$.asks.for", "", "the field %s has no code %q", by.ID, code)
		}
	}
}
