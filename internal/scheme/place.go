package scheme

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"

	"corridor/internal/fault"
)

// hole is a fact in the path of an account: {firm.controller}, {year}.
var hole = regexp.MustCompile(`\{([a-z][a-z0-9_.]*)\}`)

// place finds an account of the pack in the books: its path with the facts filled in, in whose name it stands,
// and with what a limit opens. A fact that cannot be had refuses.
func (s *Scheme) place(r *reading, name string) (Place, error) {
	a, ok := s.Accounts.Get(name)
	if !ok {
		return Place{}, fault.New(fault.Internal, "scheme.account_unknown", "account", name)
	}
	p := Place{Name: name, Kind: a.Kind, LentTo: a.LentTo}
	switch a.Kind {
	case Own:
		p.Path = "own/" + name
		owner := Value{}
		if e := s.compiled.owners[name]; e != nil {
			v, _, err := e.eval(r)
			if err != nil {
				return Place{}, err
			}
			owner = v
		} else {
			owner = r.fact("firm.id")
		}
		if !owner.Known() && s.compiled.owners[name] != nil {
			return Place{}, fault.New(fault.Conflict, "scheme.account_unknown", "account", name)
		}
		p.Owner = owner.Text
		return p, nil
	case FromParent:
		p.Path = "own/" + a.Path
		return p, nil
	}
	unknown := false
	p.Path = hole.ReplaceAllStringFunc(a.Path, func(h string) string {
		v := s.ofYear(r, strings.Trim(h, "{}"))
		unknown = unknown || !v.Known()
		return segment(v.String())
	})
	switch {
	case r.failed != nil:
		return Place{}, r.failed
	case unknown:
		return Place{}, fault.New(fault.Conflict, "scheme.account_unknown", "account", name)
	}
	if a.OpensWith != "" {
		v := r.fact(a.OpensWith)
		if !v.Known() {
			return Place{}, fault.New(fault.Conflict, "scheme.account_unknown", "account", name)
		}
		f := v.Fen()
		p.OpensWith = &f
	}
	return p, nil
}

// plainSegment is a part of a path as the books take it.
var plainSegment = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._:-]*$`)

// segment is a fact as a part of a path. What somebody typed may hold anything, a slash too: where the books would not take it
// as it is, its digest stands in its place, and no typed text reads like a digest.
func segment(text string) string {
	if plainSegment.MatchString(text) && !strings.HasPrefix(text, "x:") && len(text) <= segmentMax {
		return text
	}
	sum := sha256.Sum256([]byte(text))
	return "x:" + hex.EncodeToString(sum[:16])
}

// segmentMax is how many bytes of a fact stand in a path as they are.
const segmentMax = 64

// ofYear is a fact in a path. The year is that of the edition where it is in force within one: what a case moves in a
// later year, such as what it gives back, moves in the year that it was given for.
func (s *Scheme) ofYear(r *reading, fact string) Value {
	from, to := s.InForce[0].Day(), s.InForce[1].Day()
	if fact == "year" && from.Valid() && to.Valid() && from.Year() == to.Year() {
		return CountValue(int64(from.Year()))
	}
	return r.fact(fact)
}
