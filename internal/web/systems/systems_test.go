package systems

import (
	"bytes"
	"strings"
	"testing"
	"unicode"
)

func TestThereAre177SystemsInOrder(t *testing.T) {
	all := All()
	if got, want := len(all), 177; got != want {
		t.Fatalf("%d systems, want %d", got, want)
	}
	names := map[string]int{}
	for i, s := range all {
		if s.ID != i+1 {
			t.Errorf("row %d has the number %d", i+1, s.ID)
		}
		if other, twice := names[s.Name.ZH]; twice {
			t.Errorf("%d and %d are both called %s", other, s.ID, s.Name.ZH)
		}
		names[s.Name.ZH] = s.ID
	}
}

func TestEveryRowSpeaksBothLanguages(t *testing.T) {
	han := func(s string) bool {
		return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
	}
	for _, s := range All() {
		if !han(s.Name.ZH) || !han(s.Job.ZH) {
			t.Errorf("%d: its Chinese has no Chinese: %q %q", s.ID, s.Name.ZH, s.Job.ZH)
		}
		if en := s.Name.EN + s.Job.EN + s.Figures.EN; han(en) {
			t.Errorf("%d: its English has Chinese: %q", s.ID, en)
		}
		for _, mark := range []string{"~", "…"} {
			if strings.Contains(s.Name.ZH+s.Name.EN+s.Job.ZH+s.Job.EN, mark) {
				t.Errorf("%d: the mark %q is left in it", s.ID, mark)
			}
		}
	}
}

func TestNoTwoSystemsHaveTheSameJob(t *testing.T) {
	jobs := map[string]int{}
	for _, s := range All() {
		for _, job := range []string{s.Job.ZH, s.Job.EN} {
			if other, twice := jobs[job]; twice {
				t.Errorf("%d and %d: %s", other, s.ID, job)
			}
			jobs[job] = s.ID
		}
	}
}

func TestEveryWordIsUsed(t *testing.T) {
	used := map[string]bool{}
	for _, s := range All() {
		used["group "+s.Group] = true
		for _, c := range s.Capabilities {
			used["capability "+string(c)] = true
		}
		for _, r := range s.Rooms {
			used["room "+string(r)] = true
		}
	}
	for _, g := range Groups() {
		if !used["group "+g.Key] {
			t.Errorf("no system stands in group %s", g.Key)
		}
	}
	for _, c := range Capabilities() {
		if !used["capability "+string(c.Word)] || !c.whole() {
			t.Errorf("capability %s is used by no system or has no name", c.Word)
		}
	}
	for _, r := range Rooms() {
		if !used["room "+string(r.Word)] || !r.whole() {
			t.Errorf("room %s serves no system or has no name", r.Word)
		}
	}
}

func TestDamagedListIsRefused(t *testing.T) {
	for _, c := range []struct{ name, old, new, want string }{
		{"a number is missing", "- id: 2\n", "- id: 3\n", "row 2 has the number 3"},
		{"a state is unknown", "state: not_yet", "state: soon", `system 1: unknown state "soon"`},
		{"works without a page", "state: not_yet", "state: works", "system 1: it is works, so it must name a page and a test"},
		{"works in part, and nobody knows what lacks", "state: not_yet", "state: partly", "system 1: what it lacks must stand in both languages"},
		{"a capability is unknown", "capabilities: [agreements,", "capabilities: [promises,", `system 1: capabilities: unknown word "promises"`},
		{"a room is unknown", "rooms: [registry,", "rooms: [attic,", `system 1: rooms: unknown word "attic"`},
		{"a room stands twice", "rooms: [registry,", "rooms: [registry, registry,", `system 1: rooms: "registry" stands twice`},
		{"a group is unknown", "group: city", "group: town", `system 1: no group "town"`},
		{"a key is unknown", "group: city", "theme: city", "unknown field"},
		{"a language is missing", "    en: Series of strategic-cooperation signings\n", "", "system 1: its name must stand in both languages"},
	} {
		t.Run(c.name, func(t *testing.T) {
			// The rows of this test are made bare, so that what the tree says today has no part in it.
			damaged := bytes.Replace(bare(t), []byte(c.old), []byte(c.new), 1)
			_, err := read(damaged)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

// bare is the list as it stands with every row set back to not_yet, without page and test.
func bare(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	lacks := false
	for line := range strings.Lines(string(file)) {
		if lacks = strings.HasPrefix(line, "    lacks:") || lacks && strings.HasPrefix(line, "      "); lacks {
			continue
		}
		for key, value := range map[string]string{"page": `""`, "test": `""`, "state": "not_yet"} {
			if strings.HasPrefix(line, "    "+key+":") {
				line = "    " + key + ": " + value + "\n"
			}
		}
		b.WriteString(line)
	}
	if _, err := read(b.Bytes()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestAllGivesEachCallerItsOwnList(t *testing.T) {
	All()[0].State = "spoiled"
	if All()[0].State == "spoiled" {
		t.Error("what one caller changed another one sees")
	}
}
