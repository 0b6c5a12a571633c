package web

import (
	"strings"

	"corridor/internal/web/systems"
)

type systemsPage struct {
	Query        systems.Query
	Counts       []countView
	States       []choiceView
	Capabilities []choiceView
	Rooms        []choiceView
	Groups       []groupView
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
	Systems   []systemView
}

type systemView struct {
	ID                  int
	Name, Job, Figures  string
	Rooms, State, Class string
	Page                string
}

var stateClass = map[systems.State]string{systems.Works: "ok", systems.Partly: "note", systems.NotYet: "none"}

// systems shows the named systems by their groups, narrowed by what is asked for.
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
	for _, g := range systems.Groups() {
		view := groupView{Key: g.Key, Name: g.In(v.lang)}
		for _, s := range found {
			if s.Group != g.Key {
				continue
			}
			var served []string
			for _, r := range s.Rooms {
				served = append(served, rooms[r])
			}
			view.Systems = append(view.Systems, systemView{s.ID, s.Name.In(v.lang), s.Job.In(v.lang), s.Figures.In(v.lang),
				strings.Join(served, v.t("、", ", ")), s.State.Name().In(v.lang), stateClass[s.State], s.Page})
		}
		if len(view.Systems) > 0 {
			p.Groups = append(p.Groups, view)
		}
	}
	return v.show("systems", v.t("系统目录", "Systems"), p)
}
