package catalogue_test

import (
	"encoding/json"
	"strings"
	"testing"

	"corridor/internal/catalogue"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// The machine-readable catalogue names each published listing by its permanent address, says which log it is public in, goes on
// where a page ended, and holds nothing private or unpublished.
func TestTheCatalogueForPrograms(t *testing.T) {
	each(t, func(h house) {
		l, draft := h.published("function", "解析\"结构\"\\n二"), h.added("inner_id", "EM-2")
		at := catalogue.DCATAt{Site: "https://a.example", Page: "https://a.example/catalogue.ttl", Name: fault.Words{"甲节点", "Node A"}, Log: "test/310000",
			NextURL: func(after unit.ID) string { return "https://a.example/catalogue.ttl?after=" + string(after) }}
		g, next, err := h.DCAT(h.ctx, "", at)
		if h.ok(err); next != "" {
			t.Errorf("there is more after %s", next)
		}
		text := string(g.Turtle())
		for _, want := range []string{"<https://a.example/catalogue> a dcat:Catalog", "dcat:resource <https://a.example/listings/" + string(l.ID) + "#it>", `dct:title "冷冻透射电子显微镜"@zh`,
			"a dct:ProvenanceStatement", "test/310000", `解析\"结构\"\\n二`, "foaf:Agent"} {
			if !strings.Contains(text, want) {
				t.Errorf("it does not say %s:\n%s", want, text)
			}
		}
		if strings.Contains(text, string(draft.ID)) || strings.Contains(text, "值班室") {
			t.Error("it says what is not public")
		}
		b, err := g.JSONLD()
		h.ok(err)
		var doc struct {
			Graph []map[string]any `json:"@graph"`
		}
		if err := json.Unmarshal(b, &doc); err != nil || len(doc.Graph) != 7 {
			t.Errorf("%d nodes, %v", len(doc.Graph), err)
		}
		g, _, err = h.DCAT(h.ctx, l.ID, at)
		if h.ok(err); strings.Contains(string(g.Turtle()), string(l.ID)) {
			t.Error("the page after a listing holds it again")
		}
		_, _, err = h.DCAT(h.ctx, "x", at)
		if fault.Of(err).Field != "after" {
			t.Errorf("a cursor that is none: %v", err)
		}
	})
}
