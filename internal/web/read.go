package web

import (
	"time"

	"corridor/internal/fault"
	"corridor/internal/unit"
)

// now is the node's time.
func (v *visit) now() time.Time { return v.s.now() }

func (s *Server) now() time.Time {
	if s.c.Clock != nil {
		return s.c.Clock.Now()
	}
	if s.c.Now != nil {
		return s.c.Now()
	}
	return time.Now()
}

// pathID is the id in the address; anything else is not found.
func (v *visit) pathID() (unit.ID, error) { return idOf(v.r.PathValue("id")) }

// idOf reads an id that names what is asked for; one that is none is not found.
func idOf(s string) (unit.ID, error) {
	id, err := unit.ParseID(s)
	if err != nil {
		return "", fault.New(fault.NotFound, "web.no_page")
	}
	return id, nil
}

// idsOf reads ids, in their order; one that is none makes all of them not found.
func idsOf(all []string) (ids []unit.ID, err error) {
	for _, s := range all {
		id, err := idOf(s)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// wholeNumber reads a number that a form carries; what is none is 0.
func wholeNumber(s string) (n int64) {
	for _, c := range s {
		if c < '0' || c > '9' || n > 1<<50 {
			return 0
		}
		n = n*10 + int64(c-'0')
	}
	return n
}
