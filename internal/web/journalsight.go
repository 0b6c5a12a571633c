package web

import (
	"context"
	"slices"
	"strings"

	"corridor/internal/access"
	"corridor/internal/unit"
)

// acts is a page of the act journal as somebody may read it: of a case of which they are not told whose it is, no line
// names the party that acted, and a search for a person does not find such a line. Acts of officers keep their names.
func (s *Server) acts(ctx context.Context, who access.Actor, q access.JournalQuery) ([]access.Line, string, error) {
	lines, next, err := s.c.Access.Journal(ctx, who, q)
	if err != nil {
		return nil, "", err
	}
	var ids []unit.ID
	for _, l := range lines {
		if id, ok := caseOf(l.Object); ok && ofParty(l) {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return lines, next, nil
	}
	withheld, err := s.c.Cases.Withheld(ctx, who, ids)
	if err != nil {
		return nil, "", err
	}
	byPerson := q.Person != "" || q.Name != ""
	lines = slices.DeleteFunc(lines, func(l access.Line) bool {
		id, ok := caseOf(l.Object)
		return byPerson && ok && ofParty(l) && withheld[id]
	})
	for i := range lines {
		l := &lines[i]
		if id, ok := caseOf(l.Object); ok && ofParty(*l) && withheld[id] {
			l.Person, l.Name, l.Mandate, l.Session = "", "", "", ""
		}
	}
	return lines, next, nil
}

// ofParty says whether a line is of somebody who acted for an organisation or for themselves, not at a desk.
func ofParty(l access.Line) bool {
	if l.Person == "" {
		return false
	}
	role, _, _ := strings.Cut(strings.Split(l.Mandate, "/")[0], "@")
	r, known := access.RoleOf(role)
	return !known || r.Kind == access.Organisation || r.Kind == access.Person
}
