package node

import (
	"os"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// What counts as delivered when a need is matched are ends that packs have: a name that no pack has would count nothing, in silence.
func TestWhatCountsAsDeliveredIsInThePacks(t *testing.T) {
	text, err := os.ReadFile("../catalogue/match.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var match struct {
		By []string `yaml:"delivered_by"`
	}
	if err := yaml.Unmarshal(text, &match); err != nil || len(match.By) == 0 {
		t.Fatalf("%v: %v", match.By, err)
	}
	packs, err := Packs()
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, s := range packs {
		for _, stage := range s.Stages {
			for f := range s.Form.All() {
				if f.Type == "org" {
					known[s.ID+"/"+stage.To+"/"+f.Name] = true
				}
			}
		}
	}
	for _, end := range match.By {
		if !known[end] {
			t.Errorf("no pack has %s; those of that scheme are %s", end, ofScheme(known, end))
		}
	}
}

func ofScheme(known map[string]bool, end string) string {
	scheme, _, _ := strings.Cut(end, "/")
	var out []string
	for name := range known {
		if strings.HasPrefix(name, scheme+"/") {
			out = append(out, name)
		}
	}
	return strings.Join(out, ", ")
}
