package systems

import (
	"slices"
	"strconv"
	"strings"

	"corridor/internal/fault"
)

// Query narrows the list. An empty field narrows nothing.
type Query struct {
	Text       string // words that must all stand in the number, name, job, figures or group, in either language
	State      State
	Capability Word
	Room       Word
}

// Filter returns the systems that fit every field of the query, in the order of their numbers. It refuses, in this
// order, a state, a capability and a room that do not exist.
func Filter(q Query) ([]System, error) {
	if q.State != "" && !slices.Contains(States(), q.State) {
		return nil, fault.New(fault.Invalid, "systems.unknown_state", "state", string(q.State)).On("state")
	}
	if _, ok := find(capabilities, q.Capability); q.Capability != "" && !ok {
		return nil, fault.New(fault.Invalid, "systems.unknown_capability", "capability", string(q.Capability)).On("capability")
	}
	if _, ok := find(rooms, q.Room); q.Room != "" && !ok {
		return nil, fault.New(fault.Invalid, "systems.unknown_room", "room", string(q.Room)).On("room")
	}
	terms := strings.Fields(strings.ToLower(q.Text))
	return slices.DeleteFunc(All(), func(s System) bool { return !s.fits(q, terms) }), nil
}

// fits tells whether a system answers the query; terms are its text in lower case.
func (s System) fits(q Query, terms []string) bool {
	if q.State != "" && s.State != q.State {
		return false
	}
	if q.Capability != "" && !slices.Contains(s.Capabilities, q.Capability) {
		return false
	}
	if q.Room != "" && !slices.Contains(s.Rooms, q.Room) {
		return false
	}
	said := s.said()
	for _, t := range terms {
		if t != strconv.Itoa(s.ID) && !strings.Contains(said, t) {
			return false
		}
	}
	return true
}

// said is everything that a row says in words, in lower case.
func (s System) said() string {
	g := s.Theme()
	return strings.ToLower(strings.Join([]string{
		s.Name.ZH, s.Name.EN, s.Job.ZH, s.Job.EN, s.Figures.ZH, s.Figures.EN, g.ZH, g.EN,
	}, "\n"))
}

// Theme returns the group in which the system stands.
func (s System) Theme() Group {
	all := embedded().Groups
	i := slices.IndexFunc(all, func(g Group) bool { return g.Key == s.Group })
	if i < 0 {
		return Group{Key: s.Group, Text: Text{s.Group, s.Group}}
	}
	return all[i]
}

// Counts returns how many systems of a list stand in each state; every state has an entry.
func Counts(of []System) map[State]int {
	n := map[State]int{}
	for _, st := range States() {
		n[st] = 0
	}
	for _, s := range of {
		n[s.State]++
	}
	return n
}
