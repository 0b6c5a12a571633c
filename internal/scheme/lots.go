package scheme

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sort"
	"strings"

	"corridor/internal/fault"
)

// drawFormat begins every text that is hashed for a draw, so that one is never taken for something else.
const drawFormat = "corridor/draw/1\n"

// Lot is somebody in the hat: a token that names him to nobody, and the number that all of one unit have in this draw.
type Lot struct {
	Token string
	Unit  int
}

// String is how a lot stands in the public entry: token/unit.
func (l Lot) String() string { return fmt.Sprintf("%s/%d", l.Token, l.Unit) }

// Commitment is what is published of a seed before anybody knows who may be drawn: SHA-256 of the format line and the seed.
func Commitment(seed string) string { return digestOf(drawFormat + seed) }

// PoolDigest is that of everybody who may be drawn: SHA-256 of the format line and of the lots in the order of their
// texts, one on a line.
func PoolDigest(pool []Lot) string {
	all := make([]string, len(pool))
	for i, l := range pool {
		all[i] = l.String()
	}
	sort.Strings(all)
	return digestOf(drawFormat + strings.Join(all, "\n"))
}

// Lots draws: lots are put in the order of HMAC-SHA256(seed, format line, digest of the pool, token) and taken from the
// first on, passing over those of a unit of which perUnit are taken already; 0 is no such limit. The first count are
// drawn, the next reserves stand by in this order. Whoever knows seed and pool gets the same answer, in any language.
func Lots(seed string, pool []Lot, count, reserves, perUnit int) (drawn, standby []string) {
	digest, ranks := PoolDigest(pool), map[string]string{}
	for _, l := range pool {
		m := hmac.New(sha256.New, []byte(seed))
		m.Write([]byte(drawFormat + digest + "\n" + l.Token))
		ranks[l.Token] = hex.EncodeToString(m.Sum(nil))
	}
	order := append([]Lot(nil), pool...)
	sort.Slice(order, func(i, j int) bool { return ranks[order[i].Token] < ranks[order[j].Token] })
	taken := map[int]int{}
	for _, l := range order {
		switch {
		case perUnit > 0 && taken[l.Unit] >= perUnit:
			continue
		case len(drawn) < count:
			drawn = append(drawn, l.Token)
		case len(standby) < reserves:
			standby = append(standby, l.Token)
		default:
			return drawn, standby
		}
		taken[l.Unit]++
	}
	return drawn, standby
}

func digestOf(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

// DrawTerms is what a draw of one case goes by.
type DrawTerms struct {
	Field                    string // code; "" is any
	Count, Reserves, PerUnit int    // PerUnit 0 is no limit
	Most                     int    // opinions that one may owe; 0 looks at nobody's work
	Worked                   Value  // a time; unknown where the edition names none
	Parties                  []string
}

// DrawTerms reads what a draw goes by from the facts of the case: the parameters, the field, and the organisations to
// which nobody may be tied, by default the firm alone. What is not known is a refusal.
func (s *Scheme) DrawTerms(d Draw, facts Facts) (t DrawTerms, err error) {
	r := s.reading(facts, "", &Purse{})
	number := func(param string) int {
		if param == "" {
			return 0
		}
		v := r.fact(param)
		if !v.Known() && err == nil {
			err = fault.New(fault.Conflict, "scheme.draw_unknown", "name", s.Say(param))
		}
		return int(v.Int)
	}
	t.Count, t.Reserves, t.PerUnit, t.Most = number(d.Count), number(d.Reserves), number(d.PerUnit), number(d.Most)
	if d.Worked != "" {
		t.Worked = r.fact(d.Worked)
	}
	if d.Field != "" {
		v := r.fact(d.Field)
		if t.Field = v.Text; !v.Known() && err == nil {
			err = fault.New(fault.Conflict, "scheme.draw_unknown", "name", s.sayField(d.Field))
		}
	}
	parties := d.Conflicts
	if len(parties) == 0 {
		parties = []string{"firm"}
	}
	for _, p := range parties {
		if p == "firm" {
			p = "firm.id"
		}
		switch v := r.fact(p); v.Kind {
		case Org:
			t.Parties = append(t.Parties, v.Text)
		case List:
			for _, x := range v.List {
				t.Parties = append(t.Parties, x.Text)
			}
		}
	}
	if r.failed != nil {
		err = r.failed
	}
	return t, err
}

func (s *Scheme) sayField(name string) fault.Words {
	field, _, _ := strings.Cut(strings.TrimPrefix(name, "form."), ".")
	if f, ok := s.Field(field); ok {
		return f.Words
	}
	return s.Say(name)
}
