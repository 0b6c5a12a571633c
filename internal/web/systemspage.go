package web

import (
	"slices"
	"strings"

	"corridor/internal/web/systems"
)

type systemsPage struct {
	Query        systems.Query
	Group        string
	Narrow       bool // something is asked for: then what fits is listed
	Counts       []countView
	States       []choiceView
	Capabilities []choiceView
	Rooms        []choiceView
	Groups       []groupView
	Found        []systemView
}

type countView struct {
	State systems.State
	Name  string
	N     int
}

type choiceView struct {
	Word, Name string
	On         bool
}

type groupView struct {
	Key, Name string
	On        bool
	Total     int
	Counts    []countView
}

type systemView struct {
	ID                  int
	Name, Job, Figures  string
	Field               string // the name of its group
	Rooms, State, Class string
	Lacks               string // what is missing of one that works in part
	Page                string
}

var stateClass = map[systems.State]string{systems.Works: "ok", systems.Partly: "note", systems.NotYet: "none"}

// systems shows how far the groups of named systems are served and, narrowed by what is asked for, the systems.
func (v *visit) systems() error {
	q := v.r.URL.Query()
	query := systems.Query{Text: q.Get("q"), State: systems.State(q.Get("state")), Capability: systems.Word(q.Get("capability")), Room: systems.Word(q.Get("room"))}
	found, err := systems.Filter(query)
	if err != nil {
		return err
	}
	p := systemsPage{Query: query}
	counts := systems.Counts(systems.All())
	for _, s := range systems.States() {
		name := s.Name().In(v.lang)
		p.Counts = append(p.Counts, countView{s, name, counts[s]})
		p.States = append(p.States, choiceView{string(s), name, s == query.State})
	}
	for _, c := range systems.Capabilities() {
		p.Capabilities = append(p.Capabilities, choiceView{string(c.Word), c.In(v.lang), c.Word == query.Capability})
	}
	rooms := map[systems.Word]string{}
	for _, r := range systems.Rooms() {
		rooms[r.Word] = r.In(v.lang)
		p.Rooms = append(p.Rooms, choiceView{string(r.Word), r.In(v.lang), r.Word == query.Room})
	}
	p.Group = q.Get("group")
	p.Narrow = query != systems.Query{} || p.Group != "" || q.Has("all")
	all := systems.All()
	if p.Group != "" {
		found = slices.DeleteFunc(found, func(s systems.System) bool { return s.Group != p.Group })
	}
	fields := map[string]string{}
	for _, g := range systems.Groups() {
		view := groupView{Key: g.Key, Name: g.In(v.lang), On: g.Key == p.Group}
		fields[g.Key] = view.Name
		mine := slices.DeleteFunc(slices.Clone(all), func(s systems.System) bool { return s.Group != g.Key })
		view.Total = len(mine)
		of := systems.Counts(mine)
		for _, s := range systems.States() {
			view.Counts = append(view.Counts, countView{s, s.Name().In(v.lang), of[s]})
		}
		p.Groups = append(p.Groups, view)
	}
	if !p.Narrow {
		found = nil // the overview
	}
	for _, s := range found {
		if !v.opens(s.Page) {
			s.Page = ""
		}
		var served []string
		for _, r := range s.Rooms {
			served = append(served, rooms[r])
		}
		p.Found = append(p.Found, systemView{s.ID, s.Name.In(v.lang), s.Job.In(v.lang), s.Figures.In(v.lang), fields[s.Group],
			strings.Join(served, v.t("、", ", ")), s.State.Name().In(v.lang), stateClass[s.State], s.Lacks.In(v.lang), s.Page})
	}
	return v.show("systems", v.t("系统目录", "Systems"), p)
}
