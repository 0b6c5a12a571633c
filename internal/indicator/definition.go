package indicator

import (
	"embed"
	"fmt"
	"io/fs"
	"sort"

	"github.com/goccy/go-yaml"

	"corridor/internal/fault"
)

//go:embed definitions/*.yaml
var definitionFiles embed.FS

// Definition says what an indicator counts. It is a file.
type Definition struct {
	ID      string      `yaml:"id"`
	Title   fault.Words `yaml:"title"`
	Counts  fault.Words `yaml:"counts"` // what is counted, for the reader of the figure
	Leaf    string      `yaml:"leaf"`   // kind of public leaf
	Value   Value       `yaml:"value"`
	Field   string      `yaml:"field"` // of the leaf, for a sum; integer fen
	Unit    fault.Words `yaml:"unit"`
	Steward fault.Words `yaml:"steward"`
	// Newest names the field that says of what thing a leaf tells: only the newest leaf of each thing counts. "" counts every leaf.
	Newest string `yaml:"newest"`
	// Where is what the fields of a leaf have to say so that it counts. With Newest a thing whose newest leaf says otherwise counts no more.
	Where map[string]string `yaml:"where"`
	// Scheme is the scheme whose pack brings the figure; "" is a file of this room.
	Scheme      string      `yaml:"-"`
	SchemeTitle fault.Words `yaml:"-"`
}

// Value is how leaves make a figure.
type Value string

const (
	Count Value = "count" // the number of leaves
	Sum   Value = "sum"   // the sum of a field in fen
)

// definitions reads and checks every file; a wrong one is named.
func definitions() ([]Definition, error) {
	names, err := fs.Glob(definitionFiles, "definitions/*.yaml")
	if err != nil {
		return nil, err
	}
	var all []Definition
	for _, name := range names {
		b, err := definitionFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		var d Definition
		if err := yaml.UnmarshalWithOptions(b, &d, yaml.Strict()); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if name != "definitions/"+d.ID+".yaml" || d.Leaf == "" || d.Title[0] == "" || d.Title[1] == "" ||
			(d.Value == Sum) != (d.Field != "") || len(d.Where) > 0 && d.Newest == "" || (d.Value != Sum && d.Value != Count) {
			return nil, fmt.Errorf("%s: the definition is not whole", name)
		}
		all = append(all, d)
	}
	sort.Slice(all, func(i, j int) bool { return all[i].ID < all[j].ID })
	return all, nil
}
