package systems

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"

	"corridor/internal/fault"
)

// countMax is how many named systems there are; a file with another number of rows is refused.
const countMax = 177

//go:embed systems.yaml
var file []byte

// Text is one thing said in both languages of the face.
type Text struct {
	ZH string `yaml:"zh"`
	EN string `yaml:"en"`
}

// In returns the text in the language; a language other than Chinese reads English.
func (t Text) In(lang fault.Lang) string {
	if lang == fault.ZH {
		return t.ZH
	}
	return t.EN
}

func (t Text) empty() bool { return t.ZH == "" && t.EN == "" }
func (t Text) whole() bool { return strings.TrimSpace(t.ZH) != "" && strings.TrimSpace(t.EN) != "" }

// Group is a theme under which systems stand together in the list.
type Group struct {
	Key  string `yaml:"key"`
	Text `yaml:",inline"`
}

// System is one named system. Page and Test are empty until something of it works.
type System struct {
	ID           int    `yaml:"id"` // 1 to 177, in the order of the groups
	Name         Text   `yaml:",inline"`
	Group        string `yaml:"group"`   // the key of a Group
	Job          Text   `yaml:"job"`     // what a user does there, one line
	Figures      Text   `yaml:"figures"` // what reports said of its size; empty if they said nothing
	Capabilities []Word `yaml:"capabilities"`
	Rooms        []Word `yaml:"rooms"` // the rooms of the house that serve it
	Page         string `yaml:"page"`  // the path of the page where a user does the job
	Test         string `yaml:"test"`  // path/to/file_test.go:TestName or test/name.txtar, from the module's root
	State        State  `yaml:"state"`
	Lacks        Text   `yaml:"lacks"` // what is missing of one that works in part; empty for every other
}

// list is the file as it is written.
type list struct {
	Groups  []Group  `yaml:"groups"`
	Systems []System `yaml:"systems"`
}

var embedded = sync.OnceValue(func() list {
	l, err := read(file)
	if err != nil {
		panic("systems: systems.yaml: " + err.Error()) // the file is compiled in, and a test reads it
	}
	return l
})

// All returns every system in the order of its number.
func All() []System { return slices.Clone(embedded().Systems) }

// Groups returns the themes in the order of the list.
func Groups() []Group { return slices.Clone(embedded().Groups) }

// read parses a list and refuses one that breaks the guarantee of the package, except for what only the tree of
// sources can tell: whether pages and tests exist.
func read(b []byte) (list, error) {
	var l list
	if err := yaml.UnmarshalWithOptions(b, &l, yaml.Strict()); err != nil {
		return list{}, err
	}
	groups := map[string]bool{}
	for _, g := range l.Groups {
		if groups[g.Key] || g.Key == "" || !g.whole() {
			return list{}, fmt.Errorf("group %q: its key must be new and its name stand in both languages", g.Key)
		}
		groups[g.Key] = true
	}
	if len(l.Systems) != countMax {
		return list{}, fmt.Errorf("%d systems, want %d", len(l.Systems), countMax)
	}
	for i, s := range l.Systems {
		if s.ID != i+1 {
			return list{}, fmt.Errorf("row %d has the number %d", i+1, s.ID)
		}
		if !groups[s.Group] {
			return list{}, fmt.Errorf("system %d: no group %q", s.ID, s.Group)
		}
		if err := s.check(); err != nil {
			return list{}, fmt.Errorf("system %d: %w", s.ID, err)
		}
	}
	return l, nil
}

// check tells the first thing that is wrong with a row by itself.
func (s System) check() error {
	switch {
	case !s.Name.whole():
		return fmt.Errorf("its name must stand in both languages")
	case !s.Job.whole():
		return fmt.Errorf("its job must stand in both languages")
	case !s.Figures.empty() && !s.Figures.whole():
		return fmt.Errorf("its figures must stand in both languages or in none")
	case !slices.Contains(States(), s.State):
		return fmt.Errorf("unknown state %q", s.State)
	case s.State == Partly && !s.Lacks.whole(), s.State != Partly && !s.Lacks.empty():
		return fmt.Errorf("what it lacks must stand in both languages where it works in part, and nowhere else")
	case s.State != NotYet && (s.Page == "" || s.Test == ""):
		return fmt.Errorf("it is %s, so it must name a page and a test", s.State)
	}
	if err := known(capabilities, s.Capabilities); err != nil {
		return fmt.Errorf("capabilities: %w", err)
	}
	if err := known(rooms, s.Rooms); err != nil {
		return fmt.Errorf("rooms: %w", err)
	}
	return nil
}

// known refuses an empty list, a word that the table does not have, and a word said twice.
func known(table []Named, words []Word) error {
	if len(words) == 0 {
		return fmt.Errorf("none is named")
	}
	for i, w := range words {
		if _, ok := find(table, w); !ok {
			return fmt.Errorf("unknown word %q", w)
		}
		if slices.Contains(words[:i], w) {
			return fmt.Errorf("%q stands twice", w)
		}
	}
	return nil
}
